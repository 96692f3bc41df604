/// A function of the template language.
struct Function: Sendable {
  enum Body: Sendable {
    case eager(@Sendable (Call) throws(TemplateError) -> Value)
    /// Gives the first argument whose truth is this, or the last one.
    case lazy(stopsAt: Bool)
  }

  let name: String
  let parameters: [Parameter]
  /// Of all arguments behind those of `parameters`; nil when there may be none.
  let rest: Parameter?
  let body: Body
  /// Whether it gives something else each time: its results are kept.
  var varies = false
  /// Whether other templates are executed in it.
  var entersTemplates = false

  init(
    _ name: String, _ parameters: Parameter..., rest: Parameter? = nil,
    body: @escaping @Sendable (Call) throws(TemplateError) -> Value
  ) {
    self.name = name
    self.parameters = parameters
    self.rest = rest
    self.body = .eager(body)
  }

  init(_ name: String, lazyStoppingAt truth: Bool) {
    self.name = name
    parameters = [.any]
    rest = .any
    body = .lazy(stopsAt: truth)
  }

  /// The same, marked as giving something else each time.
  var varying: Function {
    var copy = self
    copy.varies = true
    return copy
  }

  var enteringTemplates: Function {
    var copy = self
    copy.entersTemplates = true
    return copy
  }

  func check(count: Int) throws(TemplateError) {
    if rest == nil {
      guard count == parameters.count else {
        throw TemplateError("wrong number of args for \(name): want \(parameters.count) got \(count)")
      }
    } else if count < parameters.count {
      throw TemplateError("wrong number of args for \(name): want at least \(parameters.count) got \(count)")
    }
  }

  func parameter(_ index: Int) -> Parameter { index < parameters.count ? parameters[index] : rest ?? .any }
}

/// What an argument must be. Nothing is converted but number literals.
enum Parameter: Sendable {
  case any, string, int, float, bool, map, list

  private var typeName: String {
    switch self {
    case .any: "interface {}"
    case .string: "string"
    case .int: "int"
    case .float: "float64"
    case .bool: "bool"
    case .map: "map[string]interface {}"
    case .list: "[]interface {}"
    }
  }

  /// Whether an operand is a name behind something.
  private static func isNamed(_ operand: Operand.Kind?) -> Bool {
    switch operand {
    case .field?, .chain?: true
    case .variable(_, let names)?: !names.isEmpty
    default: false
    }
  }

  /// - Parameter operand: what the value comes from; nil for the result of the command before.
  func checked(_ value: Value, from operand: Operand.Kind?) throws(TemplateError) -> Value {
    switch (self, value) {
    case (.any, _), (.string, .string), (.string, .rawString), (.int, .int), (.float, .float), (.bool, .bool): return value
    case (.map, .map(let map)) where map.kind != .strings: return value
    case (.list, .list(let list)) where list.element == .any: return value
    default: break
    }
    if value.isNull, !Self.isNamed(operand) {
      switch self {
      // Nothing at all is an empty map or list, unless it is what a name stands for.
      case .map: return .map([:])
      case .list: return .list([])
      default: throw TemplateError("invalid value; expected \(typeName)")
      }
    }
    if case .number(let number, let isWhole)? = operand {
      switch (self, number) {
      case (.int, .float(let whole)) where isWhole: return .int(Int(whole))
      case (.float, .int(let whole)): return .float(Double(whole))
      default: break
      }
    }
    throw TemplateError("wrong type for value; expected \(typeName); got \(value.typeNameInMessages)")
  }
}

/// One call: the arguments, as many and of such kinds as the function's parameters say.
struct Call {
  let function: Function
  let arguments: [Value]
  let execution: Execution

  var count: Int { arguments.count }
  subscript(_ index: Int) -> Value { arguments[index] }

  /// A string argument; bytes that are no UTF-8 are replaced.
  func text(_ index: Int) -> String {
    switch arguments[index] {
    case .string(let text): text
    case .rawString(let bytes): String(decoding: bytes, as: UTF8.self)
    default: ""
    }
  }

  /// A string argument as it is.
  func bytes(_ index: Int) -> [UInt8] { arguments[index].stringBytes ?? [] }

  func int(_ index: Int) -> Int {
    if case .int(let number) = arguments[index] { number } else { 0 }
  }

  func float(_ index: Int) -> Double {
    if case .float(let number) = arguments[index] { number } else { 0 }
  }

  func bool(_ index: Int) -> Bool {
    if case .bool(let flag) = arguments[index] { flag } else { false }
  }

  func map(_ index: Int) -> MapValue {
    if case .map(let map) = arguments[index] { map } else { MapValue() }
  }

  /// The elements of any kind of list; an error for everything else.
  func elements(_ index: Int, _ verb: String) throws(TemplateError) -> [Value] {
    switch arguments[index] {
    case .list(let list): return list.elements
    case .object(let object):
      if let list = object.list { return list.elements }
      throw TemplateError("Cannot \(verb) on type \(object.kind)")
    default: throw TemplateError("Cannot \(verb) on type \(arguments[index].kind)")
    }
  }
}
