import ArgumentParser
import Diagnostics
import Host

struct CompletionCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Print a script that teaches a shell to complete commands and options.",
    discussion: """
      The script is for bash, zsh or fish. To have it in every new shell, run plumb -install-autocomplete, which adds a line to .bashrc \
      and .zshrc; plumb -uninstall-autocomplete takes it away.
      """)

  static let manual = Manual(
    examples: [
      Manual.Example("For this shell only", "source <(plumb completion bash)"),
      Manual.Example("For every fish", "plumb completion fish > ~/.config/fish/completions/plumb.fish"),
    ])

  @Argument(help: ArgumentHelp("The name of the shell: bash, zsh or fish.", valueName: "shell"))
  var shell: String

  func run(in world: World) async -> Int32 {
    guard let shell = CompletionShell(rawValue: shell) else {
      let names = CompletionShell.allCases.map(\.rawValue).joined(separator: ", ")
      world.errors.line("Error: There is no completion for \"\(self.shell)\"; the shells are \(names).")
      return 1
    }
    world.output.line(PlumbCommand.completionScript(for: shell))
    return 0
  }
}

/// The line in a shell's own settings that loads the script.
struct CompletionInstallation {
  private static let file = [".bashrc": "bash", ".zshrc": "zsh"]

  private static func line(_ shell: String) -> String { "source <(plumb completion \(shell))" }

  /// Adds the line to the settings of the shells that the user has, or takes it away; gives the exit code.
  static func change(in world: World, isInstalling: Bool) -> Int32 {
    guard let home = world.homeDirectory else {
      world.errors.line("Error: HOME is not set, so the settings of no shell can be found.")
      return 1
    }
    var isDone = false
    for (name, shell) in file.sorted(by: { $0.key < $1.key }) where world.files.isFile("\(home)/\(name)") {
      let path = (try? world.files.resolve("\(home)/\(name)")) ?? "\(home)/\(name)"
      do throws(FileError) {
        let text = String(decoding: try world.files.read(path), as: UTF8.self)
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { $0 != line(shell) }
        if isInstalling {
          let end = lines.last?.isEmpty == true ? lines.count - 1 : lines.count
          lines.insert(Substring(line(shell)), at: end)
        }
        try world.files.write([UInt8](lines.joined(separator: "\n").utf8), to: path)
        isDone = true
      } catch {
        world.errors.line("Error: \(error)")
        return 1
      }
    }
    if isDone { return 0 }
    world.errors.line("Error: There is neither a .bashrc nor a .zshrc in \(home). See: plumb completion -help")
    return 1
  }
}
