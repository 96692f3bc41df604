import Values

/// Finds which elements of two sets have no counterpart in the other.
enum SetCorrelation {
  /// Indices of the elements without counterpart.
  ///
  /// - Parameters:
  ///   - places: the attributes of the elements, by place, whose planned value must come true as it is when it is wholly known.
  ///     Elements that are no objects have none.
  ///   - matches: whether an actual element is what a planned one may become.
  ///
  /// Elements that are equal are paired by hash; of the others only those are compared that agree in all attributes that
  /// are known in every planned element.
  static func withoutCounterpart(
    _ planned: [Value], _ actual: [Value], places: [Int], matches: (Value, Value) -> Bool
  ) -> (planned: [Int], actual: [Int]) {
    let equalActual = Set(actual)
    let equalPlanned = Set(planned)
    var lonelyPlanned = planned.indices.filter { !equalActual.contains(planned[$0]) }
    var lonelyActual = actual.indices.filter { !equalPlanned.contains(actual[$0]) }
    if lonelyPlanned.isEmpty, lonelyActual.isEmpty { return ([], []) }

    let known = places.filter { place in planned.allSatisfy { isFixed($0, at: place) } }
    let actualBuckets = buckets(actual, known)
    let plannedBuckets = buckets(planned, known)
    var isMatched = Set<Int>()
    lonelyPlanned.removeAll { index in
      let found = actualBuckets[fingerprint(planned[index], known)]?.first { matches(planned[index], actual[$0]) }
      if let found { isMatched.insert(found) }
      return found != nil
    }
    lonelyActual.removeAll { index in
      isMatched.contains(index)
        || plannedBuckets[fingerprint(actual[index], known)]?.contains { matches(planned[$0], actual[index]) } == true
    }
    return (lonelyPlanned, lonelyActual)
  }

  /// Whether the attribute is known and of a type that admits only this value as outcome.
  private static func isFixed(_ element: Value, at place: Int) -> Bool {
    guard case .object(let object) = element, place < object.values.count else { return false }
    let value = object.values[place]
    return value.isWhollyKnown && !value.type.containsDynamic
  }

  private static func fingerprint(_ element: Value, _ places: [Int]) -> Int {
    var hasher = Hasher()
    if case .object(let object) = element {
      for place in places where place < object.values.count { hasher.combine(object.values[place]) }
    }
    return hasher.finalize()
  }

  private static func buckets(_ elements: [Value], _ places: [Int]) -> [Int: [Int]] {
    var result: [Int: [Int]] = [:]
    for (index, element) in elements.enumerated() { result[fingerprint(element, places), default: []].append(index) }
    return result
  }
}
