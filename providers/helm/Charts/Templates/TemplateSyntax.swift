/// One parsed text: the definitions in it, as tables whose parts refer to each other by index.
final class TemplateSource {
  let name: String
  let text: [UInt8]
  var blocks: [[Statement]] = []
  var pipelines: [Pipeline] = []
  /// The text itself as a template, and each `define` and `block` in it, in their order.
  var definitions: [Definition] = []
  /// What chains of names begin with.
  var operands: [Operand] = []

  init(name: String, text: [UInt8]) {
    self.name = name
    self.text = text
  }

  /// Line and column, from 1, of a byte of the text.
  func position(of offset: Int) -> (line: Int, column: Int) {
    let before = text[..<min(offset, text.count)]
    let line = before.count { $0 == 0x0A } + 1
    return (line, before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1)
  }

  func excerpt(_ range: Range<Int>) -> String {
    let bytes = text[range.clamped(to: text.indices)]
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 60 ? words.prefix(57) + "..." : words
  }
}

/// A named template: a block of the source that has this among its definitions, and must not be kept by it.
struct Definition {
  let name: String
  let block: Int
  /// How many variables it needs at once, the context among them.
  let frameSize: Int
  /// Whether there is nothing in it but blanks and comments; such a one replaces no other.
  let isEmpty: Bool
}

/// A definition with the source that it is from.
struct NamedTemplate {
  let definition: Definition
  let source: TemplateSource
}

enum Statement {
  case text(Range<Int>)
  case output(pipeline: Int)
  case condition(pipeline: Int, then: Int, otherwise: Int?)
  case with(pipeline: Int, then: Int, otherwise: Int?)
  case range(pipeline: Int, body: Int, otherwise: Int?)
  case template(name: String, pipeline: Int?, at: Range<Int>)
  case breakLoop
  case continueLoop
}

/// Commands, each of which gets the result of the one before as its last argument, and the variables that get the last result.
struct Pipeline {
  /// Places in the frame of the template.
  var variables: [Int] = []
  /// `=` instead of `:=`.
  var isAssignment = false
  /// A variable to be assigned that will not be there.
  var undefined: String?
  var commands: [Command] = []
  var place: Range<Int>
}

/// A function, method or value, and its arguments.
struct Command {
  var words: [Operand]
  var place: Range<Int>
}

struct Operand {
  enum Kind {
    case dot
    case null
    case bool(Bool)
    case number(Value, isWhole: Bool)
    case string(Value)
    /// Names behind the dot.
    case field([String])
    /// A place in the frame, and names behind it.
    case variable(Int, [String])
    /// A variable that is declared in a block that is not executed when this is: an error once it is asked for.
    case undefinedVariable(String)
    /// Names behind another operand.
    case chain(operand: Int, [String])
    case function(Int)
    case pipeline(Int)
  }

  var kind: Kind
  var place: Range<Int>
}
