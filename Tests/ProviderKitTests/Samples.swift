import ProviderKit

/// The provider of these tests. What it manages are files in memory, one a thing, and it can be told to fail.
struct Sample: Provider {
  static let name = "sample"
  @Attribute("Who asks.") var token: String?
  @Attribute("Where.", .range(1...65535)) var port = 443
  /// What `configure` makes of the token.
  var greeting = ""

  static var resources: [any Resource<Sample>.Type] {
    [Thing.self, Everything.self, Fixed.self, Wrong.self, Half.self]
  }
  static var dataSources: [any DataSource<Sample>.Type] { [Lookup.self] }
  static var ephemeralResources: [any EphemeralResource<Sample>.Type] { [Session.self] }
  static var functions: [any Function.Type] { [Add.self, Join.self, Shout.self] }
  static var dynamicResources: [any DynamicResource<Sample>] { [Untyped()] }
  static var dynamicDataSources: [any DynamicDataSource<Sample>] { [UntypedLookup()] }

  mutating func configure(_ context: ConfigurationContext) async throws {
    if $token.isUnknown { throw Deferral(.providerConfigurationUnknown, "The token is not known yet.") }
    if token == "wrong" { throw $token.error("Nobody has this token.") }
    if token == "old" { context.warn("Token is old", "Get a new one.", at: $token.path) }
    greeting = "hello \(token ?? "nobody")"
  }
}

/// An object with one attribute of each kind of change.
struct Thing: UpdatableResource {
  @Attribute("What it is called.", .requiresReplacement, .identity) var name: String
  @Attribute("Its size.", .requiresReplacement(when: { prior, new in new < prior })) var size = 1
  @Attribute("What is said of it.", .equivalent { $0.lowercased() == $1.lowercased() }) var note: String?
  @Attribute("Its id, which never changes.", .computed, .keepsPriorState) var id: String
  @Attribute("How often it was changed.", .computed) var revision: Int
  @Attribute("Its zone; the service picks one.", .optional, .computed) var zone: String?
  @Attribute("Its parts.") var parts: [Part]?
  @Attribute("A secret of which nothing is kept.", .writeOnly) var secret: String?
  @Attribute("What to fail at.") var failure: String?

  static let version = 2
  static let upgrades: [Int: StateUpgrade] = [
    0: { state in
      state["name"] = state["title"]
    },
    1: { state in
      state["revision"] = .int((state["revision"].int ?? 0) + 100)
    },
  ]
  static let moves: [StateMove<Thing>] = [
    StateMove(from: "other_thing", of: "acme/other") { source, target in
      target.name = source["label"].string ?? ""
    }
  ]

  func validate() throws {
    if $name.known == "forbidden" { throw $name.error("Nothing may be called so.") }
  }

  mutating func plan(_ change: inout PlannedChange<Thing>, _ context: Context<Sample>) async throws {
    if $name.known == "later" { throw Deferral(.absentPrerequisite, "What it stands on does not exist yet.") }
    if note == "warn" { context.warn("This is a note", at: $note.path) }
    if note == "replace" { change.requireReplacement($note.path) }
  }

  mutating func create(_ context: Context<Sample>) async throws {
    id = "id-\(name)"
    revision = 1
    zone = zone ?? "a"
    number()
    if failure == "create" { throw AttributeError("It would not be made.") }
    context.privateState["secret"] = secret.map { "\($0.count) letters" }
    try save(context)
    if failure == "afterwards" {
      context.save(self)
      throw AttributeError("It was made, and then something broke.")
    }
  }

  mutating func read(_ context: Context<Sample>) async throws -> Existence {
    guard let text = try context.files.readText("/things/\(name)") else { return .gone }
    let stored = try DynamicValue(json: text)
    note = stored["note"].string
    revision = stored["revision"].int ?? 0
    size = stored["size"].int ?? 0
    zone = stored["zone"].string
    id = "id-\(name)"
    return .exists
  }

  mutating func update(from prior: Thing, _ context: Context<Sample>) async throws {
    if failure == "update" { throw AttributeError("It would not change.") }
    revision = prior.revision + 1
    zone = zone ?? prior.zone
    number()
    try save(context)
  }

  func delete(_ context: Context<Sample>) async throws {
    if failure == "delete" { throw AttributeError("It would not go.") }
    try context.files.remove("/things/\(name)")
  }

  private mutating func number() {
    parts = parts?.enumerated().map { index, part in
      var part = part
      part.number = index
      return part
    }
  }

  private func save(_ context: Context<Sample>) throws {
    let object: DynamicValue = [
      "note": note.map { .string($0.uppercased()) } ?? .null, "revision": .int(revision), "size": .int(size),
      "zone": zone.map { .string($0) } ?? .null,
    ]
    try context.files.write(Array(object.json.utf8), to: "/things/\(name)")
  }
}

struct Part: NestedObject {
  @Attribute("What it is.", .requiresReplacement(when: { _, new in new == "heart" })) var kind: String
  @Attribute("How heavy.", .range(0...10)) var weight = 5
  @Attribute("Its place.", .computed) var number: Int
}

enum Tier: String, CaseIterable, AttributeValue { case free, paid }

/// Every type, each once.
struct Everything: UpdatableResource {
  @Attribute var text: String
  @Attribute var flag: Bool
  @Attribute var whole: Int
  @Attribute var real: Double
  @Attribute var exact: ExactNumber
  @Attribute var tier: Tier?
  @Attribute var list: [String]?
  @Attribute var set: Set<String>?
  @Attribute var map: [String: Int]?
  @Attribute var deep: [String: [Bool]]?
  @Attribute var anything: DynamicValue
  @Attribute var object: Part?
  @Attribute var objects: [Part]?
  @Attribute var objectSet: Set<Label>?
  @Attribute var objectMap: [String: Label]?
  @Attribute var partSet: Set<Part>?
  @Attribute(name: "renamed") var swiftName: String?
  @Attribute(.sensitive) var hidden: String?
  @Attribute(.deprecated("Use text.")) var old: String?
  @Block("One.") var single: Label?
  @Block("Some.", count: 0...2) var row: [Group]
  @Block("Unordered.") var bag: Set<Label>

  mutating func create(_ context: Context<Sample>) async throws { number() }
  mutating func update(from prior: Everything, _ context: Context<Sample>) async throws { number() }
  func delete(_ context: Context<Sample>) async throws {}

  private mutating func number() {
    object?.number = 7
    partSet = partSet.map { parts in
      Set(
        parts.map { part in
          var part = part
          part.number = part.weight * 2
          return part
        })
    }
    objects = objects?.map { part in
      var part = part
      part.number = part.weight
      return part
    }
  }
}

struct Label: NestedObject {
  @Attribute var key: String
  @Attribute var value: String?
}

struct Group: NestedObject {
  @Attribute var title: String
  @Block var member: [Label]
}

/// A resource that cannot be changed in place.
struct Fixed: Resource {
  @Attribute(.identity) var left: String
  @Attribute(.identity) var right: Int
  @Attribute var comment: String?
  mutating func create(_ context: Context<Sample>) async throws {}
  func delete(_ context: Context<Sample>) async throws {}
}

/// A resource that does what its argument says, all of it wrong.
struct Wrong: UpdatableResource {
  @Attribute var mistake: String
  @Attribute(.computed) var answer: String
  @Attribute(.computed) var other: String?

  mutating func plan(_ change: inout PlannedChange<Wrong>, _ context: Context<Sample>) async throws {
    switch $mistake.known {
    case "plans": mistake = "something else"
    case "asks": _ = answer
    default: break
    }
  }

  mutating func create(_ context: Context<Sample>) async throws {
    answer = "yes"
    switch mistake {
    case "forgets": self = Wrong.forgetful(mistake)
    case "changes": mistake = "nothing"
    case "asks-late":
      $answer.makeUnknown()
      _ = answer
      answer = "yes"
    default: break
    }
  }

  private static func forgetful(_ mistake: String) -> Wrong {
    var wrong = Wrong()
    wrong.mistake = mistake
    return wrong
  }

  mutating func update(from prior: Wrong, _ context: Context<Sample>) async throws {}
  func delete(_ context: Context<Sample>) async throws {}
}

/// An object that is only half there after some time.
struct Half: UpdatableResource {
  @Attribute var ready: Int
  @Attribute(.computed) var polls: Int

  mutating func create(_ context: Context<Sample>) async throws {
    var count = 0
    polls = try await context.poll(every: .seconds(5), for: .seconds(20)) {
      count += 1
      return count >= ready ? .ready(count) : .notYet("\(ready - count) to go")
    }
  }
  mutating func update(from prior: Half, _ context: Context<Sample>) async throws { polls = prior.polls }
  func delete(_ context: Context<Sample>) async throws {}
}

struct Lookup: DataSource {
  @Attribute var name: String
  @Attribute var suffix = "!"
  @Attribute(.computed) var greeting: String
  @Attribute(.computed) var nothing: String?

  mutating func read(_ context: Context<Sample>) async throws {
    if name == "port" { greeting = "port \(context.provider.port)" }
    if name == "missing" { throw $name.error("There is no such thing.", summary: "Not found") }
    if name == "forget" { return }
    if name != "port" { greeting = "\(context.provider.greeting): \(name)\(suffix)" }
  }
}

struct Session: EphemeralResource {
  @Attribute var user: String
  @Attribute(.computed) var key: String

  mutating func open(_ context: Context<Sample>) async throws -> EphemeralLifetime {
    key = "key of \(user)"
    context.privateState["opened"] = "yes"
    try context.files.write([], to: "/sessions/\(user)")
    return .renewed(after: .seconds(60))
  }

  mutating func renew(_ context: Context<Sample>) async throws -> EphemeralLifetime {
    try context.files.write(Array("renewed \(context.privateState["opened"] ?? "no")".utf8), to: "/sessions/\(user)")
    return .untilClosed
  }

  func close(_ context: Context<Sample>) async throws { try context.files.remove("/sessions/\(user)") }
}

struct Add: Function {
  static let summary = "Adds two numbers."
  @Parameter("One.") var left: Int
  @Parameter("The other; nothing counts as none.") var right: Int?
  func call() throws -> Int { left + (right ?? 0) }
}

struct Join: Function {
  @Parameter var separator: String
  @Parameter(variadic: true) var parts: [String]
  func call() throws -> String {
    if separator.isEmpty { throw $separator.error("it must not be empty") }
    return parts.joined(separator: separator)
  }
}

struct Shout: Function {
  @Parameter var labels: [Label]
  func call() throws -> [String: String] {
    Dictionary(labels.map { ($0.key.uppercased(), $0.value ?? "") }, uniquingKeysWith: { _, last in last })
  }
}

/// A resource whose schema is data.
struct Untyped: DynamicResource {
  typealias Owner = Sample
  let name = "sample_untyped"

  func makeDefinition() -> ResourceDefinition {
    ResourceDefinition(
      ObjectDefinition(
        attributes: [
          AttributeDefinition("name", .string, .required) { $0.isIdentity = true },
          AttributeDefinition("manifest", .dynamic, .optional),
          AttributeDefinition("labels", .map(.string), .optional) { $0.defaultValue = ["made_by": "sample"] },
          AttributeDefinition("uid", .string, .computed) { $0.keepsPriorState = true },
        ],
        blocks: [
          BlockDefinition("spec", .list, ObjectDefinition(attributes: [AttributeDefinition("replicas", .integer, .required)]), maximumCount: 1)
        ]))
  }

  func create(_ change: DynamicChange, _ context: Context<Sample>) async throws -> DynamicValue {
    var made = change.planned
    made["uid"] = .string("uid of \(made["name"].string ?? "")")
    if made["name"] == "strange" { made["spec"] = [["replicas": 1, "colour": "red"]] }
    return made
  }

  func update(_ change: DynamicChange, _ context: Context<Sample>) async throws -> DynamicValue { change.planned }
  func delete(_ current: DynamicValue, _ context: Context<Sample>) async throws {}
  func importObject(id: String, _ context: Context<Sample>) async throws -> DynamicValue { ["name": .string(id), "uid": "imported"] }
}

struct UntypedLookup: DynamicDataSource {
  typealias Owner = Sample
  let name = "sample_untyped"

  func makeDefinition() -> ObjectDefinition {
    ObjectDefinition(attributes: [
      AttributeDefinition("name", .string, .required), AttributeDefinition("found", .dynamic, .computed),
    ])
  }

  func read(_ configuration: DynamicValue, _ context: Context<Sample>) async throws -> DynamicValue {
    var found = configuration
    found["found"] = ["kind": "Pod", "names": [configuration["name"], "b"]]
    return found
  }
}
