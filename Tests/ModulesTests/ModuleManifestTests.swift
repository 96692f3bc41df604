import Host
import Modules
import Testing

@Suite struct ModuleManifestTests {
  @Test func writesAsTerraformDoes() throws {
    let manifest = ModuleManifest([
      .init(key: "m", source: "./mod", directory: "mod"), .init(key: "", source: "", directory: "."),
      .init(key: "m.deep", source: "registry.terraform.io/acme/x/y", version: "1.0.0", directory: ".terraform/modules/m.deep"),
      .init(key: "odd", source: "./a<b>&\"c", directory: "a<b>&\"c"),
    ])
    let files = MemoryFileTree(workingDirectory: "/w")
    try manifest.write(dataDirectory: ".terraform", files: files)
    let text =
      #"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"./mod","Dir":"mod"},"#
      + #"{"Key":"m.deep","Source":"registry.terraform.io/acme/x/y","Version":"1.0.0","Dir":".terraform/modules/m.deep"},"#
      + #"{"Key":"odd","Source":"./a\u003cb\u003e\u0026\"c","Dir":"a\u003cb\u003e\u0026\"c"}]}"#
    #expect(String(decoding: try files.read(".terraform/modules/modules.json"), as: UTF8.self) == text)
    let read = ModuleManifest.read(dataDirectory: ".terraform", files: files)
    #expect(read == manifest)
    #expect(read["m"]?.directory == "mod")
    #expect(read["other"] == nil)
  }

  @Test func missingOrBrokenIsEmpty() {
    let files = MemoryFileTree(["/w/.terraform/modules/modules.json": "{"], workingDirectory: "/w")
    #expect(ModuleManifest.read(dataDirectory: ".terraform", files: files).entries.isEmpty)
    #expect(ModuleManifest.read(dataDirectory: "none", files: files).entries.isEmpty)
  }

  /// The full form of what users write, and the directory in the package.
  @Test(arguments: [
    ("./a", "./a"), ("../a/b/", "../a/b"), ("./a/../b", "./b"), ("./", "./"), ("../", "./.."),
    ("hashicorp/consul/aws", "registry.terraform.io/hashicorp/consul/aws"),
    ("app.terraform.io/a/b/c//sub/dir", "app.terraform.io/a/b/c//sub/dir"),
    ("example.com:8443/a/b/c", "example.com:8443/a/b/c"),
    ("github.com/hashicorp/example", "git::https://github.com/hashicorp/example.git"),
    ("github.com/a/b//d?ref=x", "git::https://github.com/a/b.git//d?ref=x"),
    ("github.com/a/b/c//d", "git::https://github.com/a/b.git//c/d"),
    ("bitbucket.org/a/b", "git::https://bitbucket.org/a/b.git"),
    ("git@github.com:a/b.git//sub?ref=v", "git::ssh://git@github.com/a/b.git//sub?ref=v"),
    ("git::git@github.com:a/b.git", "git::ssh://git@github.com/a/b.git"),
    ("git::https://example.com/x.git?ref=v1", "git::https://example.com/x.git?ref=v1"),
    ("git::/srv/x", "git::file:///srv/x"), ("/abs/dir", "file:///abs/dir"),
    ("https://example.com/x.zip//sub?checksum=md5:0a", "https://example.com/x.zip//sub?checksum=md5:0a"),
    ("s3.amazonaws.com/bucket/k.zip", "s3::https://s3.amazonaws.com/bucket/k.zip"),
    ("bucket.s3-eu-west-1.amazonaws.com/foo/k.zip", "s3::https://s3-eu-west-1.amazonaws.com/bucket/foo/k.zip"),
    ("www.googleapis.com/storage/v1/b/f.zip", "gcs::https://www.googleapis.com/storage/v1/b/f.zip"),
  ]) func writesSourcesInFull(text: String, full: String) throws {
    #expect(try ModuleSource(parsing: text).description == full)
  }

  @Test(arguments: ["consul", ".", "..", "~/x", "a/b/C", "a_/b/c", "gitlab.com/a/b", "user@host:path", "x.zip"])
  func knowsNotEveryForm(text: String) {
    #expect(throws: ModuleSource.ParseError(.unknownForm, text)) { try ModuleSource(parsing: text) }
  }

  @Test(arguments: [
    ("", "invalid source address: "), ("github.com/a", "GitHub URLs should be github.com/username/repo"),
    ("a/b/c//../d", "subdirectory path \"../d\" goes above the root of the package"),
    ("git::https://example.com/x.git//a/../../b", "subdirectory path \"../b\" goes above the root of the package"),
  ]) func refusesWhatLeadsOutside(text: String, message: String) {
    #expect(throws: ModuleSource.ParseError(.invalid, message)) { try ModuleSource(parsing: text) }
  }
}
