import CLinux

/// Work on a thread with a stack for very deep recursion. The memory is only used as far as the work goes.
enum LargeStack {
  private static let size = 1 << 30

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  /// Waits for the work; gives what it gives.
  static func run<Result>(_ body: @escaping () throws(ChartError) -> Result) throws(ChartError) -> Result {
    var outcome: Swift.Result<Result, ChartError>?
    let work = Work {
      do throws(ChartError) {
        outcome = .success(try body())
      } catch {
        outcome = .failure(error)
      }
    }
    let argument = unsafe Unmanaged.passRetained(work)
    let code = unsafe plumb_run_on_stack(size, { argument in
      if let argument = unsafe argument { unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
      return nil
    }, argument.toOpaque())
    guard code == 0 else {
      unsafe argument.release()
      throw .chart("there is no memory for a thread to render the chart on")
    }
    guard let outcome else { throw .chart("the rendering gave no result") }
    return try outcome.get()
  }
}
