import Diagnostics
import ProviderInterface
import Values

/// The data source `terraform_remote_state`: the root outputs of another state.
enum TerraformRemoteState {
  static let name = "terraform_remote_state"

  static let schema = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(
        name: "backend", type: .string, required: true,
        description: "The remote backend to use, e.g. `remote` or `http`.", descriptionKind: .markdown),
      AttributeSchema(
        name: "config", type: .dynamic, optional: true,
        description: """
          The configuration of the remote backend. Although this is optional, most backends require some configuration.

          The object can use any arguments that would be valid in the equivalent `terraform { backend "<TYPE>" { ... } }` block.
          """, descriptionKind: .markdown),
      AttributeSchema(
        name: "defaults", type: .dynamic, optional: true,
        description: "Default values for outputs, in case the state file is empty or lacks a required output.",
        descriptionKind: .markdown),
      AttributeSchema(
        name: "outputs", type: .dynamic, computed: true,
        description: "An object containing every root-level output in the remote state.", descriptionKind: .markdown),
      AttributeSchema(
        name: "workspace", type: .string, optional: true,
        description: "The Terraform workspace to use, if the backend supports workspaces.", descriptionKind: .markdown),
    ]))

  static func validate(_ configuration: Value) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    if let value = configuration.attribute("config"), !isObjectLike(value) {
      diagnostics.append(
        Diagnostic(
          .error, "Invalid backend configuration", "Set \"config\" to an object.",
          attributePath: [".config"]))
    }
    if let value = configuration.attribute("defaults"), !isObjectLike(value) {
      diagnostics.append(
        Diagnostic(
          .error, "Invalid default values", "Set \"defaults\" to an object.", attributePath: [".defaults"]))
    }
    return diagnostics
  }

  private static func isObjectLike(_ value: Value) -> Bool {
    switch value {
    case .object, .map: true
    case .null(let type): isObjectLike(type)
    case .unknown(let unknown): isObjectLike(unknown.type)
    default: false
    }
  }

  private static func isObjectLike(_ type: ValueType) -> Bool {
    switch type {
    case .dynamic, .object, .map: true
    default: false
    }
  }

  static func read(_ configuration: Value, with reader: RemoteStateReader) async -> ReadDataSourceResponse {
    let problems = validate(configuration)
    if problems.hasErrors { return ReadDataSourceResponse(state: nil, diagnostics: problems) }
    guard let backend = configuration.attribute("backend")?.asString else {
      return ReadDataSourceResponse(
        state: nil,
        diagnostics: [
          Diagnostic(
            .error, "Invalid backend configuration", "A backend type is required.", attributePath: [".backend"])
        ])
    }
    let workspace = configuration.attribute("workspace")?.asString ?? "default"
    let settings = configuration.attribute("config") ?? .dynamicNull
    var (found, diagnostics) = await reader(
      // An old name that configurations may still have.
      backend == "_local" ? "local" : backend,
      .object(Array(zip(settings.keys, settings.elements))), workspace)
    if diagnostics.hasErrors { return ReadDataSourceResponse(state: nil, diagnostics: diagnostics) }
    if found == nil {
      diagnostics.append(
        Diagnostic(
          .error, "Unable to find remote state",
          "This backend has no state of this workspace yet. Apply there first, or set \"defaults\".",
          attributePath: [".workspace"]))
      return ReadDataSourceResponse(state: nil, diagnostics: diagnostics)
    }
    let defaults = configuration.attribute("defaults") ?? .dynamicNull
    var outputs = Dictionary(zip(defaults.keys, defaults.elements), uniquingKeysWith: { first, _ in first })
    outputs.merge(found ?? [:]) { _, stored in stored }
    // Providers answer without marks; what is sensitive in the other state is so only there (observed).
    let state = Value.object([
      ("backend", .string(backend)), ("config", settings),
      ("defaults", defaults.isNull ? .dynamicNull : defaults), ("outputs", .object(outputs.mapValues(\.withoutMarks))),
      ("workspace", configuration.attribute("workspace") ?? .null(.string)),
    ])
    return ReadDataSourceResponse(state: state, diagnostics: diagnostics)
  }
}
