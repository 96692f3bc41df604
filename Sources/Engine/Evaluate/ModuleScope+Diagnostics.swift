import Addresses
import Diagnostics
import Expressions
import HCL
import Modules

/// The messages for names that mean nothing. The static checks of a module find most of them first; these remain for
/// consoles and templates.
extension ModuleScope {
  func undeclaredVariable(_ name: String, _ range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: node.module.variables.keys.sorted()).map { " Did you mean \"\($0)\"?" }
    return .error(
      "Reference to undeclared input variable",
      "An input variable with the name \"\(name)\" has not been declared."
        + (hint ?? " This variable can be declared with a variable \"\(name)\" {} block."), at: range)
  }

  func undeclaredLocal(_ name: String, _ range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: node.module.locals.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error(
      "Reference to undeclared local value", "A local value with the name \"\(name)\" has not been declared.\(hint)",
      at: range)
  }

  func undeclaredResource(_ resource: Resource, _ range: SourceRange) -> Diagnostic {
    let kind = resource.mode == .managed ? "managed" : resource.mode.rawValue
    let place = node.module.path.isRoot ? "the root module" : "\(node.module.path)"
    let names = node.module.resources.keys.filter { $0.mode == resource.mode && $0.type == resource.type }.map(\.name)
    let hint = suggestion(for: resource.name, among: names.sorted()).map { "\n\nDid you mean \(resource.mode.prefix)\(resource.type).\($0)?" }
    return .error(
      "Reference to undeclared resource",
      "A \(kind) resource \"\(resource.type)\" \"\(resource.name)\" has not been declared in \(place).\(hint ?? "")", at: range)
  }

  func undeclaredModule(_ name: String, _ range: SourceRange) -> Diagnostic {
    let place = node.module.path.isRoot ? "the root module" : "\(node.module.path)"
    let hint = suggestion(for: name, among: node.module.moduleCalls.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error(
      "Reference to undeclared module", "No module call named \"\(name)\" is declared in \(place).\(hint)", at: range)
  }

  func invalidPath(_ name: String, _ range: SourceRange) -> Diagnostic {
    .error(
      "Invalid \"path\" attribute",
      "The \"path\" object does not have an attribute named \"\(name)\". The supported attributes are module, root and cwd.",
      at: range)
  }

  func invalidTerraform(_ name: String, _ range: SourceRange) -> Diagnostic {
    .error(
      "Invalid \"terraform\" attribute",
      "The \"terraform\" object does not have an attribute named \"\(name)\". The only supported attributes are "
        + "terraform.workspace and terraform.applying.", at: range)
  }

  func invalidCount(_ name: String, _ range: SourceRange) -> Diagnostic {
    if name != "index" {
      return .error(
        "Invalid \"count\" attribute",
        "The \"count\" object does not have an attribute named \"\(name)\". The only supported attribute is count.index, "
          + "which is the index of each instance of a resource block that has the \"count\" argument set.", at: range)
    }
    return .error(
      "Reference to \"count\" in non-counted context",
      "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \"count\" "
        + "argument is set.", at: range)
  }

  func invalidEach(_ name: String, _ range: SourceRange) -> Diagnostic {
    if name != "key" && name != "value" {
      return .error(
        "Invalid \"each\" attribute",
        "The \"each\" object does not have an attribute named \"\(name)\". The supported attributes are each.key and "
          + "each.value, the current key and value pair of the \"for_each\" attribute set.", at: range)
    }
    return .error(
      "Reference to \"each\" in context without for_each",
      "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" argument is "
        + "set.", at: range)
  }
}

extension Module {
  /// What to say of a reference to an output that is not declared here.
  func missingOutput(_ name: String, at range: SourceRange) -> Diagnostic {
    let hint = suggestion(for: name, among: outputs.keys.sorted()).map { " Did you mean \"\($0)\"?" } ?? ""
    return .error("Unsupported attribute", "This object does not have an attribute named \"\(name)\".\(hint)", at: range)
  }
}
