import YAML

/// `Chart.yaml`.
package struct ChartMetadata: Sendable {
  package internal(set) var name: String
  package var version: String
  package var apiVersion: String
  package var appVersion: String
  /// `application` or `library`.
  package var type: String
  /// The versions of Kubernetes that the chart works with; empty for all.
  package var kubeVersion: String
  package var isDeprecated: Bool
  package internal(set) var dependencies: [ChartDependency]
  /// The document, in which numbers and flags are texts where texts are meant.
  let document: JSONValue

  init(_ file: ChartFile) throws(ChartError) {
    let document = try Self.document(file)
    self.document = document
    func text(_ name: String) throws(ChartError) -> String {
      switch document[name] {
      case nil, .null?: return ""
      case .string(let text)?: return text.filter { !$0.isNewline || $0 == "\n" }
      case .some(let other):
        throw .file(path: "Chart.yaml", line: 0, message: "\(name) must be a string, got \(other.typeName)")
      }
    }
    name = try text("name")
    version = try text("version")
    let apiVersion = try text("apiVersion")
    self.apiVersion = apiVersion.isEmpty ? "v1" : apiVersion
    appVersion = try text("appVersion")
    type = try text("type")
    kubeVersion = try text("kubeVersion")
    isDeprecated = document["deprecated"]?.asBool ?? false
    dependencies = try Self.dependencies(document, path: "Chart.yaml")
    try validate()
  }

  private static func document(_ file: ChartFile) throws(ChartError) -> JSONValue {
    do throws(YAMLError) {
      return worded(try YAML.value(file.bytes))
    } catch {
      throw .file(path: file.path, line: error.line, message: error.message)
    }
  }

  /// Only these may be something else than text.
  private static let untyped: Set = ["deprecated", "import-values"]

  /// With scalars as the words for them: `appVersion: 1.10` is the version 1.1.
  private static func worded(_ value: JSONValue) -> JSONValue {
    switch value {
    case .integer, .float, .bool: .string(GoPrinting.text(Value(clusterJSON: value)))
    case .array(let items): .array(items.map(worded))
    case .object(let members):
      .object(members.reduce(into: [:]) { $0[$1.key] = untyped.contains($1.key) ? $1.value : worded($1.value) })
    default: value
    }
  }

  private func validate() throws(ChartError) {
    func refuse(_ message: String) -> ChartError { .file(path: "Chart.yaml", line: 0, message: message) }
    if name.isEmpty { throw refuse("name is required") }
    if name.contains("/") || name == "." || name == ".." { throw refuse("\"\(name)\" is no name for a chart") }
    if version.isEmpty { throw refuse("version is required") }
    if (try? ChartVersion(version)) == nil { throw refuse("version \"\(version)\" is no semantic version") }
    if !["", "application", "library"].contains(type.lowercased()) { throw refuse("type must be application or library") }
  }

  /// `requirements.yaml`, in which older charts have their dependencies.
  mutating func addRequirements(_ file: ChartFile) throws(ChartError) {
    dependencies += try Self.dependencies(try Self.document(file), path: file.path)
  }

  private static func dependencies(_ document: JSONValue, path: String) throws(ChartError) -> [ChartDependency] {
    guard let list = document["dependencies"], !list.isNull else { return [] }
    guard let items = list.asArray else { throw .file(path: path, line: 0, message: "dependencies must be a list") }
    var dependencies: [ChartDependency] = []
    for item in items {
      guard let name = item["name"]?.asString, !name.isEmpty else {
        throw .file(path: path, line: 0, message: "each dependency must have a name")
      }
      dependencies.append(
        ChartDependency(
          name: name, version: item["version"]?.asString ?? "", repository: item["repository"]?.asString ?? "",
          condition: item["condition"]?.asString ?? "", tags: (item["tags"]?.asArray ?? []).compactMap(\.asString),
          alias: item["alias"]?.asString ?? "", importValues: item["import-values"]?.asArray ?? []))
    }
    return dependencies
  }

  var isLibrary: Bool { type.lowercased() == "library" }

  /// What `.Chart` is to templates: a plain map with the names that it has always had.
  func value(isRoot: Bool) -> Value {
    func text(_ name: String) -> Value { .string(document[name]?.asString ?? "") }
    func texts(_ name: String) -> Value { .list((document[name]?.asArray ?? []).compactMap { $0.asString.map { .string($0) } }) }
    let annotations = document["annotations"]?.asObject ?? [:]
    let maintainers = (document["maintainers"]?.asArray ?? []).map { item in
      Value.map([
        "Name": .string(item["name"]?.asString ?? ""), "Email": .string(item["email"]?.asString ?? ""),
        "URL": .string(item["url"]?.asString ?? ""),
      ])
    }
    return .map([
      "Name": .string(name), "Home": text("home"), "Sources": texts("sources"), "Version": .string(version),
      "Description": text("description"), "Keywords": texts("keywords"), "Maintainers": .list(maintainers),
      "Icon": text("icon"), "APIVersion": .string(apiVersion), "Condition": text("condition"), "Tags": text("tags"),
      "AppVersion": .string(appVersion), "Deprecated": .bool(isDeprecated),
      "Annotations": .map(MapValue(annotations.compactMapValues { $0.asString.map { .string($0) } }, kind: .strings)),
      "KubeVersion": .string(kubeVersion), "Dependencies": .list(dependencies.map(\.value)), "Type": .string(type),
      "IsRoot": .bool(isRoot),
    ])
  }
}

/// A chart that another one needs.
package struct ChartDependency: Sendable {
  package var name: String
  package var version: String
  package var repository: String
  /// Paths in the values, with commas between them: the first that is there and a Boolean decides.
  var condition: String
  var tags: [String]
  /// The name it goes by; empty for its own.
  var alias: String
  var importValues: [JSONValue]
  var isEnabled = true

  var value: Value {
    .map([
      "Name": .string(name), "Version": .string(version), "Repository": .string(repository),
      "Condition": .string(condition), "Tags": .list(tags.map { .string($0) }), "Enabled": .bool(isEnabled),
      "ImportValues": .list(importValues.map { Value(json: $0) }), "Alias": .string(alias),
    ])
  }
}
