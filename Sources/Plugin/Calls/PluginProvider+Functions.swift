package import Diagnostics
package import ProviderInterface
import Values

/// Functions: the one call that waits on the thread that asks.
extension PluginProvider {
  package func functionCaller() async throws(DiagnosticsError) -> ProviderFunctionCaller {
    let functions = try await functions()
    let (process, _) = try await prepared()
    return { [self] name, arguments in
      guard let function = functions[name] else {
        return CallFunctionResponse(result: nil, error: ("the provider has no function \"\(name)\"", nil))
      }
      return call(function, named: name, arguments, in: process)
    }
  }

  private func call(
    _ function: ProviderFunction, named name: String, _ arguments: [Value], in process: PluginProcess
  ) -> CallFunctionResponse {
    var message = ProtobufWriter()
    message.string(1, name)
    for (position, argument) in arguments.enumerated() {
      guard let parameter = position < function.parameters.count ? function.parameters[position] : function.variadic
      else { return CallFunctionResponse(result: nil, error: ("too many arguments", position)) }
      do throws(DynamicValueError) {
        message.message(2, try DynamicValue.encode(argument, as: parameter.type))
      } catch {
        return CallFunctionResponse(result: nil, error: (error.message, position))
      }
    }
    do throws(GRPCError) {
      let path = PluginMethod.callFunction.path(in: process.protocolVersion)
      return result(try process.connection.callAndWait(path, message.bytes), function, process)
    } catch {
      return failed(failure(of: .callFunction, error, process, explanation: nil))
    }
  }

  private func result(
    _ bytes: [UInt8], _ function: ProviderFunction, _ process: PluginProcess
  ) -> CallFunctionResponse {
    guard let reply = try? ProtobufMessage(bytes) else { return failed(damaged(.callFunction, process)) }
    if let failure = reply.all(2).first {
      guard let failure = try? ProtobufMessage(failure) else { return failed(damaged(.callFunction, process)) }
      // The index has explicit presence: zero is the first argument, absence is none.
      let argument = failure.field(2).map { Int(clamping: $0.int64) }
      return CallFunctionResponse(result: nil, error: (failure.string(1), argument))
    }
    do throws(DynamicValueError) {
      return CallFunctionResponse(result: try reply.value(1, as: function.returnType))
    } catch {
      return CallFunctionResponse(
        result: nil, error: ("the provider returned an invalid result: \(error.message)", nil))
    }
  }

  private func failed(_ diagnostic: Diagnostic) -> CallFunctionResponse {
    CallFunctionResponse(result: nil, error: ("\(diagnostic.summary): \(diagnostic.detail)", nil))
  }
}
