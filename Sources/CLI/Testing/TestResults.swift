import Diagnostics
import Modules

/// How a run or a file ended; the worse counts for what is made of several.
enum TestStatus: String, Sendable, Comparable {
  case pending
  case skip
  case pass
  case fail
  case error

  private var rank: Int {
    switch self {
    case .pending: 0
    case .skip: 1
    case .pass: 2
    case .fail: 3
    case .error: 4
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  /// As messages say it to people: what went wrong is a failure whatever it was.
  var word: String { self == .error ? "fail" : rawValue }
}

/// What came of a run block.
struct TestRunResult: Sendable {
  var run: TestRun
  var status = TestStatus.pending
  var diagnostics: [Diagnostic] = []
  /// The files that the diagnostics are about.
  var sources: SourceMap
  var startedAt: Int64 = 0
  var milliseconds: Int64 = 0
}

/// What came of a test file.
struct TestFileResult: Sendable {
  var file: TestFile
  var status = TestStatus.pending
  var runs: [TestRunResult] = []
}

/// How many runs ended how.
struct TestCounts: Sendable {
  var passed = 0
  var failed = 0
  var errored = 0
  var skipped = 0
  var status = TestStatus.pending

  init(_ files: [TestFileResult]) {
    for file in files {
      status = max(status, file.status)
      for run in file.runs {
        switch run.status {
        case .pass: passed += 1
        case .fail: failed += 1
        case .error: errored += 1
        case .skip, .pending: skipped += 1
        }
      }
    }
    // Where nothing is tested nothing is wrong.
    if status < .pass && skipped == 0 { status = .pass }
  }

  var text: String {
    let head = status == .pass ? "Success!" : status < .pass ? "Executed 0 tests" : "Failure!"
    if status < .pass { return skipped > 0 ? "\(head), \(skipped) skipped." : "\(head)." }
    return "\(head) \(passed) passed, \(failed + errored) failed" + (skipped > 0 ? ", \(skipped) skipped." : ".")
  }
}
