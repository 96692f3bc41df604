import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// Records of releases in Helm's form.
@Suite struct RecordTests {
  @Test func recordsAreReadAsTheyWereWritten() throws {
    let chart = try Chart(directory: [
      ChartFile(path: "Chart.yaml", text: TestChart.metadata("web", "1.0.0", "keywords: [a]\nmaintainers: [{name: me, age: 3}]\nannotations: {x: \"1\"}\n")),
      ChartFile(path: "values.yaml", text: "a: 8080\n"), ChartFile(path: "templates/a.yaml", text: "x: {{ 1 }}"), ChartFile(path: "README.md", text: "hi"),
    ])
    var record = ReleaseRecord(name: "rel", namespace: "ns", revision: 3, chart: chart.record, values: ["b": "c"])
    record.status = .deployed
    record.setDeployed(first: "2024-01-01T00:00:00Z", last: "2024-01-02T00:00:00.5Z")
    record.manifest = "---\n"
    let encoded = try #require(record.encoded)
    let read = try #require(ReleaseRecord(encoded: encoded))
    #expect(read.json.jsonText() == record.json.jsonText())
    #expect((read.name, read.namespace, read.revision, read.status) == ("rel", "ns", 3, .deployed))
    #expect((read.chart, read.chartVersion, read.appVersion) == ("web", "1.0.0", "2.0"))
    #expect(read.json["apply_method"] == "csa")
    #expect(read.json[path: ["chart", "templates"]]?[0]?["data"] == .string(Base64.encode(Array("x: {{ 1 }}".utf8))))
    #expect(read.json[path: ["chart", "metadata", "maintainers"]] == [["name": "me"]], "only what readers know, in the types they know")
    #expect(read.json[path: ["chart", "values"]] == ["a": 8080])
  }

  @Test func timesAreThoseOfTheCalendar() {
    #expect(RecordTime.text(0) == "1970-01-01T00:00:00Z")
    #expect(RecordTime.text(1_709_210_096.5) == "2024-02-29T12:34:56.500000000Z")
    #expect(RecordTime.text(4_107_542_399) == "2100-02-28T23:59:59Z")
    #expect(RecordTime.seconds("2024-02-29T12:34:56.5Z") == 1_709_210_096)
    #expect(RecordTime.seconds("2024-02-29T14:34:56+02:00") == 1_709_210_096)
    #expect(RecordTime.seconds("2024-02-29T10:04:56.123456-02:30") == 1_709_210_096)
    #expect(RecordTime.seconds("yesterday") == nil)
  }

  @Test func masksTellChangesAndNothingElse() {
    let mask = SecretMask(salt: "s", secrets: ["hunter22", "yes"])
    let secret: JSONValue = ["apiVersion": "v1", "kind": "Secret", "data": ["a": "eA==", "b": "eQ=="], "type": "Opaque"]
    let masked = mask.masked(object: secret)
    #expect(masked[path: ["data", "a"]] != masked[path: ["data", "b"]] && masked["type"] == "Opaque")
    #expect(!masked.jsonText().contains("eA=="))
    #expect(SecretMask(salt: "t", secrets: []).masked(object: secret) != masked, "each release has marks of its own")
    let map: JSONValue = ["data": ["url": "https://me:hunter22@host", "flag": "yes", "other": "eyes"]]
    let shown = mask.masked(object: map)
    #expect(!shown.jsonText().contains("hunter22") && shown[path: ["data", "flag"]] != "yes" && shown[path: ["data", "other"]] == "eyes")
  }
}
