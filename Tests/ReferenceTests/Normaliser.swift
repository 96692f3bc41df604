/// Replaces what differs from run to run (generated names, times, ports) by words that say what it is, so that two runs of the
/// same scenario give the same documents. A generated name is called after the attribute that first held it.
struct Normaliser {
  /// Which words in a text count as generated.
  var isGenerated: @Sendable (Substring) -> Bool = isUUID
  /// Plain replacements, such as the address of an emulated cloud.
  var replacements: [(text: String, placeholder: String)] = []

  private var names: [String: String] = [:]
  private var taken: [String: Int] = [:]

  init(isGenerated: @escaping @Sendable (Substring) -> Bool = isUUID, replacements: [(String, String)] = []) {
    self.isGenerated = isGenerated
    self.replacements = replacements.map { (text: $0.0, placeholder: $0.1) }
  }

  /// The documents of all steps, in comparable form.
  mutating func normalise(_ results: [StepResult]) -> [StepResult] {
    results.map { result in
      var result = result
      if let state = result.aspects["state"] { learn(state: state) }
      for (name, tree) in result.aspects.sorted(by: { $0.key < $1.key }) {
        result.aspects[name] = normalise(prepared(tree, aspect: name))
      }
      return result
    }
  }

  // MARK: Names

  /// Names the generated words of a state after the object and the attribute that hold them.
  private mutating func learn(state: JSONTree) {
    for resource in state["resources"]?.elements ?? [] {
      var address = [resource["module"]?.text, resource["type"]?.text, resource["name"]?.text].compactMap(\.self)
        .joined(separator: ".")
      if resource["mode"]?.text == "data" { address = "data " + address }
      for instance in resource["instances"]?.elements ?? [] {
        let key = instance["index_key"].map { "[\($0.canonical)]" } ?? ""
        let attributes = instance["attributes"]?.members ?? [:]
        for (name, value) in attributes.sorted(by: { Self.order($0.key) < Self.order($1.key) }) {
          learn(value, as: "\(address)\(key).\(name)")
        }
      }
    }
  }

  /// The attributes that other objects refer to give the names.
  private static func order(_ name: String) -> String { ["id": "0", "arn": "1"][name] ?? "2" + name }

  private mutating func learn(_ tree: JSONTree, as name: String) {
    switch tree {
    case .string(let text):
      for word in words(of: text) where isGenerated(word) && names[String(word)] == nil { take(String(word), as: name) }
    case .array(let elements): for element in elements { learn(element, as: name + "[]") }
    case .object(let members):
      for (key, value) in members.sorted(by: { $0.key < $1.key }) { learn(value, as: "\(name).\(key)") }
    default: break
    }
  }

  private mutating func take(_ word: String, as name: String) {
    let count = taken[name, default: 0] + 1
    taken[name] = count
    names[word] = count == 1 ? "‹\(name)›" : "‹\(name) #\(count)›"
  }

  // MARK: Documents

  private mutating func normalise(_ tree: JSONTree) -> JSONTree {
    switch tree {
    case .string(let text):
      return .string(normalise(text))
    case .array(let elements):
      let changed = elements.map { normalise($0) }
      // Sets are in the order of what was generated; the order of a list of such things is seen in its other attributes.
      let isOrderGenerated = changed != elements && changed.allSatisfy { $0["address"] == nil }
      return .array(isOrderGenerated ? changed.sorted { $0.canonical < $1.canonical } : changed)
    case .object(let members):
      var result: [String: JSONTree] = [:]
      for (key, value) in members.sorted(by: { $0.key < $1.key }) { result[normalise(key)] = normalise(value) }
      return .object(result)
    default:
      return tree
    }
  }

  private mutating func normalise(_ text: String) -> String {
    var text = text
    for (old, new) in replacements where text.contains(old) { text = text.replacing(old, with: new) }
    var result = ""
    var rest = text[...]
    while let first = rest.first {
      let time = timePrefix(of: rest)
      if !time.isEmpty {
        result += "‹time›"
        rest = rest[time.endIndex...]
        continue
      }
      let word = rest.prefix(while: isWordCharacter)
      if word.isEmpty {
        result.append(first)
        rest = rest.dropFirst()
        continue
      }
      if isGenerated(word) {
        if names[String(word)] == nil { take(String(word), as: "generated") }
        result += names[String(word)] ?? ""
      } else {
        result += word
      }
      rest = rest[word.endIndex...]
    }
    return result
  }

  // MARK: What is left out

  /// Takes away what no two runs share, and orders what has no order.
  private func prepared(_ tree: JSONTree, aspect: String) -> JSONTree {
    guard case .object(var members) = tree else { return tree }
    switch aspect {
    case "plan", "shown":
      for name in ["timestamp", "terraform_version"] { members[name] = nil }
      if case .object(var prior)? = members["prior_state"] {
        prior["terraform_version"] = nil
        members["prior_state"] = .object(prior)
      }
      for name in ["relevant_attributes", "checks"] { members[name] = members[name].map(sorted) }
      for name in ["resource_changes", "resource_drift"] { members[name] = members[name].map(sortingReplacePaths) }
    case "state":
      for name in ["serial", "lineage", "terraform_version"] { members[name] = nil }
      members["resources"] = members["resources"].map(sortingSensitivePaths)
      members["check_results"] = members["check_results"].map(sorted)
    default: break
    }
    return .object(members)
  }

  private func sorted(_ tree: JSONTree) -> JSONTree {
    guard case .array(let elements) = tree else { return tree }
    return .array(elements.sorted { $0.canonical < $1.canonical })
  }

  private func sortingReplacePaths(_ changes: JSONTree) -> JSONTree {
    .array(
      changes.elements.map { change in
        guard case .object(var members) = change, case .object(var inner)? = members["change"] else { return change }
        inner["replace_paths"] = inner["replace_paths"].map(sorted)
        members["change"] = .object(inner)
        return .object(members)
      })
  }

  private func sortingSensitivePaths(_ resources: JSONTree) -> JSONTree {
    .array(
      resources.elements.map { resource in
        guard case .object(var members) = resource else { return resource }
        members["instances"] = .array(
          (members["instances"]?.elements ?? []).map { instance in
            guard case .object(var inner) = instance else { return instance }
            inner["sensitive_attributes"] = inner["sensitive_attributes"].map(sorted)
            // The key of an object that waits for its deletion is drawn by lot.
            if inner["deposed"] != nil { inner["deposed"] = .string("‹deposed›") }
            return .object(inner)
          })
        return .object(members)
      })
  }
}

// MARK: Words

private func isWordCharacter(_ character: Character) -> Bool {
  character.isASCII && (character.isLetter || character.isNumber || character == "-")
}

private func words(of text: String) -> [Substring] { text.split { !isWordCharacter($0) } }

private func isHexadecimal(_ character: Character) -> Bool { character.isHexDigit && !character.isUppercase }

@Sendable func isUUID(_ word: Substring) -> Bool {
  guard word.utf8.count == 36 else { return false }
  return word.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
    && word.allSatisfy { $0 == "-" || isHexadecimal($0) }
}

/// Names that the emulated cloud makes up: `vpc-0123456789abcdef0`, `AROA…`, `Z…`, and the random end of a secret's name.
@Sendable func isCloudName(_ word: Substring) -> Bool {
  if isUUID(word) { return true }
  let end = word.split(separator: "-").last ?? ""
  if end.count < word.count, [8, 17].contains(end.count), end.allSatisfy(isHexadecimal), end.contains(where: \.isNumber) {
    return true
  }
  if end.count < word.count, end.count == 6, end.allSatisfy(\.isLetter), end.contains(where: \.isUppercase),
    end.contains(where: \.isLowercase)
  {
    return true
  }
  if word.count == 16 || word.count == 32 || word.count == 40 {
    if word.allSatisfy(isHexadecimal), word.contains(where: \.isNumber) { return true }
  }
  let isUpper = word.allSatisfy { $0.isNumber || $0.isUppercase } && word.contains(where: \.isLetter)
  return isUpper && (word.first == "Z" && word.count >= 12 || word.first == "A" && [20, 21].contains(word.count))
}

/// A time in the form of RFC 3339, also with a space for the T, at the beginning of a text.
private func timePrefix(of text: Substring) -> Substring {
  let shape = "dddd-dd-dd_dd:dd:dd"
  guard text.utf8.count >= shape.utf8.count else { return text.prefix(0) }
  for (character, expected) in zip(text, shape) {
    switch expected {
    case "d": if !character.isNumber { return text.prefix(0) }
    case "_": if character != "T" && character != " " { return text.prefix(0) }
    default: if character != expected { return text.prefix(0) }
    }
  }
  let rest = text.dropFirst(shape.count).prefix { $0.isNumber || ".:+-Z".contains($0) }
  return text[..<rest.endIndex]
}
