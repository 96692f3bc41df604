import YAML

/// A schema with all that it refers to inside: which part has which name, and which draft's rules.
struct SchemaDocument {
  /// A part with a name of its own; the whole document is the first.
  struct Resource {
    var address: String
    var draft: SchemaDraft
    var place: Place
    var anchors: [String: Place] = [:]
    var dynamicAnchors: Set<String> = []
  }

  /// A schema, and where it is.
  struct Place {
    /// The resource that it is part of, by index.
    var resource: Int
    /// From the document's root.
    var pointer: String
    var schema: JSONValue
  }

  struct Problem {
    var pointer: String
    var message: String
  }

  enum Resolution {
    case found(Place)
    case missing
    /// Outside of the document, where it is not looked for.
    case elsewhere
  }

  private(set) var resources: [Resource] = []
  private(set) var problems: [Problem] = []
  /// Whether what was evaluated has to be known.
  private(set) var asksForUnevaluated = false
  private var indexes: [String: Int] = [:]
  private var known: Set<String> = []
  private var depth = 0

  private static let address = "file:///values.schema.json"

  init(_ root: JSONValue) {
    collect(root, pointer: "", resource: nil)
    if !problems.isEmpty { return }
    var visited: Set<String> = []
    checkReferences(Place(resource: 0, pointer: "", schema: root), &visited)
  }

  private mutating func report(_ pointer: String, _ message: String) { problems.append(Problem(pointer: pointer, message: message)) }

  private static func escaped(_ name: String) -> String {
    name.contains { $0 == "~" || $0 == "/" } ? name.replacing("~", with: "~0").replacing("/", with: "~1") : name
  }

  // MARK: Reading

  /// - Parameter resource: that the schema is in; nil for the document itself.
  private mutating func collect(_ schema: JSONValue, pointer: String, resource: Int?) {
    guard known.insert(pointer).inserted else { return }
    depth += 1
    defer { depth -= 1 }
    if depth > JSONValue.deepestNesting { return report(pointer, "nested too deeply") }
    let base = resource.map { resources[$0].address } ?? Self.address
    let outer = resource.map { resources[$0].draft } ?? .of2020
    guard let members = schema.asObject else {
      if schema.asBool == nil || outer == .four { report(pointer, "must be a schema, got \(schema.typeName)") }
      if resource == nil { add(Resource(address: base, draft: outer, place: Place(resource: 0, pointer: pointer, schema: schema))) }
      return
    }
    var draft = outer
    if let said = members["$schema"]?.asString {
      guard let other = SchemaDraft(address: said) else { return report(pointer, "$schema \(said) is no known draft") }
      draft = other
    }
    // Only what has a name may be of another draft.
    if resource != nil, draft.name(of: members)?.address.isEmpty ?? true { draft = outer }
    let name = draft.name(of: members)
    var inner = resource ?? 0
    if resource == nil || !(name?.address.isEmpty ?? true) {
      let address = SchemaAddress.joined(base, name?.address ?? "")
      let place = Place(resource: resources.count, pointer: pointer, schema: schema)
      inner = resources.count
      if indexes[address] != nil { report(pointer, "\(address) is there twice") }
      add(Resource(address: address, draft: draft, place: place))
    }
    addAnchors(Place(resource: inner, pointer: pointer, schema: schema), members, name?.fragment ?? "")
    for (keyword, value) in members.sorted(by: { $0.key < $1.key }) {
      collect(keyword, value, pointer: pointer + "/" + Self.escaped(keyword), resource: inner)
    }
    if draft == .four {
      for (flag, bound) in [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")]
      where members[flag] != nil && members[bound] == nil { report(pointer, "\(flag) needs \(bound)") }
    }
  }

  private mutating func add(_ resource: Resource) {
    if resources.isEmpty { indexes[Self.address] = 0 }
    indexes[resource.address] = resources.count
    resources.append(resource)
  }

  private mutating func addAnchors(_ place: Place, _ members: [String: JSONValue], _ fragment: String) {
    let draft = resources[place.resource].draft
    var names: [String] = []
    if draft < .of2019 {
      if let name = PercentEncoding.decode(fragment), !name.isEmpty, !name.hasPrefix("/") { names.append(name) }
    } else {
      if let name = members["$anchor"]?.asString { names.append(name) }
      if draft == .of2020, let name = members["$dynamicAnchor"]?.asString {
        names.append(name)
        resources[place.resource].dynamicAnchors.insert(name)
      }
    }
    for name in names {
      if let other = resources[place.resource].anchors[name], other.pointer != place.pointer {
        report(place.pointer, "the name \(name) is there twice")
      }
      resources[place.resource].anchors[name] = place
    }
  }

  private mutating func collect(_ keyword: String, _ value: JSONValue, pointer: String, resource: Int) {
    let draft = resources[resource].draft
    guard let form = SchemaKeyword.form(of: keyword, in: draft) else { return }
    if let message = SchemaKeyword.problem(of: value, form: form, in: draft) { return report(pointer, message) }
    if keyword.hasPrefix("unevaluated") { asksForUnevaluated = true }
    switch form {
    case .schema,
      .items where value.asArray == nil:
      // Before schemas could be true or false, these two could be.
      if value.asBool != nil, keyword.hasPrefix("additional") { return }
      collect(value, pointer: pointer, resource: resource)
    case .schemas, .items:
      for (index, item) in (value.asArray ?? []).enumerated() { collect(item, pointer: "\(pointer)/\(index)", resource: resource) }
    case .schemaMap, .dependencies:
      guard let members = value.asObject else { return report(pointer, "must be an object of schemas") }
      for (name, inner) in members.sorted(by: { $0.key < $1.key }) {
        let place = pointer + "/" + Self.escaped(name)
        if keyword == "patternProperties", !SchemaKeyword.isPattern(name) { report(place, "must be named by a regular expression") }
        if form == .dependencies, inner.asArray != nil {
          if !SchemaKeyword.isStrings(inner, in: draft) { report(place, "must be a list of different strings") }
        } else {
          collect(inner, pointer: place, resource: resource)
        }
      }
    default: break
    }
  }

  // MARK: References

  /// References that lead nowhere are mistakes where a value could come to them, whether it does or not.
  private mutating func checkReferences(_ place: Place, _ visited: inout Set<String>) {
    guard visited.insert(place.pointer).inserted, let members = place.schema.asObject else { return }
    depth += 1
    defer { depth -= 1 }
    if depth > JSONValue.deepestNesting { return report(place.pointer, "nested too deeply") }
    let resource = self.resource(of: place.schema, in: place.resource)
    let draft = resources[resource].draft
    for (keyword, value) in members.sorted(by: { $0.key < $1.key }) {
      guard let form = SchemaKeyword.form(of: keyword, in: draft), !["definitions", "$defs"].contains(keyword) else { continue }
      let pointer = place.pointer + "/" + Self.escaped(keyword)
      switch keyword {
      case "$ref", "$dynamicRef", "$recursiveRef":
        guard let reference = value.asString else { continue }
        switch resolve(reference, in: resource) {
        case .found(let target):
          // A reference may lead to what no keyword says is a schema.
          collect(target.schema, pointer: target.pointer, resource: target.resource)
          checkReferences(target, &visited)
        case .missing: report(pointer, "\(reference) is not in the file")
        case .elsewhere: break
        }
      default:
        if draft.ignoresSiblingsOfReferences, members["$ref"] != nil { continue }
        for (name, schema) in Self.schemas(of: form, value) {
          checkReferences(Place(resource: resource, pointer: pointer + name, schema: schema), &visited)
        }
      }
    }
  }

  /// The schemas behind a keyword, with their pointers from there.
  private static func schemas(of form: SchemaKeyword.Form, _ value: JSONValue) -> [(String, JSONValue)] {
    switch form {
    case .schema,
      .items where value.asArray == nil: [("", value)]
    case .schemas, .items: (value.asArray ?? []).enumerated().map { ("/\($0)", $1) }
    case .schemaMap, .dependencies:
      (value.asObject ?? [:]).sorted { $0.key < $1.key }.filter { $0.value.asArray == nil }.map { ("/" + escaped($0.key), $0.value) }
    default: []
    }
  }

  /// The resource that a schema begins, else the one that it is in.
  func resource(of schema: JSONValue, in resource: Int) -> Int {
    guard let members = schema.asObject, members["$id"] != nil || members["id"] != nil else { return resource }
    let outer = resources[resource]
    let draft = members["$schema"]?.asString.flatMap { SchemaDraft(address: $0) } ?? outer.draft
    guard let name = draft.name(of: members)?.address, !name.isEmpty, schema != outer.place.schema else { return resource }
    return indexes[SchemaAddress.joined(outer.address, name)] ?? resource
  }

  func resolve(_ reference: String, in resource: Int) -> Resolution {
    let (address, encoded) = SchemaAddress.split(reference)
    let base = resources[resource].address
    let target = SchemaAddress.joined(base, address)
    guard let index = target == base ? resource : indexes[target] else { return .elsewhere }
    guard let fragment = PercentEncoding.decode(encoded) else { return .missing }
    if fragment.isEmpty { return .found(resources[index].place) }
    guard fragment.hasPrefix("/") else { return resources[index].anchors[fragment].map { .found($0) } ?? .missing }
    var place = resources[index].place
    for name in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      let key = String(name).replacing("~1", with: "/").replacing("~0", with: "~")
      guard let next = place.schema[key] ?? Int(key).flatMap({ place.schema[$0] }) else { return .missing }
      place = Place(resource: self.resource(of: next, in: place.resource), pointer: place.pointer + "/" + name, schema: next)
    }
    return .found(place)
  }
}
