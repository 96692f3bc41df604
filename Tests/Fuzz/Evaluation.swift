import Diagnostics
import Expressions
import Functions
import HCL
import Host
import Values

/// Names of every kind of value, unknown and marked ones among them.
private let scope = ValuesScope([
  "a": .list(["a", "b"], of: .string), "n": 3, "s": "text", "t": .tuple([1, "x", .true, .null(.dynamic)]),
  "o": .object([("k", "v"), ("l", .set([1, 2], of: .number))]), "m": .map(["x": 1, "y": 2], of: .number),
  "secret": Value.text("s3cret").marked(with: .sensitive),
  "u": .object([("s", .unknown(.string, refined: Refinements(isNotNull: true, stringPrefix: "ab"))), ("l", .unknown(.list(.number)))]),
  "d": .dynamicUnknown, "z": .null(.string),
])

private let functions = FunctionTable(
  environment: FunctionEnvironment(
    files: MemoryFileTree(["/a.txt": "text", "/a.tftpl": "${x}"], workingDirectory: "/"), baseDirectory: "/", homeDirectory: nil,
    timestamp: { "2026-02-28T12:30:45Z" }, planTimestamp: "2026-02-28T12:30:45Z",
    randomBytes: { Array(repeating: 7, count: $0) }, isPlanning: false))

/// An expression of everything that the language has: a value or a message, and the same again the next time.
func checkEvaluation(_ bytes: [UInt8]) throws(Violation) {
  // A password's hash takes its time, as it should.
  if String(decoding: bytes, as: UTF8.self).contains("bcrypt") { return }
  let (expression, problems) = parseExpression(bytes, file: SourceFileID(index: 0))
  if problems.hasErrors { return }
  let context = EvaluationContext(scope: scope, functions: functions)
  let (value, found) = evaluate(expression, in: context)
  try check(found, bytes)
  let (again, _) = evaluate(expression, in: context)
  try require(value == again, "two evaluations differ")
  _ = involvedValues(of: expression, in: context)
  let plain = value.withoutMarks
  if plain.type.isPlain { try checkValue(plain, plain.type) }
}

extension ValueType {
  /// Whether no part of it is a value of the host program.
  fileprivate var isPlain: Bool {
    switch self {
    case .capsule: false
    case .dynamic, .bool, .number, .string: true
    case .list(let element), .set(let element), .map(let element): element.isPlain
    case .tuple(let types): types.allSatisfy { $0.isPlain }
    case .object(let type): type.types.allSatisfy { $0.isPlain }
    }
  }
}
