// Install: finds, checks, caches and locks provider packages, and fetches modules. This room reads no process
// environment, prints nothing and runs no provider: what it needs is passed in, and what it did comes back as data.

/// The operating system and processor that a package is built for, in the words of provider registries.
package struct Platform: Hashable, Sendable, Comparable, CustomStringConvertible {
  package var system: String
  package var architecture: String

  package init(system: String, architecture: String) {
    self.system = system
    self.architecture = architecture
  }

  /// Parses `linux_amd64`; nil unless there are two parts of lower-case letters and digits.
  package init?(parsing text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    let isValid =
      parts.count == 2
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
              || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          }
      }
    guard isValid else { return nil }
    self.init(system: String(Substring(parts[0])), architecture: String(Substring(parts[1])))
  }

  /// Where this program runs.
  package static let current: Platform = {
    #if os(macOS)
      let system = "darwin"
    #elseif os(Windows)
      let system = "windows"
    #else
      let system = "linux"
    #endif
    #if arch(arm64)
      let architecture = "arm64"
    #elseif arch(arm)
      let architecture = "arm"
    #elseif arch(i386)
      let architecture = "386"
    #else
      let architecture = "amd64"
    #endif
    return Platform(system: system, architecture: architecture)
  }()

  package var description: String { "\(system)_\(architecture)" }

  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// Why a provider could not be found or installed.
package struct InstallError: Error, Hashable, Sendable {
  package enum Code: Hashable, Sendable {
    /// No place that was asked has a provider of this name.
    case providerNotFound
    /// There is a provider, but no version that fits.
    case noMatchingVersion
    /// The version exists, but not for this platform.
    case platformNotSupported
    /// The version speaks no protocol that this program speaks.
    case protocolNotSupported
    /// A place could not be asked.
    case queryFailed
    /// A package is not what it should be: a checksum or a signature is wrong.
    case packageRejected
    /// Reading, writing or downloading failed.
    case failed
  }

  package var code: Code
  /// A clause without a full stop, to stand behind a colon.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
