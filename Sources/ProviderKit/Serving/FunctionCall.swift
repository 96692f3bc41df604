import ProviderInterface
import Values

/// A `Function` without its Swift type.
protocol FunctionCall: Sendable {
  var name: String { get }
  var signature: ProviderFunction { get }
  /// What is wrong with the declaration; nil if nothing is.
  var problem: String? { get }
  func call(_ arguments: [Value]) -> CallFunctionResponse
}

func functionCall<Called: Function>(_ type: Called.Type) -> any FunctionCall { TypedFunctionCall<Called>() }

struct TypedFunctionCall<Called: Function>: FunctionCall {
  var name: String { Called.name }

  private func parameters(of function: Called) -> [(name: String, parameter: any FunctionParameter)] {
    Mirror(reflecting: function).children.compactMap { label, value in
      guard let parameter = value as? any FunctionParameter, let label else { return nil }
      return (parameter.explicitName ?? attributeName(ofProperty: label), parameter)
    }
  }

  var signature: ProviderFunction {
    let all = parameters(of: Called()).map { name, parameter in
      (
        isVariadic: parameter.isVariadic,
        ProviderFunction.Parameter(
          name: name, type: type(of: parameter), allowsNull: parameter.isNullable, allowsUnknown: false,
          description: parameter.description)
      )
    }
    return ProviderFunction(
      parameters: all.filter { !$0.isVariadic }.map(\.1), variadic: all.first { $0.isVariadic }?.1,
      returnType: Called.Result.attributeType.valueType, summary: Called.summary, description: Called.description)
  }

  /// Of a variadic parameter, that of one argument.
  private func type(of parameter: any FunctionParameter) -> ValueType {
    let type = parameter.type.valueType
    return parameter.isVariadic ? type.elementType ?? type : type
  }

  var problem: String? {
    let all = parameters(of: Called())
    for (index, (name, parameter)) in all.enumerated() where parameter.isVariadic {
      if index < all.count - 1 { return "its parameter \(name) is variadic, so that it must be the last" }
      guard case .list = parameter.type else { return "its parameter \(name) is variadic, so that it must be an array" }
    }
    return isValidName(name) ? nil : "its name must be made of lower-case letters, digits and underscores"
  }

  func call(_ arguments: [Value]) -> CallFunctionResponse {
    let function = Called()
    let reading = ModelReading(.acting)
    let all = parameters(of: function)
    for (index, (name, parameter)) in all.enumerated() {
      if parameter.isVariadic {
        let rest = Array(arguments.dropFirst(index))
        parameter.load(DynamicValue(.list(rest, of: type(of: parameter))), named: name, reading)
      } else {
        guard index < arguments.count else { return failed("too few arguments: \(name) is missing", nil) }
        parameter.load(DynamicValue(arguments[index]), named: name, reading)
      }
    }
    do {
      // What does not fit a Swift type is said before anything is done with it.
      try reading.faults.check()
      let result = try function.call().dynamicValue.value
      try reading.faults.check()
      return CallFunctionResponse(result: try convert(result, to: Called.Result.attributeType.valueType))
    } catch let errors as AttributeErrors {
      return failed(errors.errors.first ?? AttributeError("unknown"), all.map(\.name))
    } catch let error as AttributeError {
      return failed(error, all.map(\.name))
    } catch {
      return failed("\(error)", nil)
    }
  }

  private func failed(_ error: AttributeError, _ names: [String]) -> CallFunctionResponse {
    guard case .attribute(let name)? = error.path.path.steps.first, let index = names.firstIndex(of: name) else {
      return failed(error.message, nil)
    }
    if error.path.path.count > 1, case .index(.number(let element)) = error.path.path.steps[1], let offset = element.int64,
      index == names.count - 1
    {
      return failed(error.message, index + Int(offset))
    }
    return failed(error.message, index)
  }

  private func failed(_ text: String, _ argument: Int?) -> CallFunctionResponse {
    CallFunctionResponse(result: nil, error: (text, argument))
  }
}
