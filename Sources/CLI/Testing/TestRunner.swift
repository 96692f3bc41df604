import Diagnostics
import Engine
import HCL
import Host
import Modules
import Provisioners
import Synchronization

/// Runs test files, one after the other.
struct TestRunner {
  let session: Session
  let view: any TestView
  /// The module in the working directory; its source map has the test files too.
  let tree: ModuleTree
  let variables: VariableArguments
  let testDirectory: String
  let isVerbose: Bool
  let interrupt = Interrupt()
  /// The providers that run now, so that an interrupt can reach them.
  let running = RunningProviders()

  /// The pool of the file that is being run.
  final class RunningProviders: Sendable {
    private let pool = Mutex<ProviderPool?>(nil)
    func set(_ pool: ProviderPool?) { self.pool.withLock { $0 = pool } }
    func stop() {
      guard let pool = pool.withLock({ $0 }) else { return }
      Task { await pool.stop() }
    }
  }

  func run(_ files: [TestFile]) async -> [TestFileResult] {
    listen()
    view.began(files)
    let globals = globalVariables(in: ".")
    let ofTests = session.world.files.isDirectory(testDirectory) ? globalVariables(in: testDirectory) : globals
    var results: [TestFileResult] = []
    for file in files {
      let isInTestDirectory = file.path.hasPrefix(normalizedPath(".", testDirectory) + "/")
      let runner = TestFileRunner(runner: self, file: file, globals: isInTestDirectory ? ofTests : globals)
      results.append(await runner.run())
    }
    return results
  }

  private func listen() {
    let (running, provisioners, errors) = (running, session.provisioners, session.world.errors)
    Interrupts.listen(
      interrupt,
      first: {
        errors.line("\nInterrupt received.\nWaiting for calls in flight to finish, then what was made is destroyed. Interrupt again to stop now.")
        Task { await provisioners.stop() }
        running.stop()
      },
      second: {
        errors.line("\nStopped. What the tests made and did not destroy yet still exists.")
        exitProcess(1)
      })
  }

  /// Values from the environment, files and options, which every run can have; files beside tests win over those of the root.
  private func globalVariables(in directory: String) -> InputVariables {
    session.gatheredVariables(variables, tree.sources, directories: directory == "." ? ["."] : [".", directory])
  }
}
