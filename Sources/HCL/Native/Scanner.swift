import Diagnostics

/// Cuts bytes into tokens in one pass. Templates nest in expressions and expressions in templates, so there is a stack
/// of what is open. Every byte except spaces belongs to exactly one token; nothing is rejected here.
struct Scanner {
  enum Start {
    case expression
    case template
  }

  /// What the scanner is in: code, or the literal part of a template.
  private enum Mode {
    /// `braces` counts those open since the enclosing `${`; at zero a `}` ends the sequence.
    case code(braces: Int)
    case quoted
    case heredoc(marker: Range<Int>, startOfLine: Bool)
    case bareTemplate
  }

  let bytes: [UInt8]
  private let base: UInt32
  private var position = 0
  private var mode: Mode
  private var stack: [Mode] = []
  private var tokens: [Token] = []
  /// Whether the rest is known to hold no `*/`, so that it is not searched again and again.
  private var hasNoCommentEnd = false

  /// The tokens of the bytes, ending with `endOfFile`. Offsets count from `base`.
  static func scan(_ bytes: [UInt8], from start: Start = .expression, base: UInt32 = 0) -> [Token] {
    var scanner = Scanner(bytes: bytes, base: base, mode: start == .template ? .bareTemplate : .code(braces: 0))
    scanner.run()
    return scanner.tokens
  }

  private init(bytes: [UInt8], base: UInt32, mode: Mode) {
    self.bytes = bytes
    self.base = base
    self.mode = mode
    tokens.reserveCapacity(bytes.count / 4 + 8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  private mutating func run() {
    while position < bytes.count {
      switch mode {
      case .code: scanCode()
      case .quoted: scanQuoted()
      case .heredoc(let marker, let startOfLine): scanHeredoc(marker, startOfLine: startOfLine)
      case .bareTemplate: scanBareTemplate()
      }
    }
    emit(.endOfFile, length: 0)
  }

  /// Adds the token that starts here, and moves behind it.
  private mutating func emit(_ kind: TokenKind, length: Int) {
    let start = base &+ UInt32(truncatingIfNeeded: position)
    tokens.append(Token(kind: kind, start: start, end: start &+ UInt32(truncatingIfNeeded: length)))
    position += length
  }

  /// The byte at an offset from here; zero behind the end.
  @inline(__always)
  private func peek(_ offset: Int = 0) -> UInt8 {
    let index = position + offset
    return index < bytes.count ? bytes[index] : 0
  }

  // MARK: Code

  private mutating func scanCode() {
    let byte = bytes[position]
    switch byte {
    case ASCII.space, ASCII.tab: position += 1
    case ASCII.newline: emit(.newline, length: 1)
    case ASCII.carriageReturn:
      if peek(1) == ASCII.newline { emit(.newline, length: 2) } else { emit(.invalid, length: 1) }
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
      emit(.identifier, length: identifierLength(from: position) ?? 1)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): emit(.number, length: numberLength())
    case UInt8(ascii: "#"): emit(.comment, length: lineLength())
    case UInt8(ascii: "\""):
      emit(.openQuote, length: 1)
      push(.quoted)
    case UInt8(ascii: "{"): openBrace()
    case UInt8(ascii: "}"): closeBrace(length: 1)
    case 0x80...: scanNonASCII()
    default: scanSymbol(byte)
    }
  }

  private mutating func push(_ new: Mode) {
    stack.append(mode)
    mode = new
  }

  private mutating func pop() {
    mode = stack.popLast() ?? .code(braces: 0)
  }

  private mutating func openBrace() {
    emit(.openBrace, length: 1)
    if case .code(let braces) = mode { mode = .code(braces: braces + 1) }
  }

  private mutating func closeBrace(length: Int) {
    guard case .code(let braces) = mode else { return }
    if braces == 0, !stack.isEmpty {
      emit(.sequenceEnd, length: length)
      pop()
    } else {
      emit(.closeBrace, length: 1)
      mode = .code(braces: max(0, braces - 1))
    }
  }

  private mutating func scanSymbol(_ byte: UInt8) {
    let next = peek(1)
    switch byte {
    case UInt8(ascii: "["): emit(.openBracket, length: 1)
    case UInt8(ascii: "]"): emit(.closeBracket, length: 1)
    case UInt8(ascii: "("): emit(.openParenthesis, length: 1)
    case UInt8(ascii: ")"): emit(.closeParenthesis, length: 1)
    case UInt8(ascii: ","): emit(.comma, length: 1)
    case UInt8(ascii: "?"): emit(.question, length: 1)
    case UInt8(ascii: "+"): emit(.plus, length: 1)
    case UInt8(ascii: "-"): emit(.minus, length: 1)
    case UInt8(ascii: "%"): emit(.percent, length: 1)
    case UInt8(ascii: "^"): emit(.bitwiseXor, length: 1)
    case UInt8(ascii: "'"): emit(.apostrophe, length: 1)
    case UInt8(ascii: "`"): emit(.backtick, length: 1)
    case UInt8(ascii: ";"): emit(.semicolon, length: 1)
    case UInt8(ascii: "*"): emit(.star, length: 1)
    case UInt8(ascii: ":"): choose(next, ":", .doubleColon, else: .colon)
    case UInt8(ascii: "!"): choose(next, "=", .notEqual, else: .bang)
    case UInt8(ascii: ">"): choose(next, "=", .greaterOrEqual, else: .greater)
    case UInt8(ascii: "&"): choose(next, "&", .and, else: .bitwiseAnd)
    case UInt8(ascii: "|"): choose(next, "|", .or, else: .bitwiseOr)
    case UInt8(ascii: "="):
      if next == UInt8(ascii: ">") { emit(.fatArrow, length: 2) } else { choose(next, "=", .equal, else: .assign) }
    case UInt8(ascii: "."):
      if next == UInt8(ascii: "."), peek(2) == UInt8(ascii: ".") { emit(.ellipsis, length: 3) } else { emit(.dot, length: 1) }
    case UInt8(ascii: "/"): scanSlash(next)
    case UInt8(ascii: "<"):
      if next != UInt8(ascii: "<") || !openHeredoc() { choose(next, "=", .lessOrEqual, else: .less) }
    case UInt8(ascii: "~"): scanTilde(next)
    default: emit(.invalid, length: 1)
    }
  }

  private mutating func choose(_ next: UInt8, _ second: Unicode.Scalar, _ double: TokenKind, else single: TokenKind) {
    if next == UInt8(ascii: second) { emit(double, length: 2) } else { emit(single, length: 1) }
  }

  private mutating func scanTilde(_ next: UInt8) {
    if next == UInt8(ascii: "}") {
      // Outside of a template this still counts as the end of a sequence that was meant to be one.
      if case .code(let braces) = mode, braces == 0, !stack.isEmpty { return closeBrace(length: 2) }
      emit(.sequenceEnd, length: 2)
    } else {
      emit(.bitwiseNot, length: 1)
    }
  }

  private mutating func scanSlash(_ next: UInt8) {
    if next == UInt8(ascii: "/") { return emit(.comment, length: lineLength()) }
    if next == UInt8(ascii: "*"), !hasNoCommentEnd {
      var end = position + 2
      while end + 1 < bytes.count {
        if bytes[end] == UInt8(ascii: "*"), bytes[end + 1] == UInt8(ascii: "/") {
          return emit(.comment, length: end + 2 - position)
        }
        end += 1
      }
      hasNoCommentEnd = true
    }
    emit(.slash, length: 1)
  }

  /// To the end of the line with its newline, or to the end of the bytes.
  private func lineLength() -> Int {
    var end = position
    while end < bytes.count {
      if bytes[end] == ASCII.newline { return end + 1 - position }
      end += 1
    }
    return end - position
  }

  /// Digits, points and exponents in any order, but no point at the end: what is no number is told by the parser.
  private func numberLength() -> Int {
    var end = position
    var index = position
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "."):
        index += 1
        continue
      case UInt8(ascii: "0")...UInt8(ascii: "9"): index += 1
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        var digit = index + 1
        if digit < bytes.count, bytes[digit] == UInt8(ascii: "+") || bytes[digit] == UInt8(ascii: "-") { digit += 1 }
        guard digit < bytes.count, isDigit(bytes[digit]) else { return end - position }
        index = digit + 1
      default: return end - position
      }
      end = index
    }
    return end - position
  }

  /// The length of the identifier that starts at an index, nil if none does.
  private func identifierLength(from start: Int) -> Int? {
    var end = start
    while end < bytes.count {
      let byte = bytes[end]
      if byte < 0x80 {
        let isStart = isLetter(byte) || byte == UInt8(ascii: "_")
        guard isStart || (end > start && (isDigit(byte) || byte == UInt8(ascii: "-"))) else { break }
        end += 1
      } else {
        guard let (scalar, length) = decodeScalar(bytes, at: end),
          end == start ? scalar.properties.isIDStart : scalar.properties.isIDContinue
        else { break }
        end += length
      }
    }
    return end > start ? end - start : nil
  }

  private mutating func scanNonASCII() {
    if let length = identifierLength(from: position) {
      emit(.identifier, length: length)
    } else if let (_, length) = decodeScalar(bytes, at: position) {
      emit(.invalid, length: length)
    } else {
      emit(.badUTF8, length: 1)
    }
  }

  /// `<<MARKER` or `<<-MARKER` and the newline after it; false when this is no heredoc.
  private mutating func openHeredoc() -> Bool {
    var start = position + 2
    if start < bytes.count, bytes[start] == UInt8(ascii: "-") { start += 1 }
    guard let length = identifierLength(from: start) else { return false }
    let marker = start..<start + length
    var end = marker.upperBound
    if end < bytes.count, bytes[end] == ASCII.carriageReturn { end += 1 }
    guard end < bytes.count, bytes[end] == ASCII.newline else { return false }
    emit(.openHeredoc, length: end + 1 - position)
    push(.heredoc(marker: marker, startOfLine: true))
    return true
  }
}

// MARK: Templates

extension Scanner {
  /// If a sequence opens here, its token; if an escaped one does, how long it is.
  private enum Sequence {
    case opens(TokenKind, length: Int)
    case literal(length: Int)
  }

  /// What a `$` or `%` at an index stands for.
  private func sequence(at index: Int) -> Sequence {
    let sign = bytes[index]
    func at(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
    if at(1) == UInt8(ascii: "{") {
      let kind: TokenKind = sign == UInt8(ascii: "$") ? .interpolation : .directive
      return .opens(kind, length: at(2) == UInt8(ascii: "~") ? 3 : 2)
    }
    if at(1) == sign, at(2) == UInt8(ascii: "{") { return .literal(length: 3) }
    return .literal(length: 1)
  }

  private mutating func open(_ kind: TokenKind, length: Int) {
    if case .heredoc(let marker, _) = mode { mode = .heredoc(marker: marker, startOfLine: false) }
    emit(kind, length: length)
    push(.code(braces: 0))
  }

  /// The end of the literal that starts at `position`, stopping before what `stops` says, before a sequence and before
  /// bytes that are no UTF-8.
  private func literalEnd(escapes: Bool, stops: (UInt8) -> Bool) -> Int {
    var end = position
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%") {
        guard case .literal(let length) = sequence(at: end) else { return end }
        end += length
      } else if byte >= 0x80 {
        guard let (_, length) = decodeScalar(bytes, at: end) else { return end }
        end += length
      } else if stops(byte) {
        return end
      } else if escapes, byte == UInt8(ascii: "\\") {
        guard end + 1 < bytes.count, bytes[end + 1] != ASCII.newline, bytes[end + 1] != ASCII.carriageReturn else {
          return end
        }
        end += bytes[end + 1] < 0x80 ? 2 : 1
      } else {
        end += 1
      }
    }
    return end
  }

  private mutating func scanQuoted() {
    switch bytes[position] {
    case UInt8(ascii: "\""):
      emit(.closeQuote, length: 1)
      pop()
    case ASCII.newline:
      emit(.quotedNewline, length: 1)
    case ASCII.carriageReturn:
      emit(peek(1) == ASCII.newline ? .quotedNewline : .invalid, length: peek(1) == ASCII.newline ? 2 : 1)
    default:
      let end = literalEnd(escapes: true) {
        $0 == UInt8(ascii: "\"") || $0 == ASCII.newline || $0 == ASCII.carriageReturn
      }
      emitLiteral(.quotedLiteral, to: end)
    }
  }

  private mutating func scanBareTemplate() {
    var end = literalEnd(escapes: false) { $0 == ASCII.newline }
    if end < bytes.count, bytes[end] == ASCII.newline { end += 1 }
    emitLiteral(.stringLiteral, to: end)
  }

  /// A literal up to `end`; when there is none, the sequence or the bad byte that stopped it.
  private mutating func emitLiteral(_ kind: TokenKind, to end: Int) {
    if end > position { return emit(kind, length: end - position) }
    let byte = bytes[position]
    if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "%"), case .opens(let kind, let length) = sequence(at: position) {
      return open(kind, length: length)
    }
    emit(byte == UInt8(ascii: "\\") ? .invalid : .badUTF8, length: 1)
  }

  /// One line or part of a line. A line that holds nothing but the marker closes the heredoc.
  private mutating func scanHeredoc(_ marker: Range<Int>, startOfLine: Bool) {
    let end = literalEnd(escapes: false) { $0 == ASCII.newline }
    guard end < bytes.count, bytes[end] == ASCII.newline else {
      let before = position
      emitLiteral(.stringLiteral, to: end)
      if position > before, case .heredoc = mode { mode = .heredoc(marker: marker, startOfLine: false) }
      return
    }
    if startOfLine, isMarkerLine(position..<end, marker) {
      var close = end
      if bytes[close - 1] == ASCII.carriageReturn { close -= 1 }
      emit(.closeHeredoc, length: close - position)
      emit(.newline, length: end + 1 - close)
      return pop()
    }
    emit(.stringLiteral, length: end + 1 - position)
    mode = .heredoc(marker: marker, startOfLine: true)
  }

  private func isMarkerLine(_ line: Range<Int>, _ marker: Range<Int>) -> Bool {
    func isSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || (0x09...0x0D).contains(byte) }
    var start = line.lowerBound
    var end = line.upperBound
    while start < end, isSpace(bytes[start]) { start += 1 }
    while end > start, isSpace(bytes[end - 1]) { end -= 1 }
    return end - start == marker.count && bytes[start..<end].elementsEqual(bytes[marker])
  }
}

// MARK: Bytes

/// The ASCII bytes that have no readable literal.
enum ASCII {
  static let space: UInt8 = 0x20
  static let tab: UInt8 = 0x09
  static let newline: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

@inline(__always)
func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

/// The scalar that is encoded at an index and its length; nil when the bytes there are no UTF-8.
func decodeScalar(_ bytes: [UInt8], at index: Int) -> (Unicode.Scalar, length: Int)? {
  guard index < bytes.count else { return nil }
  let first = bytes[index]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first < 0xF5, index + length <= bytes.count else { return nil }
  var value = UInt32(first) & (0x7F >> UInt32(length))
  for offset in 1..<length {
    let next = bytes[index + offset]
    guard next & 0xC0 == 0x80 else { return nil }
    value = value << 6 | UInt32(next & 0x3F)
  }
  let smallest: [UInt32] = [0, 0, 0x80, 0x800, 0x10000]
  guard value >= smallest[length], let scalar = Unicode.Scalar(value) else { return nil }
  return (scalar, length)
}
