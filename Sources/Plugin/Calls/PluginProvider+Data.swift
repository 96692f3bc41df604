package import Diagnostics
package import ProviderInterface
package import Values

/// Data sources, ephemeral resources and functions.
extension PluginProvider {
  package func readDataSource(_ request: ReadDataSourceRequest) async -> ReadDataSourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.dataSource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.configuration))
      if let meta = try call.encodeMeta(request.providerMeta) { message.message(3, meta) }
      message.message(4, request.capabilities.encoded)
      var (reply, diagnostics) = try await call.send(.readDataSource, message, diagnosticsIn: 2)
      if diagnostics.hasErrors { return ReadDataSourceResponse(state: nil, diagnostics: diagnostics) }
      let state = call.value(reply, 1, from: .readDataSource, &diagnostics)
      return ReadDataSourceResponse(
        state: state, deferred: try call.deferred(reply, 3, .readDataSource), diagnostics: diagnostics)
    } catch {
      return ReadDataSourceResponse(state: nil, diagnostics: error.diagnostics)
    }
  }

  package func openEphemeralResource(_ request: OpenEphemeralResourceRequest) async -> OpenEphemeralResourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, request.typeName)
      var message = ProtobufWriter()
      message.string(1, request.typeName)
      message.message(2, try call.encode(request.configuration))
      message.message(3, request.capabilities.encoded)
      var (reply, diagnostics) = try await call.send(.openEphemeralResource, message, diagnosticsIn: 1)
      if diagnostics.hasErrors { return OpenEphemeralResourceResponse(result: nil, diagnostics: diagnostics) }
      let result = call.value(reply, 3, from: .openEphemeralResource, &diagnostics)
      return OpenEphemeralResourceResponse(
        result: result, renewAtSeconds: try renewal(reply, 2, .openEphemeralResource, call), private: reply.bytes(4),
        deferred: try call.deferred(reply, 5, .openEphemeralResource), diagnostics: diagnostics)
    } catch {
      return OpenEphemeralResourceResponse(result: nil, diagnostics: error.diagnostics)
    }
  }

  package func renewEphemeralResource(
    named name: String, private notes: [UInt8]
  ) async -> RenewEphemeralResourceResponse {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, name)
      var message = ProtobufWriter()
      message.string(1, name)
      message.bytes(2, notes)
      let (reply, diagnostics) = try await call.send(.renewEphemeralResource, message, diagnosticsIn: 1)
      return RenewEphemeralResourceResponse(
        renewAtSeconds: try renewal(reply, 2, .renewEphemeralResource, call), private: reply.bytes(3),
        diagnostics: diagnostics)
    } catch {
      return RenewEphemeralResourceResponse(diagnostics: error.diagnostics)
    }
  }

  package func closeEphemeralResource(named name: String, private notes: [UInt8]) async -> [Diagnostic] {
    do throws(DiagnosticsError) {
      let call = try await begin(.ephemeralResource, name)
      var message = ProtobufWriter()
      message.string(1, name)
      message.bytes(2, notes)
      return try await call.send(.closeEphemeralResource, message, diagnosticsIn: 1).1
    } catch {
      return error.diagnostics
    }
  }

  private func renewal(
    _ reply: Reply, _ number: Int, _ method: PluginMethod, _ call: PluginCall
  ) throws(DiagnosticsError) -> Double? {
    do throws(ProtobufError) {
      return try reply.timestamp(number)
    } catch {
      throw DiagnosticsError(damaged(method, call.process))
    }
  }

  package func callFunction(named name: String, arguments: [Value]) async -> CallFunctionResponse {
    do throws(DiagnosticsError) {
      guard let function = try await functions()[name] else {
        return CallFunctionResponse(result: nil, error: ("the provider has no function \"\(name)\"", nil))
      }
      let (process, _) = try await prepared()
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
      return try functionResult(try await send(.callFunction, message.bytes, to: process), function, process)
    } catch {
      let first = error.diagnostics.first
      return CallFunctionResponse(
        result: nil, error: ([first?.summary, first?.detail].compactMap { $0 }.joined(separator: ": "), nil))
    }
  }

  private func functionResult(
    _ bytes: [UInt8], _ function: ProviderFunction, _ process: PluginProcess
  ) throws(DiagnosticsError) -> CallFunctionResponse {
    guard let reply = try? Reply(bytes) else { throw DiagnosticsError(damaged(.callFunction, process)) }
    if let failure = reply.all(2).first {
      guard let failure = try? Reply(failure) else { throw DiagnosticsError(damaged(.callFunction, process)) }
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
}
