import Functions
import Host
import Testing
import Values

/// Runs a table of calls: a line each, `name(arguments) => result` with arguments and result in JSON.
///
/// A call that fails is `name(arguments) => error: message`, or `=> parameter: message` when one argument is to blame.
func check(
  _ table: String, in environment: FunctionEnvironment = .forTests(), at location: SourceLocation = #_sourceLocation
) {
  let functions = FunctionTable(environment: environment)
  for line in table.split(separator: "\n") {
    guard let arrow = line.firstRange(of: ") => "), let open = line.firstIndex(of: "(") else {
      Issue.record("no call and result: \(line)", sourceLocation: location)
      continue
    }
    let name = String(line[..<open])
    let arguments = "[\(line[line.index(after: open)..<arrow.lowerBound])]"
    let expected = normalized(String(line[arrow.upperBound...]))
    let outcome = outcome(of: name, arguments, functions)
    #expect(outcome == expected, "\(line[...arrow.lowerBound])", sourceLocation: location)
  }
}

private func outcome(of name: String, _ arguments: String, _ functions: FunctionTable) -> String {
  guard let values = try? JSONValueCodec.decode(Array(arguments.utf8)).elements else { return "arguments are no JSON" }
  do throws(FunctionError) {
    let result = try functions.call(name, values)
    if !result.isWhollyKnown { return "unknown \(result.type.friendlyName)" }
    return String(decoding: JSONValueCodec.encode(result), as: UTF8.self)
  } catch {
    guard let index = error.argumentIndex, let signature = functions.function(named: name)?.signature else {
      return "error: \(error.message)"
    }
    let parameter = index < signature.parameters.count ? signature.parameters[index] : signature.variadic
    return "\(parameter?.name ?? "?"): \(error.message)"
  }
}

/// JSON as the outcome is written; all else stays as it is.
private func normalized(_ expected: String) -> String {
  guard let value = try? JSONValueCodec.decode(Array(expected.utf8)) else { return expected }
  return String(decoding: JSONValueCodec.encode(value), as: UTF8.self)
}

extension FunctionEnvironment {
  /// A fixed time, counted "random" bytes, and files in memory.
  static func forTests(
    files: any FileTree = MemoryFileTree(), baseDirectory: String = ".", isPlanning: Bool = false
  ) -> FunctionEnvironment {
    FunctionEnvironment(
      files: files, baseDirectory: baseDirectory, homeDirectory: "/home/ada", timestamp: { "2024-02-29T12:30:45Z" },
      planTimestamp: "2024-02-29T12:00:00Z", randomBytes: { count in (0..<count).map { UInt8(truncatingIfNeeded: $0) } },
      isPlanning: isPlanning)
  }
}
