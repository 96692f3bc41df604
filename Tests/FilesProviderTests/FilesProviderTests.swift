import FilesProvider
import ProviderKit
import Testing

/// The provider `files` on files in memory.
@Suite struct FilesProviderTests {
  let files = Files.inMemory()

  func stage(_ configuration: DynamicValue = [:]) -> ProviderTest<LocalFiles> {
    ProviderTest(LocalFiles.self, configuration: configuration, surroundings: Surroundings(files: files))
  }

  @Test func aFileIsWrittenChangedAndRemoved() async throws {
    let stage = stage()
    let plan = try await stage.plan("files_text", ["path": "/a/b.txt", "content": "hello"])
    #expect(plan.action == .create)
    #expect(plan.planned["sha256"] == .string(Checksum.sha256("hello")), "what can be known is known in the plan")
    #expect(plan.planned["mode"] == "0644")
    let file = try await stage.apply("files_text", ["path": "/a/b.txt", "content": "hello"])
    #expect(file["size"] == 5)
    #expect(try files.readText("/a/b.txt") == "hello")
    #expect(try files.status("/a/b.txt")?.mode == 0o644)
    try await stage.apply("files_text", ["path": "/a/b.txt", "content": "bye", "mode": "0600"])
    #expect(try files.readText("/a/b.txt") == "bye")
    #expect(try files.status("/a/b.txt")?.mode == 0o600)
    try await stage.destroy("files_text")
    #expect(try files.status("/a/b.txt") == nil)
  }

  @Test func driftIsSeenAndMended() async throws {
    let stage = stage()
    let written: DynamicValue = ["path": "/f", "content": "mine"]
    try await stage.apply("files_text", written)
    try files.write(Array("theirs".utf8), to: "/f")
    let plan = try await stage.plan("files_text", written)
    #expect(plan.action == .update)
    #expect(plan.prior["content"] == "theirs")
    try await stage.apply("files_text", written)
    #expect(try files.readText("/f") == "mine")
    try files.setMode(0o777, of: "/f")
    #expect(try await stage.plan("files_text", written).action == .update)
    try files.remove("/f")
    #expect(try await stage.plan("files_text", written).action == .create)
  }

  @Test func anotherPathIsAnotherFile() async throws {
    let stage = stage()
    try await stage.apply("files_text", ["path": "/one", "content": "c"])
    let plan = try await stage.plan("files_text", ["path": "/two", "content": "c"])
    #expect(plan.action == .replace)
    #expect(plan.replacedFor == ["path"])
    try await stage.apply("files_text", ["path": "/two", "content": "c"])
    #expect(try files.status("/one") == nil)
    #expect(try files.readText("/two") == "c")
  }

  @Test func permissionsMayBeWrittenInTwoWays() async throws {
    let stage = stage()
    try await stage.apply("files_text", ["path": "/f", "content": "c", "mode": "0600"])
    #expect(try await stage.plan("files_text", ["path": "/f", "content": "c", "mode": "600"]).action == .noChange)
  }

  @Test func whatIsOnlyWrittenIsNotStored() async throws {
    let stage = stage()
    let first: DynamicValue = ["path": "/s", "content_wo": "secret", "content_wo_version": 1]
    let file = try await stage.apply("files_text", first)
    #expect(file["content"].isNull)
    #expect(file["content_wo"].isNull)
    #expect(try files.readText("/s") == "secret")
    var other = first
    other["content_wo"] = "other"
    #expect(try await stage.plan("files_text", other).action == .noChange, "without a new version nothing is written")
    other["content_wo_version"] = 2
    try await stage.apply("files_text", other)
    #expect(try files.readText("/s") == "other")
    try files.write(Array("theirs".utf8), to: "/s")
    #expect(try await stage.plan("files_text", other).action == .update, "its checksum tells of others")
    try await stage.apply("files_text", other)
    #expect(try files.readText("/s") == "other")
  }

  @Test func aFileThatIsThereIsImportedAndNotOverwritten() async throws {
    let stage = stage()
    try files.write(Array("there".utf8), to: "/f", mode: 0o640)
    let error = await #expect(throws: ProviderProblems.self) { try await stage.apply("files_text", ["path": "/f", "content": "x"]) }
    #expect(error?.problems.first?.summary == "File exists")
    #expect(try files.readText("/f") == "there")
    let file = try await stage.importObject("files_text", id: "/f")
    #expect(file["content"] == "there")
    #expect(file["mode"] == "0640")
    #expect(try await stage.plan("files_text", ["path": "/f", "content": "there", "mode": "0640"]).action == .noChange)
  }

  @Test(arguments: [
    (["path": "/f"], #"Exactly one of "content" and "content_wo" must be set, and none of them are."#),
    (["path": "", "content": "x"], "Its length must be at least 1; this one has 0."),
    (["path": "/f", "content": "x", "mode": "rw"], #"It must be three octal digits, as in 0644, not "rw"."#),
    (["path": "/f", "content_wo": "x"], #""content_wo" needs "content_wo_version" too."#),
  ] as [(DynamicValue, String)])
  func wrongConfigurations(_ configuration: DynamicValue, _ detail: String) async throws {
    let error = await #expect(throws: ProviderProblems.self) { try await stage().validate("files_text", configuration) }
    #expect(error?.problems.map(\.detail).contains(detail) == true)
  }

  @Test func relativePathsStartInTheDirectory() async throws {
    try await stage(["directory": "/base"]).apply("files_text", ["path": "f", "content": "c"])
    #expect(try files.readText("/base/f") == "c")
    let found = try await stage(["directory": "/base/"]).read("files_text", ["path": "f"])
    #expect(found["content"] == "c")
    #expect(found["mode"] == "0644")
    let error = await #expect(throws: ProviderProblems.self) { try await stage().read("files_text", ["path": "nowhere"]) }
    #expect(error?.problems.first?.path == "path")
  }

  @Test func aTemporaryFileGoesWhenItIsClosed() async throws {
    let path = try await stage().withEphemeral("files_temporary", ["content": "t", "prefix": "x-"]) { file async throws in
      let path = try #require(file["path"].string)
      #expect(path.hasPrefix("/tmp/x-"))
      #expect(try files.readText(path) == "t")
      #expect(try files.status(path)?.mode == 0o600)
      return path
    }
    #expect(try files.status(path) == nil)
  }

  @Test func pathsAreJoined() async throws {
    let stage = stage()
    #expect(try await stage.call("join", "/a", "b", "", "c") == "/a/b/c")
    #expect(try await stage.call("join", "a") == "a")
    let error = await #expect(throws: ProviderProblems.self) { try await stage.call("join", "a", "/b") }
    #expect(error?.problems.first?.detail == #""/b" is absolute, and only the first part of a path can be."#)
  }
}
