import Addresses
import State
import Testing
import Values

/// Files in Fixtures/ were written by Terraform 1.11.4.
@Suite struct StateFileTests {
  @Test(arguments: ["everything", "deposed", "order"])
  func roundTripIsByteIdentical(name: String) throws {
    let bytes = try Fixture.bytes("\(name).tfstate")
    let file = try #require(try StateFile(reading: bytes))
    #expect(file.terraformVersion == "1.11.4")
    #expect(String(decoding: file.bytes, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
  }

  /// Any layout of the same document reads the same.
  @Test func layoutDoesNotMatter() throws {
    let bytes = try Fixture.bytes("everything.tfstate")
    let compact = try JSONNode(parsing: bytes).bytes
    #expect(compact.count < bytes.count)
    #expect(try StateFile(reading: compact)?.bytes == bytes)
  }

  @Test func readsObjects() throws {
    let file = try #require(try StateFile(reading: try Fixture.bytes("everything.tfstate")))
    #expect(file.snapshot.serial == 34)
    #expect(file.snapshot.lineage == "e029a205-401f-65bf-7bc1-ef9b1a3d68fb")
    #expect(file.snapshot.outputs["s"]?.sensitive == true)
    let secret = try #require(file.snapshot.object(at: address("terraform_data.secret")))
    #expect(secret.sensitivePaths.map(\.description) == [".input.s", ".input.list[1]", ".input.m[\"k\"]"])
    #expect(
      secret.dependencies.map(\.description) == [
        "terraform_data.base", "terraform_data.counted", "terraform_data.each",
      ])
    let counted = file.snapshot.objects(of: try #require(ConfigurationResource(parsing: "terraform_data.counted")))
    #expect(counted.map { $0.address.key } == (0...10).map { InstanceKey.integer($0) })
  }

  @Test func readsDeposedAndTaintedObjects() throws {
    let snapshot = try #require(try StateFile(reading: try Fixture.bytes("deposed.tfstate"))).snapshot
    let instance = address("terraform_data.deposed[0]")
    let old = try #require(snapshot.object(ObjectKey(instance, deposedKey: "2195f40a")))
    #expect(String(decoding: old.private, as: UTF8.self) == #"{"a": 1}"#)
    #expect(old.createBeforeDestroy)
    #expect(snapshot.object(at: instance)?.private == Array("null".utf8))
    #expect(snapshot.object(at: address("terraform_data.renamed"))?.isTainted == true)
  }

  /// Rows have direct edges, files the transitive closure.
  @Test func writesTheTransitiveClosure() throws {
    let bytes = try Fixture.bytes("everything.tfstate")
    let file = try #require(try StateFile(reading: bytes))
    let direct = [
      "terraform_data.counted": ["terraform_data.base"],
      "terraform_data.each": ["terraform_data.counted"],
      "terraform_data.secret": ["terraform_data.each"],
      "data.terraform_remote_state.r": ["terraform_data.base"],
      "terraform_data.afterdata": ["data.terraform_remote_state.r"],
      "module.m.terraform_data.inner": ["terraform_data.counted", "terraform_data.secret"],
      "module.m.terraform_data.user": ["module.m.terraform_data.inner"],
      "module.m.module.deep.terraform_data.deep": ["module.m.terraform_data.user"],
      "module.n.module.deep.terraform_data.deep": ["module.n.terraform_data.user"],
    ]
    let objects = file.snapshot.objects.map { object in
      var object = object
      if let names = direct[object.address.configuration.description] {
        object.dependencies = names.compactMap(ConfigurationResource.init(parsing:))
      }
      return object
    }
    let snapshot = StateSnapshot(
      lineage: file.snapshot.lineage, serial: file.snapshot.serial, objects: objects, outputs: file.snapshot.outputs,
      checkResults: file.snapshot.checkResults)
    let written = StateFile(terraformVersion: "1.11.4", snapshot: snapshot).bytes
    #expect(String(decoding: written, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
  }

  @Test func writesAnEmptyState() {
    let file = StateFile(terraformVersion: "1.11.4", snapshot: StateSnapshot(lineage: "abc", serial: 7))
    #expect(
      String(decoding: file.bytes, as: UTF8.self) == """
        {
          "version": 4,
          "terraform_version": "1.11.4",
          "serial": 7,
          "lineage": "abc",
          "outputs": {},
          "resources": [],
          "check_results": null
        }

        """)
  }

  @Test func escapesAttributesAsGoDoes() throws {
    let text =
      #"{"version":4,"resources":[{"mode":"managed","type":"a","name":"b","provider":"provider[\"registry.terraform.io/hashicorp/a\"]","instances":[{"attributes":{"n":1.10e400,"t":"<é\/\u00e9&>"#
      + "\u{2028}" + #"","e":{ },"l":[ ]}}]}]}"#
    let file = try #require(try StateFile(reading: Array(text.utf8)))
    let written = String(decoding: file.bytes, as: UTF8.self)
    #expect(written.contains(#""n": 1.10e400,"#))
    #expect(written.contains(#""t": "\u003cé\/\u00e9\u0026\u003e\u2028","#))
    #expect(written.contains("\"e\": {},\n            \"l\": []\n"))
  }

  @Test func anEmptyFileIsNoState() throws {
    #expect(try StateFile(reading: []) == nil as StateFile?)
  }

  @Test(arguments: [
    ("{", "The state file cannot be used: it is no valid JSON: unexpected end of JSON input at byte 1."),
    ("[]", "The state file cannot be used: it is no JSON object."),
    ("{}", "The state file cannot be used: it has no \"version\", which tells the format."),
    (
      #"{"version":5}"#,
      "The state file has format version 5; this program knows versions up to 4. Use a newer version of the program, or the one that wrote the file."
    ),
    (
      #"{"version":3,"modules":[]}"#,
      "The state file cannot be used: it has format version 3, which was written before Terraform 0.12. Upgrade it with `terraform apply -refresh-only` of Terraform 1.x first."
    ),
    (
      #"{"version":4,"resources":[{"mode":"managed","type":"a","name":"b","provider":"x"}]}"#,
      "The state file cannot be used: a.b has the provider \"x\", which is no address of a provider configuration."
    ),
    (#"{"version":4,"serial":-1}"#, "The state file cannot be used: its serial -1 is no whole number."),
  ])
  func saysWhatIsWrong(text: String, message: String) {
    let error = #expect(throws: StoreError.self) { _ = try StateFile(reading: Array(text.utf8)) }
    #expect(error?.message == message)
  }
}

extension StateFile? {
  fileprivate static func == (left: Self, right: Self) -> Bool { left?.bytes == right?.bytes }
}
