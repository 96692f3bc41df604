package import Addresses
package import Diagnostics
package import HCL

/// A `resource`, `data` or `ephemeral` block. A class, so that handing one on copies nothing.
///
/// `@unchecked Sendable`: it changes only while the files of its module are being read, and nobody else has it then.
package final class ResourceBlock: @unchecked Sendable {
  package internal(set) var address: ConfigurationResource
  /// The `provider` argument; nil when the type's prefix decides.
  package internal(set) var provider: ProviderReference?
  /// What belongs to the resource type's schema: everything without the arguments of the language itself.
  package internal(set) var body: Body
  package internal(set) var count: Expression?
  package internal(set) var forEach: Expression?
  /// `lifecycle.enabled`: whether there is an instance at all. Not together with `count` or `for_each`.
  package internal(set) var enabled: Expression?
  package internal(set) var dependsOn: [Traversal] = []
  package internal(set) var createBeforeDestroy: Bool?
  package internal(set) var preventDestroy: Expression?
  /// `lifecycle.destroy`: false if objects that are not wanted any more are only forgotten.
  package internal(set) var destroys: Bool?
  package internal(set) var ignoreChanges: IgnoreChanges = .none
  package internal(set) var replaceTriggeredBy: [Expression] = []
  package internal(set) var preconditions: [CheckRule] = []
  package internal(set) var postconditions: [CheckRule] = []
  package internal(set) var connection: Body?
  package internal(set) var provisioners: [ProvisionerBlock] = []
  /// The check block it is nested in.
  package internal(set) var check: String?
  /// The header of the block.
  package internal(set) var range: SourceRange
  package internal(set) var typeRange: SourceRange
  /// The whole block with its body.
  package internal(set) var blockRange: SourceRange
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
    let traversals = body.allReferences + repetition.flatMap(\.variables) + dependsOn
    return traversals.filter { Reference.parse($0).0?.resource == address.resource }.map(\.range)
  }

  /// The expressions that decide which instances there are.
  package var repetition: [Expression] {
    if count == nil, forEach == nil, enabled == nil { return [] }
    return [count, forEach, enabled].compactMap { $0 }
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
