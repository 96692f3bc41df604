package import Addresses
package import Diagnostics
package import HCL

/// A `module` block.
package struct ModuleCall: Sendable {
  package var name: String
  /// Where the module comes from; empty until `sourceExpression` is evaluated, if there is one.
  package var source: String
  package var sourceRange: SourceRange
  package var version: ConstraintText?
  /// The `source` argument, and the `version`, where they refer to something.
  var sourceExpression: Expression?
  var versionExpression: Expression?
  package var count: Expression?
  package var forEach: Expression?
  /// `lifecycle.enabled`: whether there is an instance at all. Not together with `count` or `for_each`.
  package var enabled: Expression?
  /// The `providers` argument; nil when absent, so that the default configurations are inherited.
  package var providers: [PassedProvider]?
  package var dependsOn: [Traversal] = []
  /// The values for the child's input variables, by name.
  package var arguments: [String: Attribute]
  /// The header of the block.
  package var range: SourceRange
  /// Where missing arguments are reported: the start of the body.
  package var missingItemRange: SourceRange
  /// What is left for the child's input variables; blocks in it are errors.
  var body: Body
  /// The arguments of the language itself that the block has, for overriding.
  var written: Set<String> = []

  package init(
    name: String, source: String, sourceRange: SourceRange, arguments: [String: Attribute], range: SourceRange
  ) {
    self.name = name
    self.source = source
    self.sourceRange = sourceRange
    self.arguments = arguments
    self.range = range
    missingItemRange = range
    body = Body(attributes: [], blocks: [], range: range)
  }

  /// The expressions that decide which instances there are.
  package var repetition: [Expression] { [count, forEach, enabled].compactMap { $0 } }
}

/// `child = parent` in a `providers` argument.
package struct PassedProvider: Sendable {
  package var child: ProviderReference
  package var parent: ProviderReference

  package init(child: ProviderReference, parent: ProviderReference) {
    self.child = child
    self.parent = parent
  }
}

/// A `moved` block; both addresses are relative to the module that holds it, and apply to all its instances.
///
/// A module endpoint without a key on its last step stands for the whole call, or for the instance without a key.
package struct MovedBlock: Sendable {
  package var from: TargetAddress
  package var to: TargetAddress
  package var fromRange: SourceRange
  package var toRange: SourceRange
  package var range: SourceRange

  package init(
    from: TargetAddress, to: TargetAddress, fromRange: SourceRange, toRange: SourceRange, range: SourceRange
  ) {
    self.from = from
    self.to = to
    self.fromRange = fromRange
    self.toRange = toRange
    self.range = range
  }
}

/// A `removed` block.
package struct RemovedBlock: Sendable {
  package enum Target: Hashable, Sendable {
    /// Relative to the module that holds the block.
    case module(ModulePath)
    case resource(ConfigurationResource)
  }

  package var from: Target
  package var fromRange: SourceRange
  /// Whether the object is destroyed, not only forgotten.
  package var destroy: Bool
  package var connection: Body?
  package var provisioners: [ProvisionerBlock]
  package var range: SourceRange

  package init(
    from: Target, fromRange: SourceRange, destroy: Bool, connection: Body?, provisioners: [ProvisionerBlock],
    range: SourceRange
  ) {
    self.from = from
    self.fromRange = fromRange
    self.destroy = destroy
    self.connection = connection
    self.provisioners = provisioners
    self.range = range
  }
}

/// An `import` block.
package struct ImportBlock: Sendable {
  /// The target as written; instance keys may use `each.key` and other references.
  package var to: Expression
  /// The resource that `to` names, keys left out.
  package var resource: ConfigurationResource
  /// The instance that `to` names; nil with `for_each`, where its keys may have to be evaluated.
  package var instance: ResourceInstance?
  /// How the provider finds the object: by its id, or by its identity.
  package enum Subject: Sendable {
    case id(Expression)
    case identity(Expression)

    package var expression: Expression {
      switch self {
      case .id(let expression), .identity(let expression): expression
      }
    }
  }
  package var subject: Subject
  package var forEach: Expression?
  package var provider: ProviderReference?
  package var range: SourceRange
  package var providerRange: SourceRange?

  package init(
    to: Expression, resource: ConfigurationResource, subject: Subject, forEach: Expression?, provider: ProviderReference?,
    range: SourceRange
  ) {
    self.to = to
    self.resource = resource
    self.subject = subject
    self.forEach = forEach
    self.provider = provider
    self.range = range
  }
}
