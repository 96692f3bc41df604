import Diagnostics
package import Functions
package import Values

/// What a function takes and gives.
package struct DescribedFunction: Sendable {
  package var name: String
  package var signature: FunctionSignature
  /// As far as it does not depend on the arguments.
  package var returnType: ValueType

  /// As messages tell it.
  var described: Diagnostic.FunctionSignature {
    Diagnostic.FunctionSignature(
      name: name, parameters: signature.parameters.map(\.described), variadic: signature.variadic?.described,
      returnType: returnType.described)
  }
}

extension FunctionTable {
  /// Everything that an expression can call by its name alone, also what evaluation does itself, by name.
  package var describedFunctions: [DescribedFunction] {
    let listed = names.compactMap { function(named: $0) }.map {
      DescribedFunction(name: $0.name, signature: $0.signature, returnType: $0.generalReturnType)
    }
    return (listed + Evaluator.ownFunctions).sorted { $0.name < $1.name }
  }
}

extension Function {
  /// What the function takes and gives, as messages tell it.
  var described: Diagnostic.FunctionSignature {
    DescribedFunction(name: name, signature: signature, returnType: generalReturnType).described
  }

  /// The type of the result for arguments of which only the types are known, each that its parameter takes.
  fileprivate var generalReturnType: ValueType {
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
