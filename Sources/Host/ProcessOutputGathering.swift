import Synchronization

/// Collects both outputs of a process.
final class GatheredOutput: Sendable {
  private let outputs = Mutex<(standardOutput: [UInt8], standardError: [UInt8])>(([], []))

  func append(_ bytes: [UInt8], from channel: ProcessOutput) {
    outputs.withLock { outputs in
      switch channel {
      case .standardOutput: outputs.standardOutput += bytes
      case .standardError: outputs.standardError += bytes
      }
    }
  }

  func take() -> (standardOutput: [UInt8], standardError: [UInt8]) {
    outputs.withLock { $0 }
  }
}
