/// What a command tells programs, message by message, in a form in which two runs can be compared.
///
/// Times and versions are left out. What is said of one object keeps its order; objects that are worked on at the same time have none
/// among each other, and neither have the changes of a plan and the diagnostics that stand beside each other.
struct MessageStream {
  /// Messages in order. A stretch of messages about objects is one element, the messages by their object's address.
  private var elements: [JSONTree] = []
  private var objects: [String: [JSONTree]] = [:]
  private var unordered: [JSONTree] = []
  private var unorderedType = ""

  init(_ output: String) {
    for message in JSONTree.lines(of: output) { add(message) }
    endStretch()
  }

  var aspects: [String: JSONTree] { ["stream": Self.numbered(elements)] }

  /// A list whose order counts, in a form that nothing brings into another one.
  private static func numbered(_ trees: [JSONTree]) -> JSONTree {
    let pairs = trees.enumerated().map { (String(1000 + $0.offset).dropFirst(), $0.element) }
    return .object(Dictionary(uniqueKeysWithValues: pairs.map { (String($0.0), $0.1) }))
  }

  private mutating func add(_ message: JSONTree) {
    var members = message.members
    members["@timestamp"] = nil
    let type = members["type"]?.text ?? ""
    if type == "version" {
      members["@message"] = nil
      members["terraform"] = nil
    }
    if case .object(var hook)? = members["hook"] {
      hook["elapsed_seconds"] = nil
      members["hook"] = .object(hook)
    }
    if let text = members["@message"]?.text { members["@message"] = .string(Self.withoutDuration(text)) }
    // The programs call themselves by their own names.
    if ["init_output", "log"].contains(type), let text = members["@message"]?.text {
      members["@message"] = .string(text.replacing("Terraform", with: "Plumb"))
    }
    if let diagnostic = members["diagnostic"] { members["diagnostic"] = Self.withoutDetail(diagnostic) }
    let entry = JSONTree.object(members)
    if let address = members["hook"]?["resource"]?["addr"]?.text {
      if !unordered.isEmpty { endStretch() }
      objects[address, default: []].append(entry)
    } else if ["planned_change", "resource_drift", "diagnostic"].contains(type) {
      if !objects.isEmpty || unorderedType != type { endStretch() }
      unorderedType = type
      unordered.append(entry)
    } else {
      endStretch()
      elements.append(entry)
    }
  }

  private mutating func endStretch() {
    if !objects.isEmpty { elements.append(.object(objects.mapValues(Self.numbered))) }
    if !unordered.isEmpty { elements.append(.array(unordered.inCanonicalOrder)) }
    objects = [:]
    unordered = []
    unorderedType = ""
  }

  private static func withoutDuration(_ text: String) -> String {
    text.replacing(/after (\d+h)?(\d+m)?\d+s/) { _ in "after ‹duration›" }
  }

  /// A detail may be worded better.
  private static func withoutDetail(_ diagnostic: JSONTree) -> JSONTree {
    var members = diagnostic.members
    members["detail"] = nil
    return .object(members)
  }
}
