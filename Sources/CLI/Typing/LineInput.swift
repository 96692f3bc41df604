import Glibc
import Synchronization

/// What a person types, or a script hands over, on standard input, line by line. After an interrupt nobody is asked any more.
final class LineInput: Sendable {
  static let standard = LineInput()

  private let pending = Mutex<[UInt8]>([])

  /// The next line without its end; nil at the end of input.
  func line() -> String? {
    pending.withLock { pending in
      while true {
        if let end = pending.firstIndex(of: 0x0A) {
          var line = pending[..<end]
          if line.last == 0x0D { line.removeLast() }
          defer { pending.removeFirst(end + 1) }
          return String(decoding: line, as: UTF8.self)
        }
        if Self.fill(&pending) { continue }
        if pending.isEmpty { return nil }
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
      }
    }
  }

  /// The next line, of which the terminal shows nothing: neither of what is typed once the prompt is there, nor of what is pasted with it.
  func secretLine(prompt: String, output: OutputStream) -> String? {
    guard isatty(STDIN_FILENO) == 1 else {
      output(prompt)
      return line()
    }
    var editor = LineEditor()
    return withKeys { key in
      output(prompt)
      while let byte = key() {
        switch editor.type(byte) {
        case .line(let text): return text
        case .end: return nil
        case .interrupted:
          // The key means what it would have meant to the terminal.
          raise(SIGINT)
          return nil
        case nil: continue
        }
      }
      return nil
    }
  }

  /// The next line, which can be edited and taken from earlier ones while it is typed.
  func editedLine(prompt: String, history: [String], output: OutputStream) -> TypedLine {
    var editor = LineEditor(history: history)
    let columns = output.width ?? 80
    return withKeys { key in
      output(editor.drawing(prompt: prompt, columns: columns))
      while let byte = key() {
        if byte == LineEditor.clearKey { output("\u{1B}[H\u{1B}[2J") }
        let result = editor.type(byte)
        if result == nil, editor.isWithinCode { continue }
        output(editor.drawing(prompt: prompt, columns: columns))
        if let result {
          if case .interrupted = result { output("^C") }
          output.line()
          return result
        }
      }
      output.line()
      return .end
    }
  }

  /// Hands a function keys as they are pressed, unseen and without meaning for the terminal; the settings return however it ends.
  private func withKeys<Result>(_ body: (_ key: () -> UInt8?) -> Result) -> Result {
    var settings = termios()
    guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return body { self.byte() } }
    var raw = settings
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON)
    unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
    defer { unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) }
    return body { self.byte() }
  }

  private func byte() -> UInt8? {
    pending.withLock { pending in
      if pending.isEmpty && !Self.fill(&pending) { return nil }
      return pending.removeFirst()
    }
  }

  /// Waits for more; false at the end of input and after an interrupt.
  private static func fill(_ pending: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      var watched = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0), pollfd(fd: Interrupts.received, events: Int16(POLLIN), revents: 0),
      ]
      if unsafe poll(&watched, nfds_t(watched.count), -1) < 0 {
        if errno == EINTR { continue }
        return false
      }
      if watched[1].revents != 0 { return false }
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return false }
      pending += buffer[..<count]
      return true
    }
  }
}
