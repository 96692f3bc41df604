import Addresses
import Plans
import State
import Values

extension ObjectRecord {
  var key: ObjectKey { ObjectKey(address, deposedKey: deposedKey) }

  /// The row that stores this object, encoded with the schema's implied type.
  func row(schema: Schema, verifiedAt: String? = nil) -> StateObject {
    let (plain, marks) = value.unmarkedDeep()
    var object = StateObject(
      key: key, provider: provider, schemaVersion: schemaVersion,
      attributes: JSONValueCodec.encode(plain, type: .object(schema.block.impliedType)),
      sensitivePaths: marks.filter { $0.marks.contains(.sensitive) }.map(\.path), private: `private`,
      isTainted: isTainted, dependencies: dependencies, createBeforeDestroy: createBeforeDestroy, version: rowVersion,
      lastVerified: verifiedAt)
    object.skipDestroy = skipDestroy
    object.identity = identity
    return object
  }

  /// The attribute by which people know an object: `id`, else `name`, if it is known text that is not sensitive.
  static func identity(of value: Value) -> EngineEvent.Identity? {
    for name in ["id", "name"] {
      if let attribute = value.attribute(name), attribute.marks.isEmpty, case .string(let text) = attribute, !text.isEmpty {
        return EngineEvent.Identity(key: name, value: text)
      }
    }
    return nil
  }
}
