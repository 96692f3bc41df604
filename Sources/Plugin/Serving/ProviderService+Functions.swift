import Diagnostics
import ProviderInterface
import Values

/// Functions: the one reply with an error of its own instead of diagnostics.
extension ProviderService {
  /// RPC CallFunction.
  func callFunction(_ request: ProtobufMessage) async -> [UInt8] {
    let name = request.string(1)
    do throws(DiagnosticsError) {
      guard let function = try await provider.functions()[name] else {
        return failure("this provider has no function \"\(name)\"", nil)
      }
      let caller = try await provider.functionCaller()
      return call(caller, function, name, request.all(2))
    } catch {
      let first = error.diagnostics.first
      return failure("\(first?.summary ?? "the function cannot be called"): \(first?.detail ?? "")", nil)
    }
  }

  private func call(
    _ caller: ProviderFunctionCaller, _ function: ProviderFunction, _ name: String, _ messages: [ProtobufReader]
  ) -> [UInt8] {
    guard messages.count >= function.parameters.count else {
      return failure("too few arguments: \(messages.count) of \(function.parameters.count)", nil)
    }
    var arguments: [Value] = []
    for (position, message) in messages.enumerated() {
      guard let parameter = position < function.parameters.count ? function.parameters[position] : function.variadic
      else { return failure("too many arguments", position) }
      do throws(DynamicValueError) {
        arguments.append(try DynamicValue.decode(message, as: parameter.type))
      } catch {
        return failure("the argument cannot be read: \(error.message)", position)
      }
    }
    let response = caller(name, arguments)
    if let error = response.error { return failure(error.text, error.argument) }
    guard let result = response.result else { return failure("the provider gave no result and no error", nil) }
    var reply = ProtobufWriter()
    do throws(DynamicValueError) {
      reply.message(1, try DynamicValue.encode(result, as: function.returnType))
    } catch {
      return failure("the provider gave a result that does not fit: \(error.message)", nil)
    }
    return reply.bytes
  }

  /// Message `FunctionError`, in its place in the reply.
  private func failure(_ text: String, _ argument: Int?) -> [UInt8] {
    var error = ProtobufWriter()
    error.string(1, text)
    if let argument { error.presentNumber(2, Int64(argument)) }
    var reply = ProtobufWriter()
    reply.message(2, error.bytes)
    return reply.bytes
  }
}
