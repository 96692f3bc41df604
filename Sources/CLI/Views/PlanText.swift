import Addresses
import Engine
import Plans
import Values

/// All that a person is shown of a plan: what changed outside, what will be done, the numbers, the outputs.
/// Ends with a newline.
///
/// - Parameter origins: the configuration, by which changes are explained.
func planText(_ plan: Plan, schemas: SchemaTable, style: TextStyle, origins: ChangeOrigins? = nil) -> String {
  var writer = PlanWriter(plan: plan, schemas: schemas, style: style, origins: origins)
  writer.write()
  return writer.text
}

private struct PlanWriter {
  let plan: Plan
  let schemas: SchemaTable
  let style: TextStyle
  var origins: ChangeOrigins?
  var text = ""

  mutating func write() {
    let changes = plan.changes.filter(isShown)
    let outputs = plan.outputChanges.compactMap { output in
      outputDifference(output).map { (name: output.name, difference: $0) }
    }
    // What outputs would become is not worth telling where planning came to nothing.
    let isEmpty = changes.isEmpty && (outputs.isEmpty || plan.isErrored) && plan.deferred.isEmpty
    let hasDrift = writeDrift(isPlanEmpty: isEmpty)
    if isEmpty {
      writeNoChanges(hasDrift: hasDrift)
      return
    }
    if hasDrift { text += "\n\(style.rule)" }
    let counts = plan.counts
    let actions = Set(changes.map(\.action)).subtracting([.noOp]).union(plan.deferred.map(\.change.action))
    if !actions.isEmpty { writeLegend(actions) }
    if !changes.isEmpty { writeChanges(changes, counts) }
    if !plan.deferred.isEmpty { writeDeferred() }
    if !outputs.isEmpty {
      text += "\nChanges to Outputs:\n"
      writeOutputs(outputs)
      if changes.allSatisfy({ $0.action == .noOp }) && plan.deferred.isEmpty {
        text += style.wrapped(
          "\nApply this plan to save the new outputs; no object is changed.")
        text += "\n"
      }
    }
  }

  private func isShown(_ change: ResourceChange) -> Bool {
    // A refresh-only plan tells of moves among what has changed already.
    if change.action == .noOp { return plan.mode != .refreshOnly && (change.isMove || change.importID != nil) }
    // Data sources that are no longer needed are dropped without a word.
    return change.action != .delete || change.address.resource.mode == .managed
  }

  // MARK: Sections

  private mutating func writeLegend(_ actions: Set<Action>) {
    text += "\n"
    text += style.wrapped(
      "This is what is going to be done, by these symbols:")
    text += "\n"
    let legend: [(Action, String)] = [
      (.create, "create"), (.update, "update in-place"), (.delete, "destroy"),
      (.deleteThenCreate, "destroy and then create replacement"),
      (.createThenDelete, "create replacement and then destroy"), (.read, "read (data resources)"),
    ]
    for (action, meaning) in legend where actions.contains(action) {
      text += "\(actionSymbol(action, style)) \(meaning)\n"
    }
  }

  private mutating func writeChanges(_ changes: [ResourceChange], _ counts: ChangeCounts) {
    text +=
      plan.isErrored
      ? "\nThis is what was planned before a problem came up:\n"
      : "\nPlumb will perform the following actions:\n"
    for change in changes { writeChange(change, cause: .proposal) }
    var parts = counts.imports > 0 ? ["\(counts.imports) to import"] : []
    parts += ["\(counts.additions) to add", "\(counts.updates) to change", "\(counts.removals) to destroy"]
    text += "\n\(style.paint("Plan:", .bold)) \(parts.joined(separator: ", ")).\n"
  }

  private mutating func writeDeferred() {
    text += "\n\(style.paint("Note:", .boldCyan))"
    text += style.paint(" The rest can only be planned after this is applied.", .bold) + "\n"
    for deferred in plan.deferred {
      let change = deferred.change
      text += "\n\(style.paint("  # \(displayAddress(change))", .bold)) was deferred\n"
      let more = origins?.repetition(of: change) ?? (deferred.explanation.isEmpty ? nil : deferred.explanation)
      text += "  # (\(deferred.reason.words)\(more.map { ": \($0)" } ?? ""))\n"
      writeBody(change, difference(of: change, relevance: .everything))
    }
  }

  /// Whether something was shown.
  private mutating func writeDrift(isPlanEmpty: Bool) -> Bool {
    let isRefreshOnly = plan.mode == .refreshOnly
    if isPlanEmpty && !isRefreshOnly { return false }
    var shown: [(change: ResourceChange, difference: ValueDifference)] = []
    if !plan.drift.isEmpty {
      var relevant: [ResourceInstance: [Path]] = [:]
      for attribute in plan.relevantAttributes { relevant[attribute.resource, default: []].append(attribute.path) }
      for change in plan.drift {
        var paths = relevant[change.address, default: []]
        if change.address.key != nil { paths += relevant[wholeResource(change.address), default: []] }
        if paths.isEmpty && !isRefreshOnly { continue }
        let relevance: PathMatcher = isRefreshOnly ? .everything : PathMatcher(paths, coversChildren: true)
        let difference = difference(of: change, relevance: relevance)
        if isRefreshOnly || difference.action != .noOp { shown.append((change, difference)) }
      }
    }
    if shown.isEmpty { return false }
    text += "\n\(style.paint("Note:", .boldCyan))\(style.paint(" Objects have changed outside of Plumb", .bold))\n\n"
    text += style.wrapped(
      "Since the last \"plumb apply\", these objects were changed by others, and the plan may show it:")
    for (change, difference) in shown { writeChange(change, difference, cause: .drift) }
    text += style.wrapped(
      isRefreshOnly
        ? "\n\nThis plan only refreshes. Apply it to save in the state what is found; no object is changed.\n"
        : "\n\nWhat is planned below may undo these changes. To keep one, write it into the configuration, or name "
          + "the attribute in ignore_changes.\n"
    )
    return true
  }

  /// The address that stands for every instance of the resource.
  private func wholeResource(_ address: ResourceInstance) -> ResourceInstance {
    var whole = address
    whole.key = nil
    return whole
  }

  private mutating func writeNoChanges(hasDrift: Bool) {
    if plan.isErrored {
      writeVerdict("Planning failed.", "The plan could not be finished.", .boldRed, hasDrift)
      return
    }
    switch plan.mode {
    case .refreshOnly:
      if hasDrift { return }
      writeVerdict("No changes.", "Your infrastructure still matches the configuration.", .boldGreen, false)
      text += style.wrapped(
        "All objects are still as they were left.\n")
    case .destroy:
      writeVerdict("No changes.", "No objects need to be destroyed.", .boldGreen, hasDrift)
      text += style.wrapped(
        "There are no objects, here or in the state.\n")
    case .normal:
      writeVerdict("No changes.", "Your infrastructure matches the configuration.", .boldGreen, hasDrift)
      text += style.wrapped(
        "What exists is what the configuration describes.\n")
    }
  }

  private mutating func writeVerdict(_ verdict: String, _ explanation: String, _ paint: Paint, _ hasDrift: Bool) {
    if hasDrift { text += "\n\(style.rule)" }
    text += "\n\(style.paint(verdict, paint))\(style.paint(" \(explanation)", .bold))\n\n"
  }

  // MARK: Changes

  private mutating func writeChange(_ change: ResourceChange, cause: ChangeCause) {
    writeChange(change, difference(of: change, relevance: .everything), cause: cause)
  }

  private mutating func writeChange(_ change: ResourceChange, _ difference: ValueDifference, cause: ChangeCause) {
    if change.action == .noOp && !change.isMove && change.importID == nil { return }
    text += "\n"
    text += changeComment(change, cause: cause, style: style)
    if cause == .proposal, change.action.isReplacement {
      for reason in origins?.replacementReasons(of: change) ?? [] { text += "  # (\(reason))\n" }
    }
    writeBody(change, difference)
  }

  private mutating func writeBody(_ change: ResourceChange, _ difference: ValueDifference) {
    let resource = change.address.resource
    text += "\(actionSymbol(change.action, style)) \(blockKeyword(resource.mode)) \"\(resource.type)\" \"\(resource.name)\" "
    var options = DifferenceRenderer.Options()
    options.showsUnchanged = change.importID != nil && change.action == .noOp
    options.unknownReasons = origins?.unknownReasons(of: change) ?? UnknownReasons()
    text += DifferenceRenderer.text(of: difference, options: options, style: style)
    text += "\n"
  }

  /// Where the type is not known any more, what can be told without a schema.
  private func difference(of change: ResourceChange, relevance: PathMatcher) -> ValueDifference {
    let replacement = change.replacePaths.isEmpty ? .nothing : PathMatcher(change.replacePaths, coversChildren: false)
    // An object that is forgotten stays as it is.
    let after = change.action == .forget ? change.before : change.after
    let comparison = ValueComparison(change.before, after, replacement: replacement, relevance: relevance)
    guard let schema = schemas.schema(of: change.address.resource, from: change.provider.source) else {
      return .ofDynamic(comparison)
    }
    return .of(comparison, block: schema.block)
  }

  // MARK: Outputs

  private func outputDifference(_ output: OutputChange) -> ValueDifference? {
    let marks: Marks = output.isSensitive ? .sensitive : []
    let comparison = ValueComparison(
      output.before.isNull ? output.before : output.before.marked(with: marks),
      output.after.isNull ? output.after : output.after.marked(with: marks), replacement: .nothing,
      relevance: .everything)
    let difference = ValueDifference.ofDynamic(comparison)
    return difference.action == .noOp ? nil : difference
  }

  private mutating func writeOutputs(_ outputs: [(name: String, difference: ValueDifference)]) {
    // Those that stay as they are count too, so that lines do not shift from plan to plan.
    let width = plan.outputChanges.reduce(0) { max($0, displayName($1.name).utf8.count) }
    for (name, difference) in outputs {
      text += "\(actionSymbol(difference.action, style)) \(padded(displayName(name), to: width)) = "
      text += DifferenceRenderer.text(of: difference, style: style)
      text += "\n"
    }
  }
}

/// The word that begins a block of the kind.
func blockKeyword(_ mode: ResourceMode) -> String {
  switch mode {
  case .managed: "resource"
  case .data: "data"
  case .ephemeral: "ephemeral"
  }
}

extension DeferralReason {
  var words: String {
    switch self {
    case .unknown: "for an unknown reason"
    case .instanceCountUnknown: "because the number of resource instances is unknown"
    case .resourceConfigUnknown: "because the resource configuration is unknown"
    case .providerConfigUnknown: "because the provider configuration is unknown"
    case .absentPrerequisite: "because a prerequisite is absent"
    case .deferredPrerequisite: "because a prerequisite has been deferred"
    }
  }
}
