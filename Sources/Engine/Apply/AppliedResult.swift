import Addresses
import Diagnostics
import Plans
import ProviderInterface
import Values

/// A provider's answer to a creation or an update, checked and made fit to be stored (planning semantics, sections 26 and 27).
struct AppliedResult {
  /// What the object is now; nil if that is not known, null if it is gone.
  private(set) var new: Value?
  private(set) var `private`: [UInt8]
  let identity: ResourceIdentity?
  private(set) var diagnostics: [Diagnostic]
  /// Whether the provider told nothing at all: it crashed, or the connection broke.
  private(set) var isSilent: Bool
  private let planned: Value
  private let schema: BlockSchema
  private let prior: ObjectRecord?
  private let isLegacy: Bool
  private let change: ResourceChange
  private let address: ResourceInstance

  init(
    _ response: ApplyResourceChangeResponse, change: ResourceChange, planned: Value, schema: BlockSchema,
    prior: ObjectRecord?, address: ResourceInstance
  ) {
    new = response.new
    `private` = response.private
    identity = response.identity
    diagnostics = response.diagnostics
    isSilent = response.new == nil
    isLegacy = response.legacyTypeSystem
    self.planned = planned
    self.schema = schema
    self.prior = prior
    self.change = change
    self.address = address
  }

  mutating func check() {
    guard let value = new else {
      if !diagnostics.hasErrors {
        diagnostics.append(
          invalid(Self.invalidResult, "The provider did not report the object, so it is not known whether it exists."))
      }
      return
    }
    let problems = conformanceProblems(schema: schema, value)
    if !problems.isEmpty {
      diagnostics += problems.map { invalid(Self.invalidObject, "Provider \"\(change.provider.source)\" produced an invalid value after apply for \($0.text).") }
      new = nil
      isSilent = true
      return
    }
    let writeOnly = writeOnlyPathsWithValues(schema: schema, value)
    if !writeOnly.isEmpty {
      diagnostics += writeOnly.map { invalid(Self.invalidObject, "The provider returned a value for the write-only attribute \"\(address)\($0)\" during apply.") }
      new = nil
      isSilent = true
      return
    }
    replaceUnknown(value)
    checkConsistency()
    keepPriorAfterFailure()
  }

  private mutating func replaceUnknown(_ value: Value) {
    guard !value.isWhollyKnown else { return }
    diagnostics += unknownPaths(in: value).map {
      invalid(
        Self.invalidResult,
        "After the apply operation, the provider still indicated an unknown value for \(address)\($0). All values must be known "
          + "after apply, so this is always a bug in the provider and should be reported in the provider's own issue tracker.")
    }
    new = value.transform { _, part in part.isKnown ? part : .null(part.type) }
  }

  private mutating func checkConsistency() {
    guard let value = new, !diagnostics.hasErrors else { return }
    if value.isNull {
      diagnostics.append(
        .error(
          "Provider produced inconsistent result after apply",
          "When applying changes to \(address), provider \"\(change.provider.source)\" produced an unexpected new value: Root "
            + "object was present, but now absent.\n\nThis is a bug in the provider, which should be reported in the "
            + "provider's own issue tracker."))
      return
    }
    if isLegacy { return }
    diagnostics += compatibilityProblems(schema: schema, planned: planned, actual: value).map {
      .error(
        "Provider produced inconsistent result after apply",
        "When applying changes to \(address), provider \"\(change.provider.source)\" produced an unexpected new value: "
          + "\($0.text).\n\nThis is a bug in the provider, which should be reported in the provider's own issue tracker.")
    }
  }

  /// A failed update that reports nothing leaves the object as it was.
  private mutating func keepPriorAfterFailure() {
    guard diagnostics.hasErrors, new?.isNull == true else { return }
    new = nil
    isSilent = false
  }

  private static let invalidObject = "Provider produced invalid object"
  private static let invalidResult = "Provider returned invalid result object after apply"

  private func invalid(_ summary: String, _ detail: String) -> Diagnostic {
    .error(
      summary,
      "\(detail)\n\nThis is a bug in the provider, which should be reported in the provider's own issue tracker.")
  }
}
