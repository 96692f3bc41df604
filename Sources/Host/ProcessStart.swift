import CLinux
import Glibc

/// The three pipes between a child and its keeper, while they are being made.
struct ProcessPipes {
  private var input: (read: Int32, write: Int32) = (-1, -1)
  private var output: (read: Int32, write: Int32) = (-1, -1)
  private var error: (read: Int32, write: Int32) = (-1, -1)
  private var inheritsInput = false

  /// False, with errno, when the system has no descriptor left.
  mutating func open(for request: ProcessRequest) -> Bool {
    switch request.input {
    case .inherited: inheritsInput = true
    case .none, .bytes:
      guard let pipe = makePipe() else { return false }
      input = pipe
      clearNonBlocking(pipe.read)
    }
    guard let outputPipe = makePipe() else { return false }
    output = outputPipe
    clearNonBlocking(outputPipe.write)
    if request.mergesOutputs { return true }
    guard let errorPipe = makePipe() else { return false }
    error = errorPipe
    clearNonBlocking(errorPipe.write)
    return true
  }

  /// The descriptors that become 0, 1 and 2 of the child.
  var childEnds: (input: Int32, output: Int32, error: Int32) {
    (inheritsInput ? STDIN_FILENO : input.read, output.write, error.write < 0 ? output.write : error.write)
  }

  /// Hands the parent's ends over; what is left is closed by `closeAll`.
  mutating func keepParentEnds() -> (input: Int32, output: Int32, error: Int32) {
    let kept = (input: input.write, output: output.read, error: error.read)
    input.write = -1
    output.read = -1
    error.read = -1
    return kept
  }

  mutating func closeAll() {
    for descriptor in [input.read, input.write, output.read, output.write, error.read, error.write]
    where descriptor >= 0 {
      close(descriptor)
    }
    self = ProcessPipes()
  }

  private func makePipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe plumb_pipe(&ends) == 0 else { return nil }
    return (ends[0], ends[1])
  }

  /// Programs expect their standard descriptors to block.
  private func clearNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
  }
}

/// Starts the child. Returns its number, or a negated errno.
func spawn(_ request: ProcessRequest, executable: String, pipes: ProcessPipes) -> Int32 {
  let environment = request.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  let ends = pipes.childEnds
  return unsafe withCStrings([request.executable] + request.arguments) { arguments in
    unsafe withCStrings(environment) { environment in
      unsafe executable.withCString { executable in
        var spawn = unsafe plumb_spawn(
          executable: executable, arguments: arguments, environment: environment, working_directory: nil,
          standard_input: ends.input, standard_output: ends.output, standard_error: ends.error,
          death_signal: SIGKILL, own_group: request.ownGroup ? 1 : 0)
        guard let directory = request.workingDirectory else { return unsafe plumb_spawn_process(&spawn) }
        return unsafe directory.withCString { directory in
          unsafe spawn.working_directory = directory
          return unsafe plumb_spawn_process(&spawn)
        }
      }
    }
  }
}

/// A NULL-terminated array of C strings for the time of `body`.
private func withCStrings(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
  var pointers = unsafe strings.map { unsafe strdup($0) }
  unsafe pointers.append(nil)
  defer { unsafe pointers.forEach { unsafe free($0) } }
  return unsafe pointers.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return -EINVAL }
    return unsafe body(base)
  }
}

/// The path of the program: as given when it names a directory, else the first executable of that name along `PATH`.
func locate(_ request: ProcessRequest) throws(ProcessError) -> String {
  if request.executable.utf8.contains(UInt8(ascii: "/")) { return request.executable }
  let directories = request.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
  for directory in directories.split(separator: ":") {
    let candidate = "\(directory)/\(request.executable)"
    if unsafe access(candidate, X_OK) == 0 { return candidate }
  }
  throw ProcessError(
    .notFound, executable: request.executable, message: "\(request.executable) is not installed, or not on PATH")
}

/// Says why a program did not start.
func failure(errno number: Int32, executable: String) -> ProcessError {
  switch number {
  case ENOENT:
    let exists = unsafe access(executable, F_OK) == 0
    return ProcessError(
      exists ? .wrongFormat : .notFound, executable: executable,
      message: exists
        ? "the interpreter or the dynamic loader it needs is missing, or the working directory does not exist"
        : "there is no such file")
  case EACCES:
    return ProcessError(
      .notExecutable, executable: executable,
      message:
        "it is not marked as executable, or the file system it is on does not allow programs (mode \(mode(of: executable)))"
    )
  case ENOEXEC:
    return ProcessError(
      .wrongFormat, executable: executable,
      message: "the file is no program for this system: \(machineNote(executable))")
  case ELIBBAD:
    return ProcessError(.wrongFormat, executable: executable, message: "the program needs a library that is damaged")
  default:
    return ProcessError(.system, executable: executable, message: systemMessage(number))
  }
}

/// The permission bits as `ls` counts them: `0644`.
private func mode(of path: String) -> String {
  var info = stat()
  guard unsafe stat(path, &info) == 0 else { return "unknown" }
  let octal = String(info.st_mode & 0o7777, radix: 8)
  return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
}

/// What the first bytes of a file that would not start say about it.
private func machineNote(_ path: String) -> String {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "it cannot be read" }
  defer { close(descriptor) }
  var head = [UInt8](repeating: 0, count: 20)
  let count = unsafe read(descriptor, &head, head.count)
  guard count > 0 else { return "it is empty" }
  if count >= 20, head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
    let machine = head[5] == 2 ? UInt16(head[18]) << 8 | UInt16(head[19]) : UInt16(head[19]) << 8 | UInt16(head[18])
    let names: [UInt16: String] = [
      3: "386", 40: "arm", 62: "amd64", 183: "arm64", 243: "riscv64", 21: "ppc64le", 22: "s390x",
    ]
    return "it was built for \(names[machine] ?? "machine \(machine)")"
  }
  if head.starts(with: [0x4d, 0x5a]) { return "it was built for Windows" }
  if head.starts(with: [0xcf, 0xfa, 0xed, 0xfe]) || head.starts(with: [0xca, 0xfe, 0xba, 0xbe]) {
    return "it was built for macOS"
  }
  return "it is neither a binary nor a script with a #! line"
}
