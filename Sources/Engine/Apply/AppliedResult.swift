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
      diagnostics += problems.map {
        invalid(
          Self.invalidObject,
          "Provider \"\(change.provider.source)\" returned an invalid value of \($0.text) after apply.")
      }
      new = nil
      isSilent = true
      return
    }
    let writeOnly = writeOnlyPathsWithValues(schema: schema, value)
    if !writeOnly.isEmpty {
      diagnostics += writeOnly.map {
        invalid(
          Self.invalidObject,
          "Provider returned a value for \(address)\($0), which is write-only and must come back as null.")
      }
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
        "The value of \(address)\($0) is still unknown after apply, where every value must be known.")
    }
    new = value.transform { _, part in part.isKnown ? part : .null(part.type) }
  }

  private mutating func checkConsistency() {
    guard let value = new, !diagnostics.hasErrors else { return }
    if value.isNull {
      diagnostics.append(
        .error(
          "Provider produced inconsistent result after apply",
          "Provider \"\(change.provider.source)\" said that \(address) is gone, right after it was "
            + "applied.\n\n\(providerMistake)"
        ))
      return
    }
    if isLegacy { return }
    diagnostics += compatibilityProblems(schema: schema, planned: planned, actual: value).map {
      .error(
        "Provider produced inconsistent result after apply",
        "\(address) is not what provider \"\(change.provider.source)\" planned: \($0.text).\n\n\(providerMistake)")
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
    .error(summary, "\(detail)\n\n\(providerMistake)")
  }
}
