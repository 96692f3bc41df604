package import Addresses
package import Diagnostics
package import HCL

/// A provider configuration by the names a module knows it under.
package struct ProviderReferenceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var name: String
  package var alias: String?

  package init(_ name: String, alias: String? = nil) {
    self.name = name
    self.alias = alias
  }

  package var description: String { alias.map { "\(name).\($0)" } ?? name }
  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// `aws`, `aws.west` or `aws.by_region[each.key]`, where it is written.
package struct ProviderReference: Sendable {
  package var name: String
  package var alias: String?
  /// What chooses an instance of a configuration with `for_each`.
  package var instanceKey: Expression?
  package var nameRange: SourceRange
  package var range: SourceRange

  package init(name: String, alias: String?, nameRange: SourceRange, range: SourceRange) {
    self.name = name
    self.alias = alias
    self.nameRange = nameRange
    self.range = range
  }

  package var key: ProviderReferenceKey { ProviderReferenceKey(name, alias: alias) }
}

/// A `provider` block.
package struct ProviderBlock: Sendable {
  package var name: String
  package var alias: String?
  /// The instances that the configuration has; nil if it is one.
  package var forEach: Expression?
  /// What belongs to the provider's schema.
  package var body: Body
  /// The deprecated `version` argument.
  package var version: ConstraintText?
  package var nameRange: SourceRange
  /// The header of the block.
  package var range: SourceRange

  package init(
    name: String, alias: String?, body: Body, version: ConstraintText?, nameRange: SourceRange, range: SourceRange
  ) {
    self.name = name
    self.alias = alias
    self.body = body
    self.version = version
    self.nameRange = nameRange
    self.range = range
  }

  package var key: ProviderReferenceKey { ProviderReferenceKey(name, alias: alias) }

  /// Whether nothing is written in it that its provider would be told.
  package var isEmpty: Bool { body.isEmpty }
}

/// A version constraint as written.
package struct ConstraintText: Hashable, Sendable {
  package var text: String
  package var range: SourceRange

  package init(_ text: String, range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// An entry of `required_providers`.
package struct RequiredProvider: Sendable {
  package var name: String
  package var source: ProviderSource
  /// The `source` argument as written; nil when it is implied by the name.
  package var sourceText: String?
  package var constraint: ConstraintText?
  package var configurationAliases: [ProviderReference]
  /// Where its value is written.
  package var range: SourceRange

  package init(
    name: String, source: ProviderSource, sourceText: String?, constraint: ConstraintText?,
    configurationAliases: [ProviderReference], range: SourceRange
  ) {
    self.name = name
    self.source = source
    self.sourceText = sourceText
    self.constraint = constraint
    self.configurationAliases = configurationAliases
    self.range = range
  }
}

/// The `terraform` blocks of a module.
package struct TerraformSettings: Sendable {
  package var requiredVersions: [ConstraintText] = []
  package var backend: BackendBlock?
  package var cloud: CloudBlock?
  package var experiments: [String] = []
  /// `provider_meta` blocks by the provider's local name.
  package var providerMeta: [String: ProviderMetaBlock] = [:]

  package init() {}
}

/// A `backend` block.
package struct BackendBlock: Sendable {
  package var type: String
  package var typeRange: SourceRange
  package var body: Body
  package var range: SourceRange

  package init(type: String, typeRange: SourceRange, body: Body, range: SourceRange) {
    self.type = type
    self.typeRange = typeRange
    self.body = body
    self.range = range
  }
}

/// A `cloud` block.
package struct CloudBlock: Sendable {
  package var body: Body
  package var range: SourceRange

  package init(body: Body, range: SourceRange) {
    self.body = body
    self.range = range
  }
}

/// A `provider_meta` block.
package struct ProviderMetaBlock: Sendable {
  package var name: String
  package var body: Body
  package var range: SourceRange

  package init(name: String, body: Body, range: SourceRange) {
    self.name = name
    self.body = body
    self.range = range
  }
}
