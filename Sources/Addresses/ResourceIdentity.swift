/// What a provider knows an object by, where its resource type has such a thing: one JSON object without white space, and the version
/// of the schema that it conforms to.
package struct ResourceIdentity: Hashable, Sendable {
  package var schemaVersion: Int64
  package var json: [UInt8]

  package init(schemaVersion: Int64 = 0, json: [UInt8]) {
    self.schemaVersion = schemaVersion
    self.json = json
  }
}
