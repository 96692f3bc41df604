import Addresses
import ArgumentParser
import Diagnostics
import Host
import SQLiteStore
import State

struct WorkspaceCommand: Documented {
  static let configuration = CommandConfiguration(
    commandName: "workspace", abstract: "Manage workspaces: several states of one configuration.",
    discussion: """
      Each workspace has a state of its own. The one that is selected is used by all other commands, and its name is terraform.workspace \
      in the configuration. The workspace default always exists.
      """,
    subcommands: [
      WorkspaceListCommand.self, WorkspaceShowCommand.self, WorkspaceNewCommand.self, WorkspaceSelectCommand.self,
      WorkspaceDeleteCommand.self,
    ])

  static let manual = Manual(
    environment: [.workspace, .dataDirectory]
  )
}

private func withWorkspaces(
  _ world: World, _ view: ViewArguments, _ body: (Workspaces) async throws -> Void
) async -> Int32 {
  let session = Session(world)
  do {
    try session.checkWorkspace()
    try await body(Workspaces(session: session))
    return 0
  } catch {
    Report(world, view).show(Pipeline.diagnostics(of: error), SourceMap())
    return 1
  }
}

private func failure(_ summary: String, _ detail: String) -> DiagnosticsError {
  DiagnosticsError(.error(summary, detail))
}

private func requireValid(_ name: String) throws(DiagnosticsError) {
  if Workspaces.isValid(name) { return }
  throw failure(
    "Invalid workspace name",
    "A workspace cannot be named \(displayQuoted(name)). Use characters that can stand in a URL, and no slashes.")
}

private func missing(_ name: String) -> DiagnosticsError {
  failure(
    "Workspace \"\(name)\" doesn't exist.",
    "Run \"plumb workspace new\" to create it, or add -or-create to \"select\".")
}

/// What a person reads after a workspace was made.
private func announceNew(_ name: String, _ world: World, _ view: ViewArguments) {
  let style = Report(world, view).style
  world.output.line(
    style.paint("Created and switched to workspace \"\(name)\"!", .boldGreen)
      + style.paint(
        "\n\nEach workspace has a state of its own: \"plumb plan\" sees none of the objects\nof others.",
        .green))
}

struct WorkspaceListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List workspaces; the current one has a star.")

  static let manual = Manual(
    environment: [.workspace, .dataDirectory],
    examples: [Manual.Example("See what there is", "plumb workspace list")])

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withWorkspaces(world, view) { workspaces in
      for name in try await workspaces.names() {
        world.output.line("\(name == workspaces.session.workspace ? "*" : " ") \(name)")
      }
      world.output.line()
      if workspaces.override != nil {
        world.output.line("\n\nThe workspace is chosen by TF_WORKSPACE.\n")
      }
    }
  }
}

struct WorkspaceShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the current workspace.")

  static let manual = Manual(
    environment: [.workspace, .dataDirectory],
    examples: [Manual.Example("In a script", "name=$(plumb workspace show)")])

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withWorkspaces(world, view) { world.output.line($0.session.workspace) }
  }
}

struct WorkspaceNewCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Create a new workspace and select it.",
    discussion: """
      Its state is empty, unless -state names a file to begin with.
      """)

  static let manual = Manual(
    environment: [.workspace, .dataDirectory],
    examples: [
      Manual.Example("One for trying things out", "plumb workspace new trial"),
      Manual.Example("With a state that was kept", "plumb workspace new -state=backup.tfstate restored"),
    ])

  @Argument(help: "The name of the workspace: letters, digits and - _ . ~ $ & + = : @")
  var name: String

  @Option(help: ArgumentHelp("A state file in Terraform's format to begin with.", valueName: "path"))
  var state: String?

  @OptionGroup var lock: IgnoredLockArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withWorkspaces(world, view) { workspaces in
      try requireValid(name)
      if let override = workspaces.override, override != name {
        throw failure(
          "Workspace is overridden",
          "The workspace is chosen by TF_WORKSPACE, so another cannot be created.\n\nUnset the variable, or set it to "
            + "the new workspace's name, and try again.")
      }
      if try await workspaces.names().contains(name) {
        throw failure("Workspace \"\(name)\" already exists", "Select it with: plumb workspace select \(name)")
      }
      // The file is read first, so that nothing is made when it cannot be used.
      let snapshot = try state.map { try Self.read($0, world) } ?? nil
      try await workspaces.create(name, state: snapshot)
      try workspaces.select(name)
      announceNew(name, world, view)
    }
  }

  private static func read(_ path: String, _ world: World) throws -> StateSnapshot? {
    do {
      return try StateFile(reading: world.files.read(path))?.snapshot
    } catch {
      throw failure("Error reading source state \"\(path)\"", "\(error)")
    }
  }
}

struct WorkspaceSelectCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "select", abstract: "Select a workspace.",
    discussion: """
      All later commands in this directory use it, until another is selected.
      """)

  static let manual = Manual(
    environment: [.workspace, .dataDirectory],
    examples: [Manual.Example("In CI", "plumb workspace select -or-create review-123")])

  @Argument(help: "The name of the workspace: letters, digits and - _ . ~ $ & + = : @")
  var name: String

  @Flag(name: .customLong("or-create"), help: "Create the workspace if it doesn't exist.")
  var orCreate = false

  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withWorkspaces(world, view) { workspaces in
      try requireValid(name)
      if workspaces.override != nil {
        throw failure(
          "Workspace is overridden",
          "The workspace is chosen by TF_WORKSPACE.\n\nUnset the variable to select another, or set it to that one's "
            + "name.")
      }
      if workspaces.session.workspace == name { return }
      if try await workspaces.names().contains(name) {
        try workspaces.select(name)
        world.output.line(Report(world, view).style.paint("Switched to workspace \"\(name)\".", .green))
      } else if orCreate {
        try await workspaces.create(name, state: nil)
        try workspaces.select(name)
        announceNew(name, world, view)
      } else {
        throw missing(name)
      }
    }
  }
}

struct WorkspaceDeleteCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Delete a workspace and its state.",
    discussion: """
      The selected workspace, the workspace default, and one that still manages objects are refused; the last unless -force is given.
      """)

  static let manual = Manual(
    environment: [.workspace, .dataDirectory],
    examples: [
      Manual.Example("When everything in it is gone", "plumb workspace select review-123", "plumb destroy", "plumb workspace select default", "plumb workspace delete review-123")
    ])

  @Argument(help: "The name of the workspace: letters, digits and - _ . ~ $ & + = : @")
  var name: String

  @Flag(help: "Delete it even if it still tracks resources, which nobody manages then.")
  var force = false

  @OptionGroup var lock: IgnoredLockArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withWorkspaces(world, view) { workspaces in
      guard try await workspaces.names().contains(name) else { throw missing(name) }
      if workspaces.session.workspace == name {
        throw failure(
          "Workspace \"\(name)\" is your active workspace.",
          "This workspace is selected. Select another before you delete it.")
      }
      if name == SQLiteStore.defaultWorkspace {
        throw failure("Cannot delete the default workspace", "The workspace \"default\" always exists.")
      }
      let tracked = try await workspaces.state(of: name).objects.filter { $0.address.resource.mode == .managed }
      if !tracked.isEmpty && !force { throw notEmpty(tracked) }
      try await workspaces.delete(name)
      let style = Report(world, view).style
      world.output.line(style.paint("Deleted workspace \"\(name)\"!", .green))
      if !tracked.isEmpty {
        world.output.line(
          style.paint(
            "WARNING: \"\(name)\" was not empty.\nWhat it managed may still exist, and is known to nobody now.\n",
            .yellow))
      }
    }
  }

  private func notEmpty(_ objects: [StateObject]) -> DiagnosticsError {
    let list = objects.map { "\n  - \($0.key)" }.joined()
    return failure(
      "Workspace is not empty",
      "Workspace \"\(name)\" manages these instances:\(list)\n\nWithout it, nobody manages them. Destroy them first, "
        + "or give -force to delete the workspace and forget them.")
  }
}
