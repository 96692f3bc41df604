import Addresses
import Engine
import Plans
import Testing

@testable import CLI

@Suite struct ProgressTextTests {
  let thing = ResourceInstance(Resource(.managed, "aws_x", "y"))
  let identity = EngineEvent.Identity(key: "id", value: "i-1")

  @Test func lines() {
    var progress = ProgressText(style: TextStyle())
    let data = ResourceInstance(Resource(.data, "aws_x", "y"))
    let events: [(EngineEvent, [String])] = [
      (.refreshStarted(thing, deposedKey: nil, identity), ["aws_x.y: Refreshing state... [id=i-1]"]),
      (.refreshFinished(thing, deposedKey: nil, identity), []),
      (.readStarted(data), ["data.aws_x.y: Reading..."]),
      (.readFinished(data, identity, milliseconds: 1400), ["data.aws_x.y: Read complete after 1s [id=i-1]"]),
      (.applyPlanned(steps: 3), []),
      (.applyStarted(thing, deposedKey: nil, .create, nil), ["aws_x.y: Creating..."]),
      (
        .applyFinished(thing, deposedKey: nil, .create, identity, milliseconds: 70_000),
        ["aws_x.y: Creation complete after 1m10s [id=i-1]"]
      ),
      (.applyStarted(thing, deposedKey: nil, .update, identity), ["aws_x.y: Modifying... [id=i-1]"]),
      (
        .applyFinished(thing, deposedKey: nil, .update, identity, milliseconds: 0),
        ["aws_x.y: Modifications complete after 0s [id=i-1]"]
      ),
      (
        .applyStarted(thing, deposedKey: "1a2b3c4d", .delete, identity),
        ["aws_x.y (deposed object 1a2b3c4d): Destroying... [id=i-1]"]
      ),
      (
        .applyFinished(thing, deposedKey: "1a2b3c4d", .delete, nil, milliseconds: 3_700_000),
        ["aws_x.y (deposed object 1a2b3c4d): Destruction complete after 1h1m40s"]
      ),
    ]
    for (event, expected) in events { #expect(progress.lines(for: event, now: 0) == expected) }
    #expect(progress.footer(now: 5) == "")
  }

  @Test func stillRunning() {
    var progress = ProgressText(style: TextStyle())
    let other = ResourceInstance(Resource(.managed, "aws_x", "z"))
    _ = progress.lines(for: .applyPlanned(steps: 3), now: 0)
    _ = progress.lines(for: .applyStarted(thing, deposedKey: nil, .create, nil), now: 0)
    _ = progress.lines(for: .applyStarted(other, deposedKey: nil, .delete, identity), now: 1000)
    #expect(progress.stillRunning(now: 9999) == [])
    #expect(progress.stillRunning(now: 10_500) == ["aws_x.y: Still creating... [10s elapsed]"])
    #expect(progress.stillRunning(now: 11_000) == ["aws_x.z: Still destroying... [id=i-1, 10s elapsed]"])
    #expect(progress.stillRunning(now: 12_000) == [])
    #expect(
      progress.stillRunning(now: 71_000) == [
        "aws_x.y: Still creating... [1m10s elapsed]", "aws_x.z: Still destroying... [id=i-1, 1m10s elapsed]",
      ])
    _ = progress.lines(for: .applyFailed(other, deposedKey: nil, .delete, milliseconds: 70_000), now: 71_000)
    #expect(progress.footer(now: 72_000) == "1 running · 1/3 done · 1m12s")
  }

  @Test func longIdentity() {
    var progress = ProgressText(style: TextStyle())
    let long = EngineEvent.Identity(key: "id", value: String(repeating: "a", count: 60) + String(repeating: "b", count: 60))
    let line = progress.lines(for: .refreshStarted(thing, deposedKey: nil, long)).first ?? ""
    #expect(
      line == "aws_x.y: Refreshing state... [id=\(String(repeating: "a", count: 39))...\(String(repeating: "b", count: 38))]")
  }
}
