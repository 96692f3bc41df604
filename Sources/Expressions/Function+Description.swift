import Diagnostics
import Functions
import Values

extension Function {
  /// What the function takes and gives, as messages tell it.
  var described: Diagnostic.FunctionSignature {
    Diagnostic.FunctionSignature(
      name: name, parameters: signature.parameters.map(\.described), variadic: signature.variadic?.described,
      returnType: generalReturnType.described)
  }

  /// The type of the result for arguments of which only the types are known, each that its parameter takes.
  private var generalReturnType: ValueType {
    let parameters = signature.parameters + (signature.variadic.map { [$0] } ?? [])
    if parameters.contains(where: { $0.type == .dynamic && !$0.allowsDynamic }) { return .dynamic }
    return (try? returnType(parameters.map { .unknown($0.type) })) ?? .dynamic
  }
}

extension FunctionParameter {
  var described: Diagnostic.FunctionSignature.Parameter {
    Diagnostic.FunctionSignature.Parameter(name: name, type: type.described)
  }
}

extension ValueType {
  /// The type in the form that programs read.
  var described: JSONText {
    switch self {
    case .dynamic, .capsule: .string("dynamic")
    case .bool: .string("bool")
    case .number: .string("number")
    case .string: .string("string")
    case .list(let element): .array([.string("list"), element.described])
    case .set(let element): .array([.string("set"), element.described])
    case .map(let element): .array([.string("map"), element.described])
    case .tuple(let types): .array([.string("tuple"), .array(types.map(\.described))])
    case .object(let type):
      .array([.string("object"), .object(zip(type.names, type.types).map { ($0, $1.described) })])
    }
  }
}
