/// The header `grpc-timeout`: at most eight digits and a unit.
enum GRPCTimeout {
  static func text(until deadline: ContinuousClock.Instant) -> String {
    let left = max(deadline - ContinuousClock.now, .milliseconds(1)).components
    return left.seconds >= 90_000
      ? "\(min(left.seconds, 99_999_999))S" : "\(left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000)m"
  }

  /// Nil when it makes no sense.
  static func duration(_ text: String) -> Duration? {
    guard let unit = text.last, text.utf8.count <= 9, let count = Int64(text.dropLast()), count >= 0 else { return nil }
    return switch unit {
    case "H": .seconds(count * 3600)
    case "M": .seconds(count * 60)
    case "S": .seconds(count)
    case "m": .milliseconds(count)
    case "u": .microseconds(count)
    case "n": .nanoseconds(count)
    default: nil
    }
  }
}
