/// What goes wrong on purpose: a share of calls that fail, and time that calls take. A seed decides all of it.
package struct Faults: Sendable {
  /// Calls that fail, of a hundred.
  package var percent = 0
  /// The longest time that a call takes, at random between nothing and this.
  package var latencyMilliseconds = 0
  private var generator = SeededGenerator(seed: 1)

  enum Fault: Sendable {
    /// 429 with `Retry-After`.
    case tooMany
    /// 500, and nothing was done.
    case failure
    /// The connection ends, and nothing was done.
    case droppedBefore
    /// The connection ends, but what was asked for is done.
    case droppedAfter
  }

  package init() {}

  /// Reads `percent=10,latency=2000,seed=7`; each may be left out.
  package init(text: String) throws(LabError) {
    for part in text.split(separator: ",") {
      let halves = part.split(separator: "=", maxSplits: 1)
      guard halves.count == 2, let number = Int(halves[1]), number >= 0 else {
        throw LabError(message: "-faults takes percent=N, latency=MILLISECONDS and seed=N, separated by commas, not \"\(part)\".")
      }
      switch halves[0] {
      case "percent" where number <= 100: percent = number
      case "latency" where number <= 60_000: latencyMilliseconds = number
      case "seed": generator = SeededGenerator(seed: UInt64(number))
      default: throw LabError(message: "-faults knows no \"\(part)\": percent goes to 100, latency to 60000 milliseconds, and seed is any number.")
      }
    }
  }

  /// What happens to the next call. Questions whether the server lives are spared.
  mutating func next(_ path: String) -> (fault: Fault?, milliseconds: Int) {
    if ["/healthz", "/readyz", "/livez"].contains(path) { return (nil, 0) }
    let delay = latencyMilliseconds == 0 ? 0 : Int(generator.next() % UInt64(latencyMilliseconds + 1))
    guard percent > 0, generator.next() % 100 < UInt64(percent) else { return (nil, delay) }
    let faults: [Fault] = [.tooMany, .failure, .droppedBefore, .droppedAfter]
    return (faults[Int(generator.next() % 4)], delay)
  }
}
