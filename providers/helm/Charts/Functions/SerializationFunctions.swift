import YAML

/// Values as YAML, JSON and TOML, and back.
enum SerializationFunctions {
  static let all: [Function] = [
    Function("toYaml", .any) { call in .string(yaml(call[0])) },
    Function("mustToYaml", .any) { call throws(TemplateError) in .string(try strictYAML(call[0])) },
    Function("toYamlPretty", .any) { call in .string(yaml(call[0], layout: .indented)) },
    Function("fromYaml", .string, body: fromYAML),
    Function("fromYamlArray", .string, body: fromYAMLArray),
    Function("toJson", .any) { call in .string((try? json(call[0])) ?? "") },
    Function("mustToJson", .any) { call throws(TemplateError) in .string(try json(call[0])) },
    Function("toPrettyJson", .any) { call in .string((try? json(call[0], pretty: true)) ?? "") },
    Function("mustToPrettyJson", .any) { call throws(TemplateError) in .string(try json(call[0], pretty: true)) },
    Function("toRawJson", .any) { call throws(TemplateError) in .string(try json(call[0], escapesHTML: false)) },
    Function("mustToRawJson", .any) { call throws(TemplateError) in .string(try json(call[0], escapesHTML: false)) },
    Function("fromJson", .string, body: fromJSON),
    Function("mustFromJson", .string, body: mustFromJSON),
    Function("fromJsonArray", .string, body: fromJSONArray),
    Function("toToml", .any, body: toTOML),
    Function("mustToToml", .any) { call throws(TemplateError) in .string(try TOMLWriter.text(call[0])) },
    Function("fromToml", .string, body: fromTOML),
  ]

  /// Without the last line break; nothing for what cannot be written.
  static func yaml(_ value: Value, layout: YAML.Layout = .compact) -> String {
    (try? strictYAML(value, layout: layout)) ?? ""
  }

  private static func strictYAML(_ value: Value, layout: YAML.Layout = .compact) throws(TemplateError) -> String {
    let text = YAML.text(try value.json(), layout: layout)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  private static func json(_ value: Value, pretty: Bool = false, escapesHTML: Bool = true) throws(TemplateError) -> String {
    try value.json().jsonText(pretty: pretty, escapesHTML: escapesHTML)
  }

  // MARK: Reading: what is wrong is a value too

  private static func failed(_ message: String) -> Value { .map(["Error": .string(message)]) }

  private static func goName(_ value: JSONValue) -> String {
    switch value {
    case .array: "array"
    case .bool: "bool"
    case .integer, .float: "number"
    default: value.typeName
    }
  }

  private static let wayThroughJSON = "error unmarshaling JSON: while decoding JSON: "

  private static func mismatch(_ value: JSONValue, _ type: String) -> String {
    "json: cannot unmarshal \(goName(value)) into Go value of type \(type)"
  }

  private static func object(_ value: JSONValue, prefix: String) -> Value {
    switch value {
    case .null: .map(.none())
    case .object: Value(json: value)
    default: failed(prefix + mismatch(value, "map[string]interface {}"))
    }
  }

  private static func array(_ value: JSONValue, prefix: String) -> Value {
    switch value {
    case .null: .list(.appended([]))
    case .array: Value(json: value)
    default: .list([.string(prefix + mismatch(value, "[]interface {}"))])
    }
  }

  private static func fromYAML(_ call: Call) throws(TemplateError) -> Value {
    do throws(YAMLError) {
      // Here null leaves the map as it was made.
      let value = try YAML.value(call.bytes(0))
      return value.isNull ? .map([:]) : object(value, prefix: wayThroughJSON)
    } catch {
      return failed("error converting YAML to JSON: \(error)")
    }
  }

  private static func fromYAMLArray(_ call: Call) throws(TemplateError) -> Value {
    do throws(YAMLError) {
      let value = try YAML.value(call.bytes(0))
      return value.isNull ? .list([]) : array(value, prefix: wayThroughJSON)
    } catch {
      return .list([.string("error converting YAML to JSON: \(error)")])
    }
  }

  private static func fromJSON(_ call: Call) throws(TemplateError) -> Value {
    do throws(JSONError) {
      return object(try JSONValue(json: call.bytes(0)), prefix: "")
    } catch {
      return failed(error.message)
    }
  }

  private static func mustFromJSON(_ call: Call) throws(TemplateError) -> Value {
    do throws(JSONError) {
      return Value(json: try JSONValue(json: call.bytes(0)))
    } catch {
      throw TemplateError("\(error)")
    }
  }

  private static func fromJSONArray(_ call: Call) throws(TemplateError) -> Value {
    do throws(JSONError) {
      return array(try JSONValue(json: call.bytes(0)), prefix: "")
    } catch {
      return .list([.string(error.message)])
    }
  }

  private static func toTOML(_ call: Call) throws(TemplateError) -> Value {
    if call[0].isNull { throw TemplateError("toml: nil has no type") }
    do throws(TemplateError) {
      return .string(try TOMLWriter.text(call[0]))
    } catch {
      return .string(error.message)
    }
  }

  private static func fromTOML(_ call: Call) throws(TemplateError) -> Value {
    do throws(TemplateError) {
      return try TOMLReader.read(call.bytes(0))
    } catch {
      return failed(error.message)
    }
  }
}
