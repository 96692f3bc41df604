import Foundation
import Synchronization

/// What a person at a terminal sees of a program, and types to it.
struct Terminal: Sendable {
  var columns: Int
  /// What is typed, one after the other.
  var typed: [Keys] = []

  struct Keys: Sendable {
    /// The text that must have been shown since the last keys; nil for a prompt at the end of all that is shown.
    var awaited: String?
    /// A line, or one that is typed a while later with `…` before it; with `␛` for the escape key, or what `^C` and `^D` stand for.
    var line: String

    var bytes: [UInt8] {
      switch line {
      case "^C": [3]
      case "^D": [4]
      default: Array(line.drop { $0 == "…" }.replacingOccurrences(of: "␛", with: "\u{1B}").utf8) + [0x0A]
      }
    }

    var isSlow: Bool { line.hasPrefix("…") }

    /// Of lines `TYPE=line`, each of them behind a line `WHEN=text` or not.
    static func read(from lines: [Substring]) -> [Keys] {
      var awaited: String?
      return lines.compactMap { line in
        if line.hasPrefix("WHEN=") { awaited = String(line.dropFirst("WHEN=".count)) }
        guard line.hasPrefix("TYPE=") else { return nil }
        defer { awaited = nil }
        return Keys(awaited: awaited, line: String(line.dropFirst("TYPE=".count)))
      }
    }
  }

  struct Failure: Error { var step: String }

  /// Runs a program to its end. The output is all that the terminal was sent, with `␛` for the character that begins its codes.
  func run(_ program: Program, _ arguments: [String], in directory: URL, environment: [String: String]) async throws -> Outcome {
    let (controller, device) = try open()
    defer { close(controller) }
    let process = Process()
    // Only what leads a session has a terminal of its own, whose keys interrupt it.
    process.executableURL = URL(filePath: try Program.find("setsid").orThrow(Failure(step: "setsid")))
    process.arguments = ["--ctty", "--wait", program.path] + arguments
    process.currentDirectoryURL = directory
    process.environment = environment
    process.standardInput = device
    process.standardOutput = device
    process.standardError = device
    try process.run()
    try device.close()
    let identifier = process.processIdentifier
    let isFinished = Mutex(false)
    DispatchQueue.global().asyncAfter(deadline: .now() + 120) { isFinished.withLock { if !$0 { _ = kill(identifier, SIGKILL) } } }
    let bytes = await withCheckedContinuation { done in
      Thread.detachNewThread { done.resume(returning: converse(controller)) }
    }
    process.waitUntilExit()
    isFinished.withLock { $0 = true }
    return Outcome(exitCode: process.terminationStatus, output: Self.visible(bytes), errors: "")
  }

  private func open() throws -> (controller: Int32, device: FileHandle) {
    let descriptor = Glibc.open("/dev/ptmx", O_RDWR | O_NOCTTY)
    guard descriptor >= 0 else { throw Failure(step: "open /dev/ptmx") }
    var size = winsize(ws_row: 50, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw Failure(step: "TIOCSWINSZ") }
    // The device is locked at first, and has a number for a name.
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard ioctl(descriptor, 0x4004_5431, &lock) == 0, ioctl(descriptor, 0x8004_5430, &number) == 0 else {
      throw Failure(step: "TIOCSPTLCK, TIOCGPTN")
    }
    let path = "/dev/pts/\(number)"
    let device = Glibc.open(path, O_RDWR | O_NOCTTY)
    guard device >= 0 else { throw Failure(step: "open \(path)") }
    return (descriptor, FileHandle(fileDescriptor: device, closeOnDealloc: true))
  }

  /// Reads until nobody has the terminal open any more, and types where the program waits.
  private func converse(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = typed[...]
    var shown = 0
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return bytes }
      bytes += buffer[..<count]
      guard let next = rest.first, Self.isTime(for: next, in: bytes[shown...]) else { continue }
      rest = rest.dropFirst()
      shown = bytes.count
      // Whatever happens every second has happened meanwhile.
      if next.isSlow { usleep(1_500_000) }
      _ = write(descriptor, next.bytes, next.bytes.count)
    }
  }

  private static func isTime(for keys: Keys, in bytes: ArraySlice<UInt8>) -> Bool {
    if let awaited = keys.awaited { return String(decoding: bytes, as: UTF8.self).contains(awaited) }
    return prompts.contains { bytes.suffix($0.count) == $0[...] }
  }

  /// What a program writes before it waits: of a question, and of the console.
  private static let prompts = ["Enter a value:\u{1B}[0m ", "Enter a value: ", "\r> \u{1B}[K", "\r: \u{1B}[K"].map { Array($0.utf8) }

  /// Without lines that are wiped, as the one at the foot is that comes and goes with the seconds, and with what is typed as it is at last.
  private static func visible(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
      .replacing(/[^\n]*\r\u{1B}\[K(?:\u{1B}\[90m[^\n\u{1B}]* running[^\n\u{1B}]*\u{1B}\[0m)?/, with: "")
      .replacing(/(?:\r[^\r\n]*\u{1B}\[K(?:\u{1B}\[[0-9]+D)?)+(?=\r)/, with: "")
      .replacingOccurrences(of: "\u{1B}", with: "␛").replacingOccurrences(of: "\r", with: "␍")
  }
}

extension Optional {
  fileprivate func orThrow(_ error: any Error) throws -> Wrapped {
    guard let self else { throw error }
    return self
  }
}
