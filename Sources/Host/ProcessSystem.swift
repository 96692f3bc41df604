import CLinux
import Glibc
import Synchronization

/// Starts real processes, each looked after by a thread of its own: that thread starts the child, reads its outputs, and
/// reaps it. The child asks the kernel to be killed when that thread ends, so not even a crash of the engine leaves it behind.
package struct SystemProcessLauncher: ProcessLauncher {
  package init() {}

  package func launch(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    onExit: @escaping @Sendable (ProcessExit) -> Void
  ) async throws(ProcessError) -> any RunningProcess {
    let started = await withCheckedContinuation { (continuation: CheckedContinuation<Started, Never>) in
      let isStarted = startThread(named: "plumb-process") {
        switch ProcessKeeper.start(request, onOutput: onOutput) {
        case .failure(let error): continuation.resume(returning: .failure(error))
        case .success(var keeper):
          continuation.resume(returning: .success(keeper.process))
          let exit = keeper.run()
          onExit(exit)
          keeper.process.ending.finish(exit)
        }
      }
      if !isStarted {
        continuation.resume(
          returning: .failure(
            ProcessError(.system, executable: request.executable, message: "the system has no thread left")))
      }
    }
    return try started.get()
  }

  private typealias Started = Result<SystemProcess, ProcessError>
}

/// The handle of a running child. All it does is tell the child's thread what is wanted.
private final class SystemProcess: RunningProcess {
  private struct State {
    /// Set when the process was reaped; its number may belong to another one from then on.
    var isReaped = false
    var deadline: ContinuousClock.Instant?
    var isOverdue = false
  }
  let identifier: Int32
  let ending = ProcessEnding()
  private let wakeUp: WakeUp
  private let state = Mutex(State())

  init(identifier: Int32, wakeUp: WakeUp) {
    self.identifier = identifier
    self.wakeUp = wakeUp
  }

  func waitForExit() async -> ProcessExit { await ending.wait() }

  func send(signal: Int32) {
    state.withLock { state in
      if !state.isReaped { _ = Glibc.kill(identifier, signal) }
    }
  }

  func kill(after delay: Duration?) {
    state.withLock { $0.deadline = delay.map { ContinuousClock.now + $0 } }
    wakeUp.wake()
  }

  /// Kills the process when its time is over. Returns the milliseconds that `poll` may wait, -1 for ever.
  func enforceDeadline() -> Int32 {
    state.withLock { state in
      guard let deadline = state.deadline, !state.isOverdue else { return -1 }
      let left = deadline - ContinuousClock.now
      if left > .zero {
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
      }
      state.isOverdue = true
      if !state.isReaped { _ = Glibc.kill(identifier, SIGKILL) }
      return -1
    }
  }

  /// Collects the exit status if the process has ended. Under the lock, so that no signal can hit a recycled number.
  func reap() -> ProcessExit? {
    state.withLock { state in
      var status: Int32 = 0
      let result = unsafe waitpid(identifier, &status, WNOHANG)
      guard result != 0, !(result < 0 && errno == EINTR) else { return nil }
      state.isReaped = true
      if result < 0 { return ProcessExit(.code(-1), overdue: state.isOverdue) }
      let signal = status & 0x7f
      return ProcessExit(signal == 0 ? .code((status >> 8) & 0xff) : .signal(signal), overdue: state.isOverdue)
    }
  }
}

/// The work of a child's thread.
private struct ProcessKeeper: Sendable {
  let process: SystemProcess
  private let wakeUp: WakeUp
  private let onOutput: @Sendable (ProcessOutput, [UInt8]) -> Void
  private var input: [UInt8]
  private var inputOffset = 0
  /// -1 once closed.
  private var inputDescriptor: Int32
  private var outputDescriptor: Int32
  private var errorDescriptor: Int32
  /// Readable when the child ends; -1 when the kernel has none, then the end is looked for every few milliseconds.
  private let processDescriptor: Int32

  static func start(
    _ request: ProcessRequest, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void
  ) -> Result<ProcessKeeper, ProcessError> {
    do throws(ProcessError) {
      let executable = try locate(request)
      var pipes = ProcessPipes()
      defer { pipes.closeAll() }
      guard let wakeUp = WakeUp(), pipes.open(for: request) else {
        throw ProcessError(.system, executable: executable, message: systemMessage(errno))
      }
      var identifier = spawn(request, executable: executable, pipes: pipes)
      // A file just written may still be open in another child that is about to exec: that ends in milliseconds.
      for _ in 0..<50 where identifier == -ETXTBSY {
        usleep(2000)
        identifier = spawn(request, executable: executable, pipes: pipes)
      }
      guard identifier > 0 else { throw failure(errno: -identifier, executable: executable) }
      let kept = pipes.keepParentEnds()
      return .success(
        ProcessKeeper(
          process: SystemProcess(identifier: identifier, wakeUp: wakeUp), wakeUp: wakeUp, onOutput: onOutput,
          input: { if case .bytes(let bytes) = request.input { bytes } else { [] } }(),
          inputDescriptor: kept.input, outputDescriptor: kept.output, errorDescriptor: kept.error,
          processDescriptor: plumb_open_process_descriptor(identifier)))
    } catch {
      return .failure(error)
    }
  }

  private init(
    process: SystemProcess, wakeUp: WakeUp, onOutput: @escaping @Sendable (ProcessOutput, [UInt8]) -> Void,
    input: [UInt8], inputDescriptor: Int32, outputDescriptor: Int32, errorDescriptor: Int32, processDescriptor: Int32
  ) {
    self.process = process
    self.wakeUp = wakeUp
    self.onOutput = onOutput
    self.input = input
    self.inputDescriptor = inputDescriptor
    self.outputDescriptor = outputDescriptor
    self.errorDescriptor = errorDescriptor
    self.processDescriptor = processDescriptor
  }

  /// Serves the child until it is reaped and what it printed is handed over.
  mutating func run() -> ProcessExit {
    while true {
      var limit = process.enforceDeadline()
      if processDescriptor < 0 { limit = limit < 0 ? 20 : min(limit, 20) }
      var polled = [
        pollfd(fd: outputDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: errorDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: processDescriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: inputDescriptor, events: Int16(POLLOUT), revents: 0),
      ]
      _ = unsafe poll(&polled, nfds_t(polled.count), limit)
      if polled[3].revents != 0 { wakeUp.settle() }
      if polled[4].revents != 0 { feed() }
      if polled[0].revents != 0 { outputDescriptor = read(from: outputDescriptor, as: .standardOutput) }
      if polled[1].revents != 0 { errorDescriptor = read(from: errorDescriptor, as: .standardError) }
      if polled[2].revents != 0 || processDescriptor < 0, let exit = process.reap() {
        finish()
        return exit
      }
    }
  }

  /// Reads what the child left in the pipes. A grandchild that holds them open is not waited for.
  private mutating func finish() {
    outputDescriptor = read(from: outputDescriptor, as: .standardOutput)
    errorDescriptor = read(from: errorDescriptor, as: .standardError)
    for descriptor in [inputDescriptor, outputDescriptor, errorDescriptor, processDescriptor] where descriptor >= 0 {
      close(descriptor)
    }
  }

  /// Reads all there is now. Returns -1, with the descriptor closed, at the end.
  private func read(from descriptor: Int32, as channel: ProcessOutput) -> Int32 {
    guard descriptor >= 0 else { return -1 }
    var buffer = [UInt8](repeating: 0, count: 16384)
    while true {
      let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
      if count > 0 {
        onOutput(channel, Array(buffer[..<count]))
        // A chatty child must not keep the thread from its other duties.
        if count < buffer.count { return descriptor }
      } else if count < 0, errno == EINTR {
        continue
      } else if count < 0, errno == EAGAIN {
        return descriptor
      } else {
        close(descriptor)
        return -1
      }
    }
  }

  /// Writes what fits of the input; closes when all is written or the child does not want it.
  private mutating func feed() {
    guard inputDescriptor >= 0 else { return }
    while inputOffset < input.count {
      let written = unsafe input.withUnsafeBytes { bytes in
        unsafe write(inputDescriptor, bytes.baseAddress?.advanced(by: inputOffset), bytes.count - inputOffset)
      }
      if written > 0 {
        inputOffset += written
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        break
      }
    }
    close(inputDescriptor)
    inputDescriptor = -1
  }
}
