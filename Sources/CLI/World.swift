// CLI: commands, arguments, views and exit codes. It wires the other rooms together, and is the only one that reads the
// environment, the clock and the terminal.

import Glibc
package import Host

/// Everything outside that a command may touch. Tests give one of their own.
package struct World: Sendable {
  /// The command line without the program's name.
  package var arguments: [String] = []
  package var environment: [String: String]
  package var workingDirectory: String
  /// Where this program is, with all links resolved; nil when the system does not say.
  package var programDirectory: String?
  package var files: any FileTree
  package var launcher: any ProcessLauncher
  package var output: OutputStream
  package var errors: OutputStream
  /// Reads a line that the user types; nil at the end of input.
  package var readLine: @Sendable () -> String?
  /// Shows a prompt and reads a line behind it, without showing what is typed.
  package var readSecretLine: @Sendable (_ prompt: String) -> String?
  /// Reads a line behind a prompt, which can be edited and taken from earlier lines; nil where only whole lines can be had.
  package var editLine: (@Sendable (_ prompt: String, _ history: [String]) -> TypedLine)?
  /// Reads all of standard input, of which no line was read yet, byte for byte.
  package var readInput: @Sendable () -> [UInt8]
  package var isInputTerminal: Bool
  /// Nanoseconds since 1970, UTC.
  package var now: @Sendable () -> Int64
  /// Milliseconds of a clock that never goes back.
  package var uptimeMilliseconds: @Sendable () -> Int64
  package var randomBytes: @Sendable (Int) -> [UInt8]

  /// Whether a program reads what is said, which needs no advice on what to run next.
  var isAutomated: Bool { environment["TF_IN_AUTOMATION"].map { !$0.isEmpty } ?? false }

  package var homeDirectory: String? { environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } }

  /// A random UUID, version 4.
  package func newUUID() -> String {
    var bytes = randomBytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The time now in RFC 3339, UTC, with a number of digits behind the second.
  package func timestamp(fraction digits: Int = 0) -> String { timestampText(nanoseconds: now(), fraction: digits) }
}

/// Where text goes: a descriptor, or a buffer in tests.
package final class OutputStream: Sendable {
  private let write: @Sendable ([UInt8]) -> Void
  package let isTerminal: Bool
  /// Columns of the terminal; nil if it is none.
  package let width: Int?

  package init(isTerminal: Bool, width: Int?, write: @escaping @Sendable ([UInt8]) -> Void) {
    self.isTerminal = isTerminal
    self.width = width
    self.write = write
  }

  package func callAsFunction(_ text: String) { write(Array(text.utf8)) }
  package func callAsFunction(bytes: [UInt8]) { write(bytes) }
  package func line(_ text: String = "") { write(Array(text.utf8) + [UInt8(ascii: "\n")]) }

  /// Standard output or standard error of this process.
  package static func descriptor(_ descriptor: Int32) -> OutputStream {
    let isTerminal = isatty(descriptor) == 1
    var size = winsize()
    let code = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    let hasSize = isTerminal && code == 0 && size.ws_col > 0
    return OutputStream(isTerminal: isTerminal, width: hasSize ? Int(size.ws_col) : nil) { bytes in
      var offset = 0
      while offset < bytes.count {
        let written = unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), bytes.count - offset)
        }
        if written < 0 && errno == EINTR { continue }
        // A reader that went away cannot be told anything.
        if written <= 0 { return }
        offset += written
      }
    }
  }
}

/// RFC 3339 in UTC.
func timestampText(nanoseconds: Int64, fraction digits: Int) -> String {
  let seconds = nanoseconds.dividingFloor(1_000_000_000)
  var remainder = nanoseconds - seconds * 1_000_000_000
  let days = seconds.dividingFloor(86_400)
  let time = Int(seconds - days * 86_400)
  // Days since 0000-03-01, by eras of 400 years.
  let shifted = days + 719_468
  let era = shifted.dividingFloor(146_097)
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthIndex = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
  let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  func padded(_ number: Int64, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  var text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  text += "T\(padded(Int64(time / 3600), 2)):\(padded(Int64(time / 60 % 60), 2)):\(padded(Int64(time % 60), 2))"
  if digits > 0 {
    for _ in digits..<9 { remainder /= 10 }
    text += "." + padded(remainder, digits)
  }
  return text + "Z"
}

extension Int64 {
  fileprivate func dividingFloor(_ divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}
