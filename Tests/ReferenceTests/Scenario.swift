import Foundation
import Testing

/// Files and commands in the order in which they happen, read from one text:
///
///     What the scenario shows, in a sentence.
///     -- main.tf --
///     resource "terraform_data" "a" {}
///     -- $ apply --
///     -- main.tf --
///     resource "terraform_data" "b" {}
///     -- $ plan -refresh=false --
///     TF_VAR_name=value
///
/// A section `known differences` pins what does not agree yet, a line each: `STEP PLACE: why`. Such a difference must be there
/// (a place stands for all that begins with it, and `everything` for the whole step), so that a line that is out of date fails too.
///
/// A section `cluster PATCH /api/… MANAGER` does to the cluster of a scenario what somebody else might do: its body is the request's.
///
/// A section with a file's name writes the file; `-- rm FILE --` takes one away; a section that begins with `$` runs a command
/// with both programs. With `-json`, every message of `plan`, `apply`, `destroy`, `refresh` and `init` must agree, not only what they
/// come to. The body of a command sets environment variables, a line each; the body of `$ console` is its input.
struct Scenario: Sendable, CustomTestStringConvertible {
  enum Event: Equatable, Sendable {
    case write(path: String, text: String)
    case remove(path: String)
    case run(Command)
    case cluster(ClusterRequest)
  }

  /// A request to the cluster.
  struct ClusterRequest: Equatable, Sendable {
    var method: String
    var path: String
    var manager: String
    var body: String
  }

  struct Command: Equatable, Sendable {
    /// The words as a person would type them after the program's name.
    var words: [String]
    var environment: [String: String] = [:]
    var input = ""

    var verb: String { words.first ?? "" }
    var line: String { words.joined(separator: " ") }
  }

  /// A disagreement that is known, at one step.
  struct KnownDifference: Equatable, Sendable {
    var step: Int
    var place: String
    var reason: String
  }

  var name: String
  var title: String
  var events: [Event]
  var known: [KnownDifference]

  var testDescription: String { name }

  /// The parts of a text, each with its header; the first has none.
  static func sections(of text: String) -> [(header: String?, body: String)] {
    var sections: [(header: String?, body: String)] = [(nil, "")]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- "), line.hasSuffix(" --"), line.count > 6 {
        sections.append((String(line.dropFirst(3).dropLast(3)), ""))
      } else {
        sections[sections.count - 1].body += line + "\n"
      }
    }
    return sections
  }

  init(name: String, text: String) {
    self.name = name
    let sections = Self.sections(of: text)
    title = sections[0].body.trimmingCharacters(in: .whitespacesAndNewlines)
    let isKnown = { (section: (header: String?, body: String)) in section.header == "known differences" }
    known = sections.filter(isKnown).flatMap { Self.knownDifferences($0.body) }
    events = sections.dropFirst().filter { !isKnown($0) }.map { Self.event(header: $0.header ?? "", body: $0.body) }
  }

  private static func knownDifferences(_ body: String) -> [KnownDifference] {
    body.split(separator: "\n").compactMap { line in
      guard let space = line.firstIndex(of: " "), let step = Int(line[..<space]), let colon = line.range(of: ": ") else { return nil }
      let place = String(line[line.index(after: space)..<colon.lowerBound])
      return KnownDifference(
        step: step, place: place == "everything" ? "" : place, reason: String(line[colon.upperBound...]))
    }
  }

  static func event(header: String, body: String) -> Event {
    if header.hasPrefix("rm ") { return .remove(path: String(header.dropFirst(3))) }
    if header.hasPrefix("cluster ") {
      let words = words(of: header.dropFirst(8))
      return .cluster(ClusterRequest(method: words[0], path: words.count > 1 ? words[1] : "/", manager: words.count > 2 ? words[2] : "kubectl-edit", body: body))
    }
    guard header.hasPrefix("$ ") else {
      // The line break before the next header belongs to the text, an empty line there does not.
      let text = body.hasSuffix("\n\n") ? String(body.dropLast()) : body
      return .write(path: header, text: text)
    }
    var command = Command(words: words(of: header.dropFirst(2)))
    if command.verb == "console" {
      command.input = body
    } else {
      for line in body.split(separator: "\n") {
        guard let equals = line.firstIndex(of: "=") else { continue }
        command.environment[String(line[..<equals])] = String(line[line.index(after: equals)...])
      }
    }
    return .run(command)
  }

  /// Splits at spaces outside of single quotes, and takes the quotes away.
  private static func words(of line: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      switch character {
      case "'": isQuoted.toggle()
      case " " where !isQuoted:
        if !word.isEmpty { words.append(word) }
        word = ""
      default: word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }
}

extension Scenario {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scenarios")

  /// All scenarios that both programs run.
  static let all: [Scenario] = read(from: directory)

  /// The scenarios of a folder, in the order of their names. `PLUMB_SCENARIOS` narrows them to those whose name contains its text.
  static func read(from folder: URL) -> [Scenario] {
    let wanted = ProcessInfo.processInfo.environment["PLUMB_SCENARIOS"] ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".txtar") && (wanted.isEmpty || $0.contains(wanted)) }.sorted().compactMap { file in
      guard let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8) else { return nil }
      return Scenario(name: String(file.dropLast(".txtar".count)), text: text)
    }
  }
}
