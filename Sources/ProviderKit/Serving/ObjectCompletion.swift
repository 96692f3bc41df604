import Diagnostics
import ProviderInterface
import Values

extension NestedBlockSchema {
  /// Blocks with nulls for the attributes that are missing in them, and with no blocks where these are.
  func filled(_ value: Value) -> Value {
    guard value.isKnownAndNotNull else { return value }
    switch nesting {
    case .single, .group: return filled(object: value)
    case .list, .set: return .tuple(value.elements.map(filled(object:)))
    case .map: return .object(zip(value.keys, value.elements.map(filled(object:))).map { ($0, $1) })
    }
  }

  private func filled(object: Value) -> Value {
    guard object.isKnownAndNotNull else { return object }
    let empty = block.emptyValue
    return .object(
      block.impliedType.names.map { name in
        guard let member = object.element(at: name) else { return (name, empty.attribute(name) ?? .dynamicNull) }
        return (name, block.block(name)?.filled(member) ?? member)
      })
  }
}

extension TypeCatalog.Entry {
  /// An object that a provider gave as one of the schema: attributes that are missing are null, blocks that are missing none.
  func completed(_ value: DynamicValue, _ typeName: String) throws(DiagnosticsError) -> Value {
    let object = value.value
    guard object.isKnownAndNotNull else { return .null(self.type) }
    let type = block.impliedType
    if let stranger = rules.stranger(in: object) {
      throw DiagnosticsError(mistake(typeName, [ObjectProblem(stranger, "there is no such attribute in the schema")]))
    }
    let empty = block.emptyValue
    var members: [(String, Value)] = []
    for (name, wanted) in zip(type.names, block.configurationType.types) {
      guard let member = object.element(at: name), !(member.isNull && block.block(name) != nil) else {
        members.append((name, empty.attribute(name) ?? .null(wanted)))
        continue
      }
      do throws(ConversionError) {
        members.append((name, try convert(block.block(name)?.filled(member) ?? member, to: wanted)))
      } catch {
        let path = Path(Path.root.attribute(name).steps + error.path.steps)
        throw DiagnosticsError(mistake(typeName, [ObjectProblem(path, error.message)]))
      }
    }
    return .object(members)
  }

  /// Says which attributes of which type a provider got wrong.
  func mistake(_ typeName: String, _ problems: [ObjectProblem]) -> [Diagnostic] {
    problems.map { problem in
      let name = AttributePath(problem.path).description
      return failure(
        "The provider's answer for \(typeName) is wrong",
        "\(name.isEmpty ? "The object" : "The attribute \(name)"): \(problem.message).\n\n\(providerMistake)", at: problem.path)
    }
  }

  /// What objects of the type are known by, if all of it is known.
  func identity(of object: Value) -> [UInt8]? {
    guard let identity = definition.identity, object.isKnownAndNotNull else { return nil }
    let holder: Value
    if let own = definition.ownIdentity {
      guard let found = own.found(DynamicValue(object)) else { return nil }
      holder = found.value
    } else {
      holder = object
    }
    let members = identity.block.attributes.map { ($0.name, holder.element(at: $0.name) ?? .null($0.type)) }
    guard members.allSatisfy({ $0.1.isWhollyKnown }), members.contains(where: { !$0.1.isNull }) else { return nil }
    return JSONValueCodec.encode(.object(members))
  }
}
