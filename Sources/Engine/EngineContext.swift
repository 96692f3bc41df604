// Engine: configuration and state become a plan, and a plan becomes effects. This room sees providers, stores and files
// only through their interfaces; it knows no network, no database, no terminal and no environment.

import Addresses
package import Functions
import Synchronization

/// What every phase of a run needs from the world around it.
package struct EngineContext: Sendable {
  package var functions: FunctionTable
  package var workspace: String
  /// `path.cwd`.
  package var workingDirectory: String
  /// How many provider calls may be in flight at once; at least 1.
  package var parallelism: Int
  /// RFC 3339, UTC: when this plan is made.
  package var timestamp: String
  /// Eight new hexadecimal digits each time.
  package var newDeposedKey: @Sendable () -> String
  /// Seconds since 1970.
  package var now: @Sendable () -> Double
  /// Milliseconds of a clock that never goes back.
  package var uptimeMilliseconds: @Sendable () -> Int64
  /// Told what happens, as it happens. Called from any task, never twice at once for one object.
  package var events: @Sendable (EngineEvent) -> Void
  package var interrupt: Interrupt
  package var provisioners: any ProvisionerRunner
  /// Milliseconds for which apply waits for objects that another run is changing.
  package var leaseTimeout: Int64 = 0
  /// What stands in for providers, objects and modules; nothing outside of tests.
  package var mocks = Mocks()
  /// What a test file adds to names in the provider configurations that it has.
  package var testNames: TestNames?

  package init(
    functions: FunctionTable, workspace: String, workingDirectory: String, parallelism: Int, timestamp: String,
    newDeposedKey: @escaping @Sendable () -> String, now: @escaping @Sendable () -> Double,
    uptimeMilliseconds: @escaping @Sendable () -> Int64,
    provisioners: any ProvisionerRunner, events: @escaping @Sendable (EngineEvent) -> Void, interrupt: Interrupt = Interrupt()
  ) {
    self.functions = functions
    self.workspace = workspace
    self.workingDirectory = workingDirectory
    self.parallelism = max(1, parallelism)
    self.timestamp = timestamp
    self.newDeposedKey = newDeposedKey
    self.now = now
    self.uptimeMilliseconds = uptimeMilliseconds
    self.events = events
    self.interrupt = interrupt
    self.provisioners = provisioners
  }
}

/// The user's wish that the run end: nothing new starts, what is in flight is finished and saved.
package final class Interrupt: Sendable {
  private let requested = Atomic<Bool>(false)
  package init() {}
  package var isRequested: Bool { requested.load(ordering: .relaxed) }
  package func request() { requested.store(true, ordering: .relaxed) }
}
