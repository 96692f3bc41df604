import Host
import Values

/// Paths and files. All files come from the environment's tree; relative paths start at its base directory.
func fileFunctions(_ environment: FunctionEnvironment) -> [Function] {
  let path: [FunctionParameter] = [.string("path")]
  let markedPath = [FunctionParameter("path", .string, allowsMarked: true)]
  let files = FileAccess(environment: environment)
  return [
    Function("dirname", path, returns: .string) { arguments in .text(FilePath.directory(of: arguments.text(0))) },
    Function("basename", path, returns: .string) { arguments in .text(FilePath.name(of: arguments.text(0))) },
    Function("abspath", path, returns: .string) { (arguments) throws(FunctionError) in
      .text(try files.absolute(arguments.text(0)))
    },
    Function("pathexpand", path, returns: .string) { (arguments) throws(FunctionError) in
      .text(try files.expanded(arguments.text(0)))
    },
    Function("file", markedPath, returns: .string) { (arguments) throws(FunctionError) in
      try files.text(arguments[0])
    }.markingUnknownResults(),
    Function("filebase64", markedPath, returns: .string) { (arguments) throws(FunctionError) in
      let (path, marks) = arguments[0].unmarked()
      let bytes = try files.bytes(path.asString ?? "", marks)
      return Value.string(Base64.encode(bytes)).marked(with: marks)
    }.markingUnknownResults(),
    Function("fileexists", markedPath, returns: .bool) { (arguments) throws(FunctionError) in
      try files.exists(arguments[0])
    }.markingUnknownResults(),
    Function("fileset", [.string("path"), .string("pattern")], returns: .set(.string)) {
      (arguments) throws(FunctionError) in
      try files.set(of: arguments.text(0), matching: arguments.text(1))
    },
  ]
}

/// How functions reach files, with the messages of the language.
struct FileAccess: Sendable {
  let environment: FunctionEnvironment

  /// With the user's home directory for a leading `~`.
  func expanded(_ path: String) throws(FunctionError) -> String {
    guard path.utf8.first == UInt8(ascii: "~") else { return path }
    let rest = path.dropFirst()
    guard rest.isEmpty || rest.first == "/" || rest.first == "\\" else {
      throw FunctionError("cannot expand user-specific home dir")
    }
    guard let home = environment.homeDirectory else { throw FunctionError("cannot find the home directory") }
    return FilePath.joined(home, String(rest))
  }

  func absolute(_ path: String) throws(FunctionError) -> String {
    if FilePath.isAbsolute(path) { return FilePath.cleaned(path) }
    let base = environment.baseDirectory.isEmpty ? "." : environment.baseDirectory
    if FilePath.isAbsolute(base) { return FilePath.joined(base, path) }
    do throws(FileError) {
      return FilePath.joined(try environment.files.resolve(base), path)
    } catch {
      throw FunctionError(error.description)
    }
  }

  /// The path as messages show it, and as the file tree takes it.
  func located(_ path: String) throws(FunctionError) -> (shown: String, actual: String) {
    let shown = FilePath.cleaned(try expanded(path))
    if FilePath.isAbsolute(shown) || environment.baseDirectory.isEmpty || environment.baseDirectory == "." {
      return (shown, shown)
    }
    return (shown, FilePath.joined(environment.baseDirectory, shown))
  }

  func bytes(_ path: String, _ marks: Marks) throws(FunctionError) -> [UInt8] {
    let place: String
    let actual: String
    do throws(FunctionError) {
      (place, actual) = try located(path)
    } catch {
      throw FunctionError("failed to expand ~: \(error.message)", argument: 0)
    }
    do throws(FileError) {
      return try environment.files.read(actual)
    } catch {
      switch error.code {
      case .notFound:
        throw FunctionError(
          "there is no file \(shown(path, marks)) (a file that a resource writes can only be read by an attribute of "
            + "that resource or by a data source)", argument: 0)
      case .isDirectory: throw FunctionError("failed to read file: read \(place): is a directory", argument: 0)
      default: throw FunctionError("open \(place): \(error.sentence)", argument: 0)
      }
    }
  }

  func text(_ argument: Value) throws(FunctionError) -> Value {
    let (value, marks) = argument.unmarked()
    let path = value.asString ?? ""
    guard let text = String(validating: try bytes(path, marks), as: UTF8.self) else {
      throw FunctionError(
        "\(shown(path, marks)) is not UTF-8; use filebase64 for its content, or filesha256 and the like for a hash of "
          + "it")
    }
    return Value.text(text).marked(with: marks)
  }

  func exists(_ argument: Value) throws(FunctionError) -> Value {
    let (value, marks) = argument.unmarked()
    let (place, actual) = try located(value.asString ?? "")
    let kind: FileStatus.Kind
    do throws(FileError) {
      kind = try environment.files.status(actual).kind
    } catch {
      if error.code == .notFound { return Value.false.marked(with: marks) }
      throw FunctionError("failed to stat \(shown(place, marks))")
    }
    switch kind {
    case .file, .symbolicLink: return Value.true.marked(with: marks)
    case .directory: throw FunctionError("\(shown(place, marks)) is a directory, not a file")
    case .other: throw FunctionError("\(shown(place, marks)) is a device node, not a regular file")
    }
  }

  /// The regular files in a directory whose path matches, relative to the directory.
  func set(of directory: String, matching pattern: String) throws(FunctionError) -> Value {
    let (place, _) = try located(directory)
    let wanted = FilePath.joined(place, pattern)
    var found: [String] = []
    do throws(FilePattern.Malformed) {
      found = try FilePattern(files: environment.files, base: environment.baseDirectory).paths(matching: wanted)
    } catch {
      throw FunctionError("failed to glob pattern \(JSONWriter.quoted(wanted, escapesHTML: false)): syntax error in pattern")
    }
    var names: [Value] = []
    names.reserveCapacity(found.count)
    for path in found {
      let (_, actual) = try located(path)
      do throws(FileError) {
        guard try environment.files.status(actual).kind == .file else { continue }
      } catch {
        throw FunctionError(
          "failed to stat \(JSONWriter.quoted(path, escapesHTML: false)): stat \(path): \(error.sentence)")
      }
      names.append(.text(FilePath.relative(path, to: place)))
    }
    return .set(names, of: .string)
  }
}
