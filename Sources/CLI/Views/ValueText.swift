import Values

/// A value as the language would write it, with the conversions that give it its exact type. Texts of several lines are
/// here-documents. `indent` is the number of spaces before each line but the first.
func valueText(_ value: Value, indent: Int) -> String {
  var writer = ValueWriter()
  writer.write(value, indent)
  return writer.text
}

/// A value as the console shows it; a type as a type expression.
func consoleText(_ value: Value) -> String {
  if value.isMarked(.typeValue), let type = value.asString { return type }
  return valueText(value, indent: 0)
}

/// The outputs after apply, under their heading; nothing if there are none.
func outputsText(_ outputs: [String: Value], style: TextStyle) -> String {
  if outputs.isEmpty { return "" }
  return style.paint("Outputs:", .boldGreen) + "\n\n" + outputLines(outputs)
}

/// One output a line, in ascending order of names.
func outputLines(_ outputs: [String: Value]) -> String {
  var text = ""
  for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
    text += value.isMarked(.sensitive) ? "\(name) = <sensitive>\n" : "\(name) = \(valueText(value, indent: 0))\n"
  }
  return text
}

private struct ValueWriter {
  var text = ""

  mutating func write(_ value: Value, _ indent: Int) {
    switch value {
    case .null(let type): text += nullText(type)
    case .unknown: text += "(known after apply)"
    case .bool(let flag): text += flag ? "true" : "false"
    case .number(let number): text += number.text
    case .string(let string): writeString(string, indent)
    case .list(let list): writeSequence(list.elements, "tolist(", ")", indent)
    case .set(let set): writeSequence(set.elements, "toset(", ")", indent)
    case .tuple(let tuple): writeSequence(tuple.elements, "", "", indent)
    case .map(let map): writeMembers(map.keys, map.values, "tomap(", ")", indent)
    case .object(let object): writeMembers(object.names, object.values, "", "", indent)
    case .marked(let marked): writeMarked(marked, indent)
    }
  }

  private mutating func writeMarked(_ marked: MarkedValue, _ indent: Int) {
    if !marked.value.isKnown {
      text += "(known after apply)"
    } else if marked.marks.contains(.concealed) {
      text += "(sensitive value)"
    } else if marked.marks.contains(.ephemeral) {
      text += "(ephemeral value)"
    } else {
      write(marked.value, indent)
    }
  }

  private func nullText(_ type: ValueType) -> String {
    switch type {
    case .dynamic: "null"
    case .bool: "tobool(null)"
    case .number: "tonumber(null)"
    case .string: "tostring(null)"
    case .list(let element): "tolist(null) /* of \(element.friendlyName) */"
    case .set(let element): "toset(null) /* of \(element.friendlyName) */"
    case .map(let element): "tomap(null) /* of \(element.friendlyName) */"
    default: "null /* \(type.friendlyName) */"
    }
  }

  private mutating func newLine(_ indent: Int) {
    text += "\n"
    for _ in 0..<indent { text += " " }
  }

  private mutating func writeString(_ string: String, _ indent: Int) {
    guard string.utf8.contains(UInt8(ascii: "\n")) else {
      text += displayQuoted(string)
      return
    }
    let lines = string.split(separator: "\n", omittingEmptySubsequences: false)
    var delimiter = "EOT"
    while lines.contains(where: { $0 == delimiter }) { delimiter += "_" }
    text += (indent > 0 ? "<<-" : "<<") + delimiter
    for line in lines {
      newLine(indent)
      text += line
    }
    newLine(indent)
    text += delimiter
  }

  private mutating func writeSequence(_ elements: [Value], _ start: String, _ end: String, _ indent: Int) {
    text += "\(start)["
    for element in elements {
      newLine(indent + 2)
      write(element, indent + 2)
      text += ","
    }
    if !elements.isEmpty { newLine(indent) }
    text += "]\(end)"
  }

  private mutating func writeMembers(
    _ names: [String], _ values: [Value], _ start: String, _ end: String, _ indent: Int
  ) {
    text += "\(start){"
    for (name, value) in zip(names, values) {
      newLine(indent + 2)
      text += displayQuoted(name)
      text += " = "
      write(value, indent + 2)
    }
    if !values.isEmpty { newLine(indent) }
    text += "}\(end)"
  }
}
