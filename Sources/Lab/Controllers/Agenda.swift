/// Which objects a controller has yet to look at, and when.
///
/// Looking at an object twice does no harm: controllers compare what is with what should be, and know nothing of what happened.
final class Agenda {
  private var due: [ObjectReference: Int64] = [:]
  /// Since when something takes its time.
  private var begun: [ObjectReference: Int64] = [:]

  /// Has an object looked at, at once or at a time.
  func note(_ reference: ObjectReference, at time: Int64 = 0) {
    due[reference] = min(due[reference] ?? .max, time)
  }

  /// What is to be looked at by now, in a settled order.
  func take(until now: Int64) -> [ObjectReference] {
    let taken = due.filter { $0.value <= now }.keys.sorted { ($0.type, $0.name) < ($1.type, $1.name) }
    for reference in taken { due[reference] = nil }
    return taken
  }

  /// When there is something to look at again.
  var next: Int64? { due.values.min() }

  /// Whether enough time has passed since this was first asked of an object; has it looked at again when not.
  func isDue(_ reference: ObjectReference, after duration: Int64, now: Int64) -> Bool {
    let start = begun[reference] ?? now
    if now >= start + duration {
      begun[reference] = nil
      return true
    }
    begun[reference] = start
    note(reference, at: start + duration)
    return false
  }

  func forget(_ reference: ObjectReference) { begun[reference] = nil }
}
