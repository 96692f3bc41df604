import Addresses
import Diagnostics
import Expressions
import HCL
import Modules

/// The messages for names that mean nothing. The static checks of a module find most of them first; these remain for
/// consoles, templates and what dynamic blocks generate.
extension ModuleScope {
  func invalidPath(_ name: String, _ range: SourceRange) -> Diagnostic {
    .error(
      "Invalid \"path\" attribute",
      "\"path\" has no attribute \"\(name)\". It has module, root and cwd.",
      at: range)
  }

  func invalidTerraform(_ name: String, _ range: SourceRange) -> Diagnostic {
    .error(
      "Invalid \"terraform\" attribute",
      "\"terraform\" has no attribute \"\(name)\". It has workspace and applying.", at: range)
  }
}

extension Module {
  func undeclaredVariable(_ name: String, _ range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: variables.keys.sorted()).map { " Did you mean \"\($0)\"?" }
    return .error(
      "Reference to undeclared input variable",
      "There is no variable \"\(name)\" in this module."
        + (hint ?? " Declare it: variable \"\(name)\" {}"), at: range)
  }

  func undeclaredLocal(_ name: String, _ range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: locals.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error(
      "Reference to undeclared local value", "There is no local value \"\(name)\" in this module.\(hint)",
      at: range)
  }

  func undeclaredResource(_ resource: Resource, _ range: SourceRange) -> Diagnostic {
    let kind = resource.mode == .managed ? "managed" : resource.mode.rawValue
    let place = path.isRoot ? "the root module" : "\(path)"
    let names = resources.keys.filter { $0.mode == resource.mode && $0.type == resource.type }.map(\.name)
    let hint = suggestion(for: resource.name, among: names.sorted()).map { "\n\nDid you mean \(resource.mode.prefix)\(resource.type).\($0)?" }
    return .error(
      "Reference to undeclared resource",
      "There is no \(kind) resource \(resource.type).\(resource.name) in \(place).\(hint ?? "")", at: range)
  }

  func undeclaredModule(_ name: String, _ range: SourceRange) -> Diagnostic {
    let place = path.isRoot ? "the root module" : "\(path)"
    let hint = suggestion(for: name, among: moduleCalls.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error(
      "Reference to undeclared module", "There is no module call \"\(name)\" in \(place).\(hint)", at: range)
  }

  /// What to say of a reference to an output that is not declared here.
  func missingOutput(_ name: String, at range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: outputs.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error("Unsupported attribute", "There is no attribute \"\(name)\" here.\(hint)", at: range)
  }
}
