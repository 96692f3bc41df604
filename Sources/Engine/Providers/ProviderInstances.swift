import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import Values

extension Evaluator {
  /// The provider configuration of one instance of a resource. Where the configuration has instances of its own, the resource, or a
  /// module call on the way up, chooses one of them. Nil, with a diagnostic, if that cannot be told.
  func providerConfiguration(
    of block: ResourceBlock, in node: ModuleNode, _ data: RepetitionData
  ) -> ProviderConfigurationAddress? {
    let name = block.provider?.key ?? ProviderReferenceKey(block.resource.impliedProvider)
    guard let (address, choice) = tree.providerPath(named: name, in: node.module.path) else { return nil }
    if let key = block.provider?.instanceKey { return instance(of: address, key, in: node, data) }
    guard let choice else { return address }
    // The instance of the module that the call made, and in whose caller the key is evaluated.
    var child = node
    while let parent = child.parent {
      if parent.module.path == choice.module { return instance(of: address, choice.key, in: parent, child.repetition) }
      child = parent
    }
    return address
  }

  private func instance(
    of address: ProviderConfigurationAddress, _ expression: Expression, in node: ModuleNode, _ data: RepetitionData
  ) -> ProviderConfigurationAddress? {
    let (value, problems) = evaluate(expression, as: .string, in: context(in: node, repetition: data))
    report(problems)
    if problems.hasErrors { return nil }
    func invalid(_ reason: String) -> ProviderConfigurationAddress? {
      report([.error("Invalid provider instance key", "The key of an instance of \(address) \(reason).", at: expression.range)])
      return nil
    }
    if value.containsMark(.sensitive) || value.containsMark(.ephemeral) { return invalid("must be neither sensitive nor ephemeral") }
    if value.isNull { return invalid("must not be null") }
    guard let text = value.asString else { return invalid("must be known while planning") }
    let result = ProviderConfigurationAddress(
      module: address.module, source: address.source, alias: address.alias, key: .string(text))
    guard providerInstances(of: address)?.contains(result.key) == true else {
      return invalid("must be one of the keys of its for_each, which \"\(text)\" is not")
    }
    return result
  }

  /// The instances of a provider configuration with `for_each`; nil, with a diagnostic, if they cannot be told.
  func providerInstances(of address: ProviderConfigurationAddress) -> Repetition? {
    guard let forEach = tree.providerBlock(at: address)?.forEach, let node = instances(of: address.module).first else { return nil }
    let repetition = repetition(count: nil, forEach: forEach, enabled: nil, in: node)
    if !repetition.isUnknown { return repetition }
    report([
      .error(
        "Invalid for_each argument",
        "The instances of a provider configuration must be known while planning, so that its for_each must not depend on what is "
          + "known only after something else was applied.", at: forEach.range)
    ])
    return nil
  }
}
