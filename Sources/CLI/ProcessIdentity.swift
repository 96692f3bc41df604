import Glibc

/// The name of this machine, for messages about who holds a lease.
func hostName() -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func userName(_ world: World) -> String {
  world.environment["USER"].flatMap { $0.isEmpty ? nil : $0 } ?? "uid \(getuid())"
}

func processIdentifier() -> Int32 { getpid() }

/// Whether a process of that id runs on this host; one that may not be signalled does.
@Sendable func isProcessAlive(_ identifier: Int32) -> Bool { kill(identifier, 0) == 0 || errno == EPERM }
