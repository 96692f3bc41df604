package import Host

/// What functions may ask of the world. Nothing here is read by a function on its own.
package struct FunctionEnvironment: Sendable {
  package var files: any FileTree
  /// What relative paths start from.
  package var baseDirectory: String
  package var homeDirectory: String?
  /// The time now, RFC 3339 in UTC.
  package var timestamp: @Sendable () -> String
  /// When the plan was made; nil while that is not known, as in validation.
  package var planTimestamp: String?
  /// A number of random bytes, for `uuid` and `bcrypt`.
  package var randomBytes: @Sendable (Int) -> [UInt8]
  /// Whether results that differ from call to call are left unknown, as they must be while planning.
  package var isPlanning: Bool

  package init(
    files: any FileTree, baseDirectory: String, homeDirectory: String?, timestamp: @escaping @Sendable () -> String,
    planTimestamp: String?, randomBytes: @escaping @Sendable (Int) -> [UInt8], isPlanning: Bool
  ) {
    self.files = files
    self.baseDirectory = baseDirectory
    self.homeDirectory = homeDirectory
    self.timestamp = timestamp
    self.planTimestamp = planTimestamp
    self.randomBytes = randomBytes
    self.isPlanning = isPlanning
  }
}
