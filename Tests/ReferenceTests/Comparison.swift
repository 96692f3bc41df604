/// Where two documents are not the same.
struct Difference: CustomStringConvertible, Equatable {
  var place: String
  var reference: String
  var own: String

  var description: String { "\(place)\n    terraform: \(reference)\n    plumb:     \(own)" }
}

/// All differences between the steps of the reference and our own.
func differences(_ reference: [StepResult], _ own: [StepResult]) -> [(step: Int, differences: [Difference])] {
  var found: [(step: Int, differences: [Difference])] = []
  for (index, pair) in zip(reference, own).enumerated() {
    var here: [Difference] = []
    for aspect in Set(pair.0.aspects.keys).union(pair.1.aspects.keys).sorted() {
      compare(pair.0.aspects[aspect], pair.1.aspects[aspect], at: aspect, into: &here)
    }
    if !here.isEmpty { found.append((index, here)) }
  }
  return found
}

private func compare(_ reference: JSONTree?, _ own: JSONTree?, at place: String, into found: inout [Difference]) {
  if reference == own { return }
  switch (reference, own) {
  case (.object(let left)?, .object(let right)?):
    for key in Set(left.keys).union(right.keys).sorted() { compare(left[key], right[key], at: "\(place).\(key)", into: &found) }
  case (.array(let left)?, .array(let right)?) where place == "diagnostics":
    compareDiagnostics(left, right, at: place, into: &found)
  case (.array(let left)?, .array(let right)?):
    compareArrays(left, right, at: place, into: &found)
  default:
    found.append(Difference(place: place, reference: shown(reference), own: shown(own)))
  }
}

/// Messages have no order that means anything: what only one program says is named, and what both say of different places. The
/// reference says again in each phase what a provider warned of; once is enough.
private func compareDiagnostics(_ left: [JSONTree], _ right: [JSONTree], at place: String, into found: inout [Difference]) {
  var unmatched = right
  var missing: [JSONTree] = []
  for diagnostic in left {
    if let index = unmatched.firstIndex(of: diagnostic) {
      unmatched.remove(at: index)
    } else if diagnostic["severity"]?.text != "warning" || !right.contains(diagnostic) && !missing.contains(diagnostic) {
      missing.append(diagnostic)
    }
  }
  for diagnostic in missing {
    let other = unmatched.firstIndex { $0["summary"] == diagnostic["summary"] && $0["severity"] == diagnostic["severity"] }
    let own = other.map { unmatched.remove(at: $0) }
    found.append(
      Difference(
        place: own == nil ? place : "\(place).place", reference: shownDiagnostic(diagnostic),
        own: own.map(shownDiagnostic) ?? "absent"))
  }
  for diagnostic in unmatched {
    found.append(Difference(place: place, reference: "absent", own: shownDiagnostic(diagnostic)))
  }
}

/// `error: Missing required argument at main.tf:1,5-9`, as a person would say it.
private func shownDiagnostic(_ tree: JSONTree) -> String {
  func place(_ name: String) -> String {
    guard let point = tree["range"]?[name] else { return "-" }
    return "\(point["line"]?.canonical ?? "-"),\(point["column"]?.canonical ?? "-")"
  }
  let file = tree["range"]?["filename"]?.text ?? "nowhere"
  return "\(tree["severity"]?.text ?? ""): \(tree["summary"]?.text ?? "") at \(file):\(place("start"))..\(place("end"))"
}

/// Elements with an address are compared by it, so that one too many does not make all that follow differ.
private func compareArrays(_ left: [JSONTree], _ right: [JSONTree], at place: String, into found: inout [Difference]) {
  let leftNames = left.map(elementName)
  let rightNames = right.map(elementName)
  if leftNames.allSatisfy({ $0 != nil }), rightNames.allSatisfy({ $0 != nil }), left.count + right.count > 0 {
    let leftNames = leftNames.compactMap(\.self)
    let rightNames = rightNames.compactMap(\.self)
    let leftByName = Dictionary(zip(leftNames, left), uniquingKeysWith: { first, _ in first })
    let rightByName = Dictionary(zip(rightNames, right), uniquingKeysWith: { first, _ in first })
    for name in Set(leftNames).union(rightNames).sorted() {
      compare(leftByName[name], rightByName[name], at: "\(place)[\(name)]", into: &found)
    }
    // The reference takes modules within modules as they come.
    if leftNames != rightNames, Set(leftNames) == Set(rightNames), !place.hasSuffix("].child_modules") {
      found.append(
        Difference(
          place: "\(place) (order)", reference: leftNames.joined(separator: " "), own: rightNames.joined(separator: " ")))
    }
    return
  }
  // Lists of names, of which one has some more: those alone are told.
  let texts = Set((left + right).compactMap(\.text))
  if left.count != right.count, left.count == Set(left.compactMap(\.text)).count, right.count == Set(right.compactMap(\.text)).count {
    for text in texts.sorted() where left.contains(.string(text)) != right.contains(.string(text)) {
      let isInReference = left.contains(.string(text))
      found.append(
        Difference(place: place, reference: isInReference ? text : "absent", own: isInReference ? "absent" : text))
    }
    return
  }
  for index in 0..<max(left.count, right.count) {
    compare(
      index < left.count ? left[index] : nil, index < right.count ? right[index] : nil, at: "\(place)[\(index)]", into: &found)
  }
}

private func elementName(_ tree: JSONTree) -> String? {
  if let address = tree["address"]?.text { return address + (tree["deposed"] == nil ? "" : " deposed") }
  guard let type = tree["type"]?.text, let name = tree["name"]?.text, tree["instances"] != nil else { return nil }
  return [tree["module"]?.text, tree["mode"]?.text, type, name].compactMap(\.self).joined(separator: ".")
}

private func shown(_ tree: JSONTree?) -> String {
  guard let tree else { return "absent" }
  let text = tree.canonical
  return text.count <= 300 ? text : text.prefix(300) + "…"
}
