import Diagnostics
import HCL
import Host
import Modules
import Values

/// What a run knows of the root module's variables before anything is evaluated.
struct RootVariables {
  /// The final values.
  var values: [String: Value] = [:]
  /// The values as they were given.
  var given: [String: Value] = [:]
  /// The ephemeral variables that were given a value.
  var ephemeral: [String] = []
  /// What keeps values from being had.
  var diagnostics: [Diagnostic] = []
  /// What is wrong with values that do not suit their variable.
  var unsuitable: [String: Diagnostic] = [:]

  /// Everything that is wrong, for what can do nothing without all the values.
  var allDiagnostics: [Diagnostic] { diagnostics + unsuitable.sorted { $0.key < $1.key }.map(\.value) }
}

extension Session {
  /// Values for the root module's variables from the environment, files, options and the user.
  ///
  /// - Parameter allowsMissing: whether a variable without a value is unknown, instead of an error.
  func inputVariables(
    _ tree: ModuleTree, _ arguments: VariableArguments, _ sources: inout SourceMap, style: TextStyle,
    allowsMissing: Bool = false
  ) -> RootVariables {
    var input = gatheredVariables(arguments, sources)
    if allowsMissing {
      for variable in input.missing(in: tree.root) {
        input.set(variable.name, InputValue(.value(.unknown(variable.type.withoutOptionals)), source: .caller))
      }
    }
    let mayAsk = arguments.input && !["0", "false"].contains(world.environment["TF_INPUT"] ?? "")
    if mayAsk {
      for variable in input.missing(in: tree.root) {
        let answer = world.ask("var.\(variable.name)", variable.description, style: style, secretly: variable.sensitive)
        guard let text = answer else { break }
        input.set(variable.name, InputValue(.text(text), source: .interactive))
      }
    }
    // What cannot be read at all is said alone: without it, other complaints may be wrong.
    let unreadable = input.diagnostics
    let (values, diagnostics, unsuitable) = input.resolve(for: tree.root)
    let given = input.given(for: tree.root)
    let ephemeral = tree.root.variables.values.filter { variable in
      variable.ephemeral && input.values[variable.name] != nil && values[variable.name]?.isNull == false
    }
    sources = input.sources
    return RootVariables(
      values: values.mapValues(\.withoutMarks), given: given, ephemeral: ephemeral.map(\.name).sorted(),
      diagnostics: unreadable.hasErrors ? unreadable : diagnostics, unsuitable: unsuitable)
  }

  /// What the environment, files and options say of variables.
  ///
  /// - Parameter directories: where files are read without being asked for; later ones win.
  func gatheredVariables(
    _ arguments: VariableArguments, _ sources: SourceMap, directories: [String] = ["."]
  ) -> InputVariables {
    gatheredVariables(arguments.assignments, arguments.files, sources, directories: directories)
  }

  func gatheredVariables(
    _ assignments: [String], _ optionFiles: [String], _ sources: SourceMap, directories: [String] = ["."]
  ) -> InputVariables {
    var input = InputVariables(sources: sources)
    input.addEnvironment(world.environment)
    for directory in directories { input.addAutoFiles(in: directory, files: world.files) }
    for argument in orderedVariableArguments(assignments, optionFiles) {
      switch argument {
      case .assignment(let text): input.addOption(text)
      case .file(let path): input.addFile(path, files: world.files)
      }
    }
    return input
  }

  private enum VariableArgument {
    case assignment(String)
    case file(String)
  }

  /// `-var` and `-var-file` in the order in which they were typed: the later one wins.
  private func orderedVariableArguments(_ givenAssignments: [String], _ givenFiles: [String]) -> [VariableArgument] {
    var assignments = givenAssignments[...]
    var files = givenFiles[...]
    var result: [VariableArgument] = []
    for word in world.arguments {
      let name = word.drop { $0 == "-" }.prefix { $0 != "=" }
      guard word.hasPrefix("-") else { continue }
      if name == "var", let next = assignments.popFirst() { result.append(.assignment(next)) }
      if name == "var-file", let next = files.popFirst() { result.append(.file(next)) }
    }
    return result + assignments.map { .assignment($0) } + files.map { .file($0) }
  }
}
