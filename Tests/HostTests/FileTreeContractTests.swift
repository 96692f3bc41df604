import Host
import Testing

/// One file tree to test, with a fresh absolute directory in it.
struct TreeUnderTest: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable () throws -> (any FileTree, String)

  static let all = [
    TreeUnderTest(testDescription: "memory") { (MemoryFileTree(), "/room") },
    TreeUnderTest(testDescription: "local") {
      let name = "host-test-\(String(UInt64.random(in: .min ... .max), radix: 36))"
      return (LocalFileTree(), try LocalFileTree().resolve("/tmp") + "/" + name)
    },
  ]

  /// Runs the body in a fresh directory, which is removed afterwards.
  func run(_ body: (any FileTree, String) throws -> Void) throws {
    let (tree, directory) = try make()
    try tree.createDirectory(directory)
    defer { try? tree.remove(directory) }
    try body(tree, directory)
  }
}

private func code(_ body: () throws -> Void) -> FileError.Code? {
  do {
    try body()
    return nil
  } catch {
    return (error as? FileError)?.code
  }
}

@Suite struct FileTreeContractTests {
  @Test(arguments: TreeUnderTest.all) func writesAndReads(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.write([1, 2, 3, 4, 5], to: home + "/a")
      #expect(try tree.read(home + "/a") == [1, 2, 3, 4, 5])
      #expect(try tree.read(home + "/a", from: 1, count: 2) == [2, 3])
      #expect(try tree.read(home + "/a", from: 4, count: 9) == [5])
      #expect(try tree.read(home + "/a", from: 7, count: 9) == [])
      try tree.write([9], to: home + "/a", mode: 0o600)
      #expect(try tree.read(home + "/a") == [9])
      #expect(try tree.list(home) == ["a"])
      try tree.write([], to: home + "/empty")
      #expect(try tree.read(home + "/empty") == [])
      #expect(code { _ = try tree.read(home + "/none") } == .notFound)
      #expect(code { _ = try tree.read(home) } == .isDirectory)
      #expect(code { try tree.write([1], to: home + "/none/a") } == .notFound)
      #expect(code { try tree.write([1], to: home + "/a/b") } == .notDirectory)
      #expect(code { _ = try tree.read("") } == .notFound)
    }
  }

  @Test(arguments: TreeUnderTest.all) func writesPieces(_ subject: TreeUnderTest) throws {
    struct Stop: Error {}
    try subject.run { tree, home in
      var pieces: [[UInt8]] = [[1], [], [2, 3]]
      try tree.write(to: home + "/a", mode: 0o755) { pieces.isEmpty ? nil : pieces.removeFirst() }
      #expect(try tree.read(home + "/a") == [1, 2, 3])
      #expect(try tree.status(home + "/a").isExecutable)
      #expect(throws: Stop.self) { try tree.write(to: home + "/a", mode: 0o644) { throw Stop() } }
      #expect(try tree.read(home + "/a") == [1, 2, 3])
      #expect(try tree.list(home) == ["a"])
    }
  }

  @Test(arguments: TreeUnderTest.all) func describesEntries(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.write([1, 2], to: home + "/a", mode: 0o640)
      try tree.createSymbolicLink(at: home + "/link", to: "a")
      let file = try tree.status(home + "/a")
      #expect(file.kind == .file && file.size == 2 && file.mode == 0o640 && !file.isExecutable)
      #expect(try tree.status(home + "/link").inode == file.inode)
      #expect(try tree.linkStatus(home + "/link").kind == .symbolicLink)
      #expect(try tree.status(home).kind == .directory)
      #expect(code { _ = try tree.status(home + "/none") } == .notFound)
      #expect(code { _ = try tree.status(home + "/a/b") } == .notDirectory)
      try tree.setMode(0o700, of: home + "/link")
      #expect(try tree.status(home + "/a").mode == 0o700)
      #expect(tree.exists(home + "/link") && tree.isFile(home + "/link") && !tree.isDirectory(home + "/link"))
    }
  }

  @Test(arguments: TreeUnderTest.all) func listsByBytes(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      for name in ["b", "B", "é", "a1", "_", "a"] { try tree.write([], to: home + "/" + name) }
      #expect(try tree.list(home) == ["B", "_", "a", "a1", "b", "é"])
      #expect(code { _ = try tree.list(home + "/none") } == .notFound)
      #expect(code { _ = try tree.list(home + "/a") } == .notDirectory)
    }
  }

  @Test(arguments: TreeUnderTest.all) func createsDirectories(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.createDirectory(home + "/a/b/c")
      try tree.createDirectory(home + "/a/b/c")
      try tree.createDirectory(home + "/d/")
      #expect(try tree.list(home + "/a/b") == ["c"])
      try tree.write([], to: home + "/file")
      #expect(code { try tree.createDirectory(home + "/file") } == .alreadyExists)
      #expect(code { try tree.createDirectory(home + "/file/x") } == .notDirectory)
    }
  }

  @Test(arguments: TreeUnderTest.all) func followsLinks(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.createDirectory(home + "/real/inner")
      try tree.write([7], to: home + "/real/file")
      try tree.createSymbolicLink(at: home + "/short", to: "real/inner")
      try tree.createSymbolicLink(at: home + "/absolute", to: home + "/real")
      try tree.createSymbolicLink(at: home + "/loop", to: "loop")
      try tree.createSymbolicLink(at: home + "/dangling", to: "nowhere")
      #expect(try tree.read(home + "/short/../file") == [7])
      #expect(try tree.read(home + "/absolute/file") == [7])
      #expect(try tree.readSymbolicLink(home + "/short") == "real/inner")
      #expect(try tree.resolve(home + "/short/../file") == home + "/real/file")
      #expect(code { _ = try tree.read(home + "/loop") } == .tooManyLinks)
      #expect(code { _ = try tree.read(home + "/dangling") } == .notFound)
      #expect(code { _ = try tree.readSymbolicLink(home + "/real") } == .invalidPath)
      #expect(code { try tree.createSymbolicLink(at: home + "/loop", to: "x") } == .alreadyExists)
      #expect(code { _ = try tree.resolve(home + "/dangling") } == .notFound)
      try tree.write([8], to: home + "/dangling")
      #expect(try tree.linkStatus(home + "/dangling").kind == .file)
      #expect(!tree.exists(home + "/nowhere"))
    }
  }

  @Test(arguments: TreeUnderTest.all) func removes(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.createDirectory(home + "/a/b")
      try tree.write([1], to: home + "/a/b/c")
      try tree.write([1], to: home + "/kept")
      try tree.createSymbolicLink(at: home + "/a/link", to: home + "/kept")
      #expect(code { try tree.removeEntry(home + "/a") } == .notEmpty)
      try tree.remove(home + "/a")
      #expect(try tree.list(home) == ["kept"])
      #expect(code { try tree.remove(home + "/a") } == .notFound)
      #expect(code { try tree.removeEntry(home + "/a") } == .notFound)
    }
  }

  @Test(arguments: TreeUnderTest.all) func renames(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.createDirectory(home + "/a/b")
      try tree.createDirectory(home + "/empty")
      try tree.createDirectory(home + "/full/x")
      try tree.write([1], to: home + "/f")
      try tree.write([2], to: home + "/g")
      try tree.rename(home + "/f", to: home + "/g")
      #expect(try tree.read(home + "/g") == [1])
      #expect(code { try tree.rename(home + "/a", to: home + "/full") } == .notEmpty)
      #expect(code { try tree.rename(home + "/a", to: home + "/g") } == .notDirectory)
      #expect(code { try tree.rename(home + "/g", to: home + "/a") } == .isDirectory)
      #expect(code { try tree.rename(home + "/a", to: home + "/a/b/c") } == .invalidPath)
      #expect(code { try tree.rename(home + "/none", to: home + "/x") } == .notFound)
      try tree.rename(home + "/a", to: home + "/empty")
      #expect(try tree.list(home) == ["empty", "full", "g"])
      #expect(try tree.list(home + "/empty") == ["b"])
    }
  }

  @Test(arguments: TreeUnderTest.all) func copiesTrees(_ subject: TreeUnderTest) throws {
    try subject.run { tree, home in
      try tree.createDirectory(home + "/a/b")
      try tree.write([1], to: home + "/a/run", mode: 0o755)
      try tree.createSymbolicLink(at: home + "/a/b/link", to: "../run")
      try tree.copyTree(from: home + "/a", to: home + "/copy")
      #expect(try tree.status(home + "/copy/run").mode == 0o755)
      #expect(try tree.readSymbolicLink(home + "/copy/b/link") == "../run")
      #expect(try tree.read(home + "/copy/b/link") == [1])
      #expect(code { try tree.copyTree(from: home + "/a", to: home + "/copy") } == .alreadyExists)
      #expect(code { try tree.copyTree(from: home + "/none", to: home + "/x") } == .notFound)
    }
  }

  @Test func errorsSpeakTheSystemsWords() {
    #expect(FileError(.notFound, path: "main.tf").description == "main.tf: no such file or directory")
    #expect(FileError(.isDirectory, path: "x").sentence == "is a directory")
    #expect(FileError(errno: 32, path: "x").sentence == "broken pipe")
  }

  @Test func memoryTreeResolvesRelativePaths() throws {
    let tree = MemoryFileTree(["main.tf": "a", "/etc/hosts": "b"], workingDirectory: "/home/ada")
    #expect(try tree.read("/home/ada/main.tf") == [UInt8](("a").utf8))
    #expect(try tree.read("../../etc/hosts") == [UInt8](("b").utf8))
    #expect(try tree.resolve(".") == "/home/ada")
  }
}
