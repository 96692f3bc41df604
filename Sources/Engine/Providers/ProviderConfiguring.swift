import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import ProviderInterface
import Values

/// The Terraform whose behaviour the engine has; providers are told this version.
package let terraformVersion = "1.11.4"

/// Evaluates a provider configuration and hands it to its provider.
func configure(
  _ address: ProviderConfigurationAddress, evaluator: Evaluator, pool: ProviderPool, graph: ConfigurationGraph
) async -> [Diagnostic] {
  if evaluator.mocks.isMocked(address) { return [] }
  guard let schema = graph.schemas.providerConfiguration(of: address.source) else { return [] }
  let block = evaluator.tree.providerBlock(at: address)
  let body = graph.plan(of: address)
  var problems: [Diagnostic] = []
  var value: Value
  if let body {
    // A provider block lives in a module without count and for_each, so that its one instance is the right one.
    guard let node = evaluator.instances(of: address.module).first else { return [] }
    var data = RepetitionData()
    if block?.forEach != nil {
      guard let instances = evaluator.providerInstances(of: address) else { return evaluator.takeDiagnostics() }
      guard let found = instances.data(for: address.key) else {
        return [
          .error(
            "Provider instance not present",
            "The provider configuration \(address) is needed for what is in the state, but its key is not in the for_each of the "
              + "configuration any more. Put it back until everything that was made with it is destroyed.", at: block?.range)
        ]
      }
      data = found
    }
    (value, problems) = body.decode(in: evaluator.providerContext(in: node, data))
    problems += evaluator.takeDiagnostics()
  } else {
    value = schema.block.emptyValue
    problems = schema.block.problemsOfAbsence
  }
  value = value.withoutMarks
  do {
    if !problems.hasErrors {
      let validation = await (try await pool.provider(for: address)).validateProviderConfiguration(value)
      problems += located(validation.diagnostics, address: nil, body: body, block: block?.range)
    }
    if !problems.hasErrors {
      let configured = await pool.configure(address, with: value, terraformVersion: terraformVersion)
      problems += located(configured, address: nil, body: body, block: block?.range)
    }
  } catch {
    return problems + error.diagnostics
  }
  // What is wrong with a configuration that nobody wrote needs a word on where to write it.
  if problems.hasErrors, body == nil {
    problems.append(
      .error(
        "Invalid provider configuration",
        "Provider \"\(address.source)\" is not configured by any provider block, and cannot do without. Add one to the root module, "
          + "with the arguments that the provider's documentation names."))
  }
  return problems
}

extension BlockSchema {
  /// What is wrong with there being no block at all.
  fileprivate var problemsOfAbsence: [Diagnostic] {
    attributes.filter(\.required).map {
      .error("Missing required argument", "\"\($0.name)\" is required, but there is no block that sets it.")
    }
      + blocks.filter { $0.minItems > 0 }.map {
        .error("Insufficient \($0.name) blocks", "At least \($0.minItems) of them are required, but there is none.")
      }
  }
}
