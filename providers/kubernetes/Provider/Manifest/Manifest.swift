import Kubernetes
import ProviderKit
import YAML

/// `kubernetes_manifest`: an object of any kind, as its manifest says it.
struct Manifest: UpdatableResource {
  static let name = "manifest"
  static let version = 1
  static let description =
    "An object of any kind, applied by the server's own means: others may have fields of it, and only what the manifest says is watched and changed."

  @Attribute("The object as it is to be, as an object of the language or by yamldecode.")
  var manifest: DynamicValue
  @Attribute(
    "The object as the cluster has it: with defaults, without its status, and without what only others set. The data of secrets is not shown.",
    .optional, .computed)
  var object: DynamicValue
  @Attribute("Fields, and expressions that their values must match before the object counts as made.", .deprecated("Use the block wait."))
  var waitFor: WaitFor?
  @Attribute("Fields whose values the cluster may change: that they differ from the manifest is no drift.")
  var computedFields: [String]?
  @Attribute("Whether plans do not ask the cluster what it would do.")
  var skipValidation: Bool?
  @Block("What must be so before the object counts as made.", count: 0...1)
  var wait: [Wait]
  @Block("How long is waited.", count: 0...1)
  var timeouts: [Timeouts]
  @Block("As whom the manifest is applied.", count: 0...1)
  var fieldManager: [FieldManager]

  struct WaitFor: NestedObject {
    @Attribute("Expressions by the paths of their fields; * for any value.") var fields: [String: String]?
  }

  struct Wait: NestedObject {
    @Attribute("Whether it must be what is usual for its kind: that all replicas are there, and the like.") var rollout: Bool?
    @Attribute("Expressions by the paths of their fields; * for any value.") var fields: [String: String]?
    @Block("A condition of its status.") var condition: [Condition]
  }

  struct Condition: NestedObject {
    @Attribute("Which.") var type: String?
    @Attribute("True, False or Unknown.") var status: String?
  }

  struct Timeouts: NestedObject {
    @Attribute("For a new object. By default 10m.") var create: String?
    @Attribute("For one that is changed. By default 10m.") var update: String?
    @Attribute("For one that is deleted to be gone. By default 10m.") var delete: String?
  }

  struct FieldManager: NestedObject {
    @Attribute("Its name. By default plumb.") var name: String?
    @Attribute("Whether fields that others manage are taken over.") var forceConflicts: Bool?
  }

  // MARK: Arguments

  func validate() throws {
    for (name, text) in timeoutTexts where Duration(text) == nil {
      throw AttributeError("\"\(text)\" is no duration: write 90s, 10m or 1h30m.", at: $timeouts.path.element(0).attribute(name))
    }
    if $wait.isUnknown || $waitFor.isUnknown { return }
    guard ($wait.known ?? []).allSatisfy({ $0.dynamicValue.isWhollyKnown }) else { return }
    _ = try readiness()
    guard $manifest.isKnown else { return }
    do { _ = try WantedObject(JSONValue(manifest)) } catch { throw shown(error) }
  }

  private var timeoutTexts: [(String, String)] {
    guard let timeouts = $timeouts.known?.first else { return [] }
    let all = [("create", timeouts.$create.known), ("update", timeouts.$update.known), ("delete", timeouts.$delete.known)]
    return all.compactMap { name, text in text.map { (name, $0) } }
  }

  /// As whom it is applied, and how long is waited.
  var owner: ObjectOwner {
    var owner = ObjectOwner()
    if let manager = $fieldManager.known?.first {
      owner.manager = manager.name ?? owner.manager
      owner.force = manager.forceConflicts ?? false
    }
    if let timeouts = $timeouts.known?.first {
      owner.timeouts.create = timeouts.create.flatMap { Duration($0) } ?? owner.timeouts.create
      owner.timeouts.update = timeouts.update.flatMap { Duration($0) } ?? owner.timeouts.update
      owner.timeouts.delete = timeouts.delete.flatMap { Duration($0) } ?? owner.timeouts.delete
    }
    return owner
  }

  /// What is waited for.
  func readiness() throws -> ReadinessCondition {
    var condition = ReadinessCondition()
    let wait = $wait.known?.first
    condition.usesRuleOfKind = wait?.rollout ?? false
    for wanted in wait?.condition ?? [] {
      guard let type = wanted.type else { throw $wait.error("A condition must say its type.") }
      condition.conditions.append(ReadinessCondition.StatusCondition(type: type, status: wanted.status ?? "True"))
    }
    let fields = (wait?.fields ?? [:]).merging(waitFor?.fields ?? [:]) { first, _ in first }
    for (path, pattern) in fields.sorted(by: { $0.key < $1.key }) {
      do {
        condition.fields.append(try FieldExpectation(path, matches: pattern))
      } catch {
        throw AttributeError(error.message, summary: error.summary, at: wait?.fields?[path] == nil ? $waitFor.path : $wait.path)
      }
    }
    // Objects of a new kind can only be made when the cluster serves it.
    if manifest["kind"] == "CustomResourceDefinition" { condition.usesRuleOfKind = true }
    return condition
  }

  // MARK: What is kept beside the object

  private static let appliedKey = "applied"
  private static let waitingKey = "waiting"

  static func applied(_ notes: PrivateState) -> AppliedObject? {
    guard let text = notes[appliedKey], let json = try? JSONValue(json: text) else { return nil }
    return AppliedObject(json: json)
  }

  static func keep(_ applied: AppliedObject, _ notes: PrivateState) { notes[appliedKey] = applied.json.jsonText() }

  /// Whether an object was applied, and was not ready when a run ended.
  static func isWaiting(_ notes: PrivateState) -> Bool { notes[waitingKey] != nil }
  static func setWaiting(_ isWaiting: Bool, _ notes: PrivateState) { notes[waitingKey] = isWaiting ? "true" : nil }

  /// Secrets are not shown: of their data `object` has the names alone.
  static func shownObject(_ object: JSONValue) -> JSONValue {
    guard object["kind"] == "Secret", object["apiVersion"] == "v1" else { return object }
    var shown = object
    for name in ["data", "stringData"] {
      if let members = object[name]?.asObject { shown[name] = .object(members.mapValues { _ in "(sensitive)" }) }
    }
    return shown
  }
}
