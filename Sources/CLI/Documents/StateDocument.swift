import Addresses
import Engine
import Plans
import Values

/// The state as `show -json` prints it: format 1.0 on one line, without a line break at its end.
///
/// `objects` are sorted by address, current objects before deposed ones. What they depend on is widened to the transitive
/// closure, as Terraform records it.
func stateDocument(
  _ objects: [ObjectRecord], outputs: [String: Value], checks: [CheckResult], schemas: SchemaTable
) -> [UInt8] {
  var writer = JSONWriter()
  writer.state(objects, outputs: outputs, checks: checks, schemas: schemas)
  return writer.bytes
}

/// What a test tells of a state.
func testStateDocument(
  _ objects: [ObjectRecord], outputs: [String: Value], schemas: SchemaTable, providers: [ProviderDescription]
) -> [UInt8] {
  var writer = JSONWriter()
  writer.beginObject()
  writer.member("state_format_version", "1.0")
  if !objects.isEmpty {
    writer.key("root_module")
    writer.rootModule(objects, schemas)
  }
  writer.stateOutputs(outputs)
  writer.member("provider_format_version", "1.0")
  writer.providerSchemas(providers)
  writer.endObject()
  return writer.bytes
}

extension JSONWriter {
  /// One state representation, alone or as `prior_state` of a plan.
  ///
  /// - Parameter reads: data sources that have no object, since they are about to be read, but that others depend on.
  mutating func state(
    _ objects: [ObjectRecord], outputs: [String: Value], checks: [CheckResult], schemas: SchemaTable,
    reads: [ResourceChange] = []
  ) {
    beginObject()
    member("format_version", "1.0")
    if !objects.isEmpty || !outputs.isEmpty {
      member("terraform_version", terraformVersion)
      key("values")
      beginObject()
      stateOutputs(outputs)
      key("root_module")
      rootModule(objects, schemas, reads: reads)
      endObject()
      if !checks.isEmpty {
        key("checks")
        self.checks(checks)
      }
    }
    endObject()
  }

  fileprivate mutating func rootModule(_ objects: [ObjectRecord], _ schemas: SchemaTable, reads: [ResourceChange] = []) {
    let tree = ObjectTree(objects.indices.lazy.map { (index: $0, module: objects[$0].address.module) })
    var shared = StateWriting(objects, reads: reads)
    stateModule(0, tree, objects, schemas, &shared)
  }

  fileprivate mutating func stateOutputs(_ outputs: [String: Value]) {
    if outputs.isEmpty { return }
    key("outputs")
    beginObject()
    for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
      key(name)
      beginObject()
      member("sensitive", value.containsMark(.sensitive))
      key("value")
      knownParts(of: value)
      key("type")
      verbatim(JSONValueCodec.encodeType(value.type))
      endObject()
    }
    endObject()
  }

  private mutating func stateModule(
    _ index: Int, _ tree: ObjectTree, _ objects: [ObjectRecord], _ schemas: SchemaTable, _ shared: inout StateWriting
  ) {
    let node = tree.nodes[index]
    beginObject()
    if !node.objects.isEmpty {
      key("resources")
      beginArray()
      for place in node.objects { stateObject(objects[place], schemas, &shared) }
      endArray()
    }
    if !node.address.isEmpty { member("address", node.address) }
    if !node.children.isEmpty {
      key("child_modules")
      beginArray()
      for child in node.children { stateModule(child, tree, objects, schemas, &shared) }
      endArray()
    }
    endObject()
  }

  private mutating func stateObject(_ object: ObjectRecord, _ schemas: SchemaTable, _ shared: inout StateWriting) {
    let resource = object.address.resource
    beginObject()
    member("address", shared.texts.text(of: object.address))
    member("mode", resource.mode.rawValue)
    member("type", resource.type)
    member("name", resource.name)
    self.index(object.address.key)
    member("provider_name", shared.texts.text(of: object.provider.source))
    key("schema_version")
    integer(object.schemaVersion)
    if object.value.count > 0 {
      key("values")
      knownParts(of: object.value)
    }
    key("sensitive_values")
    sensitiveParts(of: object.value)
    // Data sources have none to show (observed): they are read anew each time.
    let dependencies = resource.mode == .managed ? shared.closure.names(for: object) : []
    if !dependencies.isEmpty {
      key("depends_on")
      beginArray()
      for name in dependencies { text(name) }
      endArray()
    }
    if object.isTainted { member("tainted", true) }
    if let deposed = object.deposedKey { member("deposed_key", deposed) }
    endObject()
  }
}

/// What is shared between the objects of one document.
private struct StateWriting {
  var texts = AddressTexts()
  var closure: DependencyClosure

  init(_ objects: [ObjectRecord], reads: [ResourceChange]) {
    closure = DependencyClosure(
      objects.lazy.map { ($0.address.configuration, $0.dependencies) } + reads.map { ($0.address.configuration, $0.dependencies) })
  }
}

/// Every resource that an object depends on, near or far, its own left out. Edges are stored direct; a resource without
/// objects has none of its own and ends the walk.
private struct DependencyClosure {
  private struct Question: Hashable {
    var resource: ConfigurationResource
    var direct: [ConfigurationResource]
  }

  private var indices: [ConfigurationResource: Int] = [:]
  private var names: [String] = []
  private var edges: [[Int]] = []
  private var visited: [Int] = []
  private var walk = 0
  /// Instances of one resource mostly share their edges.
  private var answers: [Question: [String]] = [:]

  init(_ dependencies: some Sequence<(ConfigurationResource, [ConfigurationResource])>) {
    var seen: Set<Question> = []
    for (resource, direct) in dependencies where !direct.isEmpty {
      guard seen.insert(Question(resource: resource, direct: direct)).inserted else { continue }
      let from = index(of: resource)
      for dependency in direct { edges[from].append(index(of: dependency)) }
    }
    visited = Array(repeating: 0, count: names.count)
  }

  private mutating func index(of resource: ConfigurationResource) -> Int {
    if let index = indices[resource] { return index }
    indices[resource] = names.count
    names.append(resource.description)
    edges.append([])
    return names.count - 1
  }

  /// In ascending order.
  mutating func names(for object: ObjectRecord) -> [String] {
    if object.dependencies.isEmpty { return [] }
    let question = Question(resource: object.address.configuration, direct: object.dependencies)
    if let answer = answers[question] { return answer }
    walk += 1
    if let own = indices[question.resource] { visited[own] = walk }
    var found: [String] = []
    var pending = object.dependencies.compactMap { indices[$0] }
    while let next = pending.popLast() {
      if visited[next] == walk { continue }
      visited[next] = walk
      found.append(names[next])
      pending += edges[next]
    }
    found.sort()
    answers[question] = found
    return found
  }
}
