import ArgumentParser
import Host

struct LabCommand: Documented {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Emulate services on this machine, to try things out and to test.",
    discussion: """
      A lab is an emulator: it answers as a real service does, on the loopback address only, and runs nothing. What works in it is worth \
      trying on the real service; it is no proof.
      """,
    subcommands: [LabUpCommand.self])

  static let manual = Manual(additions: "All of it.")
}

struct LabUpCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Start an emulated service, and serve until interrupted.",
    discussion: """
      With -kubernetes, an emulated Kubernetes API serves on a port of 127.0.0.1: objects of the built-in kinds and of custom ones, \
      server-side apply with its conflicts, dry runs, watches, and controllers that are just real enough for Deployments to become \
      available, Jobs to finish and load balancers to get addresses. There are no machines behind it and no certificates in front; \
      everybody may do everything.

      What goes wrong in a cluster can be had on purpose. An image named broken, or with does-not-exist in its name, cannot be pulled. \
      The annotation lab.plumb/behaviour on a pod makes it crash-loop, not-ready, pending or fail, and pending keeps a Service or a \
      Certificate waiting. The annotation lab.plumb/refuse on any object has it refused with that message, as by an admission webhook. \
      The ConfigMap rules in the namespace plumb-lab lists under the key rules.yaml what is refused: entries with answer (forbidden or \
      webhook), message, and verbs, resources, namespaces and names to narrow them down.
      """)

  static let manual = Manual(
    examples: [
      Manual.Example("A cluster for kubectl, kept for the next start", "plumb lab up -kubernetes -directory=lab -kubeconfig=kubeconfig"),
      Manual.Example("One in which every tenth call fails", "plumb lab up -kubernetes -faults=percent=10,latency=500"),
    ],
    additions: "All of it.")

  @Flag(help: "Emulate the Kubernetes API.")
  var kubernetes = false

  @Option(help: ArgumentHelp("A directory that keeps what is in the lab for its next start. Without it, all is gone with the lab.", valueName: "dir"))
  var directory: String?

  @Option(help: ArgumentHelp("The port to serve on. Without it, one that is free.", valueName: "n"))
  var port: UInt16?

  @Option(help: ArgumentHelp("A file to write how clients find the lab: a kubeconfig.", valueName: "file"))
  var kubeconfig: String?

  @Option(
    help: ArgumentHelp(
      "What goes wrong on purpose: percent=N of the calls fail, each takes up to latency=MILLISECONDS longer, and seed=N decides which.",
      valueName: "faults"))
  var faults: String?

  func run(in world: World) async -> Int32 {
    guard let program = Self.program(world) else {
      world.errors.line("Error: The program plumb-lab, which belongs beside plumb, is not there. Install it with plumb.")
      return 1
    }
    var arguments = ["up", "-port=\(port ?? 0)"] + (kubernetes ? ["-kubernetes"] : [])
    for (name, value) in [("directory", directory), ("kubeconfig", kubeconfig), ("faults", faults)] {
      if let value { arguments.append("-\(name)=\(value)") }
    }
    let request = ProcessRequest(
      executable: program, arguments: arguments, environment: world.environment, workingDirectory: world.workingDirectory)
    do throws(ProcessError) {
      let (output, errors) = (world.output, world.errors)
      let process = try await world.launcher.launch(
        request, onOutput: { $0 == .standardOutput ? output(bytes: $1) : errors(bytes: $1) }, onExit: { _ in })
      if case .code(let code) = await process.waitForExit().reason { return code }
      return 1
    } catch {
      world.errors.line("Error: \(error.message)")
      return 1
    }
  }

  /// The lab is a program of its own, since it needs what would make every start of this one slower.
  private static func program(_ world: World) -> String? {
    guard let own = try? world.files.resolve("/proc/self/exe") else { return nil }
    let path = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/plumb-lab"
    return world.files.isFile(path) ? path : nil
  }
}
