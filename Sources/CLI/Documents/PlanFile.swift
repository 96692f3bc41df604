import Addresses
import Host
import Plans
import Values

/// A saved plan with everything that apply needs besides the state: the configuration that it was made from, the provider
/// selections and the workspace. It holds secrets in clear text.
///
/// The form is our own: a line with magic and version, the SHA-256 digest of what follows, and MessagePack. Values that a plan
/// mentions more than once are stored once, and so are types, addresses and providers, so that neither size nor time grow
/// with repetition.
struct PlanFile: Sendable {
  var plan: Plan
  /// Every configuration file with the path under which it was read, modules and their manifest included.
  var configuration: [(path: String, bytes: [UInt8])]
  /// The dependency lock file, if there was one.
  var lockFile: [UInt8]?
  var workspace: String

  init(plan: Plan, configuration: [(path: String, bytes: [UInt8])], lockFile: [UInt8]?, workspace: String) {
    self.plan = plan
    self.configuration = configuration
    self.lockFile = lockFile
    self.workspace = workspace
  }

  static let version = 2
  private static let magic = Array("plumb plan ".utf8)
  private static let digestLength = 32

  /// Whether bytes look like a plan, of any version, rather than like a state file or anything else.
  static func isPlan(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) || isForeignPlan(bytes) }

  /// Terraform's plan files are zip archives.
  private static func isForeignPlan(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }

  /// The file's content.
  func encode() -> [UInt8] {
    let body = PlanFileWriter(self).parts()
    var digest = SHA256Digest()
    for part in body { digest.update(part) }
    var bytes = Self.magic + Array("\(Self.version)\n".utf8) + digest.finish()
    bytes.reserveCapacity(bytes.count + body.reduce(0) { $0 + $1.count })
    for part in body { bytes += part }
    return bytes
  }

  /// Reads what `encode` made.
  ///
  /// - Throws: an error that says what the file is instead: another program's plan, one of a newer version, or damaged.
  init(reading bytes: [UInt8]) throws(PlanFileError) {
    if Self.isForeignPlan(bytes) {
      throw PlanFileError(
        .foreign,
        "It was written by Terraform. A saved plan can be applied only by the program that made it; plan again to make a new one."
      )
    }
    guard bytes.starts(with: Self.magic) else { throw PlanFileError(.noPlan, "It is not a saved plan.") }
    let digits = bytes.dropFirst(Self.magic.count).prefix(10).prefix { $0 != UInt8(ascii: "\n") }
    guard let version = Int(String(decoding: digits, as: UTF8.self)), bytes.indices.contains(digits.endIndex),
      bytes[digits.endIndex] == UInt8(ascii: "\n")
    else {
      throw .damaged
    }
    if version != Self.version {
      throw PlanFileError(
        .otherVersion,
        "It has format version \(version), and this program knows version \(Self.version). Apply it with the version that made it, or plan again."
      )
    }
    let start = digits.endIndex + 1
    guard bytes.count >= start + Self.digestLength else { throw .damaged }
    let body = Array(bytes[(start + Self.digestLength)...])
    guard bytes[start..<start + Self.digestLength].elementsEqual(SHA256Digest.of(body)) else { throw .damaged }
    do throws(CodecError) {
      var reader = try PlanFileReader(body)
      self = try reader.file()
    } catch {
      throw .damaged
    }
  }
}

/// Why a file cannot be used as a saved plan.
struct PlanFileError: Error, Hashable, Sendable, CustomStringConvertible {
  enum Code: Hashable, Sendable {
    case noPlan
    case foreign
    case otherVersion
    case damaged
  }
  var code: Code
  /// A sentence about the file, with what to do next.
  var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  var description: String { message }

  static let damaged = PlanFileError(.damaged, "It is damaged or was cut off. Plan again to make a new one.")
}
