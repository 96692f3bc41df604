import Diagnostics
import Foundation
import HCL
import Testing
import Values

@testable import Expressions

/// The tests of the HCL specification, from the folder `specsuite` of its repository. Each is a file in the native or JSON
/// syntax, a specification (`.hcldec`) of what it should hold, and what must come of them (`.t`).
@Suite(.enabled(if: SpecificationSuite.isThere, "PLUMB_HCL_SPECSUITE names no folder of the HCL specification's tests"))
struct SpecificationSuiteTests {
  @Test(arguments: SpecificationSuite.all)
  func agrees(test: SpecificationSuite.TestFile) throws {
    let expected = try Expectation(reading: test.base + ".t")
    let specification = try Specification(reading: test.base + ".hcldec")
    let bytes = try Array(Data(contentsOf: URL(filePath: test.path)))
    let file = SourceFileID(index: 0)
    var (body, problems) = test.path.hasSuffix(".json") ? parseJSONFile(bytes, file: file) : parseFile(bytes, file: file)
    var value = Value.dynamicNull
    if !problems.hasErrors { value = specification.root.value(of: body, in: specification.context, &problems) }
    let places = problems.map { $0.subject.map { "\($0.start)-\($0.end)" } ?? "nowhere" }
    #expect(places.sorted() == expected.places.sorted(), "\(problems)")
    if let result = expected.result { #expect(value.isIdentical(to: result), "\(text(value))\nwanted\n\(text(result))") }
    if let type = expected.type { #expect(value.type == type) }
  }
}

enum SpecificationSuite {
  struct TestFile: Sendable, CustomTestStringConvertible {
    var path: String
    /// Without `.hcl` and `.hcl.json`.
    var base: String
    var testDescription: String { path.split(separator: "/").suffix(3).joined(separator: "/") }
  }

  static let directory = ProcessInfo.processInfo.environment["PLUMB_HCL_SPECSUITE"]
  static var isThere: Bool { !all.isEmpty }

  static let all: [TestFile] = {
    guard let directory, let files = FileManager.default.enumerator(atPath: directory) else { return [] }
    return files.compactMap { $0 as? String }.sorted().compactMap { name in
      guard let suffix = [".hcl", ".hcl.json"].first(where: { name.hasSuffix($0) }) else { return nil }
      let base = "\(directory)/\(name.dropLast(suffix.count))"
      guard FileManager.default.fileExists(atPath: base + ".t") else { return nil }
      return TestFile(path: "\(directory)/\(name)", base: base)
    }
  }()

  struct Unreadable: Error {
    var reason: String
  }

  /// The body of one of the suite's own files.
  static func body(of path: String) throws -> (attributes: [Attribute], blocks: [Block]) {
    let bytes = try Array(Data(contentsOf: URL(filePath: path)))
    let (body, problems) = parseFile(bytes, file: SourceFileID(index: 1))
    guard !problems.hasErrors, let contents = body.nativeContents else { throw Unreadable(reason: "\(path): \(problems)") }
    return contents
  }

  static func constant(_ expression: HCL.Expression) throws -> Value {
    let (value, problems) = evaluate(expression, in: EvaluationContext(scope: EmptyScope(), functions: nil))
    if problems.hasErrors { throw Unreadable(reason: "\(problems)") }
    return value
  }

  static func type(_ expression: HCL.Expression) throws -> ValueType {
    switch expression.keyword() {
    case "string": return .string
    case "number": return .number
    case "bool": return .bool
    case "any": return .dynamic
    default: break
    }
    guard let call = expression.staticCall(), let argument = call.arguments.first else {
      throw Unreadable(reason: "no type at \(expression.range)")
    }
    switch call.name {
    case "list": return .list(try type(argument))
    case "set": return .set(try type(argument))
    case "map": return .map(try type(argument))
    case "tuple": return .tuple(try (argument.asStaticList() ?? []).map(type))
    case "object":
      return .object(ObjectType(try (argument.asStaticMap() ?? []).map { ($0.keyName ?? "", try type($0.value)) }))
    default: throw Unreadable(reason: "no type is called \(call.name)")
    }
  }
}

/// What a `.t` file says must come out.
private struct Expectation {
  var result: Value?
  var type: ValueType?
  /// Where messages must point at.
  var places: [String] = []

  init(reading path: String) throws {
    let contents = try SpecificationSuite.body(of: path)
    for attribute in contents.attributes {
      switch attribute.name {
      case "result": result = try SpecificationSuite.constant(attribute.expression)
      case "result_type": type = try SpecificationSuite.type(attribute.expression)
      default: throw SpecificationSuite.Unreadable(reason: "unknown expectation \(attribute.name)")
      }
    }
    // A result without a type is taken as what it is written for.
    if let type, let written = result { result = try convert(written, to: type) }
    for block in contents.blocks where block.type == "diagnostics" {
      for problem in block.body.nativeContents?.blocks ?? [] {
        let ends = try ["from", "to"].map { end in
          let place = problem.body.nativeContents?.blocks.first { $0.type == end }?.body.nativeContents?.attributes
            .first { $0.name == "byte" }
          return try place.map { try SpecificationSuite.constant($0.expression).asNumber?.text ?? "" } ?? ""
        }
        places.append(ends.joined(separator: "-"))
      }
    }
  }
}

/// What a `.hcldec` file says that a body holds, as far as the suite uses it.
private struct Specification {
  var root = Shape.literal(.dynamicNull)
  var context = EvaluationContext(scope: EmptyScope(), functions: nil)

  init(reading path: String) throws {
    let contents = try SpecificationSuite.body(of: path)
    for block in contents.blocks {
      if block.type == "variables" {
        var values: [String: Value] = [:]
        for attribute in block.body.nativeContents?.attributes ?? [] {
          values[attribute.name] = try SpecificationSuite.constant(attribute.expression)
        }
        context.scope = ValuesScope(values)
      } else {
        root = try Shape(block)
      }
    }
  }

  indirect enum Shape {
    case literal(Value)
    case attribute(String, ValueType, isRequired: Bool)
    case object([(String, Shape)])
    case block(String, Shape)
    case blockList(String, Shape)
    case blockMap(String, labels: [String], Shape)

    init(_ block: Block) throws {
      let (attributes, blocks) = block.body.nativeContents ?? ([], [])
      func constant(_ name: String) throws -> Value? {
        try attributes.first { $0.name == name }.map { try SpecificationSuite.constant($0.expression) }
      }
      func nested() throws -> Shape { try blocks.first.map(Shape.init) ?? .literal(.dynamicNull) }
      let label = block.labels.first?.text ?? ""
      let type = try constant("block_type")?.asString ?? label
      switch block.type {
      case "literal": self = .literal(try constant("value") ?? .dynamicNull)
      case "object": self = .object(try blocks.map { ($0.labels.first?.text ?? "", try Shape($0)) })
      case "attr":
        let wanted = try attributes.first { $0.name == "type" }.map { try SpecificationSuite.type($0.expression) }
        self = .attribute(
          try constant("name")?.asString ?? label, wanted ?? .dynamic, isRequired: try constant("required")?.asBool == true)
      case "block": self = .block(type, try nested())
      case "block_list": self = .blockList(type, try nested())
      case "block_map":
        self = .blockMap(type, labels: try constant("labels")?.elements.compactMap(\.asString) ?? [], try nested())
      default: throw SpecificationSuite.Unreadable(reason: "unknown specification \(block.type)")
      }
    }

    /// What a body is asked for.
    private var schema: ContentSchema {
      switch self {
      case .literal: ContentSchema()
      case .attribute(let name, _, let isRequired):
        ContentSchema(attributes: [AttributeSpecification(name, required: isRequired)])
      case .object(let members):
        ContentSchema(
          attributes: members.flatMap(\.1.schema.attributes), blocks: members.flatMap(\.1.schema.blocks))
      case .block(let type, _), .blockList(let type, _): ContentSchema(blocks: [BlockSpecification(type)])
      case .blockMap(let type, let labels, _): ContentSchema(blocks: [BlockSpecification(type, labelNames: labels)])
      }
    }

    private var impliedType: ValueType {
      switch self {
      case .literal(let value): value.type
      case .attribute(_, let type, _): type
      case .object(let members): .object(ObjectType(members.map { ($0.0, $0.1.impliedType) }))
      case .block(_, let shape): shape.impliedType
      case .blockList(_, let shape): .list(shape.impliedType)
      case .blockMap(_, _, let shape): .map(shape.impliedType)
      }
    }

    func value(of body: Body, in context: EvaluationContext, _ problems: inout [Diagnostic]) -> Value {
      let (content, found) = body.content(for: schema)
      problems += found
      return value(of: content, in: context, &problems)
    }

    private func value(of content: BodyContent, in context: EvaluationContext, _ problems: inout [Diagnostic]) -> Value {
      switch self {
      case .literal(let value): return value
      case .attribute(let name, let type, _):
        guard let attribute = content.attributes[name] else { return .null(type) }
        let (value, found) = evaluate(attribute.expression, as: type, in: context)
        problems += found
        return value
      case .object(let members):
        var attributes: [(String, Value)] = []
        for (name, shape) in members { attributes.append((name, shape.value(of: content, in: context, &problems))) }
        return .object(attributes)
      case .block(let type, let shape):
        guard let block = content.blocks.first(where: { $0.type == type }) else { return .null(impliedType) }
        return shape.value(of: block.body, in: context, &problems)
      case .blockList(let type, let shape):
        var values: [Value] = []
        for block in content.blocks where block.type == type { values.append(shape.value(of: block.body, in: context, &problems)) }
        return .list(values, of: values.first?.type ?? shape.impliedType)
      case .blockMap(let type, _, let shape):
        var values: [String: Value] = [:]
        for block in content.blocks where block.type == type {
          values[block.labels.first?.text ?? ""] = shape.value(of: block.body, in: context, &problems)
        }
        return .map(values, of: values.values.first?.type ?? shape.impliedType)
      }
    }
  }
}
