import Diagnostics
import Host
import Install
import Testing

@Suite struct ModuleManifestTests {
  @Test func writesAsTerraformDoes() throws {
    let manifest = ModuleManifest([
      .init(key: "m", source: "./mod", directory: "mod"), .init(key: "", source: "", directory: "."),
      .init(key: "m.deep", source: "acme/x/y", version: "1.0.0", directory: ".terraform/modules/m.deep"),
      .init(key: "odd", source: "./a<b>&\"c", directory: "a<b>&\"c"),
    ])
    let files = MemoryFileTree(workingDirectory: "/w")
    try manifest.write(dataDirectory: ".terraform", files: files)
    let text =
      #"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"./mod","Dir":"mod"},"#
      + #"{"Key":"m.deep","Source":"acme/x/y","Version":"1.0.0","Dir":".terraform/modules/m.deep"},"#
      + #"{"Key":"odd","Source":"./a\u003cb\u003e\u0026\"c","Dir":"a\u003cb\u003e\u0026\"c"}]}"#
    #expect(String(decoding: try files.read(".terraform/modules/modules.json"), as: UTF8.self) == text)
    let read = ModuleManifest.read(dataDirectory: ".terraform", files: files)
    #expect(read == manifest)
    #expect(read.entry("m", source: "./mod")?.directory == "mod")
    #expect(read.entry("m", source: "./other") == nil)
  }

  @Test func missingOrBrokenIsEmpty() {
    let files = MemoryFileTree(["/w/.terraform/modules/modules.json": "{"], workingDirectory: "/w")
    #expect(ModuleManifest.read(dataDirectory: ".terraform", files: files).entries.isEmpty)
    #expect(ModuleManifest.read(dataDirectory: "none", files: files).entries.isEmpty)
  }

  @Test(arguments: [
    ("./a", ModuleSource.local("./a")), ("../a/b", .local("../a/b")),
    ("hashicorp/consul/aws", .registry(address: "hashicorp/consul/aws", directory: "")),
    ("app.terraform.io/a/b/c//sub/dir", .registry(address: "app.terraform.io/a/b/c", directory: "sub/dir")),
    ("github.com/hashicorp/example", .remote(.git, "github.com/hashicorp/example")),
    ("git::https://example.com/x.git?ref=v1", .remote(.git, "git::https://example.com/x.git?ref=v1")),
    ("git@github.com:a/b.git", .remote(.git, "git@github.com:a/b.git")),
    ("https://example.com/x.zip", .remote(.http, "https://example.com/x.zip")),
    ("s3::https://s3/x.zip", .remote(.s3, "s3::https://s3/x.zip")), ("/abs/dir", .remote(.directory, "/abs/dir")),
    ("consul", .remote(.unknown, "consul")),
  ]) func classifiesSources(text: String, expected: ModuleSource) {
    #expect(ModuleSource(parsing: text) == expected)
  }

  @Test func namesWhatCannotBeInstalled() {
    #expect(ModuleSource(parsing: "./a").problem(call: "x", at: nil) == nil)
    let problem = ModuleSource(parsing: "github.com/a/b").problem(call: "x", at: nil)
    #expect(problem?.summary == "Unsupported module source")
    #expect(problem?.detail.hasPrefix("Module \"x\" comes from a Git repository (github.com/a/b). ") == true)
  }
}
