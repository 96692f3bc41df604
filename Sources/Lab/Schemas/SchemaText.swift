import YAML

/// Reads the notation that the tables of built-in types are written in.
///
/// A line without indentation begins a type: its name, and `*` behind it if values of it have one owner. `Name =` begins a kind,
/// which has `apiVersion`, `kind` and `metadata` besides. The indented lines below hold its fields, separated by spaces, each as
/// `name`, `!` if it must be there, `:` and a type, `=` and a default. No type means a string. Types are `int`, `bool`, `num`,
/// `qty`, `intstr`, `time`, `bytes`, `any` or the name of a type; `[T]` is a list that is replaced whole, `[T]set` a set,
/// `[T]{a,b}` a list of objects that are known by their members a and b; `<T>` is a map, `<T>*` one that is replaced whole.
enum SchemaText {
  static func read(_ text: String, into types: inout [String: ObjectSchema]) {
    var name = ""
    var isAtomic = false
    var fields: [String: ObjectSchema.Field] = [:]
    func finish(_ types: inout [String: ObjectSchema]) {
      if !name.isEmpty { types[name] = ObjectSchema(name: name, fields: fields, isAtomic: isAtomic) }
    }
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard let first = words.first else { continue }
      if line.first == " " {
        for word in words { add(word, to: &fields) }
        continue
      }
      finish(&types)
      isAtomic = first.hasSuffix("*")
      name = String(isAtomic ? first.dropLast() : first)
      fields = [:]
      if words.count > 1, words[1] == "=" {
        fields["apiVersion"] = ObjectSchema.Field(schema: .scalar(.string))
        fields["kind"] = ObjectSchema.Field(schema: .scalar(.string))
        fields["metadata"] = ObjectSchema.Field(schema: .named("ObjectMeta"))
      }
    }
    finish(&types)
  }

  private static func add(_ word: Substring, to fields: inout [String: ObjectSchema.Field]) {
    let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ":", maxSplits: 1)
    var name = parts.first ?? ""
    let isRequired = name.hasSuffix("!")
    if isRequired { name = name.dropLast() }
    let schema = parts.count > 1 ? type(parts[1]) : .scalar(.string)
    let defaultValue = halves.count > 1 ? value(halves[1], schema) : JSONValue.absent
    fields[String(name)] = ObjectSchema.Field(schema: schema, isRequired: isRequired, defaultValue: defaultValue)
  }

  private static func type(_ text: Substring) -> Schema {
    if text.first == "[", let end = text.lastIndex(of: "]") {
      let element = type(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      if rest == "set" { return .list(element, .set) }
      if rest.first == "{" { return .list(element, .keyed(rest.dropFirst().dropLast().split(separator: ",").map(String.init))) }
      return .list(element, .atomic)
    }
    if text.first == "<", let end = text.lastIndex(of: ">") {
      return .map(type(text[text.index(after: text.startIndex)..<end]), isAtomic: text.hasSuffix("*"))
    }
    if text.isEmpty { return .scalar(.string) }
    if text == "any" { return .any }
    return ScalarType(rawValue: String(text)).map { .scalar($0) } ?? .named(String(text))
  }

  private static func value(_ text: Substring, _ schema: Schema) -> JSONValue {
    if text == "{}" { return .object([:]) }
    switch schema {
    case .scalar(.int): return .integer(Int64(text) ?? 0)
    case .scalar(.bool): return .bool(text == "true")
    case .scalar(.intstr): return Int64(text).map { .integer($0) } ?? .string(String(text))
    default: return .string(String(text))
    }
  }
}
