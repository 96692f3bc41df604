import Diagnostics
import ProviderInterface
import Synchronization
import Values

/// The reply to GetProviderSchema as it came, with the places of its entries. A type is decoded when it is first asked
/// for, and kept: a provider has thousands of types, a configuration uses a few.
final class SchemaIndex: Sendable {
  private struct Key: Hashable {
    var kind: TypeKind
    var name: String
  }
  private struct Decoded {
    var schemas: [Key: Schema] = [:]
    var provider: Schema?
    var providerMeta: Schema?
    var functions: [String: ProviderFunction]?
  }

  let bytes: [UInt8]
  let protocolVersion: Int
  let capabilities: ServerCapabilities
  /// What the provider said beside its schemas.
  let diagnostics: [Diagnostic]
  private let providerRange: Range<Int>?
  private let providerMetaRange: Range<Int>?
  private let ranges: [TypeKind: [String: Range<Int>]]
  private let functionRanges: [String: Range<Int>]
  private let decoded = Mutex(Decoded())

  /// Walks the top level only. Throws when the bytes are no such reply.
  init(_ bytes: [UInt8], protocolVersion: Int) throws(ProtobufError) {
    self.bytes = bytes
    self.protocolVersion = protocolVersion
    var provider: Range<Int>?
    var providerMeta: Range<Int>?
    var capabilities = ServerCapabilities()
    var diagnostics: [Diagnostic] = []
    var ranges: [TypeKind: [String: Range<Int>]] = [:]
    var functions: [String: Range<Int>] = [:]
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: provider = field.range
      case 2: try Self.entry(reader.message(field)) { ranges[.resource, default: [:]][$0] = $1 }
      case 3: try Self.entry(reader.message(field)) { ranges[.dataSource, default: [:]][$0] = $1 }
      case 4: diagnostics.append(try decodeDiagnostic(reader.message(field)))
      case 5: providerMeta = field.range
      case 6: capabilities = try ServerCapabilities(reader.message(field))
      case 7: try Self.entry(reader.message(field)) { functions[$0] = $1 }
      case 8: try Self.entry(reader.message(field)) { ranges[.ephemeralResource, default: [:]][$0] = $1 }
      default: break
      }
    }
    providerRange = provider
    providerMetaRange = providerMeta
    self.capabilities = capabilities
    self.diagnostics = diagnostics
    self.ranges = ranges
    functionRanges = functions
  }

  /// A map entry: key 1, value 2.
  private static func entry(
    _ message: ProtobufReader, _ add: (String, Range<Int>) -> Void
  ) throws(ProtobufError) {
    var message = message
    var key = ""
    var value = 0..<0
    while let field = try message.next() {
      switch field.number {
      case 1: key = message.string(field)
      case 2: value = field.range
      default: break
      }
    }
    add(key, value)
  }

  /// Sorted.
  func typeNames(of kind: TypeKind) -> [String] { (ranges[kind] ?? [:]).keys.sorted() }

  /// The schema of the provider's configuration; empty when the provider gave none.
  func providerSchema() throws(SchemaError) -> Schema {
    if let known = decoded.withLock({ $0.provider }) { return known }
    guard let providerRange else { return Schema(version: 0, block: BlockSchema()) }
    let schema = try decoder.schema(ProtobufReader(bytes, in: providerRange))
    return decoded.withLock { decoded in
      let kept = decoded.provider ?? schema
      decoded.provider = kept
      return kept
    }
  }

  func providerMetaSchema() throws(SchemaError) -> Schema? {
    guard let providerMetaRange else { return nil }
    if let known = decoded.withLock({ $0.providerMeta }) { return known }
    let schema = try decoder.schema(ProtobufReader(bytes, in: providerMetaRange))
    return decoded.withLock { decoded in
      let kept = decoded.providerMeta ?? schema
      decoded.providerMeta = kept
      return kept
    }
  }

  func schema(for kind: TypeKind, named name: String) throws(SchemaError) -> Schema? {
    let key = Key(kind: kind, name: name)
    if let known = decoded.withLock({ $0.schemas[key] }) { return known }
    guard let range = ranges[kind]?[name] else { return nil }
    let schema: Schema
    do throws(SchemaError) {
      schema = try decoder.schema(ProtobufReader(bytes, in: range))
    } catch {
      throw SchemaError(message: "\(name): \(error.message)")
    }
    // Two callers may have decoded it at once; the first result stays, so that object types stay identical.
    return decoded.withLock { decoded in
      if let known = decoded.schemas[key] { return known }
      decoded.schemas[key] = schema
      return schema
    }
  }

  func functions() throws(SchemaError) -> [String: ProviderFunction] {
    if let known = decoded.withLock({ $0.functions }) { return known }
    var result: [String: ProviderFunction] = [:]
    for (name, range) in functionRanges { result[name] = try decoder.function(ProtobufReader(bytes, in: range)) }
    decoded.withLock { $0.functions = result }
    return result
  }

  private var decoder: SchemaDecoder { SchemaDecoder(protocolVersion: protocolVersion) }
}
