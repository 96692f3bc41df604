import Addresses
import Diagnostics
import ProviderInterface
import Values

/// One call about one type, from the request's bytes to values and back.
struct ServedCall {
  let provider: any Provider
  let request: ProtobufMessage
  let typeName: String
  let schema: Schema

  var type: ValueType { .object(schema.block.impliedType) }

  /// - Parameter number: the request's field with the name of the type.
  init(
    _ provider: any Provider, _ kind: TypeKind, _ request: ProtobufMessage, named number: Int = 1
  ) async throws(DiagnosticsError) {
    let typeName = request.string(number)
    guard let schema = try await provider.schema(for: kind, named: typeName) else {
      throw Self.unknownType(kind, typeName)
    }
    self.init(provider, request, typeName, schema)
  }

  init(_ provider: any Provider, _ request: ProtobufMessage, _ typeName: String, _ schema: Schema) {
    self.provider = provider
    self.request = request
    self.typeName = typeName
    self.schema = schema
  }

  static func unknownType(_ kind: TypeKind, _ typeName: String) -> DiagnosticsError {
    let what =
      switch kind {
      case .resource: "resource type"
      case .dataSource: "data source"
      case .ephemeralResource: "ephemeral resource type"
      }
    return DiagnosticsError(.error("Unknown \(what)", "This provider does not offer the \(what) \"\(typeName)\"."))
  }

  /// What a host has sent that makes no sense.
  static func invalidRequest(_ detail: String) -> DiagnosticsError {
    DiagnosticsError(.error("Invalid request to the provider", "\(detail)\n\nThis is a mistake of the program that called it."))
  }

  // MARK: Request

  /// A value by the type's schema; null when it is absent.
  func value(_ number: Int) throws(DiagnosticsError) -> Value { try value(number, as: type) }

  /// A configuration, which is never null.
  func configuration(_ number: Int) throws(DiagnosticsError) -> Value {
    let value = try value(number)
    if value.isNull { throw Self.invalidRequest("The configuration of \(typeName) is missing.") }
    return value
  }

  /// A `provider_meta` value; nil when there is none or when the provider takes none.
  func meta(_ number: Int) async throws(DiagnosticsError) -> Value? {
    guard request.field(number) != nil, let schema = try await provider.metadata().providerMeta else { return nil }
    return try value(number, as: .object(schema.block.impliedType))
  }

  func capabilities(_ number: Int) throws(DiagnosticsError) -> ClientCapabilities {
    do throws(ProtobufError) {
      return try ClientCapabilities(request.all(number).last)
    } catch {
      throw Self.invalidRequest("The client's capabilities cannot be read.")
    }
  }

  /// What the host knows of the object's identity, by the schema of today.
  func identity(_ number: Int) async throws(DiagnosticsError) -> ResourceIdentity? {
    guard let message = request.all(number).last, let schema = try await provider.identitySchemas()[typeName] else {
      return nil
    }
    do throws(DynamicValueError) {
      return try IdentityMessage.decode(message, by: schema)
    } catch {
      throw Self.invalidRequest("The identity of a \(typeName) cannot be read: \(error.message).")
    }
  }

  /// Message `RawState` as JSON. The other form, a flat map, is that of states from before Terraform 0.12.
  func rawState(_ number: Int) throws(DiagnosticsError) -> [UInt8] {
    guard let message = request.all(number).last, let state = try? ProtobufMessage(message) else {
      throw Self.invalidRequest("The stored state of \(typeName) is missing or damaged.")
    }
    let json = state.bytes(1)
    if !json.isEmpty { return json }
    guard state.all(2).isEmpty else {
      throw DiagnosticsError(
        .error(
          "State is too old",
          "The state of \(typeName) was written by a Terraform before version 0.12, which this provider never worked with. "
            + "Import the object anew."))
    }
    throw Self.invalidRequest("The stored state of \(typeName) is empty.")
  }

  private func value(_ number: Int, as type: ValueType) throws(DiagnosticsError) -> Value {
    do throws(DynamicValueError) {
      return try request.value(number, as: type)
    } catch {
      throw Self.invalidRequest("A value of \(typeName) does not fit its schema: \(error.message).")
    }
  }

  // MARK: Reply

  /// Writes a value of the provider's. One that is missing without an error, or that does not fit, is an error diagnostic; then nothing
  /// is written, and false is given.
  @discardableResult
  func write(
    _ value: Value?, _ field: Int, to reply: inout ProtobufWriter, _ diagnostics: inout [Diagnostic]
  ) -> Bool {
    guard let value else {
      if !diagnostics.hasErrors { diagnostics.append(invalid("it gave no value and no error")) }
      return false
    }
    do throws(DynamicValueError) {
      reply.message(field, try DynamicValue.encode(value, as: type))
      return true
    } catch {
      diagnostics.append(invalid(error.message))
      return false
    }
  }

  /// Writes an identity of the provider's, if there is one.
  func write(
    _ identity: ResourceIdentity?, _ field: Int, to reply: inout ProtobufWriter, _ diagnostics: inout [Diagnostic]
  ) async {
    guard let identity else { return }
    do {
      guard let schema = try await provider.identitySchemas()[typeName] else { return }
      reply.message(field, try IdentityMessage.encode(IdentityMessage.attributes(identity.json), by: schema))
    } catch let error as DynamicValueError {
      diagnostics.append(invalid("its identity does not fit: \(error.message)"))
    } catch {
      diagnostics += (error as? DiagnosticsError)?.diagnostics ?? []
    }
  }

  private func invalid(_ why: String) -> Diagnostic {
    .error(
      "Provider produced invalid object",
      "What the provider answered for \(typeName) does not fit its schema: \(why).\n\n\(providerMistake)")
  }
}
