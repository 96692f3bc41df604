package import Addresses
package import Diagnostics
package import HCL

/// A `resource`, `data` or `ephemeral` block.
package struct ResourceBlock: Sendable {
  package var address: ConfigurationResource
  /// The `provider` argument; nil when the type's prefix decides.
  package var provider: ProviderReference?
  /// What belongs to the resource type's schema: everything without the arguments of the language itself.
  package var body: Body
  package var count: Expression?
  package var forEach: Expression?
  package var dependsOn: [Traversal] = []
  package var createBeforeDestroy: Bool?
  package var preventDestroy: Bool?
  package var ignoreChanges: IgnoreChanges = .none
  package var replaceTriggeredBy: [Expression] = []
  package var preconditions: [CheckRule] = []
  package var postconditions: [CheckRule] = []
  package var connection: Body?
  package var provisioners: [ProvisionerBlock] = []
  /// The check block it is nested in.
  package var check: String?
  /// The header of the block.
  package var range: SourceRange
  package var typeRange: SourceRange
  /// The whole block with its body.
  package var blockRange: SourceRange
  /// The arguments of the language itself that the block has, for overriding.
  var written: Set<String> = []

  package init(
    address: ConfigurationResource, body: Body, range: SourceRange, typeRange: SourceRange, blockRange: SourceRange
  ) {
    self.address = address
    self.body = body
    self.range = range
    self.typeRange = typeRange
    self.blockRange = blockRange
  }

  package var resource: Resource { address.resource }

  /// Where its own configuration refers to it: an error, "Self-referential block", that planning reports.
  package var selfReferences: [SourceRange] {
    let expressions = [count, forEach].compactMap { $0 }
    let traversals = body.allReferences + expressions.flatMap(\.variables) + dependsOn
    return traversals.filter { Reference.parse($0).0?.resource == address.resource }.map(\.range)
  }

  /// The local name of the provider that serves it.
  package var providerName: String { provider?.name ?? address.resource.impliedProvider }
}

/// Which differences of a resource are left alone.
package enum IgnoreChanges: Sendable {
  case none
  case all
  /// Paths within the resource: `tags["Name"]` has the root `tags` and one step.
  case attributes([Traversal])
}

/// A `provisioner` block.
package struct ProvisionerBlock: Sendable {
  package enum When: Sendable, Hashable {
    case create
    case destroy
  }
  package enum OnFailure: Sendable, Hashable {
    case fail
    case `continue`
  }

  package var type: String
  package var when: When = .create
  package var onFailure: OnFailure = .fail
  package var body: Body
  package var connection: Body?
  package var range: SourceRange
  package var typeRange: SourceRange

  package init(type: String, body: Body, range: SourceRange, typeRange: SourceRange) {
    self.type = type
    self.body = body
    self.range = range
    self.typeRange = typeRange
  }
}
