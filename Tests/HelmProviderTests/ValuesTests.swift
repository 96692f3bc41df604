import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// What is given to charts.
@Suite struct ValuesTests {
  private func stage(_ files: [String: String] = [:]) throws -> HelmStage {
    try HelmStage(
      [
        "Chart.yaml": TestChart.metadata("web"), "values.yaml": "a: 1\nb: {c: chart, d: chart}\n",
        "templates/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: all}\ndata:\n  all: {{ toJson .Values | quote }}\n",
      ].merging(files) { $1 })
  }

  private func rendered(_ arguments: [String: DynamicValue], _ files: [String: String] = [:]) async throws -> JSONValue {
    let stage = try stage(files)
    let state = try await stage.stage.read("helm_template", stage.release(arguments))
    let text = try #require(state["manifests"]["templates/all.yaml"].string)
    let object = try YAML.value(text)
    let values = try #require(object[path: ["data", "all"]]?.asString)
    return try JSONValue(json: values)
  }

  @Test func laterCountsMoreAndKindsAreRead() async throws {
    let values = try await rendered([
      "values": ["b: {c: one}\nx: [1, 2]\n", "b: {c: two}\nx: [3]\n"],
      "set": [
        ["name": "b.c", "value": "three"], ["name": "n", "value": "5"], ["name": "s", "value": "5", "type": "string"],
        ["name": "l", "value": "a,b={c}", "type": "literal"], ["name": "k\\.with/dots", "value": "true"],
      ],
      "set_list": [["name": "list", "value": ["a", "b"]], ["name": "b.d", "value": ["z"]]],
      "set_sensitive": [["name": "n", "value": "6"]],
    ])
    #expect(values == [
      "a": 1, "b": ["c": "three", "d": ["z"]], "x": [3], "n": 6, "s": "5", "l": "a,b={c}", "k.with/dots": true, "list": ["a", "b"],
    ])
    #expect(try await rendered(["values": ["a: null\nb: {c: null}\n"]]) == ["b": ["d": "chart"]], "a null takes a default away")
  }

  @Test func errorsNameTheirPlace() async throws {
    let stage = try stage([
      "values.schema.json": #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"object","required":["c"]}}}"#,
      "templates/_h.tpl": "{{ define \"inner\" }}\n{{ .Values.none.deep }}{{ end }}", "templates/z.yaml": "x: 1\n{{ if .Values.z }}{{ include \"inner\" . }}{{ end }}",
      "templates/y.yaml": "{{ if .Values.y }}{{ fail \"say y no more\" }}{{ end }}", "templates/w.yaml": "{{ if .Values.w }}a: [1{{ end }}",
    ])
    func text(_ arguments: [String: DynamicValue]) async -> String {
      await problems { _ = try await stage.stage.read("helm_template", stage.release(arguments)) }
    }
    let yaml = await text(["values": ["a: 1\n", "b:\n  c: [\n"]])
    #expect(yaml.contains("values[1]") && yaml.contains("Line"), "\(yaml)")
    let schema = await text(["values": ["a: text\n"]])
    #expect(schema.contains("(values): web: a: must be integer, got string"), "\(schema)")
    let template = await text(["set": [["name": "z", "value": "true"]]])
    #expect(template.contains("web/templates/_h.tpl:2:") && template.contains("called from web/templates/z.yaml:2"), "\(template)")
    let author = await text(["set": [["name": "y", "value": "true"]]])
    #expect(author.contains("refuses its values") && author.contains("say y no more"), "\(author)")
    let output = await text(["set": [["name": "w", "value": "true"]]])
    #expect(output.contains("web/templates/w.yaml: line 2 of its output"), "\(output)")
    let set = await text(["set_sensitive": [["name": "a[x", "value": "hunter22"]]])
    #expect(set.contains("set_sensitive[0]") && !set.contains("hunter22"), "\(set)")
  }
}
