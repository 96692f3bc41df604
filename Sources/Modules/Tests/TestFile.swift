package import Addresses
package import Diagnostics
package import HCL
package import Values

/// A `.tftest.hcl` or `.tftest.json` file.
package struct TestFile: Sendable {
  /// Relative to the working directory, as messages show it.
  package var path: String
  package var variables: [String: Attribute] = [:]
  package var providers: [ProviderReferenceKey: ProviderBlock] = [:]
  package var mockProviders: [ProviderReferenceKey: MockProviderBlock] = [:]
  package var overrides: [OverrideBlock] = []
  package var runs: [TestRun] = []

  package init(path: String) { self.path = path }

  /// How the manifest of installed modules names what the file's runs load: `test.tests.network`.
  package func manifestKey(of run: TestRun) -> String {
    var name = path[...]
    for suffix in [".tftest.hcl", ".tftest.json"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
    return (["test"] + name.split(separator: "/").map(String.init) + [run.name]).joined(separator: ".")
  }
}

/// A `run` block.
package struct TestRun: Sendable {
  package enum Command: String, Sendable {
    case plan
    case apply
  }

  package var name: String
  package var command = Command.apply
  package var isRefreshOnly = false
  package var refresh = true
  package var targets: [TargetAddress] = []
  package var replacements: [ResourceInstance] = []
  package var variables: [String: Attribute] = [:]
  /// The module that is tested instead of the one in the working directory.
  package var module: ModuleCall?
  /// The `providers` argument; nil when absent, so that all of the file's providers are used.
  package var providers: [PassedProvider]?
  package var asserts: [CheckRule] = []
  package var expectedFailures: [Traversal] = []
  package var overrides: [OverrideBlock] = []
  package var stateKey: String?
  /// Whether it may run beside others; order is kept all the same, since nothing but time depends on it.
  package var isParallel = false
  /// The header of the block.
  package var range: SourceRange

  package init(name: String, range: SourceRange) {
    self.name = name
    self.range = range
  }
}

/// What generated values are replaced by, and when they are there.
package struct MockValues: Sendable {
  package var values: Value
  package var isDuringPlan: Bool
  /// Where they are written.
  package var range: SourceRange?

  package init(values: Value, isDuringPlan: Bool, range: SourceRange?) {
    self.values = values
    self.isDuringPlan = isDuringPlan
    self.range = range
  }
}

/// A `mock_provider` block, with what its `source` directory adds.
package struct MockProviderBlock: Sendable {
  package var name: String
  package var alias: String?
  package var isDuringPlan = false
  package var resources: [String: MockValues] = [:]
  package var dataSources: [String: MockValues] = [:]
  package var overrides: [OverrideBlock] = []
  package var range: SourceRange

  package init(name: String, alias: String?, range: SourceRange) {
    self.name = name
    self.alias = alias
    self.range = range
  }

  package var key: ProviderReferenceKey { ProviderReferenceKey(name, alias: alias) }
}

/// An `override_resource`, `override_data` or `override_module` block.
package struct OverrideBlock: Sendable {
  package var target: TargetAddress
  package var targetRange: SourceRange
  package var values: MockValues
  package var range: SourceRange

  package init(target: TargetAddress, targetRange: SourceRange, values: MockValues, range: SourceRange) {
    self.target = target
    self.targetRange = targetRange
    self.values = values
    self.range = range
  }
}
