import YAML

/// Documents to objects and hooks.
extension RenderedChart {
  /// Sorts rendered documents into objects and hooks.
  mutating func take(_ documents: [RenderedObject]) {
    var objects: [RenderedObject] = []
    var hooks: [RenderedHook] = []
    for document in documents {
      if let hook = RenderedHook(document) {
        if !hook.events.isEmpty { hooks.append(hook) }
      } else {
        objects.append(document)
      }
    }
    objects = InstallOrder.sorted(objects)
    hooks = InstallOrder.sortedByKind(hooks)
    objectManifest = Self.manifest(objects)
    manifest = objectManifest + hooks.map { Self.entry($0.object) }.joined()
    self.objects = objects.filter { !$0.value.isNull }
    self.hooks = InstallOrder.sortedByWeight(hooks)
  }

  private static func entry(_ object: RenderedObject) -> String { "---\n# Source: \(object.path)\n\(object.text)\n" }

  /// What follows the last object is cut to one line break.
  private static func manifest(_ objects: [RenderedObject]) -> String {
    var text = objects.map(entry).joined()
    if text.isEmpty { return "" }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text + "\n"
  }

  /// The same with what a program made of `manifest`. Objects keep the paths of the templates that they came from, where they still have
  /// their names.
  package func postRendered(_ output: [UInt8]) throws(ChartError) -> RenderedChart {
    let path = "the post-renderer's output"
    let known = Dictionary((objects + hooks.map(\.object)).map { (Self.identity($0.value), $0) }) { first, _ in first }
    var documents: [RenderedObject] = []
    for (index, document) in try ManifestReader.documents(output, path: path).enumerated() where !document.value.isNull {
      let source = known[Self.identity(document.value)]
      documents.append(
        RenderedObject(
          path: source?.path ?? path, index: source?.index ?? index, line: document.line, text: document.text, value: document.value,
          varying: source?.varying ?? []))
    }
    var chart = self
    chart.take(documents)
    return chart
  }

  private static func identity(_ object: JSONValue) -> [String] {
    [["apiVersion"], ["kind"], ["metadata", "namespace"], ["metadata", "name"]].map { object[path: $0]?.asString ?? "" }
  }
}

extension RenderedObject {
  /// The objects of a manifest that was rendered before, as it is stored.
  package static func objects(ofManifest text: String) throws(ChartError) -> [RenderedObject] {
    var objects: [RenderedObject] = []
    for (index, document) in try ManifestReader.documents(Array(text.utf8), path: "manifest").enumerated() where !document.value.isNull {
      objects.append(
        RenderedObject(path: "manifest", index: index, line: document.line, text: document.text, value: document.value, varying: []))
    }
    return objects
  }
}

extension RenderedHook {
  /// The hooks of a chart that was rendered before, from their texts, in the order of their running.
  package static func hooks(ofManifests texts: [String]) throws(ChartError) -> [RenderedHook] {
    var hooks: [RenderedHook] = []
    for text in texts {
      for object in try RenderedObject.objects(ofManifest: text) {
        if let hook = RenderedHook(object), !hook.events.isEmpty { hooks.append(hook) }
      }
    }
    return InstallOrder.sortedByWeight(InstallOrder.sortedByKind(hooks))
  }
}
