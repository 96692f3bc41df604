// Plans: a plan as data. It says what shall change and why, and in which order; it knows neither configuration nor
// providers, so that it can be saved, shown and compared by anyone.

package import Addresses
package import Values

/// What kind of plan was asked for.
package enum PlanMode: String, Hashable, Sendable {
  case normal
  case destroy
  case refreshOnly = "refresh-only"
}

/// What happens to one object.
package enum Action: String, Hashable, Sendable {
  case noOp = "no-op"
  case create
  case read
  case update
  case delete
  case deleteThenCreate = "delete-then-create"
  case createThenDelete = "create-then-delete"
  case forget
  case forgetThenCreate = "forget-then-create"

  package var isReplacement: Bool {
    self == .deleteThenCreate || self == .createThenDelete || self == .forgetThenCreate
  }

  /// As the plan JSON lists them.
  package var jsonNames: [String] {
    switch self {
    case .deleteThenCreate: return ["delete", "create"]
    case .createThenDelete: return ["create", "delete"]
    case .forgetThenCreate: return ["forget", "create"]
    default: return [rawValue]
    }
  }
}

/// Why an action was chosen, where its name alone does not say it. Raw values as in the plan JSON.
package enum ActionReason: String, Hashable, Sendable {
  case replaceBecauseTainted = "replace_because_tainted"
  case replaceByRequest = "replace_by_request"
  case replaceByTriggers = "replace_by_triggers"
  case replaceBecauseCannotUpdate = "replace_because_cannot_update"
  case deleteBecauseNoResourceConfig = "delete_because_no_resource_config"
  case deleteBecauseNoMoveTarget = "delete_because_no_move_target"
  case deleteBecauseNoModule = "delete_because_no_module"
  case deleteBecauseWrongRepetition = "delete_because_wrong_repetition"
  case deleteBecauseCountIndex = "delete_because_count_index"
  case deleteBecauseEachKey = "delete_because_each_key"
  case deleteBecauseDisabled = "delete_because_enabled_false"
  case readBecauseConfigUnknown = "read_because_config_unknown"
  case readBecauseDependencyPending = "read_because_dependency_pending"
  case readBecauseCheckNested = "read_because_check_nested"
}

/// Why a change is left for a later round. Raw values as in the plan JSON.
package enum DeferralReason: String, Hashable, Sendable {
  case unknown
  case instanceCountUnknown = "instance_count_unknown"
  case resourceConfigUnknown = "resource_config_unknown"
  case providerConfigUnknown = "provider_config_unknown"
  case absentPrerequisite = "absent_prereq"
  case deferredPrerequisite = "deferred_prereq"
}

/// A change that cannot be planned fully yet. It is planned again in the next round.
package struct DeferredChange: Sendable {
  package var reason: DeferralReason
  /// What is missing, in the provider's words; empty if it says nothing.
  package var explanation: String
  package var change: ResourceChange
  /// Whether the instance keys of the resource, or of a module around it, are not known; the address then stands for all of them.
  package var hasUnknownKeys: Bool
  package init(reason: DeferralReason, explanation: String = "", change: ResourceChange, hasUnknownKeys: Bool) {
    self.reason = reason
    self.explanation = explanation
    self.change = change
    self.hasUnknownKeys = hasUnknownKeys
  }
}

/// What happens to a root output.
package struct OutputChange: Sendable {
  package var name: String
  package var action: Action
  package var before: Value
  package var after: Value
  /// Whether it is sensitive before or after.
  package var isSensitive: Bool
  package init(name: String, action: Action, before: Value, after: Value, isSensitive: Bool) {
    self.name = name
    self.action = action
    self.before = before
    self.after = after
    self.isSensitive = isSensitive
  }
}

/// An attribute of a resource that contributed to some planned change.
package struct RelevantAttribute: Hashable, Sendable, Comparable {
  package var resource: ResourceInstance
  package var path: Path
  package init(resource: ResourceInstance, path: Path) {
    self.resource = resource
    self.path = path
  }
  package static func < (left: Self, right: Self) -> Bool {
    (left.resource.description, left.path.description) < (right.resource.description, right.path.description)
  }
}

/// The outcome of a condition.
package enum CheckStatus: String, Hashable, Sendable {
  case pass
  case fail
  case error
  case unknown

  /// The worse of two: error, fail, unknown, pass.
  package func combined(with other: CheckStatus) -> CheckStatus {
    let order: [CheckStatus] = [.error, .fail, .unknown, .pass]
    return order.first { $0 == self || $0 == other } ?? .unknown
  }
}

/// What an object with conditions is.
package enum CheckableKind: String, Hashable, Sendable {
  case resource
  case output = "output_value"
  case check
  case variable = "var"
}

/// The conditions of one configuration object, over its instances.
package struct CheckResult: Sendable {
  package struct Instance: Sendable {
    package var address: String
    package var module: String?
    package var key: InstanceKey?
    package var status: CheckStatus
    package var failures: [String]
    package init(
      address: String, module: String? = nil, key: InstanceKey? = nil, status: CheckStatus, failures: [String]
    ) {
      self.address = address
      self.module = module
      self.key = key
      self.status = status
      self.failures = failures
    }
  }
  package var kind: CheckableKind
  /// The address in the configuration: `aws_vpc.main`, `output.x`, `check.y`, `var.z`, with the module path before it.
  package var address: String
  package var status: CheckStatus
  package var instances: [Instance]
  package init(kind: CheckableKind, address: String, status: CheckStatus, instances: [Instance]) {
    self.kind = kind
    self.address = address
    self.status = status
    self.instances = instances
  }
}

/// The state that a plan was made from, so that a stale plan is refused.
package struct PlanBasis: Hashable, Sendable {
  package var lineage: String
  package var serial: UInt64
  package init(lineage: String, serial: UInt64) {
    self.lineage = lineage
    self.serial = serial
  }
}

/// Everything that a plan says.
package struct Plan: Sendable {
  package var mode: PlanMode
  package var basis: PlanBasis
  /// RFC 3339, UTC. `plantimestamp()` gives it at apply as well.
  package var timestamp: String
  /// Values of the root variables, ephemeral ones left out.
  package var variables: [String: Value]
  /// The same as they were given, before conversion, and the defaults of the others: what plan JSON shows (observed with 1.11.4).
  package var givenVariables: [String: Value]
  /// Ephemeral root variables that were given a value, as they must be again at apply.
  package var ephemeralVariables: [String]
  package var targets: [TargetAddress]
  package var excludes: [TargetAddress]
  package var forcedReplacements: [ResourceInstance]
  /// Sorted by address, then deposed key; no-ops included.
  package var changes: [ResourceChange]
  /// What changed outside since the last run. Sorted like `changes`.
  package var drift: [ResourceChange]
  package var deferred: [DeferredChange]
  /// Sorted by name; no-ops included.
  package var outputChanges: [OutputChange]
  package var relevantAttributes: [RelevantAttribute]
  package var checks: [CheckResult]
  /// The objects after refresh, upon which the changes are applied. Sorted like `changes`.
  package var priorObjects: [ObjectRecord]
  /// Rows whose content the refresh changed, or which it found gone: what apply writes before anything else.
  package var refreshedRows: [RefreshedRow]
  /// Updates and deletions that earlier runs left in flight and whose effect the refresh has found out: apply closes them.
  /// A saved plan does not carry them; a later one finds out the same.
  package var settledOperations: [Int64]
  /// Root outputs of the state, as apply finds them: those known at plan time included.
  package var priorOutputs: [String: Value]
  package var execution: ExecutionGraph
  package var isComplete: Bool
  package var isApplyable: Bool
  package var isErrored: Bool

  package init(mode: PlanMode, basis: PlanBasis, timestamp: String) {
    self.mode = mode
    self.basis = basis
    self.timestamp = timestamp
    variables = [:]
    givenVariables = [:]
    ephemeralVariables = []
    targets = []
    excludes = []
    forcedReplacements = []
    changes = []
    drift = []
    deferred = []
    outputChanges = []
    relevantAttributes = []
    checks = []
    priorObjects = []
    refreshedRows = []
    settledOperations = []
    priorOutputs = [:]
    execution = ExecutionGraph()
    isComplete = true
    isApplyable = false
    isErrored = false
  }

  /// Whether the plan is about a part of the configuration only.
  package var isTargeted: Bool { !targets.isEmpty || !excludes.isEmpty }

  /// How many objects are created, changed and destroyed; a replacement counts as a creation and a destruction.
  package var counts: ChangeCounts {
    var counts = ChangeCounts()
    for change in changes where change.address.resource.mode == .managed {
      if change.importID != nil { counts.imports += 1 }
      switch change.action {
      case .create: counts.additions += 1
      case .update: counts.updates += 1
      case .delete: counts.removals += 1
      case .deleteThenCreate, .createThenDelete:
        counts.additions += 1
        counts.removals += 1
      case .forget: counts.forgets += 1
      case .forgetThenCreate:
        counts.additions += 1
        counts.forgets += 1
      case .noOp, .read: break
      }
    }
    return counts
  }
}

/// The numbers of a plan's summary line.
package struct ChangeCounts: Hashable, Sendable {
  package var additions = 0
  package var updates = 0
  package var removals = 0
  package var imports = 0
  package var forgets = 0
  package init() {}
}

/// A row of state that planning found to be out of date.
package struct RefreshedRow: Sendable {
  /// The row before; nil for an object that is in no row yet (a data source, an import, the target of a move).
  package var previousAddress: ResourceInstance?
  package var previousDeposedKey: String?
  package var previousVersion: Int64
  /// What the row becomes; nil if the object is gone.
  package var object: ObjectRecord?
  package init(
    previousAddress: ResourceInstance?, previousDeposedKey: String?, previousVersion: Int64, object: ObjectRecord?
  ) {
    self.previousAddress = previousAddress
    self.previousDeposedKey = previousDeposedKey
    self.previousVersion = previousVersion
    self.object = object
  }
}

extension Plan {
  /// The same plan upon rows whose versions are those given by address and deposed key.
  package func withRowVersions(_ version: (ResourceInstance, String?) -> Int64) -> Plan {
    var plan = self
    for index in plan.changes.indices {
      plan.changes[index].rowVersion = version(plan.changes[index].previousAddress, plan.changes[index].deposedKey)
    }
    for index in plan.priorObjects.indices {
      plan.priorObjects[index].rowVersion = version(plan.priorObjects[index].address, plan.priorObjects[index].deposedKey)
    }
    for index in plan.refreshedRows.indices {
      guard let address = plan.refreshedRows[index].previousAddress else { continue }
      plan.refreshedRows[index].previousVersion = version(address, plan.refreshedRows[index].previousDeposedKey)
    }
    return plan
  }
}
