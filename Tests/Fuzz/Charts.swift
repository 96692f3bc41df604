import Charts
import YAML

/// What was read is written so that it reads the same, in both layouts and as JSON.
func checkYAML(_ bytes: [UInt8]) throws(Violation) {
  if let value = try? JSONValue(json: bytes) { try checkJSONText(value) }
  guard let documents = try? YAML.documents(bytes) else { return }
  for document in documents {
    try checkJSONText(document)
    for layout in [YAML.Layout.compact, .indented] {
      let text = YAML.text(document, layout: layout)
      try require((try? YAML.value(text)).map { isRead($0, as: document) } == true, "the document has changed: \(text)")
    }
  }
}

private func checkJSONText(_ value: JSONValue) throws(Violation) {
  let text = value.jsonText()
  try require((try? JSONValue(json: text)).map { isRead($0, as: value) } == true, "the value has changed: \(text)")
}

/// Whether something came back as it was written. A float that is whole is written as Go writes it, with as many digits as tell it
/// from its neighbours and without a point, and is read again as the integer that stands there: the same only as a float.
private func isRead(_ value: JSONValue, as written: JSONValue) -> Bool {
  switch (value, written) {
  case (.integer(let number), .float(let float)): Double(number) == float
  case (.array(let items), .array(let others)): items.count == others.count && zip(items, others).allSatisfy(isRead)
  case (.object(let members), .object(let others)):
    members.count == others.count && members.allSatisfy { key, item in others[key].map { isRead(item, as: $0) } ?? false }
  default: value == written
  }
}

private let world = RenderingWorld(clock: { (1_700_000_000, 0) }, randomBytes: { Array(repeating: 7, count: $0) })

private let head = ChartFile(path: "Chart.yaml", text: "name: c\nversion: 1.0.0\napiVersion: v2\n")
private let values = ChartFile(
  path: "values.yaml", text: "s: text\nnum: 3\nflag: true\nlist: [a, b]\nmap: {x: 1, y: {z: 2}}\nempty: \"\"\n")

/// A template of a chart: objects or a message, and the same again the next time.
func checkChartTemplate(_ bytes: [UInt8]) throws(Violation) {
  let text = String(decoding: bytes, as: UTF8.self)
  // These take their time, as they should, and keys differ by their nature.
  if ["htpasswd", "bcrypt", "derivePassword", "gen"].contains(where: text.contains) { return }
  try checkChart([head, values, ChartFile(path: "files/a.txt", text: "one\ntwo\n"), ChartFile(path: "templates/test.yaml", bytes: bytes)])
}

/// A schema for the values of a chart: they fit it or they do not, and so they do the next time.
func checkChartSchema(_ bytes: [UInt8]) throws(Violation) {
  try checkChart([head, values, ChartFile(path: "values.schema.json", bytes: bytes)])
}

private func checkChart(_ files: [ChartFile]) throws(Violation) {
  guard let chart = try? Chart(directory: files) else { return }
  func rendered() -> String {
    do throws(ChartError) {
      return try chart.rendered(values: [:], release: ReleaseDescription(name: "r", namespace: "n"), world: world).manifest
    } catch {
      return error.description
    }
  }
  try require(rendered() == rendered(), "two renderings differ")
}
