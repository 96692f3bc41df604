import Addresses
import Diagnostics
import Expressions
import HCL
import Modules

/// A provisioner of a resource, its arguments read under their schema once.
struct ProvisionerPlan: Sendable {
  var block: ProvisionerBlock
  var body: DecodePlan
  /// The connection of the resource with what the provisioner's own says in its place; nil if neither has one.
  var connection: DecodePlan?

  /// Nil if there is no provisioner of that type.
  init?(_ block: ProvisionerBlock, connection base: Body?) {
    guard let schema = ProvisionerSchema.arguments(of: block.type) else { return nil }
    self.block = block
    body = DecodePlan(block.body, schema: schema)
    let merged: Body?
    if let base, let own = block.connection {
      merged = base.overridden(by: own)
    } else {
      merged = block.connection ?? base
    }
    connection = merged.map { DecodePlan($0, schema: ProvisionerSchema.connection) }
  }

  /// Everything that must be known before it can run.
  var references: [Traversal] { body.references + (connection?.references ?? []) }
}
