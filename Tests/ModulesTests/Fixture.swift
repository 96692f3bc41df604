import Addresses
import Diagnostics
import Expressions
import Host
import Values

@testable import Modules

/// A directory written as one text: `-- name --` begins a file; what stands before the first is `main.tf`.
func files(_ archive: String) -> MemoryFileTree {
  var contents: [String: String] = [:]
  var name = "main.tf"
  for line in archive.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("-- "), line.hasSuffix(" --") {
      name = String(line.dropFirst(3).dropLast(3))
      contents["/" + name] = ""
    } else {
      contents["/" + name, default: ""] += line + "\n"
    }
  }
  return MemoryFileTree(contents)
}

func load(_ archive: String) -> ModuleTree { ModuleLoader(files: files(archive)).load() }

/// What is wrong with a configuration: a line for each message, with its place.
func problems(_ archive: String) -> [String] {
  let tree = load(archive)
  return tree.diagnostics.map { text($0, tree.sources) }
}

func text(_ diagnostic: Diagnostic, _ sources: SourceMap) -> String {
  let place = diagnostic.subject.map { "\(sources.place(of: $0)) " } ?? ""
  let mark = diagnostic.severity == .warning ? "warning: " : ""
  return "\(place)\(mark)\(diagnostic.summary)"
}

/// The details too.
func details(_ archive: String) -> [String] { load(archive).diagnostics.map(\.detail) }
