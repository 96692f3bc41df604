package import Diagnostics
import HCL
import Host

/// The test files of a configuration.
package struct TestSuite: Sendable {
  /// In the order of their paths.
  package var files: [TestFile]
  /// The text of these files; whoever loads modules for them goes on from here, so that one map draws them all.
  package var sources: SourceMap
  package var diagnostics: [Diagnostic]

  /// The modules that runs load instead of the root module, with their names in the record of installed modules.
  package var moduleCalls: [(key: String, call: ModuleCall)] {
    files.flatMap { file in file.runs.compactMap { run in run.module.map { (file.manifestKey(of: run), $0) } } }
  }
}

extension TestSuite {
  /// The modules that runs load, as far as they are installed; the last has the sources of all.
  package func modules(by loader: ModuleLoader, after sources: SourceMap) -> [ModuleTree] {
    var sources = sources
    return moduleCalls.compactMap { key, _ in
      guard let directory = loader.directory(ofInstalled: key) else { return nil }
      let tree = loader.load(directory, after: sources, manifestKey: key, for: .installing)
      sources = tree.sources
      return tree
    }
  }
}

extension ModuleLoader {
  /// Reads the test files beside the root module and in the directory for tests.
  ///
  /// - Parameter testDirectory: relative to the root module's.
  package func loadTests(testDirectory: String, in root: String = ".") -> TestSuite {
    var suite = TestSuite(files: [], sources: SourceMap(), diagnostics: [])
    let place = normalizedPath(root, testDirectory)
    // The usual one need not be there; who asks for another means one that is.
    if testDirectory != "tests", !files.isDirectory(place) {
      suite.diagnostics.append(
        .warning("Test directory does not exist", "There is no test directory \(testDirectory)."))
    }
    for directory in Set([root, place]).sorted() {
      for name in (try? files.list(directory)) ?? [] where TestFile.isOne(name) {
        read(directory == "." ? name : "\(directory)/\(name)", into: &suite)
      }
    }
    suite.files.sort { $0.path < $1.path }
    return suite
  }

  private func read(_ path: String, into suite: inout TestSuite) {
    guard !files.isDirectory(path) else { return }
    guard let bytes = try? files.read(path) else {
      suite.diagnostics.append(.error("Failed to read file", "The file \"\(path)\" could not be read."))
      return
    }
    let id = suite.sources.add(path: path, bytes: bytes)
    let (body, found) = path.hasSuffix(".json") ? parseJSONFile(bytes, file: id) : parseFile(bytes, file: id)
    suite.diagnostics += found
    var reader = BlockReader(sources: suite.sources, files: files)
    suite.files.append(reader.testFile(body, path: path))
    suite.sources = reader.sources
    suite.diagnostics += reader.diagnostics
  }
}

extension TestFile {
  fileprivate static func isOne(_ name: String) -> Bool {
    !name.hasPrefix(".") && (name.hasSuffix(".tftest.hcl") || name.hasSuffix(".tftest.json"))
  }
}
