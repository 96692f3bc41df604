import Diagnostics
import HCL
import Modules

/// What came of a test as XML in the form that JUnit made known.
struct JUnitReport {
  private var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>"

  init(_ files: [TestFileResult]) {
    if !files.isEmpty { text += "\n" }
    for file in files { add(file) }
    text += "</testsuites>"
  }

  var bytes: [UInt8] { Array(text.utf8) }

  private mutating func add(_ file: TestFileResult) {
    let name = Self.escaped(file.file.path)
    func count(_ status: TestStatus) -> Int { file.runs.count { $0.status == status } }
    text += "  <testsuite name=\"\(name)\" tests=\"\(file.runs.count)\" skipped=\"\(count(.skip))\" "
    text += "failures=\"\(count(.fail))\" errors=\"\(count(.error))\">\n"
    let culprit = file.runs.first { $0.status == .error }
    for run in file.runs {
      text += "    <testcase name=\"\(Self.escaped(run.run.name))\" classname=\"\(name)\""
      if run.status != .skip {
        text += " time=\"\(Self.seconds(run.milliseconds))\" timestamp=\"\(timestampText(nanoseconds: run.startedAt, fraction: 0))\""
      }
      text += ">"
      switch run.status {
      case .skip: skipped(after: culprit?.run.name)
      case .fail: element("failure", failure(run), run, .error)
      case .error: element("error", "Encountered an error", run, .error)
      case .pass, .pending: break
      }
      if run.diagnostics.contains(where: { $0.severity == .warning }) { element("system-err", nil, run, .warning) }
      if text.hasSuffix("\n") { text += "    " }
      text += "</testcase>\n"
    }
    text += "  </testsuite>\n"
  }

  private mutating func skipped(after culprit: String?) {
    if let culprit {
      text += "\n      <skipped message=\"Testcase skipped due to a previous testcase error\">"
      text += Self.data(
        "Testcase \"\(culprit)\" ended in error, so those after it in the file were not run")
    } else {
      text += "\n      <skipped message=\"Testcase skipped due to an interrupt\">"
      text += Self.data("The run was interrupted before this testcase.")
    }
    text += "</skipped>\n"
  }

  /// How many assertions do not hold, and what the first says.
  private func failure(_ run: TestRunResult) -> String {
    let failed = run.diagnostics.filter { $0.severity == .error }
    return "\(failed.count) of \(run.run.asserts.count) assertions failed\(failed.count > 1 ? ", including" : ""): \(failed.first?.detail ?? "")"
  }

  private mutating func element(_ name: String, _ message: String?, _ run: TestRunResult, _ severity: Severity) {
    if !text.hasSuffix("\n") { text += "\n" }
    text += "      <\(name)" + (message.map { " message=\"\(Self.escaped($0))\"" } ?? "") + ">"
    text += Self.data(Self.rendered(run.diagnostics.filter { $0.severity == severity }, run.sources)) + "</\(name)>\n"
  }

  private static func rendered(_ diagnostics: [Diagnostic], _ sources: SourceMap) -> String {
    DiagnosticRenderer(sources: sources, width: 80, color: false, enclosingBlock: blockHeaders()).text(diagnostics)
  }

  /// A section that needs no escaping; one that would end it is split in two.
  private static func data(_ text: String) -> String {
    var result = "<![CDATA["
    var pending = ""
    for character in text {
      pending.append(character)
      if pending.hasSuffix("]]>") { pending = String(pending.dropLast(2)) + "]]]><![CDATA[]>" }
    }
    result += pending
    return result + "]]>"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&#34;"
      default: result.append(character)
      }
    }
    return result
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
