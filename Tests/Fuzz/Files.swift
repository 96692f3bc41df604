import Diagnostics
import HCL
import Host
import State
import Values

@testable import CLI
@testable import Install
@testable import Modules

private let file = SourceFileID(index: 0)

/// What was read is written so that it reads the same.
func checkStateFile(_ bytes: [UInt8]) throws(Violation) {
  guard let state = try? StateFile(reading: bytes) else { return }
  let written = state.bytes
  guard let again = try? StateFile(reading: written) else {
    throw Violation("what was written cannot be read: \(String(decoding: written, as: UTF8.self))")
  }
  try require(again.bytes == written, "the state has changed: \(String(decoding: written, as: UTF8.self))")
}

/// The digest, which no fuzzer would ever guess, is left out of account.
func checkPlanFile(_ bytes: [UInt8]) throws(Violation) {
  _ = try? PlanFile(reading: bytes)
  let body = PlanFile.isPlan(bytes) ? Array(bytes.dropFirst("plumb plan 1\n".utf8.count + 32)) : bytes
  guard let plan = read(body) else { return }
  let written = Array(PlanFileWriter(plan).parts().joined())
  guard let again = read(written) else { throw Violation("a plan that was read cannot be written and read: \(written)") }
  try require(Array(PlanFileWriter(again).parts().joined()) == written, "a plan has changed on its way")
}

private func read(_ body: [UInt8]) -> PlanFile? {
  guard var reader = try? PlanFileReader(body) else { return nil }
  return try? reader.file()
}

/// Both syntaxes, and the same text as a value on the command line.
func checkVariablesFile(_ bytes: [UInt8]) throws(Violation) {
  for path in ["/a.tfvars", "/a.tfvars.json"] {
    let tree = MemoryFileTree()
    guard (try? tree.write(bytes, to: path)) != nil else { throw Violation("the file cannot be written") }
    var variables = InputVariables(sources: SourceMap())
    variables.addFile(path, files: tree)
    try check(variables.diagnostics, bytes)
    for value in variables.values.values {
      if case .value(let value) = value.content { _ = JSONValueCodec.encode(value) }
    }
  }
}

/// What was read is written so that it reads the same.
func checkLockFile(_ bytes: [UInt8]) throws(Violation) {
  let (locks, problems) = DependencyLocks.parse(bytes, file: file)
  try check(problems, bytes)
  let text = Array(locks.text.utf8)
  let (again, problemsAgain) = DependencyLocks.parse(text, file: file)
  try require(!problemsAgain.hasErrors && again.text == locks.text, "the lock file has changed: \(locks.text)")
}

func checkCommandLineSettings(_ bytes: [UInt8]) throws(Violation) {
  for path in ["/home/.terraformrc", "/home/.terraform.d/a.tfrc.json"] {
    let (_, problems) = CLIConfiguration.parse(bytes, path: path, file: file, environment: ["HOME": "/home"])
    try check(problems, bytes)
  }
}

/// A whole configuration of one file, in both syntaxes, and a record of installed modules of the same bytes.
func checkConfiguration(_ bytes: [UInt8]) throws(Violation) {
  for name in ["/main.tf", "/main.tf.json", "/main.tftest.hcl"] {
    let tree = MemoryFileTree()
    guard (try? tree.write(bytes, to: name)) != nil, (try? tree.createDirectory("/.terraform/modules")) != nil,
      (try? tree.write(bytes, to: "/.terraform/modules/modules.json")) != nil
    else { throw Violation("the file cannot be written") }
    let module = ModuleLoader(files: tree).load()
    let renderer = DiagnosticRenderer(sources: module.sources, color: true, enclosingBlock: blockHeaders())
    for diagnostic in module.diagnostics.sortedForDisplay(sources: module.sources).prefix(20) { _ = renderer.text(diagnostic) }
  }
}
