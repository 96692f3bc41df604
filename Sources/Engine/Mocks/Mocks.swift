package import Addresses
package import Modules
import ProviderInterface
import Values

/// What stands in for the real thing in a test: provider configurations, single objects, and modules.
package struct Mocks: Sendable {
  package var providers: [ProviderConfigurationAddress: MockProviderBlock] = [:]
  package var overrides: [OverrideBlock] = []

  package init() {}

  package var isEmpty: Bool { providers.isEmpty && overrides.isEmpty }

  /// Whether nothing real may be asked to do anything under that configuration.
  func isMocked(_ address: ProviderConfigurationAddress) -> Bool { providers[address.configuration] != nil }

  /// The provider to ask about one object: the given one, unless something stands in for it there.
  func provider(
    _ real: any Provider, of address: ProviderConfigurationAddress, for object: ResourceInstance,
    newText: @escaping @Sendable () -> String
  ) -> any Provider {
    if isEmpty { return real }
    let mock = providers[address.configuration]
    let override = overrides.values(for: object) ?? mock?.overrides.values(for: object)
    guard mock != nil || override != nil else { return real }
    let type = object.resource.type
    let defaults = object.resource.mode == .data ? mock?.dataSources[type] : mock?.resources[type]
    let empty = MockValues(values: .emptyObject, isDuringPlan: mock?.isDuringPlan ?? false, range: mock?.range)
    return MockProvider(real: real, values: override ?? defaults ?? empty, newText: newText)
  }

  /// The outputs of a module that is not to be evaluated; nil for all others.
  func outputs(of module: ModuleInstance) -> Value? {
    if overrides.isEmpty || module.isRoot { return nil }
    let general = ModuleInstance(module.steps.map { ModuleInstance.Step($0.name) })
    for override in overrides {
      if case .module(let target) = override.target, target == module || target == general { return override.values.values }
    }
    return nil
  }
}

extension [OverrideBlock] {
  /// The first that names the instance, be it exactly or without keys.
  fileprivate func values(for object: ResourceInstance) -> MockValues? {
    first { override in
      guard case .resource(let target) = override.target else { return false }
      let steps = target.module.steps
      return target.resource == object.resource && (target.key == nil || target.key == object.key)
        && steps.count == object.module.steps.count
        && zip(steps, object.module.steps).allSatisfy { $0.name == $1.name && ($0.key == nil || $0.key == $1.key) }
    }?.values
  }
}
