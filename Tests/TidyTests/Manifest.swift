// TidyTests: the rules of the house that a compiler does not check. They read the sources as text and know no room's meaning.

import Foundation

/// The floor plan, read from the text of `Package.swift`: which room may import what, and where it lies.
struct Manifest {
  struct Room {
    var name: String
    var path: String
    /// Rooms, C libraries and products of kept packages.
    var imports: Set<String>
  }

  var rooms: [Room]

  /// All names that stand for a module of this package or of one it keeps.
  var moduleNames: Set<String> { rooms.reduce(into: Set(rooms.map(\.name))) { $0.formUnion($1.imports) } }

  init(text: String) {
    let targets = text.range(of: "targets: [", options: .backwards).map { text[$0.upperBound...] } ?? text[...]
    rooms = Self.calls(of: "room", in: targets).compactMap { call in
      let name = Self.strings(in: call).first
      let imports = Set(Self.strings(in: Self.list("imports:", in: call)) + Self.libraries(in: call))
      let path = call.range(of: "path:").flatMap { Self.strings(in: call[$0.upperBound...]).first }
      return name.map { Room(name: $0, path: path ?? "Sources/\($0)", imports: imports) }
    }
  }

  /// The arguments of each call of a function, up to the parenthesis that closes it.
  private static func calls(of name: String, in text: Substring) -> [Substring] {
    var calls: [Substring] = []
    var rest = text
    while let start = rest.range(of: " \(name)(") {
      var depth = 1
      var end = start.upperBound
      while end < rest.endIndex, depth > 0 {
        if rest[end] == "(" { depth += 1 }
        if rest[end] == ")" { depth -= 1 }
        end = rest.index(after: end)
      }
      calls.append(rest[start.upperBound..<end])
      rest = rest[end...]
    }
    return calls
  }

  /// What stands between the brackets behind a label.
  private static func list(_ label: String, in call: Substring) -> Substring {
    guard let start = call.range(of: label), let open = call[start.upperBound...].firstIndex(of: "["),
      let close = call[open...].firstIndex(of: "]")
    else { return "" }
    return call[open..<close]
  }

  /// C libraries by their names, and products by theirs.
  private static func libraries(in call: Substring) -> [String] {
    let list = list("libraries:", in: call)
    let products = list.components(separatedBy: ".product(name: \"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    let plain = list.components(separatedBy: ".product(").first ?? ""
    return products + strings(in: plain[...]) + list.components(separatedBy: "), ").dropFirst().flatMap { strings(in: $0[...]) }
  }

  private static func strings(in text: Substring) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }
}
