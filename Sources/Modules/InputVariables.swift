package import Diagnostics
import Expressions
import HCL
package import Host
package import Values

/// A value given for an input variable from outside, not yet converted to the variable's type.
package struct InputValue: Sendable {
  package enum Source: Sendable, Hashable {
    /// `TF_VAR_NAME`.
    case environment
    /// A file found by its name: `terraform.tfvars`, `*.auto.tfvars`.
    case autoFile(String)
    /// A file given with `-var-file`.
    case namedFile(String)
    /// `-var NAME=VALUE`.
    case commandLine
    /// Typed by the user when asked.
    case interactive
    /// Recorded in a saved plan.
    case plan
    /// Given by a program.
    case caller
  }

  package enum Content: Sendable {
    /// Text whose reading depends on the variable's type.
    case text(String)
    case value(Value)
  }

  package var content: Content
  package var source: Source
  /// Where it stands, for files.
  package var range: SourceRange?

  package init(_ content: Content, source: Source, range: SourceRange? = nil) {
    self.content = content
    self.source = source
    self.range = range
  }
}

/// Values for the root module's input variables, from all places a user can give them in. What is added later wins.
///
/// Terraform's order, to be kept by the caller: environment, `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars` and
/// `*.auto.tfvars.json` by name (`addAutoFiles` does these four), then `-var` and `-var-file` as given.
package struct InputVariables: Sendable {
  package private(set) var values: [String: InputValue] = [:]
  /// What is wrong with files and flags.
  package private(set) var diagnostics: [Diagnostic] = []
  /// The text of the files that were read, and of values that are expressions.
  package var sources: SourceMap

  /// - Parameter sources: the map that diagnostics will be drawn with; files are added to it.
  package init(sources: SourceMap) { self.sources = sources }

  package mutating func set(_ name: String, _ value: InputValue) { values[name] = value }

  /// Every `TF_VAR_NAME` of an environment.
  package mutating func addEnvironment(_ environment: [String: String]) {
    let prefix = "TF_VAR_"
    for (name, text) in environment where name.hasPrefix(prefix) {
      values[String(name.dropFirst(prefix.count))] = InputValue(.text(text), source: .environment)
    }
  }

  /// A `-var` option: `NAME=VALUE`.
  package mutating func addOption(_ option: String) {
    guard let equals = option.utf8.firstIndex(of: UInt8(ascii: "=")) else {
      diagnostics.append(
        .error(
          "Invalid -var option",
          "-var \(option) has no equals sign. Write a name and a value, as in -var=\"key=value\"."))
      return
    }
    let name = String(option[..<equals])
    let text = String(option[option.utf8.index(after: equals)...])
    if name.hasSuffix(" ") {
      let trimmed = String(name.reversed().drop { $0 == " " }.reversed())
      diagnostics.append(
        .error(
          "Invalid -var option",
          "Remove the space after the name \"\(name)\": -var=\"\(trimmed)=\(text)\""))
      return
    }
    values[name] = InputValue(.text(text), source: .commandLine)
  }

  /// The files of a directory that are read without being asked for.
  package mutating func addAutoFiles(in directory: String, files: any FileTree) {
    let names = (try? files.list(directory)) ?? []
    var wanted = ["terraform.tfvars", "terraform.tfvars.json"].filter(names.contains)
    wanted += names.filter { ($0.hasSuffix(".auto.tfvars") || $0.hasSuffix(".auto.tfvars.json")) && !$0.hasPrefix(".") }
    for name in wanted {
      let path = directory == "." ? name : "\(directory)/\(name)"
      addFile(path, files: files, source: .autoFile(name))
    }
  }

  /// A file given with `-var-file`.
  package mutating func addFile(_ path: String, files: any FileTree) {
    addFile(path, files: files, source: .namedFile(path))
  }

  private mutating func addFile(_ path: String, files: any FileTree, source: InputValue.Source) {
    let bytes: [UInt8]
    do {
      bytes = try files.read(path)
    } catch {
      let reason =
        files.exists(path) ? "Error while reading \(path): \(error)." : "There is no variables file \(path)."
      diagnostics.append(.error("Failed to read variables file", reason))
      return
    }
    let id = sources.add(path: path, bytes: bytes)
    let (body, found) = path.hasSuffix(".json") ? parseJSONFile(bytes, file: id) : parseFile(bytes, file: id)
    diagnostics += found
    if found.hasErrors { return }
    if let block = body.nativeContents?.blocks.first(where: { $0.type == "variable" && !$0.labels.isEmpty }) {
      rejectDeclaration(block, in: path)
      return
    }
    let (attributes, extra) = body.justAttributes()
    diagnostics += extra
    for attribute in attributes {
      let (value, found) = evaluate(attribute.expression, in: Self.constant)
      diagnostics += found
      values[attribute.name] = InputValue(.value(value), source: source, range: attribute.expression.range)
    }
  }

  private static let constant = EvaluationContext(scope: EmptyScope(), functions: nil)

  private mutating func rejectDeclaration(_ block: Block, in path: String) {
    let name = block.labels.first?.text ?? ""
    diagnostics.append(
      .error(
        "Variable declaration in .tfvars file",
        "Variable files give values; declare \"\(name)\" in a .tf file instead, such as variables.tf.\n\nTo set its "
          + "value in \(path), write:\n    \(name) = <value>", at: block.typeRange))
  }
}
