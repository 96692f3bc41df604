/// What goes wrong in a simulated provider, decided by one seed.
///
/// Each decision depends on the seed and on the call (what it does to which object for the how-many-th time), never on the order
/// in which concurrent calls happen to run. So one seed is one story.
struct SimulatedFaults: Sendable {
  /// What happens to one call.
  enum Outcome: Hashable, Sendable {
    case success
    /// An error, and nothing was done.
    case errorBeforeEffect
    /// It was done, the reply has the new object, and there is an error too.
    case errorAfterEffect
    /// The provider died before it did anything. No object in the reply.
    case crashBeforeEffect
    /// It was done, but the provider died before it could tell.
    case crashAfterEffect
  }

  var seed: UInt64
  /// Chances from 0 to 1.
  var errorBeforeEffect = 0.0
  var errorAfterEffect = 0.0
  var crashBeforeEffect = 0.0
  var crashAfterEffect = 0.0
  /// Calls give way to others up to this many times before they reply.
  var yieldsMax = 0

  static let none = SimulatedFaults(seed: 0)

  func outcome(of call: String) -> Outcome {
    let draw = fraction("outcome", call)
    var limit = 0.0
    for (chance, outcome) in [
      (errorBeforeEffect, Outcome.errorBeforeEffect), (errorAfterEffect, .errorAfterEffect),
      (crashBeforeEffect, .crashBeforeEffect), (crashAfterEffect, .crashAfterEffect),
    ] {
      limit += chance
      if draw < limit { return outcome }
    }
    return .success
  }

  func yields(of call: String) -> Int { Int(fraction("yields", call) * Double(yieldsMax + 1)) }

  /// A number from 0 up to 1, the same for the same seed and texts.
  func fraction(_ purpose: String, _ call: String) -> Double {
    var hash = seed ^ 0xCBF2_9CE4_8422_2325
    for byte in (purpose + "\u{0}" + call).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    // One round of SplitMix64, so that neighbouring seeds have nothing in common.
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 31
    return Double(hash >> 11) / Double(1 << 53)
  }
}
