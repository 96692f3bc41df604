import Addresses
import Engine
import Plans
import Testing
import Values

@testable import CLI

/// A plan written down as JSON, as the files in `Golden` hold it beside the text that `terraform` 1.11.4 printed for it.
///
/// `things` has one resource each, of the type `fake_FILE_NAME` and the name `x`, with its schema and the object before and after;
/// the text `(unknown)` stands for a value known after apply.
struct PlanCase {
  var plan = Plan(mode: .normal, basis: PlanBasis(lineage: "x", serial: 1), timestamp: "2025-01-01T00:00:00Z")
  var schemas = SchemaTable()

  static let source = ProviderSource(type: "fake")
  private let file: String

  init(_ document: JSONNode, file: String) throws {
    self.file = file
    plan.mode = document["mode"]?.string.flatMap(PlanMode.init) ?? .normal
    for thing in document["things"]?.members ?? [] { try add(thing.key, thing.value) }
    plan.changes.sort { $0.address < $1.address }
    plan.drift.sort { $0.address < $1.address }
    for output in document["outputs"]?.members ?? [] { plan.outputChanges.append(try Self.output(output.key, output.value)) }
    plan.outputChanges.sort { $0.name < $1.name }
    if plan.mode == .refreshOnly {
      plan.drift += plan.changes.filter(\.isMove)
      plan.drift.sort { $0.address < $1.address }
      plan.changes = []
    }
    plan.isApplyable = true
  }

  private mutating func add(_ name: String, _ thing: JSONNode) throws {
    let schema = Schema(block: try block(#require(thing["schema"])))
    let mode = thing["mode"]?.string.flatMap(ResourceMode.init) ?? .managed
    let resource = Resource(mode, "fake_\(file)_\(name)", "x")
    schemas.add(schema, kind: resource.mode.typeKind, named: resource.type, from: Self.source)
    var address = ResourceInstance(resource)
    if let key = thing["key"] { address.key = key.integer.map { .integer($0) } ?? .string(key.string ?? "") }
    if let module = thing["module"]?.string { address.module = try #require(ModuleInstance(parsing: module)) }
    func marks(_ key: String) -> [PathMarks] {
      (thing[key]?.array ?? []).map { PathMarks(path: path($0), marks: .sensitive) }
    }
    let before = object(thing["before"], schema.block).markedDeep(with: marks("sensitive_before"))
    let after = object(thing["deposed"] == nil ? thing["after"] : nil, schema.block).markedDeep(
      with: marks("sensitive_after"))
    let drifted = thing["drifted"].map { object($0, schema.block) }
    let deposedKey = thing["deposed"]?.string
    let replacePaths = (thing["replace"]?.array ?? []).map(path)
    let provider = ProviderConfigurationAddress(source: Self.source)
    let prior = thing["import"] == nil || thing["after"] != nil ? drifted ?? before : before
    var change = ResourceChange(
      address: address, deposedKey: deposedKey, provider: provider, schemaVersion: 0, action: .noOp, before: prior,
      after: after, replacePaths: prior.isNull ? [] : replacePaths)
    change.importID = thing["import"]?.string
    if let previous = thing["previous"]?.string {
      change.previousAddress = try #require(ResourceInstance(parsing: previous))
    }
    change.reason = thing["reason"]?.string.flatMap(ActionReason.init)
    if let action = thing["action"]?.string {
      change.action = try #require(Action(rawValue: action))
    } else if prior.isNull {
      change.action = .create
    } else if after.isNull {
      change.action = .delete
      change.reason = change.reason ?? (deposedKey == nil ? .deleteBecauseNoResourceConfig : nil)
    } else if !replacePaths.isEmpty {
      change.action = .deleteThenCreate
    } else if !prior.isIdentical(to: after) {
      change.action = .update
    }
    plan.changes.append(change)
    if let drifted {
      var drift = change
      drift.reason = nil
      drift.before = before
      drift.after = drifted
      drift.action = drifted.isNull ? .delete : .update
      plan.drift.append(drift)
    }
    for relevant in thing["relevant"]?.array ?? [] {
      plan.relevantAttributes.append(RelevantAttribute(resource: address, path: path(relevant)))
    }
  }

  private static func output(_ name: String, _ node: JSONNode) throws -> OutputChange {
    let before = node["before"].map(untyped) ?? .dynamicNull
    let after = node["after"].map(untyped) ?? .dynamicNull
    return OutputChange(
      name: name, action: .update, before: before, after: after, isSensitive: node["sensitive"]?.bool ?? false)
  }

  // MARK: Schemas

  private func block(_ node: JSONNode) throws -> BlockSchema {
    BlockSchema(
      attributes: try (node["attributes"]?.members ?? []).map { try attribute($0.key, $0.value) },
      blocks: try (node["blocks"]?.members ?? []).map {
        NestedBlockSchema(name: $0.key, nesting: nesting($0.value), block: try block($0.value))
      })
  }

  private func attribute(_ name: String, _ node: JSONNode) throws -> AttributeSchema {
    let isSensitive = node["sensitive"]?.bool ?? false
    let isWriteOnly = node["write_only"]?.bool ?? false
    if let nested = node["nested"] {
      let attributes = try (nested["attributes"]?.members ?? []).map { try attribute($0.key, $0.value) }
      return AttributeSchema(
        name: name, nestedType: NestedAttributeSchema(nesting: nesting(nested), attributes: attributes), optional: true,
        computed: true, sensitive: isSensitive, writeOnly: isWriteOnly)
    }
    let type = try JSONValueCodec.decodeType(#require(node["type"]).bytes)
    return AttributeSchema(
      name: name, type: type, optional: true, computed: true, sensitive: isSensitive, writeOnly: isWriteOnly)
  }

  private func nesting(_ node: JSONNode) -> NestingMode {
    switch node["nesting"]?.string {
    case "list": .list
    case "set": .set
    case "map": .map
    case "group": .group
    default: .single
    }
  }

  // MARK: Values

  private func path(_ node: JSONNode) -> Path {
    Path(
      (node.array ?? []).map { step in
        if let position = step.integer { return .index(.int(position)) }
        let name = step.string ?? ""
        return name.hasPrefix("#") ? .index(.string(String(name.dropFirst()))) : .attribute(name)
      })
  }

  private func object(_ node: JSONNode?, _ block: BlockSchema) -> Value {
    guard let node, !node.isNull else { return .null(.object(block.impliedType)) }
    let values = block.impliedType.names.map { name -> Value in
      if let attribute = block.attribute(name) { return value(node[name], attribute.type) }
      guard let nested = block.block(name) else { return .dynamicNull }
      return blocks(node[name], nested)
    }
    return .object(type: block.impliedType, values: values)
  }

  private func blocks(_ node: JSONNode?, _ nested: NestedBlockSchema) -> Value {
    if node?.string == "(unknown)" { return .unknown(nested.impliedType) }
    let type = ValueType.object(nested.block.impliedType)
    switch nested.nesting {
    case .single: return object(node, nested.block)
    case .group: return object(node ?? .object([]), nested.block)
    case .list: return .list((node?.array ?? []).map { object($0, nested.block) }, of: type)
    case .set: return .set((node?.array ?? []).map { object($0, nested.block) }, of: type)
    case .map:
      let pairs = (node?.members ?? []).map { ($0.key, object($0.value, nested.block)) }
      return .map(Dictionary(pairs, uniquingKeysWith: { _, last in last }), of: type)
    }
  }

  private func value(_ node: JSONNode?, _ type: ValueType) -> Value {
    guard let node, !node.isNull else { return .null(type) }
    if node.string == "(unknown)" { return .unknown(type) }
    switch type {
    case .list(let element): return .list((node.array ?? []).map { value($0, element) }, of: element)
    case .set(let element): return .set((node.array ?? []).map { value($0, element) }, of: element)
    case .map(let element):
      let pairs = (node.members ?? []).map { ($0.key, value($0.value, element)) }
      return .map(Dictionary(pairs, uniquingKeysWith: { _, last in last }), of: element)
    case .tuple(let types): return .tuple(zip(node.array ?? [], types).map { value($0, $1) })
    case .object(let type):
      return .object(type: type, values: zip(type.names, type.types).map { value(node[$0], $1) })
    default: return Self.untyped(node)
    }
  }

  private static func untyped(_ node: JSONNode) -> Value {
    switch node {
    case .null: return .dynamicNull
    case .bool(let flag): return .bool(flag)
    case .number(let text): return Number(parsing: text).map { .number($0) } ?? .dynamicNull
    case .string("(unknown)"): return .dynamicUnknown
    case .string(let text): return .string(text)
    case .array(let elements): return .tuple(elements.map(untyped))
    case .object(let members):
      if members.count == 1, members[0].key == "(sensitive)" { return untyped(members[0].value).marked(with: .sensitive) }
      return .object(members.map { ($0.key, untyped($0.value)) })
    }
  }
}
