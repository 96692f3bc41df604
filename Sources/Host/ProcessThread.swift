import CLinux
import Glibc

/// Starts a thread that nobody joins and that gets no signals, so that `SIGPIPE` on it is an error code and not a death.
/// Returns false when the system has no thread to give.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
  let start = unsafe Unmanaged.passRetained(ThreadStart(name: name, body: body))
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  defer { unsafe pthread_attr_destroy(&attributes) }
  unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  unsafe pthread_attr_setstacksize(&attributes, 1 << 20)
  var thread = pthread_t()
  let code = unsafe pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument = unsafe argument else { return nil }
      let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
      var all = sigset_t()
      unsafe sigfillset(&all)
      unsafe pthread_sigmask(SIG_SETMASK, &all, nil)
      unsafe plumb_name_thread(start.name)
      start.body()
      return nil
    }, start.toOpaque())
  if code != 0 { unsafe start.release() }
  return code == 0
}

/// What a new thread is to do.
private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// A descriptor for `poll` that any thread can make readable.
package final class WakeUp: Sendable {
  package let descriptor: Int32

  /// Nil when the system has no descriptor to give.
  package init?() {
    descriptor = plumb_wakeup_descriptor()
    if descriptor < 0 { return nil }
  }

  /// Makes the descriptor readable.
  package func wake() { plumb_wake(descriptor) }

  /// Makes it unreadable again; for the thread that polls.
  package func settle() { plumb_settle(descriptor) }

  deinit { Glibc.close(descriptor) }
}
