import Glibc

/// What `plumb-lab` is told to do.
package struct LabCommand: Sendable {
  package var directory: String?
  package var port: UInt16 = 0
  package var kubeconfig: String?
  package var faults = Faults()
  package var seed: UInt64 = 1

  /// Reads `up -kubernetes -directory=DIR …`; options may have one hyphen or two.
  package init(arguments: [String]) throws(LabError) {
    guard arguments.first == "up" else { throw LabError(message: "plumb-lab has one command: up.") }
    var isKubernetes = false
    for argument in arguments.dropFirst() {
      let halves = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = halves.count > 1 ? String(halves[1]) : ""
      switch halves[0] {
      case "kubernetes": isKubernetes = true
      case "directory": directory = value
      case "kubeconfig": kubeconfig = value
      case "faults": faults = try Faults(text: value)
      case "port":
        guard let number = UInt16(value) else { throw LabError(message: "-port takes a number from 0 to 65535, not \"\(value)\".") }
        port = number
      default: throw LabError(message: "plumb-lab up knows no option \"\(argument)\".")
      }
    }
    if !isKubernetes { throw LabError(message: "Say which service is to be emulated: -kubernetes.") }
  }

  /// Serves until the process is ended.
  package func run() async throws(LabError) {
    let lab = try LabServer(now: { realTime() }, seed: UInt64(truncatingIfNeeded: realTime()), directory: directory, faults: faults)
    let kubeconfig = kubeconfig
    try await HTTPServing(lab: lab, port: port).run { port in
      let url = "http://127.0.0.1:\(port)"
      var text = "Plumb lab: an emulated Kubernetes API (\(Cluster.gitVersion)), with no machines behind it, serves at\n  \(url)\n"
      if let kubeconfig {
        if write(Self.kubeconfig(url), to: kubeconfig) {
          text += "The kubeconfig for it is\n  \(kubeconfig)\n"
        } else {
          text += "The kubeconfig could not be written to \(kubeconfig).\n"
        }
      }
      show(text + "It ends with this process, as by Ctrl+C.\n")
    }
  }

  /// How clients find the lab, and what they log in with: nothing is asked of them.
  static func kubeconfig(_ url: String) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: plumb-lab
    clusters:
    - name: plumb-lab
      cluster:
        server: \(url)
    contexts:
    - name: plumb-lab
      context:
        cluster: plumb-lab
        user: plumb-lab
    users:
    - name: plumb-lab
      user: {}

    """
  }
}

/// Runs the program `plumb-lab`; gives its exit code.
package func runLab(_ arguments: [String]) async -> Int32 {
  do throws(LabError) {
    try await LabCommand(arguments: arguments).run()
    return 0
  } catch {
    show("Error: \(error.message)\n", on: STDERR_FILENO)
    return 1
  }
}

private func realTime() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

private func show(_ text: String, on descriptor: Int32 = STDOUT_FILENO) {
  let bytes = Array(text.utf8)
  _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
}

private func write(_ text: String, to path: String) -> Bool {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  return unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
}
