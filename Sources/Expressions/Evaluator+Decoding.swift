import Diagnostics
import HCL
import Values

extension Evaluator {
  /// The object of a block. Marks are those of enclosing dynamic blocks and go onto every attribute that is written.
  mutating func decode(_ plan: BlockPlan, marks: Marks) -> Value {
    if !plan.diagnostics.isEmpty { diagnostics += plan.diagnostics }
    var values = plan.schema.emptyValue.elements
    for attribute in plan.attributes {
      values[attribute.index] = decode(attribute, marks)
    }
    for nested in plan.blocks {
      values[nested.index] = decode(nested, in: plan, marks)
    }
    return .object(type: plan.schema.impliedType, values: values)
  }

  private mutating func decode(_ attribute: AttributePlan, _ marks: Marks) -> Value {
    if decodesShapeOnly { return .unknown(attribute.type.withoutOptionals) }
    let value = value(of: attribute.expression)
    if value.hasInfinity {
      report(
        "Infinite number", "The value of attribute \"\(attribute.name)\" has an infinite number in it, which cannot be stored.",
        at: attribute.expression.range, in: attribute.expression)
      return .unknown(attribute.type.withoutOptionals)
    }
    switch (value, attribute.type) {
    case (.string, .string), (.number, .number), (.bool, .bool): return value.marked(with: marks)
    default: break
    }
    do {
      return try convert(value, to: attribute.type).marked(with: marks)
    } catch {
      report(
        "Incorrect attribute value type",
        "Inappropriate value for attribute \"\(attribute.name)\": \(error).", at: attribute.expression.range,
        context: attribute.nameRange.through(attribute.expression.range), in: attribute.expression)
      return .unknown(attribute.type.withoutOptionals)
    }
  }

  /// A block as decoding found it, with the label it has in a map of blocks.
  private struct Decoded {
    var value: Value
    var label: String
    var range: SourceRange
    var isUnknown: Bool
    var marks: Marks
  }

  private mutating func decode(_ nested: NestedPlan, in plan: BlockPlan, _ marks: Marks) -> Value {
    var found: [Decoded] = []
    found.reserveCapacity(nested.items.count)
    for item in nested.items {
      // After one that is not known, the others are not looked at; hcldec is done with blocks of the type then.
      let isSettled = found.last?.isUnknown == true
      switch item {
      case .written(let block):
        let value = isSettled ? .dynamicUnknown : decode(block.plan, marks: marks)
        found.append(
          Decoded(
            value: value, label: block.labels.first ?? "", range: block.range, isUnknown: isSettled || decodesShapeOnly, marks: []))
      case .dynamic(let block): expand(block, marks, isSettled: isSettled, into: &found)
      }
    }
    if found.isEmpty, nested.isAttribute { return plan.schema.emptyValue.elements[nested.index] }
    let type = ValueType.object(nested.schema.impliedType)
    switch nested.nesting {
    case .single, .group: return single(found, nested, plan)
    case .list, .set:
      if let unknown = found.first(where: \.isUnknown) {
        let collection: ValueType =
          if type.containsDynamic { .dynamic } else if nested.nesting == .list { .list(type) } else { .set(type) }
        return Value.unknown(collection).marked(with: found.reduce(unknown.marks) { $0.union($1.marks) })
      }
      checkCount(found, nested, plan)
      let values = found.map(\.value)
      if nested.nesting == .set { return .set(values, of: type.containsDynamic ? unified(values, type) : type) }
      return type.containsDynamic ? .tuple(values) : .list(values, of: type)
    case .map: return map(found, nested, type)
    }
  }

  /// Elements of a set with types that are not fixed by the schema must agree in one.
  private func unified(_ values: [Value], _ type: ValueType) -> ValueType {
    unify(values.map(\.type)) ?? type
  }

  private mutating func single(_ found: [Decoded], _ nested: NestedPlan, _ plan: BlockPlan) -> Value {
    guard let first = found.first else {
      if nested.minItems > 0 {
        diagnostics.append(
          .error(
            "Missing \(nested.name) block", "A \(nested.name) block is required.", at: plan.missingItemRange))
      }
      return nested.nesting == .group ? nested.schema.emptyValue : .null(.object(nested.schema.impliedType))
    }
    for extra in found.dropFirst() {
      diagnostics.append(
        .error(
          "Duplicate \(nested.name) block",
          "There can be one block of type \"\(nested.name)\" only.\(previous(first.range))",
          at: extra.range))
    }
    if first.isUnknown { return Value.unknown(.object(nested.schema.impliedType)).marked(with: first.marks) }
    return first.value
  }

  private func previous(_ range: SourceRange) -> String {
    context.sources.map { " Previous definition was at \($0.place(of: range))." } ?? ""
  }

  private mutating func checkCount(_ found: [Decoded], _ nested: NestedPlan, _ plan: BlockPlan) {
    if found.count < nested.minItems {
      diagnostics.append(
        .error(
          "Insufficient \(nested.name) blocks",
          "At least \(nested.minItems) blocks of type \"\(nested.name)\" are needed.",
          at: plan.missingItemRange))
    } else if nested.maxItems > 0, found.count > nested.maxItems {
      diagnostics.append(
        .error(
          "Too many \(nested.name) blocks", "At most \(nested.maxItems) blocks of type \"\(nested.name)\" can be here",
          at: found[nested.maxItems].range))
    }
  }

  private mutating func map(_ found: [Decoded], _ nested: NestedPlan, _ type: ValueType) -> Value {
    if found.contains(where: \.isUnknown) {
      let marks = found.reduce(Marks()) { $0.union($1.marks) }
      return Value.unknown(type.containsDynamic ? .dynamic : .map(type)).marked(with: marks)
    }
    var byLabel: [String: Value] = [:]
    for block in found where byLabel.updateValue(block.value, forKey: block.label) != nil {
      diagnostics.append(
        .error(
          "Duplicate \(nested.name) block",
          "A block of type \"\(nested.name)\" labeled \"\(block.label)\" was already defined.", at: block.range))
    }
    return type.containsDynamic ? .object(byLabel) : .map(byLabel, of: type)
  }

  /// The blocks that a dynamic block stands for. While its `for_each` is unknown that is one block about which nothing is known.
  private mutating func expand(_ block: DynamicBlock, _ outer: Marks, isSettled: Bool, into found: inout [Decoded]) {
    let count = diagnostics.count
    let (collection, own) = value(of: block.forEach).unmarked()
    let marks = outer.union(own)
    let hasErrors = diagnostics.count > count && diagnostics[count...].hasErrors
    if collection.isNull {
      report(
        "Invalid dynamic for_each value", "for_each must not be null here.", at: block.forEach.range,
        in: block.forEach)
      return
    }
    if case .unknown(let unknown) = collection, unknown.type == .dynamic || unknown.type.isIterable {
      let iterator = Frame(name: block.iterator, value: Self.iterator(.dynamicUnknown, .dynamicUnknown))
      // Decoded for its messages only.
      if !isSettled, !hasErrors { withFrames([iterator]) { $0.decodeShape(block.plan) } }
      found.append(Decoded(value: .dynamicUnknown, label: "", range: block.range, isUnknown: true, marks: marks))
      return
    }
    guard collection.type.isIterable else {
      report(
        "Invalid dynamic for_each value",
        "for_each needs a collection here, not a \(collection.type.friendlyName).",
        at: block.forEach.range, in: block.forEach)
      return
    }
    let base = frames.count
    frames.append(Frame(name: block.iterator, value: .dynamicNull))
    defer { frames.removeSubrange(base...) }
    collection.forEachElement { key, element in
      frames[base].value = Self.iterator(key().marked(with: own), element.marked(with: own))
      guard let label = label(of: block) else { return }
      let value = isSettled ? .dynamicUnknown : decode(block.plan, marks: marks)
      found.append(
        Decoded(value: value, label: label, range: block.range, isUnknown: isSettled || decodesShapeOnly, marks: marks))
    }
  }

  private mutating func decodeShape(_ plan: BlockPlan) {
    let outer = decodesShapeOnly
    decodesShapeOnly = true
    _ = decode(plan, marks: [])
    decodesShapeOnly = outer
  }

  private static let iteratorNames = AttributeNames(sorted: ["key", "value"])

  private static func iterator(_ key: Value, _ value: Value) -> Value {
    .object(names: iteratorNames, values: [key, value])
  }

  /// The label of a generated block, empty when its type has none; nil after an error.
  private mutating func label(of block: DynamicBlock) -> String? {
    guard let expression = block.labels.first else { return "" }
    let count = diagnostics.count
    let value = value(of: expression)
    if diagnostics.count > count, diagnostics[count...].hasErrors { return nil }
    let problem: String
    if value.isNull {
      problem = "A label of a dynamic block must not be null."
    } else if !value.isKnown {
      problem = "This label is not known yet. Use values that are known before planning."
    } else if value.hasMarks {
      problem = "A label must not be sensitive or ephemeral."
    } else if let text = value.converted(to: .string)?.asString {
      return text
    } else {
      problem = "Unsuitable value for dynamic block label: a string is required."
    }
    report("Invalid dynamic block label", problem, at: expression.range, in: expression)
    return nil
  }
}
