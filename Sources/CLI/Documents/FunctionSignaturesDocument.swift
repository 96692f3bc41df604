import Expressions
import Functions
import ProviderInterface
import Values

/// What `metadata functions -json` prints: every function of the language, which `core::` before its name calls too.
func functionSignaturesDocument(_ functions: [DescribedFunction]) -> [UInt8] {
  // What is called only to be told that it is gone has no description.
  let described = functions.filter { functionDescriptions[$0.name] != nil }
  let named = ["", "core::"].flatMap { prefix in described.map { (name: prefix + $0.name, function: $0) } }
  var writer = JSONWriter()
  writer.beginObject()
  writer.member("format_version", "1.0")
  writer.key("function_signatures")
  writer.beginObject()
  for (name, function) in named.sorted(by: { $0.name < $1.name }) {
    writer.key(name)
    writer.signature(ProviderFunction(function))
  }
  writer.endObject()
  writer.endObject()
  return writer.bytes
}

extension ProviderFunction {
  fileprivate init(_ function: DescribedFunction) {
    self.init(
      parameters: function.signature.parameters.map(Parameter.init), variadic: function.signature.variadic.map(Parameter.init),
      returnType: function.returnType, description: functionDescriptions[function.name] ?? "")
  }
}

extension ProviderFunction.Parameter {
  fileprivate init(_ parameter: FunctionParameter) {
    self.init(name: parameter.name, type: parameter.type, allowsNull: parameter.allowsNull, allowsUnknown: parameter.allowsUnknown)
  }
}
