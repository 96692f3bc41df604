import YAML

/// One cluster, and those who wait for it to change.
package actor LabServer {
  private let cluster: Cluster
  private let now: @Sendable () -> Int64
  private var faults: Faults
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var seenRevision: Int64 = 0
  /// Whether nothing will change any more.
  private var isOver = false

  /// What becomes of a call.
  package enum Outcome: Sendable {
    case answer(Answer)
    /// The connection is to end without an answer.
    case dropped
  }

  /// - Parameters:
  ///   - now: nanoseconds since 1970.
  ///   - directory: where objects are kept for the next start; nil to keep them in memory alone.
  package init(now: @escaping @Sendable () -> Int64, seed: UInt64, directory: String?, faults: Faults) throws(LabError) {
    self.now = now
    self.faults = faults
    let cluster = Cluster(now: now(), seed: seed)
    try cluster.start(directory: directory)
    self.cluster = cluster
  }

  /// Answers a request, unless it is to fail.
  package func outcome(of request: Request) async -> Outcome {
    let (fault, milliseconds) = faults.next(request.path)
    if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }
    switch fault {
    case nil: return .answer(answer(request))
    case .tooMany:
      return .answer(
        Answer(
          Failure(
            code: 429, reason: "TooManyRequests", message: "the server has received too many requests and has asked us to try again later",
            details: ["retryAfterSeconds": 1], headers: [("Retry-After", "1")])))
    case .failure:
      return .answer(Answer(Failure(code: 500, reason: "InternalError", message: "Internal error occurred: a fault of the lab, on purpose")))
    case .droppedBefore: return .dropped
    case .droppedAfter:
      _ = answer(request)
      return .dropped
    }
  }

  package func answer(_ request: Request) -> Answer {
    let answer = cluster.handle(request, at: now())
    cluster.advance(to: now())
    tellOthers()
    return answer
  }

  /// What a watch has not seen yet; nil when there will be no more.
  package func news(_ watch: Watch) -> (lines: [UInt8], watch: Watch)? {
    if watch.isEnded || isOver { return nil }
    var watch = watch
    let lines = cluster.news(&watch)
    return (lines, watch)
  }

  package func bookmark(_ watch: Watch) -> [UInt8] { cluster.bookmark(watch) }

  /// Returns when something changed since a revision, or after a while.
  package func wait(after revision: Int64) async {
    if cluster.store.revision > revision || isOver { return }
    await withCheckedContinuation { waiting.append($0) }
  }

  /// Lets the controllers work for as long as the task is not cancelled.
  package func run() async {
    var rounds = 0
    while !Task.isCancelled {
      let time = now()
      cluster.advance(to: time)
      rounds += 1
      // Those who wait look at their clocks once a second.
      if rounds % 50 == 0 { wake() } else { tellOthers() }
      let pause = min(20, max(1, ((cluster.nextDue ?? .max) - time) / 1_000_000))
      try? await Task.sleep(for: .milliseconds(pause))
    }
    isOver = true
    wake()
  }

  private func tellOthers() {
    let revision = cluster.store.revision
    if revision == seenRevision { return }
    seenRevision = revision
    wake()
  }

  private func wake() {
    let woken = waiting
    waiting = []
    for continuation in woken { continuation.resume() }
  }
}
