import Addresses
import Diagnostics
import Expressions
import HCL
import Modules
import ProviderInterface
import Values

/// Adds the address of an instance to messages that name none.
func addressed(_ diagnostics: [Diagnostic], _ address: ResourceInstance) -> [Diagnostic] {
  diagnostics.map {
    var diagnostic = $0
    if diagnostic.address == nil { diagnostic.address = address.description }
    return diagnostic
  }
}

/// The message for a type that the provider does not have.
func unknownType(_ resource: Resource, _ source: ProviderSource, _ schemas: SchemaTable, at range: SourceRange?) -> Diagnostic {
  let kind: String
  switch resource.mode {
  case .managed: kind = "resource type"
  case .data: kind = "data source"
  case .ephemeral: kind = "ephemeral resource"
  }
  return .error(
    "Invalid \(kind)",
    "Provider \(source.displayName) has no \(kind) \"\(resource.type)\"."
      + (schemas.hint(for: resource, from: source).map { " \($0)" } ?? ""), at: range)
}

/// Ephemeral values may only go where nothing is stored: write-only attributes, and what is in them. One message for each
/// attribute.
func ephemeralProblems(_ configuration: Value, _ body: DecodePlan) -> [Diagnostic] {
  guard configuration.containsMark(.ephemeral) else { return [] }
  let schema = body.schema
  var refused: [Path] = []
  for entry in configuration.unmarkedDeep().1 where entry.marks.contains(.ephemeral) {
    let steps = entry.path.steps
    let outer = steps.indices.map { Path(Array(steps[...$0])) }
    if outer.contains(where: { schema.attribute(at: $0)?.writeOnly == true }) { continue }
    let path = outer.first { schema.attribute(at: $0) != nil } ?? entry.path
    if !refused.contains(path) { refused.append(path) }
  }
  return refused.map { path in
    .error(
      "Invalid use of ephemeral value",
      "\"\(path.description.drop { $0 == "." })\" is stored in the state, so it cannot be ephemeral. Only write-only "
        + "attributes can.", at: body.sourceRange(of: path))
  }
}

/// The paths of a resource's `ignore_changes`, checked against its schema.
func ignoredChanges(_ block: ResourceBlock, schema: Schema) -> (IgnoredChanges, [Diagnostic]) {
  switch block.ignoreChanges {
  case .none: return (.none, [])
  case .all: return (.all, [])
  case .attributes(let traversals):
    var problems: [Diagnostic] = []
    var paths: [Path] = []
    for traversal in traversals {
      if schema.block.attribute(traversal.root) == nil && schema.block.block(traversal.root) == nil {
        problems.append(
          .error(
            "Unsupported attribute",
            "There is no argument, block or attribute \"\(traversal.root)\" here."
              + schema.block.nearMiss(of: traversal.root),
            at: traversal.rootRange))
        continue
      }
      if let attribute = schema.block.attribute(traversal.root), attribute.computed, !attribute.optional,
        attribute.nestedType == nil || traversal.steps.isEmpty
      {
        problems.append(
          .warning(
            "Redundant ignore_changes element",
            "\(traversal.root) has no effect in ignore_changes: its value comes from the provider alone. Remove it.",
            at: block.typeRange))
      }
      paths.append(Path([.attribute(traversal.root)] + Path(steps: traversal.steps).steps))
    }
    return (.paths(paths), problems)
  }
}

/// What the references of an expression stand for, as diagnostics show them beside the source.
func describedValues(of expression: HCL.Expression, in context: EvaluationContext) -> [Diagnostic.ExpressionValue] {
  involvedValues(of: expression, in: context)
}
