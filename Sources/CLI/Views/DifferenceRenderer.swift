import Plans
import Values

/// Writes differences as text: one attribute, element or block a line, each with the symbol of what happens to it.
struct DifferenceRenderer {
  /// What the place around asks of a part.
  struct Options {
    /// Show the parts that stay as well.
    var showsUnchanged = false
    /// Do not say `-> null`: what is around says it, or it says nothing.
    var hidesNull = false
    /// The part shows that it forces the replacement, whether it knows or not.
    var forcesReplacement = false
    /// What the parts that are not known yet wait for.
    var unknownReasons = UnknownReasons()
  }

  let style: TextStyle
  /// Whether symbols stand before the lines: not for what merely is.
  let showsSymbols: Bool
  var text = ""
  private let creationSymbol: String
  private let updateSymbol: String
  private let deletionSymbol: String
  private let arrow: String
  private let nullWord: String
  private let nullSuffix: String
  private let replacementSuffix: String

  init(_ style: TextStyle, showsSymbols: Bool = true) {
    self.style = style
    self.showsSymbols = showsSymbols
    arrow = style.paint("->", .yellow)
    nullWord = style.paint("null", .gray)
    nullSuffix = style.paint(" -> null", .gray)
    replacementSuffix = style.paint(" # forces replacement", .red)
    creationSymbol = actionSymbol(.create, style) + " "
    updateSymbol = actionSymbol(.update, style) + " "
    deletionSymbol = actionSymbol(.delete, style) + " "
  }

  /// The text of one difference on its own.
  static func text(
    of difference: ValueDifference, indent: Int = 0, options: Options = Options(), style: TextStyle,
    showsSymbols: Bool = true
  ) -> String {
    var renderer = DifferenceRenderer(style, showsSymbols: showsSymbols)
    renderer.render(difference, indent, options)
    return renderer.text
  }

  mutating func render(_ difference: ValueDifference, _ indent: Int, _ options: Options) {
    switch difference.content {
    case .primitive(let before, let after): renderPrimitive(difference, before, after, indent, options)
    case .unknown(let before):
      if difference.action != .create, let before {
        var options = options
        options.hidesNull = true
        render(before, indent, options)
        text += " \(arrow) (known after apply)"
      } else {
        text += "(known after apply)"
      }
      appendReplacement(difference, options)
    case .sensitive:
      text += "(sensitive value)"
      appendNull(difference, options)
      appendReplacement(difference, options)
    case .writeOnly:
      text += "(write-only attribute)"
      appendNull(difference, options)
      appendReplacement(difference, options)
    case .typeChange(let before, let after):
      var inner = options
      inner.hidesNull = true
      render(before, indent, inner)
      text += " \(arrow) "
      render(after, indent, options)
    case .list(let elements, let showsNeighbours):
      renderList(difference, elements, showsNeighbours: showsNeighbours, indent, options)
    case .set(let elements, let isNested): renderSet(difference, elements, isNested: isNested, indent, options)
    case .map(let members, let isNested): renderMap(difference, members, isNested: isNested, indent, options)
    case .object(let members, let isNested): renderObject(difference, members, isNested: isNested, indent, options)
    case .block(let attributes, let groups): renderBlock(difference, attributes, groups, indent, options)
    case .sensitiveBlock: renderSensitiveBlock(difference, indent, options)
    }
  }

  // MARK: Pieces

  mutating func appendIndent(_ indent: Int) {
    for _ in 0..<indent { text += "    " }
  }

  mutating func appendSymbol(_ action: Action) {
    guard showsSymbols else { return }
    switch action {
    case .create: text += creationSymbol
    case .update: text += updateSymbol
    case .delete: text += deletionSymbol
    default: text += "    "
    }
  }

  mutating func appendReplacement(_ difference: ValueDifference, _ options: Options) {
    if difference.forcesReplacement || options.forcesReplacement { text += replacementSuffix }
  }

  mutating func appendNull(_ difference: ValueDifference, _ options: Options) {
    if difference.action == .delete && !options.hidesNull { text += nullSuffix }
  }

  /// `# (3 unchanged attributes hidden)` on its own line.
  mutating func appendUnchanged(_ noun: String, _ count: Int, _ indent: Int) {
    guard count > 0 else { return }
    appendIndent(indent)
    appendSymbol(.noOp)
    text += style.paint("# (\(count) unchanged \(noun)\(count == 1 ? "" : "s") hidden)", .gray)
    text += "\n"
  }

  /// The line that ends what a bracket began.
  mutating func appendEnd(_ bracket: String, _ indent: Int) {
    appendIndent(indent)
    appendSymbol(.noOp)
    text += bracket
  }

  /// One named part, with its warnings before it and the rest of the line after it.
  private mutating func renderMember(
    _ member: ValueDifference.Member, name: String, _ indent: Int, _ options: Options, end: String = ""
  ) {
    appendWarnings(member.difference, indent)
    appendIndent(indent)
    appendSymbol(member.difference.action)
    text += name
    text += " = "
    var inner = options
    inner.unknownReasons = options.unknownReasons.parts[member.name] ?? UnknownReasons()
    render(member.difference, indent, inner)
    text += end
    if let reason = inner.unknownReasons.own {
      let isExplained = member.difference.forcesReplacement || options.forcesReplacement
      text += style.paint(isExplained ? ", from \(reason)" : " # from \(reason)", isExplained ? .red : .gray)
    }
    text += "\n"
  }

  mutating func appendWarnings(_ difference: ValueDifference, _ indent: Int) {
    let change: ValueDifference.SensitivityChange
    let noun: String
    switch difference.content {
    case .sensitive(let sensitivity): (change, noun) = (sensitivity, "attribute value")
    case .sensitiveBlock(let sensitivity): (change, noun) = (sensitivity, "block")
    default: return
    }
    guard change.isSensitiveBefore != change.isSensitiveAfter, change.action != .create, change.action != .delete
    else { return }
    let lines =
      change.isSensitiveBefore
      ? ["\(style.paint("Warning", .yellow)): this \(noun) is not sensitive any more", "after applying this change."]
      : [
        "\(style.paint("Warning", .yellow)): this \(noun) becomes sensitive, and is not",
        "shown once this is applied.",
      ]
    for (index, line) in lines.enumerated() {
      appendIndent(indent)
      text += "  # \(line)"
      if index == 1 && change.action == .noOp { text += " The value is unchanged." }
      text += "\n"
    }
  }

  // MARK: Collections

  private mutating func renderList(
    _ difference: ValueDifference, _ elements: [ValueDifference], showsNeighbours: Bool, _ indent: Int,
    _ options: Options
  ) {
    if elements.isEmpty { return renderEmpty("[]", difference, options, showsReplacement: difference.forcesReplacement) }
    begin("[", forcesReplacement: difference.forcesReplacement || options.forcesReplacement)
    var changed = options
    changed.hidesNull = true
    changed.forcesReplacement = false
    var unchanged = changed
    unchanged.hidesNull = options.hidesNull
    unchanged.showsUnchanged = true
    // Elements that stay are counted; around those that change, the one before and the one after are shown whole.
    var hidden = 0
    var last: ValueDifference?
    var showsNext = false
    for element in elements {
      if element.action == .noOp && !showsNext && !options.showsUnchanged {
        hidden += 1
        last = element
        continue
      }
      showsNext = false
      var elementOptions = changed
      if showsNeighbours {
        appendUnchanged("element", hidden - 1, indent + 1)
        if let last { renderElement(last, indent + 1, unchanged) }
        hidden = 0
        last = nil
        if element.action == .noOp {
          elementOptions = unchanged
        } else {
          showsNext = true
        }
      }
      renderElement(element, indent + 1, elementOptions)
    }
    appendUnchanged("element", hidden, indent + 1)
    appendEnd("]", indent)
    appendNull(difference, options)
  }

  private mutating func renderElement(_ element: ValueDifference, _ indent: Int, _ options: Options) {
    appendWarnings(element, indent)
    appendIndent(indent)
    appendSymbol(element.action)
    render(element, indent, options)
    text += ",\n"
  }

  private mutating func renderSet(
    _ difference: ValueDifference, _ elements: [ValueDifference], isNested: Bool, _ indent: Int, _ options: Options
  ) {
    let forcesReplacement = difference.forcesReplacement || options.forcesReplacement
    if elements.isEmpty { return renderEmpty("[]", difference, options, showsReplacement: forcesReplacement) }
    begin("[", forcesReplacement: forcesReplacement && !isNested)
    var inner = options
    inner.hidesNull = true
    inner.forcesReplacement = forcesReplacement && isNested
    var hidden = 0
    for element in elements {
      if element.action == .noOp && !options.showsUnchanged {
        hidden += 1
      } else {
        renderElement(element, indent + 1, inner)
      }
    }
    appendUnchanged("element", hidden, indent + 1)
    appendEnd("]", indent)
    appendNull(difference, options)
  }

  private mutating func renderMap(
    _ difference: ValueDifference, _ members: [ValueDifference.Member], isNested: Bool, _ indent: Int,
    _ options: Options
  ) {
    let forcesReplacement = difference.forcesReplacement || options.forcesReplacement
    if members.isEmpty { return renderEmpty("{}", difference, options, showsReplacement: forcesReplacement) }
    begin("{", forcesReplacement: forcesReplacement && !isNested)
    var inner = options
    inner.hidesNull = difference.action == .delete || isNested
    inner.forcesReplacement = forcesReplacement && isNested
    let names = members.map { displayQuoted($0.name) }
    let width = isNested ? 0 : names.reduce(0) { max($0, $1.utf8.count) }
    var hidden = 0
    for (member, name) in zip(members, names) {
      if member.difference.action == .noOp && !options.showsUnchanged {
        hidden += 1
        continue
      }
      let isObject = if case .object = member.difference.content { true } else { false }
      renderMember(member, name: padded(name, to: width), indent + 1, inner, end: isObject ? "," : "")
    }
    appendUnchanged("element", hidden, indent + 1)
    appendEnd("}", indent)
    appendNull(difference, options)
  }

  private mutating func renderObject(
    _ difference: ValueDifference, _ members: [ValueDifference.Member], isNested: Bool, _ indent: Int,
    _ options: Options
  ) {
    if members.isEmpty { return renderEmpty("{}", difference, options, showsReplacement: difference.forcesReplacement) }
    begin("{", forcesReplacement: difference.forcesReplacement || options.forcesReplacement)
    var inner = options
    inner.hidesNull = !isNested
    inner.forcesReplacement = false
    renderMembers(members, indent + 1, inner)
    appendEnd("}", indent)
    appendNull(difference, options)
  }

  /// Attributes by name. Those by which people know an object are shown even if they stay.
  private mutating func renderMembers(_ members: [ValueDifference.Member], _ indent: Int, _ options: Options) {
    let names = members.map { displayName($0.name) }
    let width = names.reduce(0) { max($0, $1.utf8.count) }
    var hidden = 0
    for (member, name) in zip(members, names) {
      var memberOptions = options
      if isImportant(member.name) {
        memberOptions.showsUnchanged = true
      } else if member.difference.action == .noOp && !options.showsUnchanged {
        hidden += 1
        continue
      }
      renderMember(member, name: padded(name, to: width), indent, memberOptions)
    }
    appendUnchanged("attribute", hidden, indent)
  }

  private func isImportant(_ name: String) -> Bool { name == "id" || name == "name" || name == "tags" }

  private mutating func begin(_ bracket: String, forcesReplacement: Bool) {
    text += bracket
    if forcesReplacement { text += replacementSuffix }
    text += "\n"
  }

  private mutating func renderEmpty(
    _ brackets: String, _ difference: ValueDifference, _ options: Options, showsReplacement: Bool
  ) {
    text += brackets
    appendNull(difference, options)
    if showsReplacement || options.forcesReplacement { text += replacementSuffix }
  }

  // MARK: Blocks

  private mutating func renderBlock(
    _ difference: ValueDifference, _ attributes: [ValueDifference.Member], _ groups: [ValueDifference.BlockGroup],
    _ indent: Int, _ options: Options
  ) {
    if attributes.isEmpty && groups.isEmpty {
      text += "{}"
      appendReplacement(difference, options)
      return
    }
    begin("{", forcesReplacement: difference.forcesReplacement || options.forcesReplacement)
    var inner = options
    inner.forcesReplacement = false
    renderMembers(attributes, indent + 1, inner)
    var hidden = 0
    for group in groups { hidden += renderGroup(group, separated: !attributes.isEmpty, indent + 1, inner) }
    if hidden > 0 {
      text += "\n"
      appendUnchanged("block", hidden, indent + 1)
    }
    appendEnd("}", indent)
  }

  /// The number of blocks that stay and are not shown.
  private mutating func renderGroup(
    _ group: ValueDifference.BlockGroup, separated: Bool, _ indent: Int, _ options: Options
  ) -> Int {
    var options = options
    options.forcesReplacement = group.forcesReplacement
    var hidden = 0
    var isFirst = true
    for (label, block) in group.blocks {
      let shown = sensitive(block, in: group)
      if shown.action == .noOp && !options.showsUnchanged {
        hidden += 1
        continue
      }
      if isFirst && separated { text += "\n" }
      isFirst = false
      appendWarnings(shown, indent)
      appendIndent(indent)
      appendSymbol(shown.action)
      text += displayName(group.name)
      if let label { text += " \(displayQuoted(label))" }
      text += " "
      render(shown, indent, options)
      text += "\n"
    }
    return hidden
  }

  /// The block, or the sensitive one in its place if all blocks of the group are.
  private func sensitive(_ block: ValueDifference, in group: ValueDifference.BlockGroup) -> ValueDifference {
    let isHidden =
      switch block.action {
      case .create: group.isSensitiveAfter
      case .delete: group.isSensitiveBefore
      default: group.isSensitiveBefore || group.isSensitiveAfter
      }
    guard isHidden else { return block }
    let isChanging = group.isSensitiveBefore != group.isSensitiveAfter
    return ValueDifference(
      block.action == .noOp && isChanging ? .update : block.action, forcesReplacement: block.forcesReplacement,
      .sensitiveBlock(
        .init(
          action: block.action, isSensitiveBefore: group.isSensitiveBefore, isSensitiveAfter: group.isSensitiveAfter)))
  }

  private mutating func renderSensitiveBlock(_ difference: ValueDifference, _ indent: Int, _ options: Options) {
    begin("{", forcesReplacement: difference.forcesReplacement || options.forcesReplacement)
    for line in ["Something in this block is or was sensitive,", "so none of it is shown."] {
      appendIndent(indent + 1)
      text += "  # \(line)\n"
    }
    appendEnd("}", indent)
  }
}

/// The symbol of an action, three characters wide.
func actionSymbol(_ action: Action, _ style: TextStyle) -> String {
  switch action {
  case .noOp: return "   "
  case .create: return "  " + style.paint("+", .green)
  case .read: return " " + style.paint("<=", .cyan)
  case .update: return "  " + style.paint("~", .yellow)
  case .delete: return "  " + style.paint("-", .red)
  case .deleteThenCreate: return style.paint("-", .red) + "/" + style.paint("+", .green)
  case .createThenDelete: return style.paint("+", .green) + "/" + style.paint("-", .red)
  case .forget: return " " + style.paint(".", .red)
  case .forgetThenCreate: return style.paint(".", .red) + "/" + style.paint("+", .green)
  }
}
