import Engine
import Glibc
import Host
import Synchronization

/// Listens to the interrupt key and to termination: the first asks the run to end, the second ends the process at once. The
/// journal makes the second safe: the next run knows what was in flight.
final class Interrupts: Sendable {
  /// Signal handlers may only touch what needs no lock, so they write into a pipe that a thread reads.
  private static let pipe: (read: Int32, write: Int32) = newPipe()
  private static let writeEnd = Atomic<Int32>(-1)
  /// Has something to read from the first signal on, for those who wait for other things meanwhile.
  private static let receipt: (read: Int32, write: Int32) = newPipe()
  static var received: Int32 { receipt.read }

  private static func newPipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&ends) == 0 else { return (-1, -1) }
    return (ends[0], ends[1])
  }

  /// - Parameters:
  ///   - first: called on the first signal, on a thread of its own.
  static func listen(_ interrupt: Interrupt, first: @escaping @Sendable () -> Void, second: @escaping @Sendable () -> Never) {
    guard pipe.read >= 0 else { return }
    writeEnd.store(pipe.write, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { _ in
        var byte: UInt8 = 1
        _ = unsafe write(Interrupts.writeEnd.load(ordering: .relaxed), &byte, 1)
      }
      action.sa_flags = SA_RESTART
      unsafe sigaction(number, &action, nil)
    }
    let descriptor = pipe.read
    _ = startThread(named: "plumb-signals") {
      var byte: UInt8 = 0
      while unsafe read(descriptor, &byte, 1) == 1 {
        if interrupt.isRequested { second() }
        interrupt.request()
        first()
        _ = unsafe write(receipt.write, &byte, 1)
      }
    }
  }
}
