import YAML

/// Executes templates of one rendering. Its state is the output, the variables of the templates that are being executed, and the
/// definitions that are known to them.
final class Execution {
  /// What the templates may ask of the world.
  let world: RenderingWorld
  var definitions: [String: NamedTemplate] = [:]
  var output: [UInt8] = []

  /// The frames of all templates under way, one behind the other.
  private var variables: [Value] = []
  private var base = 0
  /// The definition under way.
  private(set) var current = ""
  private var depth = 0
  private var includes: [String: Int] = [:]
  private var parsedTexts: [String: TemplateSource] = [:]

  /// The file that is being rendered, by its path.
  private var file = ""
  /// The varying functions that were called for the file.
  private(set) var varying: Set<String> = []
  private var callCounts: [KeptResult.Key: Int] = [:]
  /// What varying functions gave.
  private(set) var kept: [KeptResult] = []

  /// How often one template may be in the middle of its own inclusion.
  static let deepestInclusion = 1000
  /// How many statements, parentheses and templates may be under way at once. The thread's stack holds that many.
  static let deepestExecution = 60_000

  /// How much text one rendering may hold at once.
  static let largestOutput = 1 << 29

  init(world: RenderingWorld) { self.world = world }

  /// How a block ended.
  enum Flow {
    case normal, breakLoop, continueLoop
  }

  // MARK: Templates

  /// Makes the definitions of a parsed text known. A later one takes the place of an earlier one, unless it is empty.
  func define(_ source: TemplateSource) {
    for definition in source.definitions {
      if definition.isEmpty, definitions[definition.name] != nil { continue }
      definitions[definition.name] = NamedTemplate(definition: definition, source: source)
    }
  }

  /// Appends what a template gives to the output.
  func execute(_ template: NamedTemplate, context: Value) throws(TemplateError) {
    let definition = template.definition
    try enter()
    defer { depth -= 1 }
    let outer = (base, current)
    base = variables.count
    current = definition.name
    variables.append(contentsOf: repeatElement(.null, count: definition.frameSize))
    variables[base] = context
    defer {
      variables.removeSubrange(base...)
      (base, current) = outer
    }
    _ = try run(definition.block, template.source, context)
  }

  func execute(named name: String, context: Value) throws(TemplateError) {
    guard let template = definitions[name] else { throw TemplateError("template \"\(name)\" not defined") }
    try execute(template, context: context)
  }

  /// What a template gives, apart from the output.
  private func text(of template: NamedTemplate, context: Value) throws(TemplateError) -> [UInt8] {
    let outer = output
    output = []
    defer { output = outer }
    try execute(template, context: context)
    return output
  }

  func include(_ name: String, context: Value) throws(TemplateError) -> [UInt8] {
    guard let template = definitions[name] else { throw TemplateError("no template \"\(name)\" is defined in the chart") }
    let count = includes[name, default: 0]
    if count > Self.deepestInclusion {
      throw TemplateError("template \"\(name)\" includes itself more than \(Self.deepestInclusion) times deep")
    }
    includes[name] = count + 1
    defer { includes[name] = count }
    return try text(of: template, context: context)
  }

  /// Parses a text and executes it; what it defines is known only in it.
  func evaluate(template: String, context: Value) throws(TemplateError) -> [UInt8] {
    // Most values hold no action at all.
    if !template.utf8.contains(UInt8(ascii: "{")) { return Array(template.utf8) }
    let source: TemplateSource
    if let known = parsedTexts[template] {
      source = known
    } else {
      source = try TemplateParser.parse(name: "tpl", text: Array(template.utf8))
      parsedTexts[template] = source
    }
    guard let own = source.definitions.last(where: { $0.name == "tpl" }) else { return [] }
    let main = NamedTemplate(definition: own, source: source)
    guard source.definitions.count > 1 else { return Self.withoutNoValue(try text(of: main, context: context)) }
    let outer = definitions
    define(source)
    defer { definitions = outer }
    return Self.withoutNoValue(try text(of: main, context: context))
  }

  /// What is missing prints as `<no value>`, which is taken out of what templates give in the end.
  static func withoutNoValue(_ text: [UInt8]) -> [UInt8] {
    let mark = Array("<no value>".utf8)
    var output: [UInt8] = []
    var start = 0
    var index = 0
    while index + mark.count <= text.count {
      if text[index] == mark[0], text[index..<(index + mark.count)].elementsEqual(mark) {
        output += text[start..<index]
        index += mark.count
        start = index
      } else {
        index += 1
      }
    }
    if start == 0 { return text }
    output += text[start...]
    return output
  }

  // MARK: Results that vary

  /// Gives what the named file renders to, and the varying functions that it called.
  func render(_ name: String, context: Value) throws(TemplateError) -> (text: [UInt8], varying: Set<String>) {
    file = name
    varying = []
    guard let template = definitions[name] else { throw TemplateError("template \"\(name)\" not defined") }
    return (Self.withoutNoValue(try text(of: template, context: context)), varying)
  }

  func noteVarying(_ function: String) { varying.insert(function) }

  func nextKey(_ function: String, _ arguments: [Value]) -> KeptResult.Key {
    let text = GoPrinting.printed(arguments, isLine: true)
    let digest = DigestFunctions.hexadecimal(Array(Digest.of(text, .sha256).prefix(16)))
    var key = KeptResult.Key(function: function, file: file, arguments: digest, count: 0)
    let count = callCounts[key, default: 0]
    callCounts[key] = count + 1
    key.count = count
    return key
  }

  func keep(_ key: KeptResult.Key, _ value: JSONValue) { kept.append(KeptResult(key: key, value: value)) }

  // MARK: Depth

  func enter() throws(TemplateError) {
    depth += 1
    if depth > Self.deepestExecution {
      depth -= 1
      throw TemplateError("templates are nested too deeply")
    }
  }

  func leave() { depth -= 1 }

  // MARK: Variables

  func variable(_ place: Int) -> Value { variables[base + place] }

  func setVariable(_ place: Int, _ value: Value) { variables[base + place] = value }

  // MARK: Errors

  /// The error with the place where it happened, unless it has one already.
  func placed(_ error: TemplateError, _ source: TemplateSource, _ range: Range<Int>) -> TemplateError {
    error.places.isEmpty ? called(error, source, range) : error
  }

  /// The error with another place on the way out of the template in which it happened.
  func called(_ error: TemplateError, _ source: TemplateSource, _ range: Range<Int>) -> TemplateError {
    var error = error
    // A template that includes itself a thousand times would have as many places.
    if error.places.count >= 20 { return error }
    let position = source.position(of: range.lowerBound)
    error.places.append(
      TemplateError.Place(
        file: source.name, line: position.line, column: position.column, template: current,
        expression: source.excerpt(range)))
    return error
  }
}
