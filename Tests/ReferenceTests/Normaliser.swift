import Foundation

/// Replaces what differs from run to run (generated names, times, ports) by words that say what it is, so that two runs of the
/// same scenario give the same documents. A generated name is called after the attribute that first held it.
struct Normaliser {
  /// Which words in a text count as generated.
  var isGenerated: @Sendable (Word) -> Bool = isUUID
  /// Plain replacements, such as the address of an emulated cloud.
  var replacements: [(text: String, placeholder: String)] = []
  /// Attributes, as `type.attribute`, whose texts are made up altogether.
  var madeUp: Set<String> = []
  /// Names of attributes whose values depend on what else was going on: nothing but whether there is one is compared.
  var unsteady: Set<String> = []
  /// Whether what providers keep for themselves is other bytes each time that they write it.
  var isPrivateDataSealed = false

  private var names: [String: String] = [:]
  private var taken: [String: Int] = [:]

  init(
    isGenerated: @escaping @Sendable (Word) -> Bool = isUUID, replacements: [(String, String)] = [],
    madeUp: Set<String> = []
  ) {
    self.isGenerated = isGenerated
    self.madeUp = madeUp
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

  /// Names the generated words of a state after the object and the attribute that hold them: first those of all `id` and `arn`
  /// attributes, which others refer to.
  private mutating func learn(state: JSONTree) {
    for isFirst in [true, false] {
      for resource in state["resources"]?.elements ?? [] {
        let type = resource["type"]?.text ?? ""
        var address = [resource["module"]?.text, type, resource["name"]?.text].compactMap(\.self).joined(separator: ".")
        if resource["mode"]?.text == "data" { address = "data " + address }
        for instance in resource["instances"]?.elements ?? [] {
          let key = instance["index_key"].map { "[\($0.canonical)]" } ?? ""
          for (name, value) in (instance["attributes"]?.members ?? [:]).sorted(by: { $0.key < $1.key })
          where ["id", "arn"].contains(name) == isFirst {
            learn(value, as: "\(address)\(key).\(name)", isMadeUp: madeUp.contains("\(type).\(name)"))
          }
        }
      }
    }
  }

  private mutating func learn(_ tree: JSONTree, as name: String, isMadeUp: Bool) {
    switch tree {
    case .string(let text):
      if isMadeUp {
        if text.count > 8 { replacements.append((text, "‹\(name)›")) }
        return
      }
      for word in words(of: text) where word.count >= 6 && isGenerated(word) {
        let word = String(decoding: word, as: UTF8.self)
        if names[word] == nil { take(word, as: name) }
      }
    case .array(let elements): for element in elements { learn(element, as: name + "[]", isMadeUp: isMadeUp) }
    case .object(let members):
      for (key, value) in members.sorted(by: { $0.key < $1.key }) { learn(value, as: "\(name).\(key)", isMadeUp: isMadeUp) }
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
      let isOrderGenerated =
        changed != elements
        && changed.allSatisfy { $0["address"] == nil && $0["instances"] == nil && $0["attributes"] == nil }
      return .array(isOrderGenerated ? changed.inCanonicalOrder : changed)
    case .object(let members):
      var result: [String: JSONTree] = [:]
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        result[normalise(key)] = isUnsteady(key, value) ? .string("‹\(key)›") : normalise(value)
      }
      return .object(result)
    default:
      return tree
    }
  }

  private func isUnsteady(_ key: String, _ value: JSONTree) -> Bool {
    guard unsteady.contains(key) else { return false }
    return switch value {
    case .string, .number, .array: true
    case .null, .bool, .object: false
    }
  }

  private mutating func normalise(_ text: String) -> String {
    var text = text
    for (old, new) in replacements where text.contains(old) { text = text.replacingOccurrences(of: old, with: new) }
    let bytes = Array(text.utf8)
    guard bytes.count >= 6 else { return text }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
      if let end = endOfTime(in: bytes, from: offset) {
        result += "‹time›".utf8
        offset = end
        continue
      }
      var end = offset
      while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
      if end == offset {
        result.append(bytes[offset])
        offset += 1
        continue
      }
      let word = bytes[offset..<end]
      if word.count >= 6, isGenerated(word) {
        let name = String(decoding: word, as: UTF8.self)
        if names[name] == nil { take(name, as: "generated") }
        result += (names[name] ?? "").utf8
      } else {
        result += word
      }
      offset = end
    }
    return String(decoding: result, as: UTF8.self)
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
      members["check_results"] = members["check_results"].map(sortingObjects)
    default: break
    }
    return .object(members)
  }

  private func sorted(_ tree: JSONTree) -> JSONTree {
    guard case .array(let elements) = tree else { return tree }
    return .array(elements.inCanonicalOrder)
  }

  /// The reference takes the instances of a check as they come.
  private func sortingObjects(_ checks: JSONTree) -> JSONTree {
    guard case .array(let elements) = checks else { return checks }
    let ordered = elements.map { check -> JSONTree in
      guard case .object(var members) = check else { return check }
      members["objects"] = members["objects"].map(sorted)
      return .object(members)
    }
    return .array(ordered.inCanonicalOrder)
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
            // The reference does not ask for identities.
            inner["identity"] = nil
            inner["identity_schema_version"] = nil
            if isPrivateDataSealed, inner["private"] != nil { inner["private"] = .string("‹sealed›") }
            return .object(inner)
          })
        return .object(members)
      })
  }
}

// MARK: Words

typealias Word = ArraySlice<UInt8>

private func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
private func isUpper(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte }
private func isLower(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte }
private func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || 0x61...0x66 ~= byte }
private func isWordByte(_ byte: UInt8) -> Bool { isDigit(byte) || isUpper(byte) || isLower(byte) || byte == 0x2D }

private func words(of text: String) -> [Word] { Array(text.utf8).split { !isWordByte($0) } }

@Sendable func isUUID(_ word: Word) -> Bool {
  guard word.count == 36 else { return false }
  return word.enumerated().allSatisfy { [8, 13, 18, 23].contains($0.offset) ? $0.element == 0x2D : isHexadecimal($0.element) }
}

/// Names that the emulated cloud or the provider makes up: `vpc-0123456789abcdef0`, `AROA1B2C…`, `w3uv5v72c3l7hgv6ysv3`, the random
/// letters at the end of a secret's name, and the time that the provider puts behind its own names.
@Sendable func isCloudName(_ word: Word) -> Bool {
  if isUUID(word.suffix(36)) { return true }
  let hyphen = word.lastIndex(of: 0x2D)
  let end = hyphen.map { word[($0 + 1)...] } ?? word
  let hasDigit = end.contains(where: isDigit)
  if hyphen != nil {
    if [8, 17].contains(end.count), end.allSatisfy(isHexadecimal), hasDigit { return true }
    if end.count == 6, end.allSatisfy({ isUpper($0) || isLower($0) }), end.contains(where: isUpper) { return true }
    if [9, 10, 26].contains(end.count), end.allSatisfy(isDigit) { return true }
    // Some security groups get letters of the whole alphabet, now and then without any digit.
    if word.starts(with: "sg-".utf8), end.count == 17, end.allSatisfy({ isDigit($0) || isLower($0) }) { return true }
  }
  if [16, 32, 40].contains(word.count), word.allSatisfy(isHexadecimal), hasDigit { return true }
  if 17...24 ~= end.count, hasDigit, end.allSatisfy({ isDigit($0) || isLower($0) }), end.contains(where: isLower) { return true }
  let isConstant = word.allSatisfy { isDigit($0) || isUpper($0) } && word.contains(where: isUpper)
  return isConstant && (word.count >= 16 || word.count >= 12 && hasDigit)
}

private let timeShape = Array("dddd-dd-dd_dd:dd:dd".utf8)

/// Where a time in the form of RFC 3339 ends, also one with a space for the T; nil if none begins here.
private func endOfTime(in bytes: [UInt8], from start: Int) -> Int? {
  guard bytes.count - start >= timeShape.count, isDigit(bytes[start]) else { return nil }
  for index in 0..<timeShape.count {
    let byte = bytes[start + index]
    switch timeShape[index] {
    case UInt8(ascii: "d"): if !isDigit(byte) { return nil }
    case UInt8(ascii: "_"): if byte != UInt8(ascii: "T") && byte != 0x20 { return nil }
    default: if byte != timeShape[index] { return nil }
    }
  }
  var end = start + timeShape.count
  while end < bytes.count, isDigit(bytes[end]) || ".:+-Z".utf8.contains(bytes[end]) { end += 1 }
  return end
}
