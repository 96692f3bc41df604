import Foundation
import Testing

/// Each kind of file that is read, with each kind of rubbish in it.
@Suite struct BadFilesTests {
  /// What is read, and what is said when nothing can be made of it.
  struct Kind: Sendable {
    var path: String
    var message: String
    var arguments = ["plan", "-input=false"]
    /// What begins a file of its kind, so that more than the first byte is looked at.
    var beginning = ""
  }

  static let kinds = [
    Kind(path: "main.tf", message: "Error: ", beginning: "locals {\n  a = \""),
    Kind(path: "main.tf.json", message: "Error: ", beginning: "{\"locals\": {\"a\": \""),
    Kind(path: "m/main.tf", message: "Error: ", beginning: "locals {\n  a = \""),
    Kind(path: "terraform.tfvars", message: "terraform.tfvars", beginning: "a = \""),
    Kind(path: "terraform.tfvars.json", message: "terraform.tfvars.json", beginning: "{\"a\": \""),
    Kind(path: "x.auto.tfvars", message: "x.auto.tfvars", beginning: "a = \""),
    Kind(path: "given", message: "given", arguments: ["plan", "-var-file=given"], beginning: "a = \""),
    Kind(path: ".terraform.lock.hcl", message: ".terraform.lock.hcl", beginning: "provider \""),
    Kind(path: ".terraformrc", message: ".terraformrc", beginning: "plugin_cache_dir = {\""),
    Kind(path: ".terraform.d/a.tfrc.json", message: "a.tfrc.json", beginning: "{\"credentials\": [\""),
    Kind(path: "terraform.tfstate", message: "terraform.tfstate", beginning: "{\"version\": 4, \"lineage\": [\""),
    Kind(path: "plumb.sqlite", message: "plumb.sqlite", beginning: "SQLite format 3\0"),
    Kind(path: "saved", message: "saved", arguments: ["apply", "saved"], beginning: "plumb plan 1\n"),
    Kind(path: "a.tftest.hcl", message: "Error: ", arguments: ["test"], beginning: "run \""),
  ]

  /// Rubbish that is no file of any kind.
  static let rubbish: [(name: String, bytes: Data)] = [
    ("noise", BadInputTests.noise(3000)), ("invalid UTF-8", Data([0xFF, 0xFE, 0xC3, 0x28, 0xED, 0xA0, 0x80])),
    ("zero bytes", Data(repeating: 0, count: 2000)), ("brackets", Data(String(repeating: "[", count: 100_000).utf8)),
    ("braces", Data(String(repeating: "{", count: 100_000).utf8)), ("quotes", Data(String(repeating: "\"", count: 99_999).utf8)),
    ("sequences", Data(String(repeating: "${", count: 100_000).utf8)),
    ("one long line", Data(("}" + String(repeating: "y ", count: 500_000)).utf8)),
    ("carriage returns", Data(("}" + String(repeating: "\r", count: 10_000)).utf8)),
  ]

  /// Variables are declared and the module is called, so that the files matter.
  static let stack: [String: Data] = [
    "stack.tf": Data("variable \"a\" {\n  default = 1\n}\nmodule \"m\" {\n  source = \"./m\"\n}\nresource \"terraform_data\" \"a\" {}\n".utf8),
    "m/empty.tf": Data(),
  ]

  @Test(arguments: kinds.indices, [true, false]) func rubbishIsRefused(_ kind: Int, begins: Bool) async throws {
    let kind = Self.kinds[kind]
    for (name, bytes) in Self.rubbish {
      // Zero bytes alone are spaces to nobody, yet an empty settings file has nothing wrong with it either.
      let content = (begins ? Data(kind.beginning.utf8) : Data()) + bytes
      let directory = try Directory(Self.stack.merging([kind.path: content]) { $1 })
      defer { directory.remove() }
      let before = try directory.contents()
      let outcome = try await directory.plumb(kind.arguments)
      #expect(outcome.exitCode == 1, "\(kind.path), \(name): \(outcome.exitCode) \(outcome.errors.prefix(1000))")
      #expect(outcome.errors.contains(kind.message), "\(kind.path), \(name): \(outcome.errors.prefix(1000))")
      #expect(outcome.errors.utf8.count < 400_000, "\(kind.path), \(name): a message must not bury its reader")
      #expect(try directory.contents() == before, "\(kind.path), \(name)")
    }
  }

  @Test func aDirectoryIsNoFile() async throws {
    for kind in Self.kinds where ![".tf", ".tf.json", ".tftest.hcl"].contains(where: kind.path.hasSuffix) {
      let directory = try Directory(Self.stack.merging(["\(kind.path)/x": Data()]) { $1 })
      defer { directory.remove() }
      try await directory.expectRefusal(kind.arguments, "is a directory")
    }
  }

  @Test func linksWithoutEndAreNotFollowed() async throws {
    for path in ["loop.tf", "m/loop.tf", "terraform.tfstate", ".terraform.lock.hcl"] {
      let directory = try Directory(Self.stack)
      defer { directory.remove() }
      let file = directory.url.appending(path: path)
      try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: file.lastPathComponent)
      try await directory.expectRefusal(["plan"], path)
    }
    let directory = try Directory(["d/x.tf": Data("a=1\n".utf8)])
    defer { directory.remove() }
    for (name, target) in [("d/here", "."), ("d/up", "..")] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.url.appending(path: name).path, withDestinationPath: target)
    }
    let outcome = try await directory.plumb(["fmt", "-recursive", "-check"], limitSeconds: 20)
    #expect(outcome.exitCode == 3 && outcome.output == "d/x.tf\n")
  }

  @Test func modulesThatNeverEndAreRefused() async throws {
    func call(_ source: String) -> Data { Data("module \"n\" {\n  source = \"\(source)\"\n}\n".utf8) }
    var deep: [String: Data] = [:]
    for level in 0..<150 { deep[String(repeating: "m/", count: level) + "main.tf"] = call("./m") }
    deep[String(repeating: "m/", count: 150) + "main.tf"] = Data()
    for (files, message) in [
      (["main.tf": call("./")], "Module calls form a cycle"),
      (["main.tf": call("./a"), "a/main.tf": call("../b"), "b/main.tf": call("../a")], "Module calls form a cycle"),
      (deep, "Module nesting too deep"),
    ] as [([String: Data], String)] {
      let directory = try Directory(files)
      defer { directory.remove() }
      try await directory.expectRefusal(["plan"], message)
      let outcome = try await directory.plumb(["init"])
      #expect(outcome.exitCode == 1 && outcome.errors.contains(message), "\(outcome.errors.prefix(1000))")
    }
  }

  /// A mark of the byte order and the line ends of another system change nothing; names may be of any script.
  @Test func strangeTextIsReadAsItIs() async throws {
    let text = "\u{FEFF}resource \"terraform_data\" \"größe_数\" {\r\n  input = \"e\u{301} \u{1F468}\u{200D}\u{1F469}\"\r\n}\r\n"
    let directory = try Directory(["main.tf": Data(text.utf8)])
    defer { directory.remove() }
    try await directory.expect(["apply", "-auto-approve"], exit: 0)
    #expect(try await directory.plumb(["state", "list"]).output == "terraform_data.größe_数\n")
    try await directory.expect(["plan", "-detailed-exitcode"], exit: 0)
  }

  @Test func namesAreChecked() async throws {
    for name in ["", " ", "a b", "a.b", "a\\u0000", "1a", "a/b", "é\\u200b", "\u{202E}a"] {
      let directory = try Directory(["main.tf": Data("resource \"terraform_data\" \"\(name)\" {}\n".utf8)])
      defer { directory.remove() }
      try await directory.expectRefusal(["plan"], "Invalid resource name")
    }
  }

  /// A line of a hundred megabytes is read as fast as any other text, and shown in part.
  @Test func aLineOfAHundredMegabytes() async throws {
    let line = String(repeating: "x", count: 100_000_000)
    let directory = try Directory(["main.tf": Data("locals {\n  a = \"\(line)\" y\n}\n".utf8)])
    defer { directory.remove() }
    let outcome = try await directory.plumb(["validate"])
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("Missing newline after argument"))
    #expect(outcome.errors.utf8.count < 10_000)
  }

  @Test func aMissingDirectoryIsNamed() async throws {
    let directory = try Directory(Self.stack)
    defer { directory.remove() }
    try await directory.expectRefusal(["-chdir=nowhere", "plan"], "chdir nowhere: no such file or directory")
    try await directory.expectRefusal(["-chdir=stack.tf", "plan"], "chdir stack.tf: not a directory")
    try await directory.expectRefusal(["plan", "-out=no/such/place"], "no/such/place")
    try await directory.expectRefusal(["plan", "-out=m"], "is a directory")
    try await directory.expectRefusal(["apply", "nowhere"], "nowhere")
    try await directory.expectRefusal(["plan", "-var-file=nowhere"], "There is no variables file nowhere")
  }
}
