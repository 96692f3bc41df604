import RegularExpressions
import YAML

/// What may stand behind the keywords of a schema, by draft: what the drafts' own schemas ask of schemas.
struct SchemaKeyword {
  enum Form {
    case schema, schemas, schemaMap, items, dependencies
    case strings, stringMap, types, choices
    case number, positive, count, flag, text, pattern, array
    case reference, name, anchor
  }

  let form: Form
  let drafts: ClosedRange<SchemaDraft>

  /// A keyword has no meaning in drafts that do not name it.
  static func form(of keyword: String, in draft: SchemaDraft) -> Form? {
    table[keyword]?.first { $0.drafts.contains(draft) }?.form
  }

  private static let table: [String: [SchemaKeyword]] = {
    var table: [String: [SchemaKeyword]] = [:]
    func add(_ form: Form, _ drafts: ClosedRange<SchemaDraft>, _ names: String...) {
      for name in names { table[name, default: []].append(SchemaKeyword(form: form, drafts: drafts)) }
    }
    let all = SchemaDraft.four...SchemaDraft.of2020
    let fromSix = SchemaDraft.six...SchemaDraft.of2020
    let fromSeven = SchemaDraft.seven...SchemaDraft.of2020
    let from2019 = SchemaDraft.of2019...SchemaDraft.of2020
    add(.schema, all, "not", "additionalProperties")
    add(.schema, .four ... .of2019, "additionalItems")
    add(.schema, fromSix, "contains", "propertyNames")
    add(.schema, fromSeven, "if", "then", "else")
    add(.schema, from2019, "unevaluatedItems", "unevaluatedProperties", "contentSchema")
    add(.schemas, all, "allOf", "anyOf", "oneOf")
    add(.schemas, .of2020 ... .of2020, "prefixItems")
    add(.items, .four ... .of2019, "items")
    add(.schema, .of2020 ... .of2020, "items")
    add(.schemaMap, all, "definitions", "properties", "patternProperties")
    add(.schemaMap, from2019, "$defs", "dependentSchemas")
    add(.dependencies, all, "dependencies")
    add(.strings, all, "required")
    add(.stringMap, from2019, "dependentRequired")
    add(.types, all, "type")
    add(.choices, all, "enum")
    add(.array, fromSeven, "examples")
    add(.positive, all, "multipleOf")
    add(.number, all, "minimum", "maximum")
    add(.flag, .four ... .four, "exclusiveMinimum", "exclusiveMaximum")
    add(.number, fromSix, "exclusiveMinimum", "exclusiveMaximum")
    add(.count, all, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
    add(.count, from2019, "minContains", "maxContains")
    add(.flag, all, "uniqueItems")
    add(.flag, fromSeven, "readOnly", "writeOnly")
    add(.flag, from2019, "deprecated")
    add(.flag, .of2019 ... .of2019, "$recursiveAnchor")
    add(.text, all, "title", "description", "format", "$schema")
    add(.text, fromSeven, "$comment", "contentEncoding", "contentMediaType")
    add(.pattern, all, "pattern")
    add(.text, .four ... .four, "$ref")
    add(.reference, fromSix, "$ref")
    add(.reference, from2019, "$recursiveRef")
    add(.reference, .of2020 ... .of2020, "$dynamicRef")
    add(.text, .four ... .four, "id")
    add(.reference, .six ... .seven, "$id")
    add(.name, from2019, "$id")
    add(.anchor, from2019, "$anchor")
    add(.anchor, .of2020 ... .of2020, "$dynamicAnchor")
    return table
  }()

  /// What is wrong with the value of a keyword; schemas in it are not looked into.
  static func problem(of value: JSONValue, form: Form, in draft: SchemaDraft) -> String? {
    switch form {
    case .schema, .schemaMap: return nil
    case .schemas: return value.asArray.map { !$0.isEmpty } ?? false ? nil : "must be a list of schemas"
    case .items: return value.asArray?.isEmpty ?? false ? "must be a list of schemas" : nil
    case .dependencies: return value.asObject == nil ? "must be an object" : nil
    case .strings: return isStrings(value, in: draft) ? nil : "must be a list of different strings"
    case .stringMap:
      return value.asObject?.values.allSatisfy { isStrings($0, in: draft) } ?? false ? nil : "must be an object of lists of strings"
    case .types:
      let names = value.asArray ?? [value]
      let isTypes = !names.isEmpty && Set(names).count == names.count && names.allSatisfy { types.contains($0.asString ?? "") }
      return isTypes ? nil : "must be one of \(types.joined(separator: ", ")), or a list of these"
    case .choices:
      guard let choices = value.asArray else { return "must be a list" }
      if draft < .of2019, choices.isEmpty || Set(choices.map(\.canonicalBytes)).count < choices.count {
        return "must be a list of different values"
      }
      return nil
    case .array: return value.asArray == nil ? "must be a list" : nil
    case .number: return value.asDouble == nil ? "must be a number" : nil
    case .positive: return value.asDouble ?? 0 > 0 ? nil : "must be a number above 0"
    case .count: return value.asInteger ?? -1 >= 0 ? nil : "must be a whole number from 0 on"
    case .flag: return value.asBool == nil ? "must be true or false" : nil
    case .text: return value.asString == nil ? "must be a string" : nil
    case .pattern: return value.asString.map(isPattern) ?? false ? nil : "must be a regular expression"
    case .reference: return value.asString.map(SchemaFormat.isReference) ?? false ? nil : "must be a reference"
    case .name:
      let isName = value.asString.map { SchemaFormat.isReference($0) && SchemaAddress.split($0).fragment.isEmpty } ?? false
      return isName ? nil : "must be an address without a fragment"
    case .anchor: return value.asString.map { isAnchor($0, in: draft) } ?? false ? nil : "must be a name"
    }
  }

  private static let types = ["array", "boolean", "integer", "null", "number", "object", "string"]

  static func isStrings(_ value: JSONValue, in draft: SchemaDraft) -> Bool {
    guard let items = value.asArray, !(draft == .four && items.isEmpty) else { return false }
    return items.allSatisfy { $0.asString != nil } && Set(items).count == items.count
  }

  static func isPattern(_ text: String) -> Bool { (try? RegularExpression.compiled(text)) != nil }

  private static func isAnchor(_ text: String, in draft: SchemaDraft) -> Bool {
    guard let first = text.utf8.first else { return false }
    let others = draft == .of2019 ? "-._:" : "-._"
    return isLetter(first) || draft == .of2020 && first == UInt8(ascii: "_")
      ? text.utf8.allSatisfy { isLetter($0) || $0 &- 48 < 10 || others.utf8.contains($0) } : false
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }
}

extension JSONValue {
  /// The same for equal values: numbers are equal by their value, and strings by their code points, other than in Swift.
  var canonicalBytes: [UInt8] { Array(withWholeNumbers.jsonText().utf8) }

  private var withWholeNumbers: JSONValue {
    switch self {
    case .float(let number): Int64(exactly: number).map { .integer($0) } ?? self
    case .array(let items): .array(items.map(\.withWholeNumbers))
    case .object(let members): .object(members.mapValues(\.withWholeNumbers))
    default: self
    }
  }
}
