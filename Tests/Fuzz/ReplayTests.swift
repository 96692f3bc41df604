import Foundation
import Testing

/// Inputs that once were too much, and those that fuzzing starts from.
@Suite struct ReplayTests {
  struct Input: CustomTestStringConvertible {
    var target: FuzzTarget
    var path: URL
    var testDescription: String { "\(target.rawValue): \(path.lastPathComponent)" }
  }

  static let inputs: [Input] = FuzzTarget.allCases.flatMap { target in
    ["Seeds", "Regressions"].flatMap { kind -> [Input] in
      let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "\(kind)/\(target.rawValue)")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.sorted().map { Input(target: target, path: folder.appending(path: $0)) }
    }
  }

  @Test(arguments: inputs) func holds(_ input: Input) throws {
    let clock = ContinuousClock()
    let bytes = try [UInt8](Data(contentsOf: input.path))
    let time = try clock.measure { try input.target.check(bytes) }
    #expect(time < .seconds(10))
  }

  @Test(arguments: FuzzTarget.allCases) func everyTargetHasSeeds(_ target: FuzzTarget) {
    #expect(Self.inputs.contains { $0.target == target })
  }
}
