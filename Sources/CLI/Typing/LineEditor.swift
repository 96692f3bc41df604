import Diagnostics

/// What comes of a line that a person types.
package enum TypedLine: Equatable, Sendable {
  case line(String)
  /// Ctrl-C, behind what was typed so far.
  case interrupted(String)
  /// Ctrl-D on an empty line.
  case end
}

/// A line while it is typed, with the keys that people know from shells. Bytes of keys go in; what the terminal must show comes out.
struct LineEditor {
  static let clearKey: UInt8 = 0x0C
  private static let escape: UInt8 = 0x1B

  private var text: [Character] = []
  /// The number of characters before the cursor.
  private var cursor = 0
  private let history: [String]
  /// Where in the history the text is from; its end for what is typed now.
  private var place: Int
  /// What was typed before older lines were looked at.
  private var draft: [Character] = []
  /// The bytes of a key that is not complete yet.
  private var pending: [UInt8] = []

  init(history: [String] = []) {
    self.history = history
    place = history.count
  }

  /// Whether more bytes must come before a key is complete.
  var isWithinCode: Bool { !pending.isEmpty }

  /// Takes a byte in; gives what the line came to once it ends.
  mutating func type(_ byte: UInt8) -> TypedLine? {
    if !pending.isEmpty {
      pending.append(byte)
      continueKey()
      return nil
    }
    switch byte {
    case 0x0A, 0x0D:
      cursor = text.count
      return .line(String(text))
    case 0x03: return .interrupted(String(text))
    case 0x04:
      if text.isEmpty { return .end }
      deleteForward()
    case 0x01: cursor = 0
    case 0x02: cursor = max(0, cursor - 1)
    case 0x05: cursor = text.count
    case 0x06: cursor = min(text.count, cursor + 1)
    case 0x08, 0x7F: remove(max(0, cursor - 1)..<cursor)
    case 0x0B: remove(cursor..<text.count)
    case 0x0E: recall(place + 1)
    case 0x10: recall(place - 1)
    case 0x15: remove(0..<cursor)
    case 0x17: remove(wordStart..<cursor)
    case Self.escape, 0xC0...: pending = [byte]
    case 0x20..., 0x09: insert([byte])
    default: break
    }
    return nil
  }

  // MARK: Keys of several bytes

  private mutating func continueKey() {
    if pending[0] != Self.escape {
      let length = pending[0] >= 0xF0 ? 4 : pending[0] >= 0xE0 ? 3 : 2
      if pending.count < length { return }
      insert(pending)
      pending = []
      return
    }
    let isSequence = pending[1] == UInt8(ascii: "[") || pending[1] == UInt8(ascii: "O")
    if isSequence, pending.count < 3 || !(0x40...0x7E).contains(pending[pending.count - 1]) { return }
    let code = String(decoding: pending.dropFirst(isSequence ? 2 : 1), as: UTF8.self)
    pending = []
    perform(isSequence ? code : "alt-\(code)")
  }

  private mutating func perform(_ code: String) {
    switch code {
    case "A": recall(place - 1)
    case "B": recall(place + 1)
    case "C": cursor = min(text.count, cursor + 1)
    case "D": cursor = max(0, cursor - 1)
    case "H", "1~", "7~": cursor = 0
    case "F", "4~", "8~": cursor = text.count
    case "3~": deleteForward()
    case "1;5C", "1;3C", "alt-f": cursor = wordEnd
    case "1;5D", "1;3D", "alt-b": cursor = wordStart
    case "alt-d": remove(cursor..<wordEnd)
    case "alt-\u{7F}": remove(wordStart..<cursor)
    default: break
    }
  }

  // MARK: Text

  private mutating func insert(_ bytes: [UInt8]) {
    // A mark that belongs to the letter before it becomes one character with it.
    let before = String(text[..<cursor]) + String(decoding: bytes, as: UTF8.self)
    text = Array(before) + text[cursor...]
    cursor = before.count
  }

  private mutating func remove(_ range: Range<Int>) {
    text.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func deleteForward() {
    if cursor < text.count { text.remove(at: cursor) }
  }

  private var wordStart: Int {
    var index = cursor
    while index > 0, !text[index - 1].isWordPart { index -= 1 }
    while index > 0, text[index - 1].isWordPart { index -= 1 }
    return index
  }

  private var wordEnd: Int {
    var index = cursor
    while index < text.count, !text[index].isWordPart { index += 1 }
    while index < text.count, text[index].isWordPart { index += 1 }
    return index
  }

  private mutating func recall(_ wanted: Int) {
    guard wanted >= 0, wanted <= history.count, wanted != place else { return }
    if place == history.count { draft = text }
    place = wanted
    text = wanted == history.count ? draft : Array(history[wanted])
    cursor = text.count
  }

  // MARK: Drawing

  /// What draws the line anew, the cursor where it belongs. Of a line that is too long, the part around the cursor is shown.
  func drawing(prompt: String, columns: Int) -> String {
    let room = max(8, columns - prompt.displayWidth - 1)
    var start = 0
    while text[start..<cursor].reduce(0, { $0 + $1.shownWidth }) > room { start += 1 }
    var shown = ""
    var width = 0
    for character in text[start...] {
      width += character.shownWidth
      if width > room { break }
      shown += character == "\t" ? " " : String(character)
    }
    let back = shown.displayWidth - text[start..<cursor].reduce(0) { $0 + $1.shownWidth }
    return "\r\(prompt)\(shown)\u{1B}[K" + (back > 0 ? "\u{1B}[\(back)D" : "")
  }
}

extension Character {
  fileprivate var isWordPart: Bool { isLetter || isNumber || self == "_" }
  fileprivate var shownWidth: Int { self == "\t" ? 1 : displayWidth }
}
