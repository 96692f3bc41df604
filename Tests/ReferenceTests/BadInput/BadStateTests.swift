import Foundation
import Testing

/// States that were cut off, changed by chance, or are of another kind, and clocks that jump.
@Suite struct BadStateTests {
  private static let counted = Data(
    """
    resource "terraform_data" "a" {
      count = 30
      input = "value ${count.index}"
    }
    output "o" {
      value = terraform_data.a[*].id
    }
    """.utf8)

  /// A directory after one apply, with the state as a file besides.
  private func applied() async throws -> (Directory, Data) {
    let directory = try Directory(["main.tf": Self.counted])
    try await directory.expect(["apply", "-auto-approve"], exit: 0)
    return (directory, Data(try await directory.plumb(["state", "pull"]).output.utf8))
  }

  /// Whatever is pushed, either it is a state and is stored, or it is refused and all stays as it was.
  @Test func aDamagedFileIsNotPushed() async throws {
    let (directory, whole) = try await applied()
    defer { directory.remove() }
    var generator = Generator(seed: 11)
    var damaged = (0..<12).map { _ in whole.prefix(Int.random(in: 1..<whole.count - 2, using: &generator)) }
    damaged += [Data(), Data("null".utf8), Data("[]".utf8), Data("{}".utf8), Data("{\"version\": 3}".utf8), Data("{\"version\": 5}".utf8), Data("x".utf8)]
    for (number, bytes) in damaged.enumerated() {
      try bytes.write(to: directory.url.appending(path: "pushed"))
      let before = try await directory.plumb(["state", "pull"]).output
      let outcome = try await directory.plumb(["state", "push", "-force", "pushed"])
      #expect(outcome.exitCode == 1, "\(number): \(outcome.output)\(outcome.errors)")
      #expect(outcome.errors.contains("Error") || outcome.errors.contains("Failed"), "\(number): \(outcome.errors)")
      #expect(try await directory.plumb(["state", "pull"]).output == before)
    }
    for number in 0..<20 {
      var bytes = whole
      for _ in 0..<3 {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[bytes.startIndex + index] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
      }
      try bytes.write(to: directory.url.appending(path: "pushed"))
      let outcome = try await directory.plumb(["state", "push", "-force", "pushed"])
      #expect([0, 1].contains(outcome.exitCode), "\(number): \(outcome.errors)")
      for arguments in [["state", "list"], ["plan"], ["output", "-json"], ["show"]] {
        let after = try await directory.plumb(arguments)
        #expect([0, 1].contains(after.exitCode), "\(number), \(arguments): \(after.errors)")
        if after.exitCode == 1 { #expect(after.errors.contains("Error: "), "\(number), \(arguments)") }
      }
    }
  }

  /// A store of which some pages are wrong is read as far as it can be, or refused. It never ends the program.
  @Test func aDamagedStoreIsSurvived() async throws {
    let (directory, _) = try await applied()
    defer { directory.remove() }
    let store = directory.url.appending(path: "plumb.sqlite")
    let whole = try Data(contentsOf: store)
    var generator = Generator(seed: 5)
    for number in 0..<24 {
      var bytes = whole
      switch number % 4 {
      case 0: bytes = bytes.prefix(Int.random(in: 1..<bytes.count, using: &generator))
      case 1:
        let page = Int.random(in: 0..<bytes.count / 4096, using: &generator) * 4096
        bytes.replaceSubrange(page..<page + 4096, with: BadInputTests.noise(4096))
      case 2:
        let page = Int.random(in: 0..<bytes.count / 4096, using: &generator) * 4096
        bytes.resetBytes(in: page..<page + 4096)
      default:
        for _ in 0..<20 { bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator) }
      }
      for name in ["plumb.sqlite-wal", "plumb.sqlite-shm"] {
        try? FileManager.default.removeItem(at: directory.url.appending(path: name))
      }
      try bytes.write(to: store)
      for arguments in [["state", "list"], ["plan"], ["apply", "-auto-approve", "-replace=terraform_data.a[1]"], ["state", "pull"]] {
        let outcome = try await directory.plumb(arguments)
        #expect([0, 1].contains(outcome.exitCode), "\(number), \(arguments): \(outcome.exitCode) \(outcome.errors)")
        if outcome.exitCode == 1 { #expect(!outcome.errors.isEmpty, "\(number), \(arguments)") }
      }
    }
  }

  /// A program that is killed at any moment leaves a state that knows everything which was made, or says what is in doubt.
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func aKilledApplyLosesNothing(seed: UInt64) async throws {
    let text = """
      resource "terraform_data" "a" {
        count = 30
        input = count.index
        provisioner "local-exec" {
          command = "echo ${self.id} terraform_data.a[${count.index}] >> made"
        }
      }
      """
    let directory = try Directory(["main.tf": Data(text.utf8)])
    defer { directory.remove() }
    var generator = Generator(seed: seed)
    for _ in 0..<4 {
      let delay = Double.random(in: 0.05...1.2, using: &generator)
      _ = try await directory.plumb(["apply", "-auto-approve", "-parallelism=4"], killedAfter: delay)
      // Both the state and the journal can be read, and one of them has each object that was made.
      let state = try await directory.plumb(["state", "pull"]).output
      let journal = try await directory.plumb(["state", "journal"])
      #expect(journal.exitCode == 0, "\(journal.errors)")
      let made = (try? String(contentsOf: directory.url.appending(path: "made"), encoding: .utf8)) ?? ""
      for line in made.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 2 else { continue }
        if state.contains(words[0]) || journal.output.contains(words[1]) { continue }
        // One whose provisioner was cut off is tainted, and a later run puts another in its place: the history still tells of it.
        let history = try await directory.plumb(["state", "history", "-json", words[1]]).output
        #expect(history.contains(words[0]), "\(line) is lost: \(history.prefix(2000))")
      }
    }
    // What is in doubt is named, and when somebody has looked, work goes on.
    for _ in 0..<40 {
      let outcome = try await directory.plumb(["apply", "-auto-approve"])
      if outcome.exitCode == 0 { break }
      let name = try #require(outcome.errors.replacing("\n", with: " ").split(separator: "plumb state resolve '").last?.prefix { $0 != "'" }, "\(outcome.errors)")
      try await directory.expect(["state", "resolve", String(name)], exit: 0)
    }
    #expect(try await directory.plumb(["state", "list"]).output.split(separator: "\n").count == 30)
    try await directory.expect(["plan", "-detailed-exitcode"], exit: 0)
  }

  @Test func aLostLogIsNoDisaster() async throws {
    let (directory, _) = try await applied()
    defer { directory.remove() }
    _ = try await directory.plumb(["apply", "-auto-approve", "-replace=terraform_data.a[2]"], killedAfter: 0.4)
    for name in ["plumb.sqlite-wal", "plumb.sqlite-shm"] {
      try? FileManager.default.removeItem(at: directory.url.appending(path: name))
    }
    #expect(try await directory.plumb(["state", "list"]).output.split(separator: "\n").count == 30)
  }
}

/// Chance that is the same every time.
private struct Generator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
