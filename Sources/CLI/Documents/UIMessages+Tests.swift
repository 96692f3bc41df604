import Addresses
import Engine
import Modules
import Plans
import State
import Values

/// What `test` tells programs.
extension UIMessages {
  func testAbstract(_ files: [TestFile]) -> [UInt8] {
    let runs = files.reduce(0) { $0 + $1.runs.count }
    let text =
      "Found \(files.count) file\(files.count == 1 ? "" : "s") and \(runs) run block\(runs == 1 ? "" : "s")"
    return message(text, type: "test_abstract") { writer in
      writer.key("test_abstract")
      writer.beginObject()
      for file in files {
        writer.key(file.path)
        writer.beginArray()
        for run in file.runs { writer.text(run.name) }
        writer.endArray()
      }
      writer.endObject()
    }
  }

  func testFile(_ file: TestFile, _ progress: TestProgress, _ status: TestStatus) -> [UInt8] {
    message("\(file.path)... \(progress.word(status))", type: "test_file", test: .init(file.path, nil)) { writer in
      writer.key("test_file")
      writer.beginObject()
      writer.member("path", file.path)
      writer.member("progress", progress.rawValue)
      if progress == .complete { writer.member("status", status.rawValue) }
      writer.endObject()
    }
  }

  func testRun(_ run: TestRun, in file: TestFile, _ progress: TestProgress, _ status: TestStatus) -> [UInt8] {
    message("  \"\(run.name)\"... \(progress.word(status))", type: "test_run", test: .init(file.path, run.name)) { writer in
      writer.key("test_run")
      writer.beginObject()
      writer.member("path", file.path)
      writer.member("run", run.name)
      writer.member("progress", progress.rawValue)
      if progress == .complete { writer.member("status", status.rawValue) } else { writer.member("elapsed", 0) }
      writer.endObject()
    }
  }

  func testCleanup(_ left: [ObjectKey], of run: TestRun, in file: TestFile) -> [UInt8] {
    message(
      "Terraform left some resources in state after executing \(file.path)/\(run.name), they need to be cleaned up manually.",
      level: "error", type: "test_cleanup", test: .init(file.path, run.name)
    ) { writer in
      writer.key("test_cleanup")
      writer.beginObject()
      writer.key("failed_resources")
      writer.beginArray()
      for key in left {
        writer.beginObject()
        writer.member("instance", key.address.description)
        if let deposed = key.deposedKey { writer.member("deposed_key", deposed) }
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
  }

  func testSummary(_ counts: TestCounts) -> [UInt8] {
    message(counts.text, type: "test_summary") { writer in
      writer.key("test_summary")
      writer.beginObject()
      writer.member("status", counts.status.rawValue)
      writer.member("passed", counts.passed)
      writer.member("failed", counts.failed)
      writer.member("errored", counts.errored)
      writer.member("skipped", counts.skipped)
      writer.endObject()
    }
  }

  /// The plan or the state as `show -json` has it.
  func testDetails(_ details: TestDetails, of run: TestRun, in file: TestFile) -> [UInt8] {
    let test = TestPlace(file.path, run.name)
    switch details.content {
    case .plan(let plan, let tree, let schemas):
      return message("-verbose flag enabled, printing plan", type: "test_plan", test: test) { writer in
        writer.key("test_plan")
        writer.verbatim(testPlanDocument(plan, tree: tree, schemas: schemas, providers: details.providers))
      }
    case .state(let objects, let outputs, let schemas):
      return message("-verbose flag enabled, printing state", type: "test_state", test: test) { writer in
        writer.key("test_state")
        writer.verbatim(testStateDocument(objects, outputs: outputs, schemas: schemas, providers: details.providers))
      }
    }
  }
}

extension TestProgress {
  fileprivate func word(_ status: TestStatus) -> String {
    switch self {
    case .starting: "in progress"
    case .teardown: "tearing down"
    case .complete: status.word
    }
  }
}
