@testable import KubernetesProvider
import Kubernetes
import LabSupport
import ProviderKit
import Testing
import YAML

/// What must hold for every table: that its schema is one, that each attribute comes back as it went, and that servers know each member.
@Suite struct TableTests {
  static let resources = KindResource.all

  @Test(arguments: resources.map(\.name)) func theSchemaIsOne(name: String) async throws {
    let resource = try #require(Self.resources.first { $0.name == name })
    let stage = ProviderTest(KubernetesAPI.self, surroundings: try LabWorld().surroundings)
    let sample = Sample(resource.kind).configuration
    try await stage.validate(name, sample)
  }

  @Test(arguments: Kind.all.map { $0.names[0] }) func eachAttributeComesBack(name: String) throws {
    let kind = try #require(Kind.all.first { $0.names[0] == name })
    let sample = Sample(kind).configuration
    let manifest = kind.manifest(of: sample, name: nil)
    let known = sample.replacingMetadata("uid", with: "1")
    let object = kind.prepare(manifest, known)
    let state = kind.fields.state(of: object, in: object)
    let differences = Sample.differences(kind.fields, sample, state)
    #expect(differences == [], "\(manifest.jsonText())")
    // What was applied and is there unchanged is the state as it was.
    let again = kind.fields.observed(known, object, object, object)
    #expect(Sample.differences(kind.fields, sample, again) == [])
    // An object of which nothing is there any more has nothing left but what the provider itself knows.
    let gone = kind.fields.observed(known, object, [:], [:])
    #expect(gone.metadata == .null)
  }

  @Test(arguments: Kind.all.map { $0.names[0] }) func serversKnowEachMember(name: String) async throws {
    let kind = try #require(Kind.all.first { $0.names[0] == name })
    let client = try ClusterClient(ClusterSettings(), LabWorld().surroundings)
    let schema = try #require(try await client.schema(for: kind.kind), "the lab has no schema of it")
    let manifest = kind.manifest(of: Sample(kind).configuration, name: "web").withoutNulls
    let strangers = schema.validate(manifest)
    #expect(strangers.map { "\($0.path): \($0.message)" } == [])
  }

  @Test func quantitiesAreAmounts() {
    for (one, other) in [("1000m", "1"), ("1024Mi", "1Gi"), ("1.5", "1500m"), ("2e3", "2k"), ("0.1", "100m"), ("-1", "-1000m"), ("1E", "1e18")] {
      #expect(Quantity.areEqual(one, other), "\(one) \(other)")
    }
    for (one, other) in [("1", "2"), ("1M", "1Mi"), ("1", "one"), ("1", "1x"), ("", "0")] {
      #expect(!Quantity.areEqual(one, other), "\(one) \(other)")
    }
    #expect(Quantity("") == nil)
    #expect(Quantity(".") == nil)
    #expect(Quantity("1.2.3") == nil)
    #expect(Quantity("99999999999999999999999999999999999999Ei") == nil)
  }

  @Test func namesOfMembers() {
    for (name, member) in [
      ("node_name", "nodeName"), ("cluster_ips", "clusterIPs"), ("host_ipc", "hostIPC"), ("non_resource_urls", "nonResourceURLs"), ("ip", "ip"),
    ] {
      #expect(memberName(of: name) == member)
    }
  }
}

/// A configuration in which every argument of a kind is set.
struct Sample {
  let configuration: DynamicValue

  init(_ kind: Kind) { configuration = Self.object(kind.fields) }

  private static func object(_ fields: [Field]) -> DynamicValue {
    var members: [String: DynamicValue] = [:]
    for field in fields where field.presence != .computed {
      if field.relations.contains(where: isExcluded(members)) { continue }
      switch field.shape {
      case .value(let coding): members[field.name] = value(coding, field)
      case .block(let block): members[field.name] = block.value(of: [object(block.fields)])
      }
    }
    // What makes sense only beside another argument is not set without it.
    for field in fields {
      let isAlone = field.relations.contains { if case .requires(let names) = $0 { names.contains { members[$0] == nil } } else { false } }
      if isAlone { members[field.name] = nil }
    }
    return .object(members)
  }

  /// Arguments that exclude each other are not set together.
  private static func isExcluded(_ members: [String: DynamicValue]) -> (AttributeRelation) -> Bool {
    { if case .conflicts(let names) = $0 { names.contains { members[$0] != nil } } else { false } }
  }

  /// A value that its validators like, and that says something.
  private static func value(_ coding: ValueCoding, _ field: Field) -> DynamicValue {
    let candidates: [DynamicValue] =
      switch coding {
      case .text, .encodedText: field.name == "kind" ? ["ServiceAccount"] : ["web"]
      case .flag: [true]
      case .integer: [700, 70]
      case .digits: ["7"]
      case .numberOrText: ["http", "8080"]
      case .fileMode: ["0440"]
      case .quantity: ["64Mi"]
      case .texts, .textSet: [["one"]]
      case .integers, .integerSet: [[5]]
      case .textMap: field.name.hasPrefix("binary") ? [["key": "AP8="]] : [["example.com/key": "value"]]
      case .quantityMap: [["storage": "5Gi"]]
      case .encodedMap: [["key2": "secret"]]
      }
    if let good = candidates.first(where: { value in field.validators.allSatisfy { $0(value) == nil } }) { return good }
    // Of a few words the last, which is the least likely to be the default.
    let problem = field.validators.lazy.compactMap { $0(candidates[0]) }.first ?? ""
    let words = problem.split(separator: "\"", omittingEmptySubsequences: false)
    let choices = words.indices.filter { $0 % 2 == 1 }.map { String(words[$0]) }.dropLast().filter { !$0.isEmpty }
    return choices.last.map(DynamicValue.string) ?? .null
  }

  /// Where two objects differ in what goes to the server.
  static func differences(_ fields: [Field], _ one: DynamicValue, _ other: DynamicValue, at place: String = "") -> [String] {
    fields.flatMap { field -> [String] in
      let here = "\(place).\(field.name)"
      let (left, right) = (one[field.name], other[field.name])
      guard field.key != nil, field.presence != .computed, !field.isWriteOnly, !field.isOmitted(left) else { return [] }
      if case .block(let block) = field.shape {
        let (blocks, others) = (block.blocks(in: left) ?? [], block.blocks(in: right) ?? [])
        guard blocks.count == others.count else { return ["\(here): \(left) \(right)"] }
        return zip(blocks, others).flatMap { differences(block.fields, $0, $1, at: here) }
      }
      return left == right || left.isNull ? [] : ["\(here): \(left) \(right)"]
    }
  }
}
