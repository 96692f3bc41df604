@testable import CLI
import Host
import Synchronization
import Testing

/// The lab is started beside the program, with the options in its own form.
@Suite struct LabCommandTests {
  private func run(_ arguments: [String], _ files: [String: String], _ launcher: ScriptedProcessLauncher) async -> (code: Int32, text: String) {
    let output = Output()
    let stream = OutputStream(isTerminal: false, width: nil) { output.add($0) }
    let world = World(
      environment: ["A": "b"], workingDirectory: "/", files: MemoryFileTree(files), launcher: launcher, output: stream, errors: stream,
      readLine: { nil }, readSecretLine: { _ in nil }, readInput: { [] }, isInputTerminal: false, now: { 0 }, uptimeMilliseconds: { 0 },
      randomBytes: { [UInt8](repeating: 5, count: $0) })
    return (await CLI.run(arguments, in: world), output.text)
  }

  private final class Output: Sendable {
    private let written = Mutex("")
    var text: String { written.withLock { $0 } }
    func add(_ bytes: [UInt8]) { written.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
  }

  private let program = "/proc/self/plumb-lab"

  @Test func programIsStartedWithItsOptions() async {
    let launcher = ScriptedProcessLauncher(programs: [program: [.print(.standardOutput, "serves\n"), .exit(3)]])
    let arguments = ["lab", "up", "-kubernetes", "-port=8001", "-directory=d", "-kubeconfig", "k", "-faults=percent=1,seed=2"]
    let (code, text) = await run(arguments, ["/proc/self/exe": "", program: ""], launcher)
    #expect(code == 3 && text == "serves\n")
    #expect(launcher.launches.map(\.arguments) == [["up", "-port=8001", "-kubernetes", "-directory=d", "-kubeconfig=k", "-faults=percent=1,seed=2"]])
    #expect(launcher.launches.first?.environment == ["A": "b"])
  }

  @Test func missingProgramIsTold() async {
    let (code, text) = await run(["lab", "up", "-kubernetes"], ["/proc/self/exe": ""], ScriptedProcessLauncher(programs: [:]))
    #expect(code == 1 && text.contains("plumb-lab, which belongs beside plumb, is not there"))
  }
}
