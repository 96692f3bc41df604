import Diagnostics

/// A body in the JSON syntax: an object, or an array of objects that are read as one. Whether a property is an argument
/// or holds blocks is decided by the schema that content is asked for.
final class JSONBody: Sendable {
  let value: JSONValue

  init(_ value: JSONValue) { self.value = value }

  var range: SourceRange { value.range }

  var missingItemRange: SourceRange {
    if case .object(_, _, _, let close) = value { close } else { value.startRange }
  }

  func content(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    var (content, diagnostics) = partialContent(for: schema, taken: taken)
    let (members, _) = members(of: value, label: nil)
    for member in members where isFree(member, taken) {
      if schema.attributeNames.contains(member.name) || schema.blockTypes.contains(member.name) { continue }
      let free = schema.attributes.map(\.name).filter { content.attributes[$0] == nil } + schema.blocks.map(\.type)
      let hint = suggestion(for: member.name, among: free).map { " Did you mean \"\($0)\"?" }
      diagnostics.append(
        .error(
          "Extraneous JSON object property", "Nothing here is called \"\(member.name)\".\(hint ?? "")",
          at: member.nameRange, context: member.range))
    }
    return (content, diagnostics)
  }

  /// Whether a property is neither a comment nor taken by an earlier schema.
  private func isFree(_ member: JSONMember, _ taken: Body) -> Bool {
    member.name != "//" && !taken.takenAttributes.contains(member.name) && !taken.takenBlocks.contains(member.name)
  }

  func partialContent(for schema: ContentSchema, taken: Body) -> (BodyContent, [Diagnostic]) {
    var (members, diagnostics) = members(of: value, label: nil)
    var content = BodyContent(attributes: [:], blocks: [], missingItemRange: missingItemRange)
    for member in members where isFree(member, taken) {
      if schema.attributeNames.contains(member.name) {
        if content.attributes[member.name] != nil {
          diagnostics.append(duplicate("Duplicate argument", member))
        } else {
          content.attributes[member.name] = member.attribute
        }
      } else if let labels = schema.labelNames[member.name] {
        var unpacking = BlockUnpacking(type: member.name, typeRange: member.nameRange)
        unpacking.unpack(member.value, labels: labels[...], used: [], in: self)
        content.blocks += unpacking.blocks
        diagnostics += unpacking.diagnostics
      }
    }
    if case .invalid = value { return (content, diagnostics) }
    for specification in schema.attributes where specification.required && content.attributes[specification.name] == nil {
      diagnostics.append(
        .error(
          "Missing required argument",
          "\"\(specification.name)\" is missing; add it to this block.", at: missingItemRange))
    }
    return (content, diagnostics)
  }

  private func duplicate(_ summary: String, _ member: JSONMember) -> Diagnostic {
    .error(
      summary, "\"\(member.name)\" is already set in this block. Keep one of the two.",
      at: member.nameRange, context: member.range)
  }

  func justAttributes(taken: Body) -> ([Attribute], [Diagnostic]) {
    let members: [JSONMember]
    switch value {
    case .invalid: return ([], [])
    case .object(let properties, _, _, _): members = properties
    default:
      return (
        [],
        [
          .error(
            "Incorrect JSON value type", "Write the arguments of this block as a JSON object.",
            at: value.startRange)
        ]
      )
    }
    var diagnostics: [Diagnostic] = []
    var names: Set<String> = []
    var attributes: [Attribute] = []
    for member in members where isFree(member, taken) {
      if names.insert(member.name).inserted {
        attributes.append(member.attribute)
      } else {
        diagnostics.append(duplicate("Duplicate attribute definition", member))
      }
    }
    return (attributes, diagnostics)
  }

  /// The properties of an object or of all objects of an array. `label` names what the properties are labels of.
  fileprivate func members(of value: JSONValue, label: String?) -> ([JSONMember], [Diagnostic]) {
    switch value {
    case .null, .invalid: return ([], [])
    case .object(let members, _, _, _): return (members, [])
    case .array(let elements, _, _):
      var all: [JSONMember] = []
      var diagnostics: [Diagnostic] = []
      for element in elements {
        if case .object(let members, _, _, _) = element {
          all += members
        } else {
          diagnostics.append(wrongType("A JSON object", label, element))
        }
      }
      return (all, diagnostics)
    default: return ([], [wrongType("A JSON object, or an array of them,", label, value)])
    }
  }

  private func wrongType(_ what: String, _ label: String?, _ value: JSONValue) -> Diagnostic {
    let purpose = label.map { "to give this block \($0) labels" } ?? "to define arguments and child blocks"
    return .error("Incorrect JSON value type", "\(what) is required here, \(purpose).", at: value.startRange)
  }
}

/// Reads a property as blocks: one level of objects per label, then an object or an array of objects.
private struct BlockUnpacking {
  let type: String
  let typeRange: SourceRange
  var blocks: [Block] = []
  var diagnostics: [Diagnostic] = []

  init(type: String, typeRange: SourceRange) {
    self.type = type
    self.typeRange = typeRange
  }

  mutating func unpack(_ value: JSONValue, labels: ArraySlice<String>, used: [Label], in body: JSONBody) {
    guard let label = labels.first else { return addBlocks(value, used) }
    let (members, errors) = body.members(of: value, label: label)
    diagnostics += errors
    if members.isEmpty {
      diagnostics.append(
        .error(
          "Missing block label",
          "Name the \(label) of the \(type) block: write an object with a property for each.",
          at: value.startRange))
    }
    for member in members {
      unpack(
        member.value, labels: labels.dropFirst(), used: used + [Label(text: member.name, range: member.nameRange)],
        in: body)
    }
  }

  private mutating func addBlocks(_ value: JSONValue, _ labels: [Label]) {
    switch value {
    case .null, .invalid: break
    case .object: add(value, labels, open: value.startRange)
    case .array(let elements, _, let open): for element in elements { add(element, labels, open: open) }
    default:
      diagnostics.append(
        .error(
          "Incorrect JSON value type",
          "Write a block of type \"\(type)\" as a JSON object, or several as an array of objects.",
          at: value.startRange))
    }
  }

  /// The value may be of a wrong type; its content will say so.
  private mutating func add(_ value: JSONValue, _ labels: [Label], open: SourceRange) {
    blocks.append(
      Block(
        type: type, typeRange: typeRange, labels: labels, body: Body(.json(JSONBody(value))), definitionRange: open,
        range: value.range))
  }
}

extension JSONMember {
  var range: SourceRange { nameRange.through(value.range) }

  var attribute: Attribute {
    Attribute(name: name, nameRange: nameRange, expression: value.expression, range: range)
  }
}

extension JSONValue {
  /// The value read as an expression: strings, also those that name properties, are templates for whoever has a scope.
  var expression: Expression {
    switch self {
    case .null(let range): Expression(.null, range: range)
    case .bool(let value, let range): Expression(.bool(value), range: range)
    case .number(let literal, let isNegative, let range):
      isNegative
        ? Expression(.unary(.negate, Expression(.number(literal), range: range)), range: range)
        : Expression(.number(literal), range: range)
    case .string(let text, let range): Self.string(text, range)
    case .array(let elements, let range, _): Expression(.tuple(elements.map(\.expression)), range: range)
    case .object(let members, let range, _, _):
      Expression(
        .object(
          members.map { ObjectItem(key: Self.string($0.name, $0.nameRange), value: $0.value.expression) }), range: range)
    case .invalid(let range): Expression(.invalid, range: range)
    }
  }

  /// Offsets in the template are those of the text behind the quote, so they are off behind escapes.
  private static func string(_ text: String, _ range: SourceRange) -> Expression {
    let bytes = Array(text.utf8)
    let hasSequence = bytes.indices.dropFirst().contains {
      bytes[$0] == UInt8(ascii: "{") && (bytes[$0 - 1] == UInt8(ascii: "$") || bytes[$0 - 1] == UInt8(ascii: "%"))
    }
    guard hasSequence else { return Expression(.jsonString(JSONStringExpression(text: text)), range: range) }
    let (template, diagnostics) = parseTemplate(bytes, file: range.file, startOffset: range.start &+ 1)
    return Expression(
      .jsonString(JSONStringExpression(text: text, template: template, diagnostics: diagnostics)), range: range)
  }
}
