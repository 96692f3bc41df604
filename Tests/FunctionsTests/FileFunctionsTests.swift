import Functions
import Host
import Testing
import Values

/// Paths and files, as terraform 1.11 answers in a directory with these files.
struct FileFunctionsTests {
  private func directory() throws -> FunctionEnvironment {
    let files = MemoryFileTree(
      [
        "a.txt": "hello\n", "sub/b.txt": "b", "sub/deep/c.tf": "c", ".hid/x.txt": "h", ".dot.txt": "h",
        "we[i]rd.txt": "x", "bom.txt": "\u{FEFF}bom",
      ], workingDirectory: "/stack")
    try files.write([0xFF, 0xFE], to: "bin.dat")
    try files.createSymbolicLink(at: "link.txt", to: "a.txt")
    try files.createSymbolicLink(at: "dirlink", to: "sub")
    try files.createSymbolicLink(at: "broken", to: "nowhere")
    return .forTests(files: files)
  }

  @Test func paths() throws {
    check(
      #"""
      abspath("a") => "/stack/a"
      abspath("/x/../y//z/.") => "/y/z"
      abspath("") => "/stack"
      abspath("~/x") => "/stack/~/x"
      dirname("a/b/c") => "a/b"
      dirname("a") => "."
      dirname("") => "."
      dirname("/") => "/"
      dirname("/a") => "/"
      dirname("a/b/") => "a/b"
      dirname("a//b") => "a"
      dirname("../a") => ".."
      dirname("a/../b/c") => "b"
      basename("a/b/c.txt") => "c.txt"
      basename("") => "."
      basename("/") => "/"
      basename("a/b/") => "b"
      basename("//") => "/"
      pathexpand("~") => "/home/ada"
      pathexpand("~/x/../y") => "/home/ada/y"
      pathexpand("~x/y") => error: cannot expand user-specific home dir
      pathexpand("a/~") => "a/~"
      pathexpand("") => ""
      """#, in: try directory())
  }

  @Test func content() throws {
    check(
      #"""
      file("a.txt") => "hello\n"
      file("./sub/../a.txt") => "hello\n"
      file("link.txt") => "hello\n"
      file("bin.dat") => error: "bin.dat" is not UTF-8; use filebase64 for its content, or filesha256 and the like for a hash of it
      file("broken") => path: there is no file "broken" (a file that a resource writes can only be read by an attribute of that resource or by a data source)
      file("sub") => path: failed to read file: read sub: is a directory
      file("") => path: failed to read file: read .: is a directory
      file("a.txt/x") => path: open a.txt/x: not a directory
      filebase64("bin.dat") => "//4="
      filemd5("a.txt") => "b1946ac92492d2347c6235b4d2611184"
      filesha1("a.txt") => "f572d396fae9206628714fb2ce00f72e94f2258f"
      filesha256("a.txt") => "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
      filesha512("a.txt") => "e7c22b994c59d9cf2b48e549b1e24666636045930d3da7c1acb299d1c3b7f931f94aae41edda2c2b207a36e10f8bcb8d45223e54878f5b316e7ce3b6bc019629"
      filebase64sha256("a.txt") => "WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="
      filebase64sha512("a.txt") => "58IrmUxZ2c8rSOVJseJGZmNgRZMNPafBrLKZ0cO3+TH5Sq5B7dosKyB6NuEPi8uNRSI+VIePWzFufOO2vAGWKQ=="
      filemd5("missing") => error: open missing: no such file or directory
      filemd5("sub") => error: read sub: is a directory
      fileexists("a.txt") => true
      fileexists("link.txt") => true
      fileexists("missing") => false
      fileexists("broken") => false
      fileexists("sub") => error: "sub" is a directory, not a file
      fileexists("") => error: "." is a directory, not a file
      fileexists("a.txt/x") => error: failed to stat "a.txt/x"
      """#, in: try directory())
  }

  @Test func fileset() throws {
    check(
      #"""
      fileset(".", "*.txt") => [".dot.txt","a.txt","bom.txt","link.txt","we[i]rd.txt"]
      fileset(".", "**/*.txt") => [".dot.txt",".hid/x.txt","a.txt","bom.txt","dirlink/b.txt","link.txt","sub/b.txt","we[i]rd.txt"]
      fileset(".", "**") => [".dot.txt",".hid/x.txt","a.txt","bin.dat","bom.txt","dirlink/b.txt","dirlink/deep/c.tf","link.txt","sub/b.txt","sub/deep/c.tf","we[i]rd.txt"]
      fileset(".", "*") => error: failed to stat "broken": stat broken: no such file or directory
      fileset("sub", "**") => ["b.txt","deep/c.tf"]
      fileset("sub", "../*.txt") => ["../.dot.txt","../a.txt","../bom.txt","../link.txt","../we[i]rd.txt"]
      fileset(".", "{a,bom}.{txt,md}") => ["a.txt","bom.txt"]
      fileset(".", "[ab]*.txt") => ["a.txt","bom.txt"]
      fileset(".", "[^ab]*.txt") => [".dot.txt","link.txt","we[i]rd.txt"]
      fileset(".", "[!ab]*.txt") => ["a.txt","bom.txt"]
      fileset(".", "[a-c].txt") => ["a.txt"]
      fileset(".", "[b-a].txt") => []
      fileset(".", "we\\[i\\]rd.txt") => ["we[i]rd.txt"]
      fileset(".", "\\a.txt") => ["a.txt"]
      fileset(".", "?.txt") => ["a.txt"]
      fileset(".", "[") => error: failed to glob pattern "[": syntax error in pattern
      fileset(".", "a{") => error: failed to glob pattern "a{": syntax error in pattern
      fileset(".", "[]]") => error: failed to glob pattern "[]]": syntax error in pattern
      fileset(".", "[a-]") => error: failed to glob pattern "[a-]": syntax error in pattern
      fileset(".", "a\\") => error: failed to glob pattern "a\\": syntax error in pattern
      fileset(".", "{sub/*,a.txt}") => error: failed to glob pattern "{sub/*,a.txt}": syntax error in pattern
      fileset("missing", "*") => []
      fileset(".", "nosuch/[") => []
      fileset(".", "sub") => []
      fileset(".", "") => []
      fileset("", "b[o].txt") => []
      fileset("", "b[o]m.txt") => ["bom.txt"]
      fileset(".", "dirlink/*") => ["dirlink/b.txt"]
      fileset(".", "sub/**/deep/**/c.tf") => ["sub/deep/c.tf"]
      fileset(".", "**/deep/**") => ["dirlink/deep/c.tf","sub/deep/c.tf"]
      fileset(".", "**.txt") => [".dot.txt","a.txt","bom.txt","link.txt","we[i]rd.txt"]
      fileset(".", "a**.txt") => ["a.txt"]
      fileset(".", "{s{u,v}b,x}/b.txt") => ["sub/b.txt"]
      fileset(".", "{,a}.txt") => ["a.txt"]
      fileset(".", "a.txt{,x}") => []
      fileset(".", "../stack/sub/*") => ["../stack/sub/b.txt"]
      fileset("/stack/sub", "*") => ["b.txt"]
      fileset(".", "/stack/sub/*") => []
      fileset("sub/../sub", "*") => ["b.txt"]
      fileset(".", "sub/deep/../b.txt") => ["sub/b.txt"]
      fileset("a.txt", "*") => []
      fileset("broken", "*") => []
      """#, in: try directory())
  }

  @Test func relativePathsStartAtTheBaseDirectory() {
    let files = MemoryFileTree(["modules/a/x.txt": "x"], workingDirectory: "/stack")
    check(
      #"""
      file("x.txt") => "x"
      fileset("", "*") => ["x.txt"]
      abspath("x.txt") => "/stack/modules/a/x.txt"
      """#, in: .forTests(files: files, baseDirectory: "modules/a"))
  }

  @Test func marksOfThePathMoveToTheResult() throws {
    let functions = FunctionTable(environment: try directory())
    let secret = Value.text("a.txt").marked(with: .sensitive)
    #expect(try functions.call("file", [secret]) == Value.text("hello\n").marked(with: .sensitive))
    #expect(throws: FunctionError.self) { try functions.call("file", [Value.text("none").marked(with: .sensitive)]) }
    do throws(FunctionError) {
      _ = try functions.call("file", [Value.text("none").marked(with: .sensitive)])
    } catch {
      #expect(error.message.hasPrefix("there is no file (sensitive value) ("))
    }
  }
}
