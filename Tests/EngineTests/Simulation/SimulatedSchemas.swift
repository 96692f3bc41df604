import Values

/// The types of the simulated provider.
///
/// | type | has |
/// |---|---|
/// | `sim_simple` | required `name`, optional+computed `size`, computed `id` and `etag`, `zone` that forces a replacement, sensitive `secret`, write-only `password` |
/// | `sim_nested` | `disk` blocks (list), `rule` (set), `label` (map), `setting` (single), nested attribute `endpoints` (list) |
/// | `sim_lookup` | data source: finds a `sim_simple` by name |
enum SimulatedSchemas {
  static let resources: [String: Schema] = ["sim_simple": simple, "sim_nested": nested]
  static let dataSources: [String: Schema] = ["sim_lookup": lookup]
  /// Attributes whose change needs a new object.
  static let replaced: Set<String> = ["zone"]

  static let simple = Schema(
    version: 1,
    block: BlockSchema(attributes: [
      AttributeSchema(name: "id", type: .string, computed: true),
      AttributeSchema(name: "etag", type: .string, computed: true),
      AttributeSchema(name: "name", type: .string, required: true),
      AttributeSchema(name: "note", type: .string, optional: true),
      AttributeSchema(name: "size", type: .number, optional: true, computed: true),
      AttributeSchema(name: "zone", type: .string, optional: true),
      AttributeSchema(name: "tags", type: .map(.string), optional: true),
      AttributeSchema(name: "secret", type: .string, optional: true, sensitive: true),
      AttributeSchema(name: "password", type: .string, optional: true, writeOnly: true),
      AttributeSchema(name: "password_version", type: .number, optional: true),
    ]))

  static let nested = Schema(
    version: 0,
    block: BlockSchema(
      attributes: [
        AttributeSchema(name: "id", type: .string, computed: true),
        AttributeSchema(name: "etag", type: .string, computed: true),
        AttributeSchema(name: "name", type: .string, required: true),
        AttributeSchema(name: "zone", type: .string, optional: true),
        AttributeSchema(
          name: "endpoints",
          nestedType: NestedAttributeSchema(
            nesting: .list,
            attributes: [
              AttributeSchema(name: "port", type: .number, required: true),
              AttributeSchema(name: "url", type: .string, computed: true),
            ]), optional: true),
      ],
      blocks: [
        NestedBlockSchema(
          name: "disk", nesting: .list,
          block: BlockSchema(attributes: [
            AttributeSchema(name: "size", type: .number, required: true),
            AttributeSchema(name: "device", type: .string, optional: true, computed: true),
          ])),
        NestedBlockSchema(
          name: "rule", nesting: .set,
          block: BlockSchema(attributes: [
            AttributeSchema(name: "port", type: .number, required: true),
            AttributeSchema(name: "rule_id", type: .string, computed: true),
          ])),
        NestedBlockSchema(
          name: "label", nesting: .map,
          block: BlockSchema(attributes: [
            AttributeSchema(name: "value", type: .string, optional: true),
            AttributeSchema(name: "stamp", type: .string, computed: true),
          ])),
        NestedBlockSchema(
          name: "setting", nesting: .single,
          block: BlockSchema(attributes: [
            AttributeSchema(name: "mode", type: .string, optional: true),
            AttributeSchema(name: "level", type: .number, optional: true, computed: true),
          ])),
      ]))

  static let lookup = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(name: "name", type: .string, required: true),
      AttributeSchema(name: "id", type: .string, computed: true),
      AttributeSchema(name: "size", type: .number, computed: true),
    ]))

  static let provider = Schema(
    block: BlockSchema(attributes: [
      AttributeSchema(name: "region", type: .string, optional: true),
      AttributeSchema(name: "token", type: .string, optional: true, sensitive: true),
    ]))
}
