import Addresses
import Diagnostics
import Host
import Install
import Testing

@Suite struct DependencyLocksTests {
  /// A file as `terraform init` 1.11.4 wrote it for a published provider and one without constraints.
  private static let written = """
    # This file is maintained automatically by "terraform init".
    # Manual edits may be lost in future updates.

    provider "registry.terraform.io/acme/packed" {
      version = "1.0.0"
      hashes = [
        "h1:bGU9AcIPJ0kDw1o31yLEuwYjFxYRy6wQFazyrivDqa0=",
      ]
    }

    provider "registry.terraform.io/acme/thing" {
      version     = "1.1.0"
      constraints = "!= 1.0.0, 1.1.0, < 1.2.0, < 2.0.0"
      hashes = [
        "h1:YVk3iLFPvZS44TrIsbXTZ148fzcZLFFJoOvuOhfPro0=",
        "zh:8ba0d4a7962a4db3077b67e2b8e33e24210225894d8670c54e0260b8cc9a29c1",
      ]
    }

    provider "registry.terraform.io/acme/unhashed" {
      version = "2.0.0-beta.1"
    }

    """

  private func parse(_ text: String) -> (DependencyLocks, [String]) {
    let (locks, diagnostics) = DependencyLocks.parse([UInt8](text.utf8), file: SourceFileID(index: 0))
    return (locks, diagnostics.map { "\($0.severity): \($0.summary)" })
  }

  @Test(arguments: [
    written, RegistryFixture.lock,
    """
    # This file is maintained automatically by "terraform init".
    # Manual edits may be lost in future updates.

    """,
  ]) func roundTrips(text: String) {
    let (locks, messages) = parse(text)
    #expect(messages.isEmpty)
    #expect(locks.text == text)
  }

  @Test(arguments: [
    ("version = \"1.0\"", "error: Invalid provider version number"),
    ("version = \"v1.0.0\"", "error: Invalid provider version number"),
    ("version = \"x\"", "error: Invalid provider version number"),
    ("", "error: Missing required argument"),
    ("version = \"1.0.0\"\nconstraints = \">= 1\"", "error: Invalid provider version constraints"),
    ("version = \"1.0.0\"\nconstraints = \"x\"", "error: Invalid provider version constraints"),
    ("version = \"1.0.0\"\nhashes = [\"x\"]", "error: Invalid provider hash string"),
    ("version = \"1.0.0\"\nhashes = []", "error: Invalid provider hash set"),
    ("version = \"1.0.0\"\nhashes = \"x\"", "error: Invalid expression"),
    ("version = \"1.0.0\"\nfoo = 1", "error: Unsupported argument"),
  ]) func reportsMistakes(content: String, message: String) {
    #expect(parse("provider \"registry.terraform.io/acme/thing\" {\n\(content)\n}\n").1 == [message])
  }

  @Test(arguments: [
    ("provider \"acme/thing\" {\n version = \"1.0.0\"\n}", "error: Non-normalized provider source address"),
    (
      "provider \"registry.terraform.io/Acme/thing\" {\n version = \"1.0.0\"\n}",
      "error: Non-normalized provider source address"
    ),
    ("provider \"a/b/c/d\" {\n version = \"1.0.0\"\n}", "error: Invalid provider source address"),
    (
      "provider \"terraform.io/builtin/terraform\" {\n version = \"1.0.0\"\n}", "error: Invalid provider source address"
    ),
    ("provider \"registry.terraform.io/-/thing\" {\n version = \"1.0.0\"\n}", "error: Invalid provider source address"),
    ("bar \"x\" {}", "error: Unsupported block type"),
    ("module \"x\" {}", "warning: Modules cannot be locked; remove this block"),
  ]) func reportsWrongBlocks(text: String, message: String) {
    #expect(parse(text + "\n").1 == [message])
  }

  @Test func reportsDuplicates() {
    let block = "provider \"registry.terraform.io/acme/thing\" {\n version = \"1.0.0\"\n}\n"
    #expect(parse(block + block).1 == ["error: Duplicate provider lock"])
  }

  @Test func readsAndWritesFiles() throws {
    let files = MemoryFileTree(workingDirectory: "/w")
    var sources = SourceMap()
    let (none, problems) = DependencyLocks.read(directory: ".", files: files, sources: &sources)
    #expect(none.providers.isEmpty && problems.isEmpty)
    let locks = parse(Self.written).0
    try locks.write(directory: ".", files: files)
    #expect(try files.read("/w/.terraform.lock.hcl") == [UInt8](Self.written.utf8))
    let (read, _) = DependencyLocks.read(directory: ".", files: files, sources: &sources)
    #expect(read == locks && sources.files.map(\.path) == [".terraform.lock.hcl"])
  }

  @Test func decidesWhatBecomesOfTheFile() throws {
    let locks = parse(Self.written).0
    var fewer = locks
    fewer.providers = fewer.providers.filter { $0.key.type != "thing" }
    var rehashed = locks
    let source = try #require(ProviderSource(parsing: "acme/unhashed"))
    rehashed.providers[source] = ProviderLock(
      source: source, version: SemanticVersion(2, 0, 0), hashes: [PackageHash(scheme: "h1", value: "x")])
    func name(_ previous: DependencyLocks, _ next: DependencyLocks, _ isReadOnly: Bool) -> String {
      switch LockFileChange(from: previous, to: next, isReadOnly: isReadOnly) {
      case .unchanged: "unchanged"
      case .created: "created"
      case .updated: "updated"
      case .refused(let diagnostic), .notSaved(let diagnostic): diagnostic.summary
      }
    }
    #expect(name(locks, locks, true) == "unchanged")
    #expect(name(DependencyLocks(), locks, false) == "created")
    #expect(name(fewer, locks, false) == "updated")
    #expect(name(fewer, locks, true) == "Provider dependency changes detected")
    #expect(name(locks, rehashed, true) == "Provider lock file not updated")
  }
}
