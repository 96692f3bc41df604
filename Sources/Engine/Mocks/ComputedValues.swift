import Diagnostics
import Values

/// Fills in what a provider would compute: with given values where there are some, else with made-up ones.
struct ComputedValues {
  let newText: @Sendable () -> String
  /// Whether what is not written is left unknown, as a plan has it.
  let isPlanning: Bool
  /// Where the given values are written.
  let place: SourceRange?
  var diagnostics: [Diagnostic] = []

  init(newText: @escaping @Sendable () -> String, isPlanning: Bool, place: SourceRange?) {
    self.newText = newText
    self.isPlanning = isPlanning
    self.place = place
  }

  /// - Parameter given: an object or a map; attributes of it that the schema does not have mean nothing.
  mutating func complete(_ value: Value, _ schema: BlockSchema, with given: Value) -> Value {
    guard value.isKnown, !value.isNull else { return value }
    var members: [(String, Value)] = []
    for attribute in schema.attributes {
      members.append((attribute.name, complete(value.attribute(attribute.name), attribute, with: member(attribute.name, of: given))))
    }
    for block in schema.blocks {
      let present = value.attribute(block.name) ?? block.emptyValue
      let inner = member(block.name, of: given)
      members.append(
        (block.name, elements(of: present, block.nesting) { $0.complete($1, block.block, with: inner ?? .emptyObject) }))
    }
    return .object(members)
  }

  private func member(_ name: String, of given: Value) -> Value? {
    guard given.isKnown, !given.isNull else { return nil }
    return given.member(named: name)
  }

  private mutating func complete(_ value: Value?, _ attribute: AttributeSchema, with given: Value?) -> Value {
    let value = value ?? .null(attribute.type)
    if let nested = attribute.nestedType, value.isKnown, !value.isNull {
      return elements(of: value, nested.nesting) { $0.complete($1, nested, with: given ?? .emptyObject) }
    }
    guard attribute.computed, value.isNull || !value.isKnown else { return value }
    if isPlanning { return .unknown(attribute.type) }
    guard let given, !given.isNull else { return madeUp(attribute.type) }
    do throws(ConversionError) {
      return try convert(given, to: attribute.type)
    } catch {
      diagnostics.append(
        .error(
          "Failed to compute attribute",
          "The value given for the computed attribute \"\(attribute.name)\" does not fit its type: \(error).", at: place))
      return .null(attribute.type)
    }
  }

  private mutating func complete(_ value: Value, _ nested: NestedAttributeSchema, with given: Value) -> Value {
    guard value.isKnown, !value.isNull else { return value }
    return .object(
      nested.attributes.map {
        ($0.name, complete(value.attribute($0.name), $0, with: member($0.name, of: given)))
      })
  }

  /// Completes each object of a nested block or attribute.
  private mutating func elements(
    of value: Value, _ nesting: NestingMode, _ complete: (inout ComputedValues, Value) -> Value
  ) -> Value {
    guard value.isKnown, !value.isNull else { return value }
    switch nesting {
    case .single, .group: return complete(&self, value)
    case .list, .set, .map: break
    }
    let completed = value.elements.map { complete(&self, $0) }
    switch value {
    case .list(let list): return .list(completed, of: list.elementType)
    case .set(let set): return .set(completed, of: set.elementType)
    case .tuple: return .tuple(completed)
    case .map(let map): return .map(sortedKeys: map.keys, values: completed, of: map.elementType)
    case .object(let object): return .object(Array(zip(object.names, completed)))
    default: return value
    }
  }

  private func madeUp(_ type: ValueType) -> Value {
    switch type {
    case .string: return .string(newText())
    case .number: return .number(Number(0))
    case .bool: return .bool(false)
    case .list(let element): return .list([], of: element)
    case .set(let element): return .set([], of: element)
    case .map(let element): return .map([:], of: element)
    case .object(let object): return .object(zip(object.names, object.types).map { name, type in (name, madeUp(type)) })
    case .tuple(let types): return .tuple(types.map { madeUp($0) })
    case .dynamic, .capsule: return .dynamicNull
    }
  }
}

extension Value {
  /// The attribute of an object or the element of a map.
  func member(named name: String) -> Value? {
    if case .map(let map) = self { return map[name] }
    return attribute(name)
  }
}
