import Synchronization

/// Programs played in memory: the twin of `SystemProcessLauncher` for tests.
///
/// A program is a list of steps; the launcher runs them at once and in order, and a `wait` step keeps the process
/// alive until it is killed. Time does not pass here: `kill(after:)` acts immediately.
package final class ScriptedProcessLauncher: ProcessLauncher {
  package enum Step: Sendable {
    case print(ProcessOutput, String)
    /// Stays until a signal comes.
    case wait
    case exit(Int32)
  }

  private struct Record {
    var launches: [ProcessRequest] = []
    var nextIdentifier: Int32 = 1000
  }
  private let programs: [String: [Step]]
  private let record = Mutex(Record())

  /// Programs by the path or name they are started with.
  package init(programs: [String: [Step]]) {
    self.programs = programs
  }

  /// All requests so far, in order.
  package var launches: [ProcessRequest] { record.withLock { $0.launches } }

  package func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) async throws(ProcessError) -> any RunningProcess {
    guard let steps = programs[request.executable] else {
      throw ProcessError(.notFound, executable: request.executable, message: "there is no such file")
    }
    let identifier = record.withLock { record in
      record.launches.append(request)
      record.nextIdentifier += 1
      return record.nextIdentifier
    }
    let process = ScriptedProcess(identifier: identifier, onExit: onExit)
    for step in steps {
      switch step {
      case .print(let channel, let text): onOutput(channel, Array(text.utf8))
      case .wait: return process
      case .exit(let code):
        process.end(ProcessExit(.code(code)))
        return process
      }
    }
    process.end(ProcessExit(.code(0)))
    return process
  }
}

private final class ScriptedProcess: RunningProcess {
  let identifier: Int32
  private let ending = ProcessEnding()
  private let onExit: @Sendable (ProcessExit) -> Void

  init(identifier: Int32, onExit: @escaping @Sendable (ProcessExit) -> Void) {
    self.identifier = identifier
    self.onExit = onExit
  }

  func end(_ exit: ProcessExit) {
    if ending.finish(exit) { onExit(exit) }
  }

  func waitForExit() async -> ProcessExit { await ending.wait() }
  func send(signal: Int32) { end(ProcessExit(.signal(signal))) }
  func kill(after delay: Duration?) {
    if let delay { end(ProcessExit(.signal(9), overdue: delay > .zero)) }
  }
}

/// The end of a process: known once, awaited by any number.
final class ProcessEnding: Sendable {
  private enum State {
    case running([CheckedContinuation<ProcessExit, Never>])
    case ended(ProcessExit)
  }
  private let state = Mutex(State.running([]))

  /// The first exit counts; false for later ones.
  @discardableResult
  func finish(_ exit: ProcessExit) -> Bool {
    let waiting = state.withLock { state -> [CheckedContinuation<ProcessExit, Never>]? in
      guard case .running(let waiting) = state else { return nil }
      state = .ended(exit)
      return waiting
    }
    for continuation in waiting ?? [] { continuation.resume(returning: exit) }
    return waiting != nil
  }

  func wait() async -> ProcessExit {
    await withCheckedContinuation { continuation in
      let exit = state.withLock { state -> ProcessExit? in
        switch state {
        case .ended(let exit): return exit
        case .running(let waiting):
          state = .running(waiting + [continuation])
          return nil
        }
      }
      if let exit { continuation.resume(returning: exit) }
    }
  }
}
