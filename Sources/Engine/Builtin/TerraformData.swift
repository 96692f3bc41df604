import Diagnostics
import ProviderInterface
import Values

/// The managed resource `terraform_data`: keeps a value, and replaces itself when another value changes.
/// Behaviour observed with Terraform 1.11.
enum TerraformData {
  static let name = "terraform_data"

  static let schema = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(name: "input", type: .dynamic, optional: true),
      AttributeSchema(name: "output", type: .dynamic, computed: true),
      AttributeSchema(name: "triggers_replace", type: .dynamic, optional: true),
      AttributeSchema(name: "id", type: .string, computed: true),
    ]))

  /// The attributes of one object, by their places among the sorted names: id, input, output, triggers_replace.
  private struct Attributes {
    var id: Value
    var input: Value
    var output: Value
    var triggers: Value

    init(_ value: Value) {
      let reader = ObjectReader(value, schema.block.impliedType)
      id = reader[0]
      input = reader[1]
      output = reader[2]
      triggers = reader[3]
    }

    var object: Value { .object(type: schema.block.impliedType, values: [id, input, output, triggers]) }
  }

  static func validate(_ configuration: Value) -> [Diagnostic] {
    ["id", "output"].compactMap { name in
      guard let value = configuration.attribute(name), !value.isNull else { return nil }
      return Diagnostic(.error, "\"\(name)\" attribute is read-only")
    }
  }

  static func plan(prior: Value, proposed: Value) -> PlanResourceChangeResponse {
    if proposed.isNull { return PlanResourceChangeResponse(planned: proposed) }
    var planned = Attributes(proposed)
    // The output has the type of the input, also while it is unknown.
    let newOutput = planned.input.isNull ? planned.input : Value.unknown(planned.input.type)
    if prior.isNull {
      planned.id = .unknown(.string, refined: .notNull)
      planned.output = newOutput
      return PlanResourceChangeResponse(planned: planned.object)
    }
    let before = Attributes(prior)
    var requiresReplace: [Path] = []
    if !isSame(before.triggers, planned.triggers) {
      requiresReplace = [Path.root.attribute("triggers_replace")]
      planned.id = .unknown(.string, refined: .notNull)
      planned.output = newOutput
    } else if !isSame(before.input, planned.input) {
      planned.output = .unknown(planned.input.type)
    } else {
      return PlanResourceChangeResponse(planned: proposed)
    }
    return PlanResourceChangeResponse(planned: planned.object, requiresReplace: requiresReplace)
  }

  /// A null has no type once it is stored.
  private static func isSame(_ left: Value, _ right: Value) -> Bool { left.isNull && right.isNull || left == right }

  static func apply(planned: Value, makeID: () -> String) -> Value {
    if planned.isNull { return planned }
    var result = Attributes(planned)
    if !result.output.isKnown { result.output = result.input }
    if !result.id.isKnown { result.id = .string(makeID()) }
    return result.object
  }

  /// Only the id is known; the next plan fills in the rest from configuration.
  static func imported(id: String) -> Value {
    var result = Attributes(schema.block.emptyValue)
    result.id = .text(id)
    return result.object
  }

  static func upgrade(_ json: [UInt8]) -> UpgradeResourceStateResponse {
    do {
      let value = try JSONValueCodec.decode(json, type: .object(schema.block.impliedType))
      return UpgradeResourceStateResponse(upgraded: value)
    } catch {
      return UpgradeResourceStateResponse(
        upgraded: nil, diagnostics: [.error("Failed to decode the stored \(name)", "\(error)")])
    }
  }

  /// A `null_resource` can become a `terraform_data`: its triggers become `triggers_replace`.
  static func move(_ request: MoveResourceStateRequest) -> MoveResourceStateResponse {
    guard request.sourceProvider.hasSuffix("/hashicorp/null") else {
      return MoveResourceStateResponse(
        target: nil,
        diagnostics: [
          .error(
            "Unsupported source provider for move operation",
            "terraform_data can take over objects of null_resource from hashicorp/null, and of nothing else.")
        ])
    }
    guard request.sourceTypeName == "null_resource", request.targetTypeName == name else {
      return MoveResourceStateResponse(
        target: nil,
        diagnostics: [
          .error(
            "unsupported move: \(request.sourceTypeName) -> \(request.targetTypeName); only move from null_resource to terraform_data is supported"
          )
        ])
    }
    do {
      let source = try JSONValueCodec.decode(
        request.sourceJSON, type: .object([("id", .string), ("triggers", .map(.string))]))
      var result = Attributes(schema.block.emptyValue)
      result.id = source.attribute("id") ?? .null(.string)
      if let triggers = source.attribute("triggers"), !triggers.isNull {
        result.triggers = .object(Array(zip(triggers.keys, triggers.elements)))
      }
      return MoveResourceStateResponse(target: result.object, private: request.sourcePrivate)
    } catch {
      return MoveResourceStateResponse(
        target: nil, diagnostics: [.error("Failed to decode the stored null_resource", "\(error)")])
    }
  }
}
