import Glibc

/// The fuzzer's own main function, from the compiler's library.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What `PLUMB_FUZZ_TARGET` names, separated by commas. Not arguments, since libFuzzer starts more processes with its own.
private let targets: [FuzzTarget] = {
  guard let names = getenv("PLUMB_FUZZ_TARGET") else { return [] }
  return String(cString: names).split(separator: ",").compactMap { FuzzTarget(rawValue: String($0)) }
}()

/// Called by libFuzzer with each input. A promise that is not kept is a crash to it.
@c(LLVMFuzzerTestOneInput) public func checkOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  for target in targets {
    do throws(Violation) {
      try target.check(bytes)
    } catch {
      fatalError("\(target.rawValue): \(error)")
    }
  }
  return 0
}

@main enum FuzzProgram {
  static func main() {
    guard !targets.isEmpty else {
      print("fuzz: PLUMB_FUZZ_TARGET names none of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
      exit(2)
    }
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(runDriver(&count, &arguments, checkOneInput))
  }
}
