import Foundation
import Testing

/// What nobody should write, and what disks do: each gets a message, exit code 1, and no change anywhere.
@Suite struct BadInputTests {
  static let many = 100_000

  static func nested(_ open: String, _ middle: String = "1", _ close: String) -> String {
    "locals {\n  a = " + String(repeating: open, count: many) + middle + String(repeating: close, count: many) + "\n}\n"
  }

  static let configurations: [BadInput] = [
    BadInput("invalid UTF-8", files: ["main.tf": Data("locals {\n a = \"".utf8) + [0xFF, 0xFE] + Data("\"\n}\n".utf8)], "Invalid character encoding"),
    BadInput("nested lists", nested("[", "", "]"), "Nesting too deep"),
    BadInput("nested objects", nested("{a=", "1", "}"), "Nesting too deep"),
    BadInput("nested parentheses", nested("(", "1", ")"), "Nesting too deep"),
    BadInput("nested calls", nested("f(", "1", ")"), "Nesting too deep"),
    BadInput("nested for expressions", nested("[for a in ", "1", ":a]"), "Nesting too deep"),
    BadInput("nested templates", nested("\"${", "1", "}\""), "Nesting too deep"),
    BadInput("nested directives", nested("%{if true}", "", "%{endif}").replacing("a = ", with: "a = \"").replacing("\n}\n", with: "\"\n}\n"), "Nesting too deep"),
    BadInput("many signs", nested("-", "1", ""), "Nesting too deep"),
    BadInput("nested JSON", "{\"locals\":{\"a\":" + String(repeating: "[", count: many), "Nesting too deep", file: "main.tf.json"),
    BadInput("a line of five megabytes", "locals {\n a = \"" + String(repeating: "x", count: 5_000_000) + "\" y\n}\n", "Missing newline after argument"),
    BadInput("a cycle", "locals {\n a = local.b\n b = local.a\n}\n", "Cycle: "),
    BadInput("an unknown attribute", "resource \"terraform_data\" \"a\" {\n inptu = 1\n}\n", "Unsupported argument"),
    BadInput("a wrong type", "resource \"terraform_data\" \"a\" {\n count = \"many\"\n}\n", "Incorrect value type"),
    BadInput("a duplicate name", "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"a\" {}\n", "Duplicate resource \"terraform_data\" configuration"),
    BadInput("no configuration", files: [:], "No configuration files"),
    BadInput("random bytes", files: ["main.tf": noise(4000)], "Invalid character"),
    BadInput("a damaged store", files: ["main.tf": resource, "plumb.sqlite": noise(9000)], "plumb.sqlite is damaged or no state store"),
    BadInput("an empty plan file", files: ["main.tf": resource, "saved": Data()], arguments: ["apply", "saved"], "It is not a saved plan"),
    BadInput("a damaged plan file", files: ["main.tf": resource, "saved": noise(900)], arguments: ["apply", "saved"], "Failed to load \"saved\" as a plan file"),
    BadInput("a damaged state of Terraform", files: ["main.tf": resource, "terraform.tfstate": Data("{\"version\": 4,".utf8)], "terraform.tfstate"),
    BadInput("a state that is no file", files: ["main.tf": resource, "terraform.tfstate/x": Data()], "terraform.tfstate"),
    BadInput("a state of a newer Terraform", files: ["main.tf": resource, "terraform.tfstate": Data("{\"version\": 99}".utf8)], "terraform.tfstate"),
  ]

  static let resource = Data("resource \"terraform_data\" \"a\" {\n  input = 1\n}\n".utf8)

  /// The same bytes every time.
  static func noise(_ count: Int) -> Data {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return Data((0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    })
  }

  @Test(arguments: configurations) func isRefusedWithoutATrace(bad: BadInput) async throws {
    let directory = try Directory(bad.files)
    defer { directory.remove() }
    try await directory.expectRefusal(bad.arguments, bad.message)
  }

  // MARK: State

  @Test func aStoreOfANewerProgramIsLeftAlone() async throws {
    let directory = try Directory(["main.tf": Self.resource])
    defer { directory.remove() }
    try await directory.expect(["apply", "-auto-approve"], exit: 0)
    // The schema version of a SQLite file is the big-endian number at byte 60.
    let store = directory.url.appending(path: "plumb.sqlite")
    var bytes = try Data(contentsOf: store)
    bytes.replaceSubrange(60..<64, with: [0, 0, 3, 231])
    try bytes.write(to: store)
    for arguments in [["plan"], ["apply", "-auto-approve"], ["state", "rm", "terraform_data.a"]] {
      let outcome = try await directory.plumb(arguments)
      #expect(outcome.exitCode == 1)
      #expect(outcome.errors.contains("newer"))
      #expect(try Data(contentsOf: store) == bytes)
    }
  }

  @Test func aPlanFromAnotherStackIsRefused() async throws {
    let first = try Directory(["main.tf": Self.resource])
    let second = try Directory(["main.tf": Self.resource])
    defer {
      first.remove()
      second.remove()
    }
    try await first.expect(["apply", "-auto-approve"], exit: 0)
    try await second.expect(["apply", "-auto-approve"], exit: 0)
    try await first.expect(["plan", "-destroy", "-out=saved"], exit: 0)
    try FileManager.default.copyItem(
      at: first.url.appending(path: "saved"), to: second.url.appending(path: "saved"))
    let outcome = try await second.plumb(["apply", "saved"])
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.contains("Saved plan does not match the given state"))
    #expect(try await second.plumb(["state", "list"]).output == "terraform_data.a\n")
  }

  @Test func oneOfTwoAppliesAtOnceWaitsOrIsTurnedAway() async throws {
    let text = "resource \"terraform_data\" \"a\" {\n  count = 200\n  input = count.index\n}\n"
    let directory = try Directory(["main.tf": Data(text.utf8)])
    defer { directory.remove() }
    async let first = directory.plumb(["apply", "-auto-approve"])
    async let second = directory.plumb(["apply", "-auto-approve"])
    let outcomes = try await [first, second]
    #expect(outcomes.contains { $0.exitCode == 0 })
    for outcome in outcomes where outcome.exitCode != 0 { #expect(outcome.errors.contains("Error: ")) }
    #expect(try await directory.plumb(["state", "list"]).output.split(separator: "\n").count == 200)
    try await directory.expect(["plan", "-detailed-exitcode"], exit: 0)
  }

  // MARK: Disks

  @Test(.enabled(if: Disk.isAvailable, Disk.skipReason)) func aReadOnlyDiskCanBePlannedOn() async throws {
    let directory = try Directory(["main.tf": Self.resource])
    defer { directory.remove() }
    try await directory.expect(["apply", "-auto-approve"], exit: 0)
    let outcome = try await Disk.run(
      "mount -t tmpfs -o size=8m tmpfs \"$1\" && cp main.tf plumb.sqlite \"$1\" && mount -o remount,ro \"$1\" && cd \"$1\" "
        + "&& \"$2\" plan -detailed-exitcode && \"$2\" state list && ! \"$2\" apply -auto-approve -replace=terraform_data.a",
      in: directory)
    #expect(outcome.exitCode == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("No changes."))
    #expect(outcome.errors.contains("read-only"))
  }

  @Test(.enabled(if: Disk.isAvailable, Disk.skipReason)) func aFullDiskLosesNothing() async throws {
    let text = """
      resource "terraform_data" "a" {
        count = 400
        input = join(",", [for i in range(400) : "${count.index}-${i}"])
      }
      """
    let directory = try Directory(["main.tf": Data(text.utf8)])
    defer { directory.remove() }
    // What was created is in the state, and nothing is in doubt; with more room the rest follows.
    let outcome = try await Disk.run(
      "mount -t tmpfs -o size=5000k tmpfs \"$1\" && cp main.tf \"$1\" && cd \"$1\" && ! \"$2\" apply -auto-approve > /dev/null "
        + "&& \"$2\" state list | wc -l && \"$2\" state journal "
        + "; mount -o remount,size=90m . && \"$2\" apply -auto-approve | tail -n 1 && \"$2\" state list | wc -l",
      in: directory)
    #expect(outcome.errors.contains("There is no space left"), "\(outcome.errors.prefix(2000))")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    let stored = try #require(lines.first.flatMap { Int($0) }, "\(outcome.output.prefix(500))")
    #expect(stored > 0 && stored < 400)
    #expect(outcome.output.contains("Apply complete! Resources: \(400 - stored) added"))
    #expect(lines.last == "400")
  }
}
