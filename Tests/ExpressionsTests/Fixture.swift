import Diagnostics
import Functions
import HCL
import Host
import Values

@testable import Expressions

/// One evaluation as text: the value, or the errors as `summary: detail` with the source they point at.
func run(_ source: String, files: [String: String] = [:]) -> String {
  let bytes = Array(source.utf8)
  let (expression, parsing) = parseExpression(bytes, file: SourceFileID(index: 0))
  let (value, found) = evaluate(expression, in: context(files))
  let errors = parsing + found
  return errors.isEmpty ? text(value) : errors.map { text($0, in: bytes) }.joined(separator: "\n")
}

/// The names that tests may use.
func context(_ files: [String: String] = [:]) -> EvaluationContext {
  let functions = standard(files)
  let object = Value.object([("name", "web"), ("tags", .map(["env": "test"], of: .string))])
  var context = EvaluationContext(
    scope: ValuesScope([
      "var": .object([
        ("list", .list(["a", "b"], of: .string)), ("object", object), ("nothing", .null(.list(.string))),
        ("secret", Value.text("s3cret").marked(with: .sensitive)),
      ]),
      "later": .object([
        ("text", .unknown(.string)), ("list", .unknown(.list(.string))), ("any", .dynamicUnknown),
        ("flag", .unknown(.bool)), ("number", .unknown(.number)),
      ]),
    ]), functions: functions)
  context.describesTypes = true
  return context
}

func standard(_ files: [String: String]) -> FunctionTable {
  let tree = MemoryFileTree(files)
  let read = Function("file", [FunctionParameter("path", .string)], returns: .string) {
    (arguments: [Value]) throws(FunctionError) -> Value in
    guard let bytes = try? tree.read(arguments[0].asString ?? "") else {
      throw FunctionError("no file exists at \"\(arguments[0].asString ?? "")\"", argument: 0)
    }
    return .text(String(decoding: bytes, as: UTF8.self))
  }
  let upper = Function("upper", [FunctionParameter("str", .string)], returns: .string) {
    (arguments: [Value]) throws(FunctionError) -> Value in .text((arguments[0].asString ?? "").uppercased())
  }
  let join = Function(
    "join", [FunctionParameter("separator", .string)], variadic: FunctionParameter("lists", .list(.string)),
    returns: .string
  ) { (arguments: [Value]) throws(FunctionError) -> Value in
    .text(
      arguments.dropFirst().flatMap { $0.elements.map { $0.asString ?? "" } }
        .joined(separator: arguments[0].asString ?? ""))
  }
  return FunctionTable([read, upper, join])
}

func text(_ diagnostic: Diagnostic, in bytes: [UInt8]) -> String {
  let place = diagnostic.subject.map { range in
    String(decoding: bytes[min(Int(range.start), bytes.count)..<min(Int(range.end), bytes.count)], as: UTF8.self)
  }
  let values = diagnostic.values.map { " [\($0.traversal) \($0.statement)]" }.joined()
  return "\(diagnostic.summary): \(diagnostic.detail) @ \(place ?? "-")\(values)"
}

/// A value as the language would write it, unknown and marked parts spelled out.
func text(_ value: Value) -> String {
  func pairs(_ names: [String], _ values: [Value]) -> String {
    zip(names, values).map { "\($0) = \(text($1))" }.joined(separator: ", ")
  }
  func all(_ values: [Value]) -> String { values.map(text).joined(separator: ", ") }
  switch value {
  case .null(let type): return type == .dynamic ? "null" : "null(\(type.friendlyName))"
  case .unknown(let unknown):
    let known = unknown.refinements
    var notes = known.isNotNull ? "!" : ""
    if !known.stringPrefix.isEmpty { notes += " from \(known.stringPrefix)" }
    if let low = known.lowerBound, let high = known.upperBound { notes += " \(low.value.text)...\(high.value.text)" }
    if known.minimumLength > 0 || known.maximumLength != nil {
      notes += " \(known.minimumLength)...\(known.maximumLength.map(String.init) ?? "") long"
    }
    return "unknown(\(unknown.type.friendlyName))\(notes)"
  case .bool(let flag): return "\(flag)"
  case .number(let number): return number.text
  case .string(let string): return "\"\(string)\""
  case .list(let list): return "tolist([\(all(list.elements))])"
  case .set(let set): return "toset([\(all(set.elements))])"
  case .tuple(let tuple): return "[\(all(tuple.elements))]"
  case .map(let map): return "tomap({\(pairs(map.keys, map.values))})"
  case .object(let object): return "{\(pairs(object.names, object.values))}"
  case .marked(let node):
    let name = node.marks.contains(.sensitive) ? "sensitive" : node.marks.contains(.ephemeral) ? "ephemeral" : "type"
    return "\(name)(\(text(node.value)))"
  }
}
