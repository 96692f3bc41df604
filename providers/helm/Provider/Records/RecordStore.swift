import Charts
import Kubernetes
import ProviderKit
import YAML

/// Where the cluster keeps records.
enum RecordDriver: String, Sendable {
  case secret, configmap
  /// Nowhere.
  case memory

  var kind: GroupVersionKind { GroupVersionKind(apiVersion: "v1", kind: self == .configmap ? "ConfigMap" : "Secret") }
}

/// The records of releases in the namespace of each, as Helm keeps them.
struct RecordStore: Sendable {
  let client: ClusterClient
  let driver: RecordDriver
  let manager: String
  let now: @Sendable () -> Double

  private static let systemLabels: Set<String> = ["name", "owner", "status", "version", "createdAt", "modifiedAt"]

  private static func key(_ name: String, _ revision: Int) -> String { "sh.helm.release.v1.\(name).v\(revision)" }

  private func reference(_ record: ReleaseRecord) -> Kubernetes.ObjectReference {
    Kubernetes.ObjectReference(driver.kind, namespace: record.namespace, name: Self.key(record.name, record.revision))
  }

  /// All records of a release, the oldest first. Those that cannot be read are left out, as Helm does.
  func history(_ name: String, namespace: String) async throws -> [ReleaseRecord] {
    if driver == .memory { return [] }
    let objects = try await client.list(driver.kind, namespace: namespace, labels: "owner=helm,name=\(name)", fields: nil)
    return objects.compactMap(record).filter { $0.name == name }.sorted { $0.revision < $1.revision }
  }

  private func record(_ object: KubernetesObject) -> ReleaseRecord? {
    guard var text = object.json[path: ["data", "release"]]?.asString else { return nil }
    if driver == .secret {
      guard let bytes = Base64.decode(text) else { return nil }
      text = String(decoding: bytes, as: UTF8.self)
    }
    guard var record = ReleaseRecord(encoded: text) else { return nil }
    record.labels = object.labels.filter { !Self.systemLabels.contains($0.key) }
    record.resourceVersion = object.resourceVersion
    if record.namespace.isEmpty { record.json["namespace"] = object.namespace.map { .string($0) } }
    return record
  }

  private func object(_ record: ReleaseRecord, _ timeLabel: String) throws -> KubernetesObject {
    guard let encoded = record.encoded else { throw AttributeError("There is no memory for its record.", summary: "The release cannot be recorded") }
    let data = driver == .secret ? Base64.encode(Array(encoded.utf8)) : encoded
    if data.utf8.count > ReleaseRecord.largestRecord * 4 / 3 {
      throw AttributeError(
        "The chart and its values are \(data.utf8.count / 1024) KiB, compressed, and the cluster stores no more than 1024 KiB. Leave files out of the chart by .helmignore, or set helm_driver = \"memory\" in the provider's configuration: then Helm knows nothing of the release.",
        summary: "The release is too large to be recorded", at: "chart")
    }
    var labels = record.labels.mapValues { JSONValue.string($0) }
    labels["name"] = .string(record.name)
    labels["owner"] = "helm"
    labels["status"] = .string(record.status.rawValue)
    labels["version"] = .string("\(record.revision)")
    labels[timeLabel] = .string("\(Int(now()))")
    var metadata: JSONValue = [
      "name": .string(Self.key(record.name, record.revision)), "namespace": .string(record.namespace), "labels": .object(labels),
    ]
    if !record.resourceVersion.isEmpty { metadata["resourceVersion"] = .string(record.resourceVersion) }
    var object: JSONValue = [
      "apiVersion": "v1", "kind": .string(driver.kind.kind), "metadata": metadata, "data": ["release": .string(data)],
    ]
    if driver == .secret { object["type"] = "helm.sh/release.v1" }
    return KubernetesObject(object)
  }

  /// Writes a record: a new one, or the one that it was read from.
  func write(_ record: inout ReleaseRecord) async throws {
    if driver == .memory { return }
    let answer: ServerAnswer
    if record.resourceVersion.isEmpty {
      do {
        answer = try await client.create(try object(record, "createdAt"), manager: manager)
      } catch let failure as ClusterFailure where failure.kind == .alreadyExists {
        throw AttributeError(
          "Somebody else began with revision \(record.revision) of the release \(record.namespace)/\(record.name) a moment ago. Wait until it is done, and plan again.",
          summary: "The release is being changed by somebody else")
      }
    } else {
      answer = try await client.replace(try object(record, "modifiedAt"), manager: manager)
    }
    record.resourceVersion = answer.object.resourceVersion
  }

  /// Says of all older revisions that they are no longer what is deployed.
  func supersede(_ records: [ReleaseRecord], by revision: Int) async throws {
    for var record in records where record.revision < revision && (record.status == .deployed || record.status.isPending) {
      if record.status == .deployed {
        record.status = .superseded
      } else {
        record.status = .failed
        record.description = "It was interrupted."
      }
      try await write(&record)
    }
  }

  /// Deletes the oldest records until there are no more than so many; the one that is deployed stays.
  func prune(_ name: String, namespace: String, countMax: Int) async throws {
    guard countMax > 0 else { return }
    let records = try await history(name, namespace: namespace)
    var surplus = records.count - countMax
    for record in records where surplus > 0 && record.status != .deployed {
      try await delete(record)
      surplus -= 1
    }
  }

  func delete(_ record: ReleaseRecord) async throws {
    _ = try await client.delete(reference(record), propagation: .background, uid: nil)
  }
}
