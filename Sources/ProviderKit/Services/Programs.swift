import Host

/// A program to run.
public struct Program: Hashable, Sendable {
  /// A path, or a name that is looked for along `PATH` of the environment.
  public var executable: String
  public var arguments: [String]
  /// All of it; nothing is inherited beside it.
  public var environment: [String: String]
  /// What it reads; then it is at the end of its input.
  public var input: [UInt8]
  /// Nil for that of this process.
  public var workingDirectory: String?

  public init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String], input: [UInt8] = [], workingDirectory: String? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.workingDirectory = workingDirectory
  }
}

/// What a program printed, and how it ended.
public struct ProgramResult: Hashable, Sendable {
  /// Nil if it was killed.
  public var exitCode: Int32?
  public var standardOutput: [UInt8]
  public var standardError: [UInt8]
  /// As a clause: `exit code 1`.
  public var ending: String

  public init(exitCode: Int32? = 0, standardOutput: [UInt8] = [], standardError: [UInt8] = [], ending: String? = nil) {
    self.exitCode = exitCode
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.ending = ending ?? exitCode.map { "exit code \($0)" } ?? "a signal"
  }

  /// One that printed a text and did not fail.
  public init(text: String) { self.init(standardOutput: Array(text.utf8)) }

  public var isSuccess: Bool { exitCode == 0 }
}

/// A program could not be started.
public struct ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  public var executable: String
  /// One sentence without a full stop.
  public var message: String
  public var description: String { "\(executable): \(message)" }
}

/// The programs of the machine, or some that are played in tests.
public struct Programs: Sendable {
  private let perform: @Sendable (Program, Duration?) async throws -> ProgramResult

  /// Those of the machine.
  public static var real: Programs {
    Programs { program, limit in
      let request = ProcessRequest(
        executable: program.executable, arguments: program.arguments, environment: program.environment,
        workingDirectory: program.workingDirectory, input: program.input.isEmpty ? .none : .bytes(program.input), ownGroup: true)
      do {
        let result = try await SystemProcessLauncher().run(request, timeout: limit)
        try Task.checkCancellation()
        var code: Int32?
        if case .code(let number) = result.exit.reason { code = number }
        return ProgramResult(
          exitCode: code, standardOutput: result.standardOutput, standardError: result.standardError,
          ending: result.exit.overdue ? "no result in time" : result.exit.description)
      } catch let error as ProcessError {
        throw ProgramError(executable: error.executable, message: error.message)
      }
    }
  }

  /// None can be started.
  public static var none: Programs { scripted { _ in nil } }

  /// - Parameter play: what a program would do; nil for one that is not there.
  public static func scripted(_ play: @escaping @Sendable (Program) -> ProgramResult?) -> Programs {
    Programs { program, _ in
      if let result = play(program) { return result }
      throw ProgramError(executable: program.executable, message: "there is no such file")
    }
  }

  /// Runs a program to its end.
  /// - Parameter limit: when it is killed.
  /// - Throws: a `ProgramError` if it could not be started.
  public func run(_ program: Program, timeout limit: Duration? = nil) async throws -> ProgramResult { try await perform(program, limit) }
}
