package import YAML

extension Chart {
  /// What the record of a release holds of its chart: everything but the charts below.
  package var record: JSONValue {
    [
      "metadata": metadata.record, "lock": lockRecord, "templates": Self.record(templates), "values": .object(values),
      "schema": schema.map { .string(Base64.encode($0)) } ?? .null, "schemamodtime": "0001-01-01T00:00:00Z", "files": Self.record(files),
    ]
  }

  private static func record(_ files: [ChartFile]) -> JSONValue {
    .array(files.map { ["name": .string($0.path), "data": .string(Base64.encode($0.bytes))] })
  }

  private var lockRecord: JSONValue {
    guard let lock, let document = try? YAML.value(lock.bytes), case .object = document else { return .null }
    let dependencies = (document["dependencies"]?.asArray ?? []).map { item in
      JSONValue.object(
        ["name", "version", "repository"].reduce(into: [String: JSONValue]()) { $0[$1] = .string(item[$1]?.asString ?? "") })
    }
    return [
      "generated": .string(document["generated"]?.asString.flatMap(Self.time) ?? "0001-01-01T00:00:00Z"),
      "digest": .string(document["digest"]?.asString ?? ""), "dependencies": .array(dependencies),
    ]
  }

  /// A time in the only form that readers of records take.
  private static func time(_ text: String) -> String? {
    let parts = text.split(separator: "T")
    guard parts.count == 2, parts[0].utf8.count == 10, parts[1].utf8.count >= 9, parts[1].hasSuffix("Z") || parts[1].contains("+") || parts[1].contains("-")
    else { return nil }
    return text
  }
}

extension ChartMetadata {
  /// The names that readers of records know, each in the type that they expect.
  fileprivate var record: JSONValue {
    var record: [String: JSONValue] = [:]
    for name in ["home", "description", "icon", "condition", "tags", "appVersion", "kubeVersion", "type"] {
      if let text = document[name]?.asString, !text.isEmpty { record[name] = .string(text) }
    }
    for name in ["sources", "keywords"] {
      let texts = (document[name]?.asArray ?? []).filter { $0.asString != nil }
      if !texts.isEmpty { record[name] = .array(texts) }
    }
    let annotations = (document["annotations"]?.asObject ?? [:]).filter { $0.value.asString != nil }
    if !annotations.isEmpty { record["annotations"] = .object(annotations) }
    let maintainers = (document["maintainers"]?.asArray ?? []).map { item in
      JSONValue.object((item.asObject ?? [:]).filter { ["name", "email", "url"].contains($0.key) && $0.value.asString != nil })
    }
    if !maintainers.isEmpty { record["maintainers"] = .array(maintainers) }
    if isDeprecated { record["deprecated"] = true }
    if !dependencies.isEmpty { record["dependencies"] = .array(dependencies.map(\.record)) }
    record["name"] = .string(name)
    record["version"] = .string(version)
    record["apiVersion"] = .string(apiVersion)
    return .object(record)
  }
}

extension ChartDependency {
  fileprivate var record: JSONValue {
    var record: [String: JSONValue] = ["name": .string(name), "repository": .string(repository)]
    for (name, text) in [("version", version), ("condition", condition), ("alias", alias)] where !text.isEmpty { record[name] = .string(text) }
    if !tags.isEmpty { record["tags"] = .array(tags.map { .string($0) }) }
    if !importValues.isEmpty { record["import-values"] = .array(importValues) }
    return .object(record)
  }
}
