// Host, processes: starting programs, reading what they print, and making sure that none outlives its purpose.
// This part of the room knows nothing of plugins, hooks or version control.

/// What to start and how.
package struct ProcessRequest: Sendable {
  /// Where the child's standard input comes from.
  package enum Input: Sendable, Equatable {
    /// The parent's own.
    case inherited
    /// Nothing: end of file at once.
    case none
    /// These bytes, then end of file.
    case bytes([UInt8])
  }

  /// A path, or a bare name that is looked for along `PATH` of `environment`.
  package var executable: String
  /// Without the program's name.
  package var arguments: [String]
  /// The whole environment of the child; nothing is inherited beside it.
  package var environment: [String: String]
  /// Nil for the parent's directory.
  package var workingDirectory: String?
  package var input: Input
  /// Puts the child into a process group of its own, so that a terminal's interrupt does not reach it.
  package var ownGroup: Bool
  /// Gives the child one pipe for both outputs, so that what it prints keeps its order; all of it counts as standard output.
  package var mergesOutputs: Bool

  package init(
    executable: String, arguments: [String] = [], environment: [String: String], workingDirectory: String? = nil,
    input: Input = .none, ownGroup: Bool = false, mergesOutputs: Bool = false
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.input = input
    self.ownGroup = ownGroup
    self.mergesOutputs = mergesOutputs
  }
}

/// Which of a child's two outputs something came from.
package enum ProcessOutput: Sendable, Hashable {
  case standardOutput
  case standardError
}

/// How a process ended.
package struct ProcessExit: Sendable, Hashable {
  package enum Reason: Sendable, Hashable {
    case code(Int32)
    case signal(Int32)
  }
  package var reason: Reason
  /// Whether it was killed because the time given with `kill(after:)` was over.
  package var overdue: Bool

  package init(_ reason: Reason, overdue: Bool = false) {
    self.reason = reason
    self.overdue = overdue
  }

  package var isSuccess: Bool { reason == .code(0) }

  /// As a clause: `exit code 1`, `signal 9`.
  package var description: String {
    switch reason {
    case .code(let code): "exit code \(code)"
    case .signal(let number): "signal \(number)"
    }
  }
}

/// Why a process could not be started.
package struct ProcessError: Error, Sendable, Hashable {
  package enum Code: Sendable, Hashable {
    case notFound
    /// No permission, or the file is not marked as executable.
    case notExecutable
    /// The file is no program for this system.
    case wrongFormat
    /// Out of processes, memory or descriptors, and whatever else the system may say.
    case system
  }
  package var code: Code
  package var executable: String
  /// One sentence with the way out where there is one.
  package var message: String

  package init(_ code: Code, executable: String, message: String) {
    self.code = code
    self.executable = executable
    self.message = message
  }
}

/// Starts processes. The real one is `SystemProcessLauncher`; `ScriptedProcessLauncher` plays programs in memory.
package protocol ProcessLauncher: Sendable {
  /// Starts a process and returns when it runs.
  ///
  /// `onOutput` gets everything the child prints, in order within one output, never twice at once, and never after the
  /// process is reported as ended. It must not block: while it runs, the child's output waits.
  /// `onExit` is called once, after all output, before `waitForExit` returns.
  /// The child is killed when this process ends in whatever way.
  func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) async throws(ProcessError) -> any RunningProcess
}

/// A started process. It is reaped by itself; whoever started it need not wait for it.
package protocol RunningProcess: AnyObject, Sendable {
  var identifier: Int32 { get }
  /// Returns when the process has ended and all its output was handed over. Any number may wait.
  func waitForExit() async -> ProcessExit
  /// Sends a signal; does nothing once the process has ended.
  func send(signal: Int32)
  /// Kills the process once `delay` has passed, unless it ends before. Nil takes an earlier order back.
  func kill(after delay: Duration?)
}

/// All that a process printed, and how it ended.
package struct ProcessResult: Sendable {
  package var exit: ProcessExit
  package var standardOutput: [UInt8]
  package var standardError: [UInt8]
}

extension ProcessLauncher {
  /// Starts a process whose end is of interest only to who waits for it.
  package func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void
  ) async throws(ProcessError) -> any RunningProcess {
    try await launch(request, onOutput: onOutput, onExit: { _ in })
  }

  /// Runs a program to its end and gathers its output. A cancelled task kills the program.
  package func run(_ request: ProcessRequest, timeout: Duration? = nil) async throws(ProcessError) -> ProcessResult {
    let output = GatheredOutput()
    let process = try await launch(request) { channel, bytes in output.append(bytes, from: channel) }
    if let timeout { process.kill(after: timeout) }
    let exit = await withTaskCancellationHandler {
      await process.waitForExit()
    } onCancel: {
      process.kill(after: .zero)
    }
    let (standardOutput, standardError) = output.take()
    return ProcessResult(exit: exit, standardOutput: standardOutput, standardError: standardError)
  }
}
