import Addresses
import Diagnostics
import ProviderInterface
import Values

/// All that a provider offers, for `providers schema -json`.
struct ProviderDescription: Sendable {
  var source: ProviderSource
  var metadata: ProviderMetadata
  /// Each sorted by name.
  var resources: [(name: String, schema: Schema)] = []
  var dataSources: [(name: String, schema: Schema)] = []
  var ephemeralResources: [(name: String, schema: Schema)] = []
  var functions: [String: ProviderFunction] = [:]

  /// Asks a provider for everything. It need not be configured.
  static func load(_ source: ProviderSource, from provider: any Provider) async throws(DiagnosticsError) -> Self {
    var result = ProviderDescription(source: source, metadata: try await provider.metadata())
    result.resources = try await schemas(of: .resource, from: provider)
    result.dataSources = try await schemas(of: .dataSource, from: provider)
    result.ephemeralResources = try await schemas(of: .ephemeralResource, from: provider)
    result.functions = try await provider.functions()
    return result
  }

  private static func schemas(
    of kind: TypeKind, from provider: any Provider
  ) async throws(DiagnosticsError) -> [(name: String, schema: Schema)] {
    var found: [(name: String, schema: Schema)] = []
    for name in try await provider.typeNames(of: kind) {
      if let schema = try await provider.schema(for: kind, named: name) { found.append((name, schema)) }
    }
    return found.sorted { $0.name < $1.name }
  }
}

/// What `providers schema -json` prints: format 1.0 on one line, without a line break at its end.
func providerSchemasDocument(_ providers: [ProviderDescription]) -> [UInt8] {
  var writer = JSONWriter()
  writer.beginObject()
  writer.member("format_version", "1.0")
  writer.providerSchemas(providers)
  writer.endObject()
  return writer.bytes
}

extension JSONWriter {
  /// The schemas of providers by their names, if there are any.
  mutating func providerSchemas(_ providers: [ProviderDescription]) {
    if providers.isEmpty { return }
    key("provider_schemas")
    beginObject()
    for provider in providers.sorted(by: { $0.source < $1.source }) {
      key(provider.source.description)
      self.provider(provider)
    }
    endObject()
  }

  fileprivate mutating func provider(_ provider: ProviderDescription) {
    beginObject()
    key("provider")
    if provider.source.isBuiltin {
      // It takes no configuration at all, not even an empty one.
      beginObject()
      member("version", 0)
      endObject()
    } else {
      schema(provider.metadata.configuration)
    }
    schemas("resource_schemas", provider.resources)
    schemas("data_source_schemas", provider.dataSources)
    schemas("ephemeral_resource_schemas", provider.ephemeralResources)
    if !provider.functions.isEmpty {
      key("functions")
      beginObject()
      for (name, function) in provider.functions.sorted(by: { $0.key < $1.key }) {
        key(name)
        signature(function)
      }
      endObject()
    }
    endObject()
  }

  private mutating func schemas(_ name: String, _ schemas: [(name: String, schema: Schema)]) {
    if schemas.isEmpty { return }
    key(name)
    beginObject()
    for (name, schema) in schemas {
      key(name)
      self.schema(schema)
    }
    endObject()
  }

  private mutating func schema(_ schema: Schema) {
    beginObject()
    key("version")
    integer(schema.version)
    key("block")
    block(schema.block)
    endObject()
  }

  private mutating func block(_ block: BlockSchema) {
    beginObject()
    attributes(block.attributes)
    if !block.blocks.isEmpty {
      key("block_types")
      beginObject()
      for nested in block.blocks {
        key(nested.name)
        beginObject()
        member("nesting_mode", nested.nesting.name)
        key("block")
        self.block(nested.block)
        if nested.minItems > 0 { member("min_items", nested.minItems) }
        if nested.maxItems > 0 { member("max_items", nested.maxItems) }
        endObject()
      }
      endObject()
    }
    description(block.description, block.descriptionKind)
    if block.deprecated { member("deprecated", true) }
    endObject()
  }

  private mutating func attributes(_ attributes: [AttributeSchema]) {
    if attributes.isEmpty { return }
    key("attributes")
    beginObject()
    for attribute in attributes {
      key(attribute.name)
      self.attribute(attribute)
    }
    endObject()
  }

  private mutating func attribute(_ attribute: AttributeSchema) {
    beginObject()
    if let nested = attribute.nestedType {
      key("nested_type")
      beginObject()
      attributes(nested.attributes)
      member("nesting_mode", nested.nesting.name)
      endObject()
    } else {
      key("type")
      verbatim(JSONValueCodec.encodeType(attribute.type))
    }
    description(attribute.description, attribute.descriptionKind)
    if attribute.deprecated { member("deprecated", true) }
    if attribute.required { member("required", true) }
    if attribute.optional { member("optional", true) }
    if attribute.computed { member("computed", true) }
    if attribute.sensitive { member("sensitive", true) }
    if attribute.writeOnly { member("write_only", true) }
    endObject()
  }

  private mutating func description(_ text: String, _ kind: DescriptionKind) {
    if !text.isEmpty { member("description", text) }
    member("description_kind", kind == .markdown ? "markdown" : "plain")
  }

  mutating func signature(_ function: ProviderFunction) {
    beginObject()
    if !function.description.isEmpty { member("description", function.description) }
    if !function.summary.isEmpty { member("summary", function.summary) }
    key("return_type")
    verbatim(JSONValueCodec.encodeType(function.returnType))
    if !function.parameters.isEmpty {
      key("parameters")
      beginArray()
      for item in function.parameters { parameter(item) }
      endArray()
    }
    if let variadic = function.variadic {
      key("variadic_parameter")
      parameter(variadic)
    }
    endObject()
  }

  private mutating func parameter(_ parameter: ProviderFunction.Parameter) {
    beginObject()
    member("name", parameter.name)
    if !parameter.description.isEmpty { member("description", parameter.description) }
    if parameter.allowsNull { member("is_nullable", true) }
    key("type")
    verbatim(JSONValueCodec.encodeType(parameter.type))
    endObject()
  }
}

extension NestingMode {
  fileprivate var name: String {
    switch self {
    case .single: "single"
    case .group: "group"
    case .list: "list"
    case .set: "set"
    case .map: "map"
    }
  }
}
