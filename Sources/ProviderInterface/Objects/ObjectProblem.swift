package import Values

/// What is wrong with an object that a provider gave, and where in it.
///
/// The messages are those that Terraform shows, in the notation of its type system, since they are made for bug reports
/// to the provider's developers.
package struct ObjectProblem: Hashable, Sendable {
  /// Empty for the object as a whole.
  package var path: Path
  package var message: String

  package init(_ path: Path, _ message: String) {
    self.path = path
    self.message = message
  }

  /// As shown in the detail of a diagnostic: `.disk[0].size: was null, but now …`.
  package var text: String { path.isEmpty ? message : "\(path): \(message)" }

  /// With something before the path, for example the address of the resource instance.
  package func text(prefixedBy prefix: String) -> String { "\(prefix)\(path): \(message)" }
}
