/// Lets a bounded number of provider calls run at once; the rest wait in order.
actor CallLimiter {
  private let width: Int
  private var running = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var head = 0

  init(width: Int) { self.width = width }

  func enter() async {
    if running < width {
      running += 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leave() {
    if head < waiting.count {
      let next = waiting[head]
      head += 1
      if head == waiting.count {
        waiting = []
        head = 0
      }
      next.resume()
    } else {
      running -= 1
    }
  }
}
