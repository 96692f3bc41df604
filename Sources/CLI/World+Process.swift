import Glibc
import Host

extension World {
  /// This process: its environment, clock, terminal and files.
  package static func process() -> World {
    World(
      environment: processEnvironment(), workingDirectory: currentDirectory(), programDirectory: ownDirectory(), files: LocalFileTree(),
      launcher: SystemProcessLauncher(), output: .descriptor(STDOUT_FILENO), errors: .descriptor(STDERR_FILENO),
      readLine: LineInput.standard.line, readSecretLine: { LineInput.standard.secretLine(prompt: $0, output: .descriptor(STDOUT_FILENO)) }, editLine: lineEditor(),
      readInput: readToEnd, isInputTerminal: isatty(STDIN_FILENO) == 1,
      now: { clock(CLOCK_REALTIME) }, uptimeMilliseconds: { clock(CLOCK_MONOTONIC) / 1_000_000 },
      randomBytes: { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
      })
  }
}

/// Nil where lines cannot be edited: not at a terminal, or at one that knows no codes.
private func lineEditor() -> (@Sendable (_ prompt: String, _ history: [String]) -> TypedLine)? {
  guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, processEnvironment()["TERM"] != "dumb" else { return nil }
  let output = OutputStream.descriptor(STDOUT_FILENO)
  return { LineInput.standard.editedLine(prompt: $0, history: $1, output: output) }
}

@Sendable private func readToEnd() -> [UInt8] {
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
    if count < 0 && errno == EINTR { continue }
    if count <= 0 { return bytes }
    bytes += buffer[..<count]
  }
}

private func clock(_ id: clockid_t) -> Int64 {
  var time = timespec()
  unsafe clock_gettime(id, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

private func ownDirectory() -> String? {
  guard let path = try? LocalFileTree().resolve("/proc/self/exe"), let slash = path.lastIndex(of: "/") else { return nil }
  return String(path[..<slash])
}

private func currentDirectory() -> String {
  guard let path = unsafe getcwd(nil, 0) else { return "." }
  defer { unsafe free(path) }
  return unsafe String(cString: path)
}

private func processEnvironment() -> [String: String] {
  var result: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let pair = unsafe String(cString: text)
    if let separator = pair.utf8.firstIndex(of: UInt8(ascii: "=")) {
      result[String(pair[..<separator])] = String(pair[pair.utf8.index(after: separator)...])
    }
    unsafe entry += 1
  }
  return result
}
