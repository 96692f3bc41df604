import Diagnostics
import ProviderInterface
import Values

/// One call about one type, from the request's values to the reply's.
struct PluginCall {
  let provider: PluginProvider
  let process: PluginProcess
  let index: SchemaIndex
  let schema: Schema
  let typeName: String

  var type: ValueType { .object(schema.block.impliedType) }

  func encode(_ value: Value) throws(DiagnosticsError) -> [UInt8] { try encode(value, as: type) }

  private func encode(_ value: Value, as type: ValueType) throws(DiagnosticsError) -> [UInt8] {
    do throws(DynamicValueError) {
      return try DynamicValue.encode(value, as: type)
    } catch {
      throw provider.unsendable(typeName, error)
    }
  }

  /// The `provider_meta` value for providers that take one (null when the module has none); nil for others.
  func encodeMeta(_ value: Value?) throws(DiagnosticsError) -> [UInt8]? {
    let schema: Schema?
    do throws(SchemaError) {
      schema = try index.providerMetaSchema()
    } catch {
      return nil
    }
    guard let schema else { return nil }
    let type = ValueType.object(schema.block.impliedType)
    return try encode(value ?? .null(type), as: type)
  }

  /// Sends the request and takes the reply apart. Only a broken transport or a damaged message is an error here;
  /// what the provider itself reports is among the reply's diagnostics.
  func send(
    _ method: PluginMethod, _ request: ProtobufWriter
  ) async throws(DiagnosticsError) -> (ProtobufMessage, [Diagnostic]) {
    let bytes = try await provider.send(method, request.bytes, to: process)
    do throws(ProtobufError) {
      let reply = try ProtobufMessage(bytes)
      return (reply, try method.diagnosticsField.map { number throws(ProtobufError) in try reply.diagnostics(number) } ?? [])
    } catch {
      throw DiagnosticsError(provider.damaged(method, process))
    }
  }

  /// A value of the reply. Nil, with a diagnostic, when it does not conform to the type.
  func value(
    _ reply: ProtobufMessage, _ number: Int, from method: PluginMethod, as other: ValueType? = nil,
    _ diagnostics: inout [Diagnostic]
  ) -> Value? {
    do throws(DynamicValueError) {
      return try reply.value(number, as: other ?? type)
    } catch {
      diagnostics.append(provider.invalidValue(typeName, method, error))
      return nil
    }
  }

  func deferred(_ reply: ProtobufMessage, _ number: Int, _ method: PluginMethod) throws(DiagnosticsError) -> DeferredReason? {
    do throws(ProtobufError) {
      return try reply.deferred(number)
    } catch {
      throw DiagnosticsError(provider.damaged(method, process))
    }
  }
}
