import Diagnostics
import Engine
import Host
import Synchronization
import Values

extension SystemProvisioners {
  /// Runs a command here, by a shell unless another interpreter is named.
  func runLocally(
    _ request: ProvisionerRequest, output: @escaping @Sendable (String) -> Void
  ) async -> [Diagnostic] {
    let arguments = request.configuration
    guard let command = arguments.text("command"), !command.isEmpty else {
      return [.error("Invalid local-exec provisioner command", "The command must not be empty.")]
    }
    var words = arguments.texts("interpreter") ?? []
    if words.isEmpty { words = ["/bin/sh", "-c"] }
    words.append(command)
    output(
      arguments.attribute("quiet")?.asBool == true
        ? "local-exec: Executing: Suppressed by quiet=true" : "Executing: \(shownWords(words))")
    let lines = OutputLines(output)
    let launch = ProcessRequest(
      executable: words[0], arguments: Array(words.dropFirst()), environment: environment(of: arguments),
      workingDirectory: arguments.text("working_dir").flatMap { $0.isEmpty ? nil : $0 }, mergesOutputs: true)
    let reason: String
    do throws(ProcessError) {
      let process = try await launcher.launch(launch) { _, bytes in lines.append(bytes) }
      // A first interrupt asks the command to end, as one typed at the terminal does; soon after it must.
      let exit = await whileRunning(endingWith: {
        process.send(signal: 15)
        process.kill(after: .seconds(10))
      }) { await process.waitForExit() }
      lines.end()
      if exit.isSuccess { return [] }
      reason = isStopped ? "interrupted (\(exit.shown))" : exit.shown
    } catch {
      lines.end()
      reason = error.message
    }
    if request.isSecret {
      return [
        Self.failure(
          "local-exec", "Error running the command: \(reason). The command and its output are not shown: they hold a secret value.")
      ]
    }
    return [Self.failure("local-exec", "'\(command)' failed: \(reason). Output: \(lines.tail)")]
  }

  private func environment(of arguments: Value) -> [String: String] {
    guard let own = arguments.attribute("environment"), !own.isNull else { return environment }
    var result = environment
    for (name, value) in zip(own.keys, own.elements) {
      // A null stands for no value, which is not the same as none of that name.
      result[name] = value.asString ?? ""
    }
    return result
  }
}

extension ProcessExit {
  fileprivate var shown: String {
    switch reason {
    case .code(let code): "exit status \(code)"
    case .signal(let number): "ended by signal \(number)"
    }
  }
}

/// Words as a list of quoted texts: `["/bin/sh" "-c" "echo \"x\""]`.
func shownWords(_ words: [String]) -> String {
  "[" + words.map(quotedWord).joined(separator: " ") + "]"
}

private func quotedWord(_ word: String) -> String {
  var result = "\""
  for scalar in word.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let digits = String(scalar.value, radix: 16)
      result += "\\x" + (digits.count == 1 ? "0" : "") + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// Cuts output into lines, hands them on, and keeps the end of it for messages.
final class OutputLines: Sendable {
  private struct State {
    var rest: [UInt8] = []
    var tail: [UInt8] = []
  }
  private static let tailLength = 8192
  private let state = Mutex(State())
  private let output: @Sendable (String) -> Void

  init(_ output: @escaping @Sendable (String) -> Void) { self.output = output }

  func append(_ bytes: [UInt8]) {
    let lines: [[UInt8]] = state.withLock { state in
      state.tail += bytes
      if state.tail.count > Self.tailLength { state.tail.removeFirst(state.tail.count - Self.tailLength) }
      guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
        state.rest += bytes
        return []
      }
      let whole = state.rest + bytes[..<end]
      state.rest = Array(bytes[(end + 1)...])
      return whole.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
    for line in lines { tell(line) }
  }

  /// Hands on what has no line break behind it.
  func end() {
    let rest = state.withLock { state in
      defer { state.rest = [] }
      return state.rest
    }
    tell(rest)
  }

  var tail: String { state.withLock { String(decoding: $0.tail, as: UTF8.self) } }

  /// Blank lines are left out, and blanks at the end: terminals end their lines with both characters.
  private func tell(_ line: [UInt8]) {
    var text = String(decoding: line, as: UTF8.self)[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    if !text.isEmpty { output(String(text)) }
  }
}
