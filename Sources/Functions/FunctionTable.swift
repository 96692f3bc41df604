// Functions: the standard function library, a file per family. Pure, but for the files and clocks that the environment
// hands in; this room knows no syntax and no scopes (functions that need those live in Expressions).

package import Values

/// A parameter of a function, and what it accepts.
package struct FunctionParameter: Sendable {
  package var name: String
  package var type: ValueType
  package var allowsNull = false
  /// Whether the function itself deals with unknown arguments; otherwise one unknown argument makes the result unknown.
  package var allowsUnknown = false
  /// Whether the function itself deals with marks; otherwise all marks of the argument move to the result.
  package var allowsMarked = false
  /// Whether the function itself deals with values of unknown type, where any type is taken; otherwise one such value
  /// makes the result a value of unknown type.
  package var allowsDynamic = false

  package init(
    _ name: String, _ type: ValueType, allowsNull: Bool = false, allowsUnknown: Bool = false,
    allowsMarked: Bool = false, allowsDynamic: Bool = false
  ) {
    self.name = name
    self.type = type
    self.allowsNull = allowsNull
    self.allowsUnknown = allowsUnknown
    self.allowsMarked = allowsMarked
    self.allowsDynamic = allowsDynamic
  }
}

/// What a function takes.
package struct FunctionSignature: Sendable {
  package var parameters: [FunctionParameter]
  package var variadic: FunctionParameter?

  package init(_ parameters: [FunctionParameter], variadic: FunctionParameter? = nil) {
    self.parameters = parameters
    self.variadic = variadic
  }

  func parameter(at position: Int) -> FunctionParameter? {
    position < parameters.count ? parameters[position] : variadic
  }
}

/// Why a call failed.
package struct FunctionError: Error, Sendable {
  /// The argument to blame, if one is.
  package var argumentIndex: Int?
  package var message: String
  package var path: Path

  package init(_ message: String, argument argumentIndex: Int? = nil, path: Path = .root) {
    self.argumentIndex = argumentIndex
    self.message = message
    self.path = path
  }
}

extension FunctionError {
  /// Thrown by functions whose results may be much larger than their arguments, before they are.
  static func checkSize(ofText bytes: Int) throws(FunctionError) {
    try checkSize(ofWeight: UInt32(clamping: bytes >> 4))
  }

  static func checkSize(ofWeight weight: UInt32) throws(FunctionError) {
    if weight > Value.largestWeight { throw FunctionError("the result would be too large to work with") }
  }
}

/// One function. `returnType` and `call` get arguments that are converted to the parameters' types, and known, not null
/// and unmarked unless a parameter says that it deals with these itself.
package struct Function: Sendable {
  package var name: String
  package var signature: FunctionSignature
  /// The type of the result for arguments of which some may be unknown.
  package var returnType: @Sendable ([Value]) throws(FunctionError) -> ValueType
  package var call: @Sendable ([Value]) throws(FunctionError) -> Value
  /// Whether the result is known not to be null even while it is unknown.
  package var isNeverNull: Bool
  /// Whether marks of arguments pass on to a result that is unknown because an argument is, though the function deals
  /// with marks itself. (Terraform has it differently from function to function.)
  package var marksUnknownResults = false

  package init(
    _ name: String, _ signature: FunctionSignature, isNeverNull: Bool = true,
    returns returnType: @escaping @Sendable ([Value]) throws(FunctionError) -> ValueType,
    call: @escaping @Sendable ([Value]) throws(FunctionError) -> Value
  ) {
    self.name = name
    self.signature = signature
    self.isNeverNull = isNeverNull
    self.returnType = returnType
    self.call = call
  }

  /// The same function, with marks on unknown results.
  func markingUnknownResults() -> Function {
    var copy = self
    copy.marksUnknownResults = true
    return copy
  }

  /// A function whose result has one type.
  package init(
    _ name: String, _ parameters: [FunctionParameter], variadic: FunctionParameter? = nil, returns type: ValueType,
    isNeverNull: Bool = true, call: @escaping @Sendable ([Value]) throws(FunctionError) -> Value
  ) {
    self.init(
      name, FunctionSignature(parameters, variadic: variadic), isNeverNull: isNeverNull,
      returns: { (_: [Value]) throws(FunctionError) -> ValueType in type }, call: call)
  }
}

/// All functions by name.
package struct FunctionTable: Sendable {
  private let functions: [String: Function]
  /// Sorted.
  package let names: [String]

  /// The standard library.
  package init(environment: FunctionEnvironment) {
    self.init(standardFunctions(environment))
  }

  package init(_ list: [Function]) {
    functions = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    names = functions.keys.sorted()
  }

  /// The function of that name; `core::` before it means the same.
  package func function(named name: String) -> Function? {
    functions[name.hasPrefix("core::") ? String(name.dropFirst(6)) : name]
  }

  /// Calls a function after its arguments have been brought into the form that it expects.
  package func call(_ name: String, _ arguments: [Value]) throws(FunctionError) -> Value {
    guard let function = function(named: name) else { throw FunctionError("There is no function named \"\(name)\".") }
    return try function.callAsExpression(arguments)
  }
}

extension Function {
  /// The rules that hold for every function: number of arguments, conversion, null, unknown and marks.
  package func callAsExpression(_ given: [Value]) throws(FunctionError) -> Value {
    try checkCount(given.count)
    var arguments = given
    var marks: Marks = []
    var isUnknown = false
    var isUntyped = false
    for position in arguments.indices {
      guard let parameter = signature.parameter(at: position) else { break }
      if !arguments[position].conforms(to: parameter.type) {
        arguments[position] = try converted(arguments[position], to: parameter.type, position)
      }
      if !parameter.allowsMarked && arguments[position].hasMarks {
        marks.formUnion(arguments[position].allMarks)
        arguments[position] = arguments[position].withoutMarks
      }
      if !parameter.allowsNull && arguments[position].isNull {
        throw FunctionError("argument must not be null", argument: position)
      }
      if !arguments[position].isKnown {
        if !parameter.allowsUnknown { isUnknown = true }
        if !parameter.allowsDynamic && arguments[position].isOfUnknownType { isUntyped = true }
      } else if parameter.allowsNull && !parameter.allowsDynamic && arguments[position].isOfUnknownType {
        isUntyped = true
      }
    }
    if isUntyped { return Value.dynamicUnknown.marked(with: marks) }
    if isUnknown {
      if marksUnknownResults {
        for (position, argument) in arguments.enumerated() {
          if let parameter = signature.parameter(at: position), !parameter.allowsUnknown {
            marks.formUnion(argument.marks)
          }
        }
      }
      let type = try returnType(arguments)
      let result = isNeverNull ? Value.unknown(type, refined: .notNull) : .unknown(type)
      return result.marked(with: marks)
    }
    return try call(arguments).marked(with: marks)
  }

  /// Every argument that cannot become what its parameter takes; a call says only which is the first.
  package func conversionErrors(_ arguments: [Value]) -> [FunctionError] {
    arguments.enumerated().compactMap { position, argument in
      guard let type = signature.parameter(at: position)?.type, !argument.conforms(to: type) else { return nil }
      do throws(FunctionError) {
        _ = try converted(argument, to: type, position)
        return nil
      } catch {
        return error
      }
    }
  }

  private func converted(_ value: Value, to type: ValueType, _ position: Int) throws(FunctionError) -> Value {
    do throws(ConversionError) {
      return try convert(value, to: type)
    } catch {
      throw FunctionError(error.message, argument: position, path: error.path)
    }
  }

  private func checkCount(_ count: Int) throws(FunctionError) {
    let least = signature.parameters.count
    if count < least {
      throw FunctionError(
        "Function \"\(name)\" expects \(signature.variadic == nil ? "" : "at least ")\(least) argument(s). "
          + "Missing value for \"\(signature.parameters[count].name)\".")
    }
    if signature.variadic == nil && count > least {
      throw FunctionError("Function \"\(name)\" expects only \(least) argument(s).", argument: least)
    }
  }
}

extension Value {
  /// Whether it is unknown, or null, without a type.
  var isOfUnknownType: Bool {
    switch self {
    case .unknown(let unknown): unknown.type == .dynamic
    case .null(let type): type == .dynamic
    case .marked(let node): node.value.isOfUnknownType
    default: false
    }
  }
}
