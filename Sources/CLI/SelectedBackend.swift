import Addresses
import Diagnostics
import Expressions
import HCL
import Host
import Modules
import Values

/// The backend that `init` chose, as `terraform.tfstate` in the data directory remembers it. State itself is in the store; what
/// the backend tells is where Terraform's own state file is, which is taken over.
struct SelectedBackend: Equatable {
  /// Nil when the configuration names none.
  var type: String?
  /// The settings that are set.
  var settings: [String: String] = [:]

  /// The arguments of the `local` backend.
  private static let localSettings = ["path", "workspace_dir"]

  private static func path(_ session: Session) -> String { "\(session.dataDirectory)/terraform.tfstate" }

  static func saved(dataDirectory: String, files: any FileTree) -> SelectedBackend {
    guard let bytes = try? files.read("\(dataDirectory)/terraform.tfstate"), let document = try? JSONNode(parsing: bytes),
      let backend = document["backend"], let type = backend["type"]?.string
    else { return SelectedBackend() }
    let settings = (backend["config"]?.members ?? []).compactMap { member in
      member.value.string.map { (member.key, $0) }
    }
    return SelectedBackend(type: type, settings: Dictionary(settings, uniquingKeysWith: { $1 }))
  }

  /// What the configuration and `-backend-config` options name.
  static func chosen(
    by settings: TerraformSettings, in context: EvaluationContext, options: [String], session: Session
  ) -> (SelectedBackend, [Diagnostic]) {
    if let cloud = settings.cloud { return (SelectedBackend(), [unsupportedCloud(at: cloud.range)]) }
    guard let block = settings.backend else {
      let warning = Diagnostic.warning(
        "Missing backend configuration",
        "-backend-config has no effect without a \"backend\" block.\n\nIf you want the local backend with other "
          + "settings, write one:\n\nterraform {\n  backend \"local\" {}\n}\n\nIf you meant another backend, its "
          + "block is missing here.\n")
      return (SelectedBackend(), options.isEmpty ? [] : [warning])
    }
    guard block.type == "local" else { return (SelectedBackend(), [unsupportedBackend(block)]) }
    var chosen = SelectedBackend(type: "local")
    var problems: [Diagnostic] = []
    let (content, found) = block.body.content(
      for: ContentSchema(attributes: localSettings.map { AttributeSpecification($0) }))
    problems += found
    for (name, attribute) in content.attributes {
      let isConstant = attribute.expression.variables.isEmpty
      let (value, found) = evaluate(
        attribute.expression, as: .string, in: isConstant ? EvaluationContext(scope: EmptyScope(), functions: nil) : context)
      problems += found
      if value.containsMark(.sensitive) {
        problems.append(
          .error(
            "Sensitive value in backend configuration",
            "The settings of a backend are written to a file that is not protected, so that they must not be sensitive.",
            at: attribute.expression.range))
      } else if value.isKnown, !value.isNull {
        chosen.settings[name] = value.asString
      }
    }
    for option in options { problems += chosen.add(option, session.world.files) }
    return (chosen, problems)
  }

  /// What keeps the state from being found: the configuration in the directory names another backend than `init` has seen.
  static func problem(in session: Session) -> Diagnostic? {
    var sources = SourceMap()
    let (root, _, problems) = session.moduleLoader().loadAlone(".", adding: &sources)
    // What is wrong with the configuration is told by those who need it.
    return problems.hasErrors ? nil : problem(with: root, sources, in: session)
  }

  /// The same of a configuration that was read already.
  static func problem(with root: Module, _ sources: SourceMap, in session: Session) -> Diagnostic? {
    if root.settings.cloud != nil { return nil }
    let saved = saved(dataDirectory: session.dataDirectory, files: session.world.files)
    guard let backend = root.settings.backend else {
      return saved.type.map { initialisationRequired(", ", "Unsetting the previously set backend \"\($0)\"") }
    }
    let scope = EarlyScope(
      root.content, directory: root.directory, path: .root, caller: nil, values: session.earlyValues(nil), sources: sources)
    let (chosen, found) = chosen(by: root.settings, in: scope.context, options: [], session: session)
    guard !found.hasErrors, let type = chosen.type else { return nil }
    guard let savedType = saved.type else {
      return initialisationRequired(", ", "Initial configuration of the requested backend \"\(type)\"")
    }
    if savedType != type {
      return initialisationRequired(": ", "Backend type changed from \"\(savedType)\" to \"\(type)\"")
    }
    // Options of init may have added to what the block says, and options of the command may decide what it says.
    let isConstant = backend.body.justAttributes().0.allSatisfy { $0.expression.variables.isEmpty }
    if isConstant, chosen.settings.contains(where: { saved.settings[$0.key] != $0.value }) {
      return initialisationRequired(": ", "Backend configuration block has changed")
    }
    return nil
  }

  private static func initialisationRequired(_ separator: String, _ reason: String) -> Diagnostic {
    .error(
      "Backend initialization required\(separator)please run \"plumb init\"",
      "Reason: \(reason)\n\nThe backend says where a state is that is there already. So that none is overlooked, each change of it has "
        + "to be confirmed: run \"plumb init\" with \"-reconfigure\" or \"-migrate-state\" to use the backend as it is configured now.")
  }

  /// Lays `NAME=VALUE`, or a file of such, over the settings.
  private mutating func add(_ option: String, _ files: any FileTree) -> [Diagnostic] {
    guard let equals = option.firstIndex(of: "=") else { return addFile(option, files) }
    let name = String(option[..<equals])
    guard Self.localSettings.contains(name) else {
      return [
        .error(
          "Invalid backend configuration argument",
          "The backend has no argument \"\(name)\", which -backend-config sets.")
      ]
    }
    settings[name] = String(option[option.index(after: equals)...])
    return []
  }

  private mutating func addFile(_ path: String, _ files: any FileTree) -> [Diagnostic] {
    guard let bytes = try? files.read(path) else {
      return [.error("Failed to read file", "The file \"\(path)\" could not be read.")]
    }
    var sources = SourceMap()
    let (body, problems) = parseFile(bytes, file: sources.add(path: path, bytes: bytes))
    if problems.hasErrors { return [.error("Invalid backend configuration file", "The file \"\(path)\" could not be read: \(problems.first?.detail ?? "")")] }
    for attribute in body.justAttributes().0 {
      let (value, found) = evaluate(
        attribute.expression, as: .string, in: EvaluationContext(scope: EmptyScope(), functions: nil))
      guard !found.hasErrors, let text = value.asString, Self.localSettings.contains(attribute.name) else {
        return [
          .error(
            "Invalid backend configuration argument",
            "The backend has no argument \"\(attribute.name)\" of text, which \"\(path)\" sets.")
        ]
      }
      settings[attribute.name] = text
    }
    return []
  }

  /// Writes the choice; gives whether it is another than before.
  func save(in session: Session) throws(FileError) -> Bool {
    let files = session.world.files
    let before = Self.saved(dataDirectory: session.dataDirectory, files: files)
    if before == self { return false }
    guard let type else {
      if files.isFile(Self.path(session)) { try files.removeEntry(Self.path(session)) }
      return true
    }
    var writer = JSONWriter(style: .indented("  "))
    writer.beginObject()
    writer.member("version", 3)
    writer.member("terraform_version", languageVersion)
    writer.key("backend")
    writer.beginObject()
    writer.member("type", type)
    writer.key("config")
    writer.beginObject()
    for name in Self.localSettings {
      writer.key(name)
      if let value = settings[name] { writer.text(value) } else { writer.null() }
    }
    writer.endObject()
    // Terraform compares its own hash here; another one only makes it ask for init.
    writer.member("hash", 0)
    writer.endObject()
    writer.endObject()
    try files.createDirectory(session.dataDirectory)
    try files.write(writer.bytes, to: Self.path(session))
    return true
  }

  /// Where Terraform keeps the state of a workspace.
  func statePath(_ workspace: String, isDefault: Bool) -> String {
    let path = settings["path"] ?? "terraform.tfstate"
    return isDefault ? path : "\(settings["workspace_dir"] ?? "terraform.tfstate.d")/\(workspace)/terraform.tfstate"
  }
}

func unsupportedBackend(_ block: BackendBlock) -> Diagnostic {
  .error(
    "Backend not supported yet",
    "The \"\(block.type)\" backend is not built yet. State is kept in plumb.sqlite in the working directory; to begin with "
      + "the state of this backend, pull it with terraform and hand it over with: plumb state push FILE",
    at: block.typeRange)
}

func unsupportedCloud(at range: SourceRange) -> Diagnostic {
  .error(
    "Cloud block not supported",
    "HCP Terraform workspaces are not supported. Remove the cloud block; state is then kept in plumb.sqlite in the working "
      + "directory. To begin with the state of the workspace, pull it with terraform and hand it over with: plumb state push FILE",
    at: range)
}
