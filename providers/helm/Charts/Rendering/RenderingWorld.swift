package import YAML

/// What templates may ask of the world outside the chart. All of it is handed in, so that a rendering is repeatable.
package struct RenderingWorld: Sendable {
  /// Seconds since 1970, and nanoseconds.
  package var clock: @Sendable () -> (seconds: Int64, nanoseconds: Int)
  package var randomBytes: @Sendable (_ count: Int) -> [UInt8]
  /// An object of the cluster, or with an empty name the list of all; nil for what is not there.
  package var lookUp: @Sendable (ObjectReference) throws -> JSONValue?
  /// The address of a host; empty when names may not be resolved.
  package var hostAddress: @Sendable (_ name: String) -> String
  /// The zone database's file about a zone, nil for an unknown one.
  package var timeZone: @Sendable (_ name: String) -> [UInt8]?
  /// What varying functions gave in an earlier rendering, and give again.
  package var kept: [KeptResult.Key: JSONValue]

  /// - Parameter lookUp: without a cluster nothing is found.
  package init(
    clock: @escaping @Sendable () -> (seconds: Int64, nanoseconds: Int),
    randomBytes: @escaping @Sendable (_ count: Int) -> [UInt8],
    lookUp: @escaping @Sendable (ObjectReference) throws -> JSONValue? = { _ in nil },
    hostAddress: @escaping @Sendable (_ name: String) -> String = { _ in "" },
    timeZone: @escaping @Sendable (_ name: String) -> [UInt8]? = { _ in nil },
    kept: [KeptResult] = []
  ) {
    self.clock = clock
    self.randomBytes = randomBytes
    self.lookUp = lookUp
    self.hostAddress = hostAddress
    self.timeZone = timeZone
    self.kept = Dictionary(kept.map { ($0.key, $0.value) }) { $1 }
  }

  func now() -> GoTime {
    let (seconds, nanoseconds) = clock()
    return GoTime(seconds: GoTime.clamped(seconds), nanoseconds: nanoseconds)
  }
}

/// What `lookup` asks for.
package struct ObjectReference: Hashable, Sendable {
  package var apiVersion: String
  package var kind: String
  /// Empty for objects outside of namespaces, and for all namespaces.
  package var namespace: String
  /// Empty for all.
  package var name: String

  package init(apiVersion: String, kind: String, namespace: String, name: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }
}

/// What a varying function gave, so that a later rendering of the same chart gives it again.
package struct KeptResult: Hashable, Sendable {
  /// The call: the same function with the same arguments in the same file, counted through.
  package struct Key: Hashable, Sendable {
    package var function: String
    package var file: String
    /// A checksum.
    package var arguments: String
    package var count: Int

    package init(function: String, file: String, arguments: String, count: Int) {
      self.function = function
      self.file = file
      self.arguments = arguments
      self.count = count
    }
  }

  package var key: Key
  package var value: JSONValue

  package init(key: Key, value: JSONValue) {
    self.key = key
    self.value = value
  }
}
