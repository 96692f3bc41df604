import Addresses
import Plans

/// Why a change is shown.
enum ChangeCause: Sendable {
  /// It will be done.
  case proposal
  /// It has happened outside.
  case drift
}

/// The address of a change, with the key of a deposed object.
func displayAddress(_ change: ResourceChange) -> String {
  change.deposedKey.map { "\(change.address) (deposed object \($0))" } ?? "\(change.address)"
}

/// The lines before a resource that say in words what happens to it, and why.
func changeComment(_ change: ResourceChange, cause: ChangeCause, style: TextStyle) -> String {
  var lines = [headline(change, cause, style)]
  switch change.action {
  case .read: lines += readReason(change).map { [$0] } ?? []
  case .delete:
    if cause == .proposal { lines += deleteReason(change).map { [$0] } ?? [] }
    if change.deposedKey != nil { lines.append("(what is left of a replacement that failed half-way)") }
  case .forget:
    lines.append(
      change.deposedKey == nil
        ? "(since destroy = false is configured)"
        : "(what is left of a replacement that failed half-way)")
  case .forgetThenCreate: lines.append("(since destroy = false is configured)")
  case .noOp:
    if !change.isMove && change.generatedConfiguration != nil { lines.append("(config will be generated)") }
  default: break
  }
  // A change that is nothing but the move or the import has said so in its headline.
  if change.isMove && change.action != .noOp { lines.append("(moved from \(change.previousAddress))") }
  if let importID = change.importID, change.action != .noOp || change.isMove {
    lines.append(
      change.importIdentity != nil
        ? "(imported by its identity)" : importID.isEmpty ? "(will be imported first)" : "(imported from \"\(importID)\")")
  }
  if change.importID != nil && change.action.isReplacement && change.action != .forgetThenCreate {
    lines.append(style.paint("Warning: the imported object is going to be destroyed", .boldRed))
  }
  let indent = change.action == .forget ? " " : "  "
  return lines.enumerated().map { $0 == 0 ? "\($1)\n" : "\(indent)# \($1)\n" }.joined()
}

private func headline(_ change: ResourceChange, _ cause: ChangeCause, _ style: TextStyle) -> String {
  let indent = change.action == .forget ? " " : "  "
  let address = style.paint("\(indent)# \(displayAddress(change))", .bold)
  let replaced = style.paint("replaced", .boldRed)
  switch change.action {
  case .create: return "\(address) will be created"
  case .read: return "\(address) will be read during apply"
  case .update: return cause == .drift ? "\(address) has changed" : "\(address) will be updated in-place"
  case .deleteThenCreate, .createThenDelete:
    switch change.reason {
    case .replaceBecauseTainted: return "\(address) is tainted, so must be \(replaced)"
    case .replaceByRequest: return "\(address) will be \(replaced), as requested"
    case .replaceByTriggers: return "\(address) will be \(replaced) due to changes in replace_triggered_by"
    default: return "\(address) must be \(replaced)"
    }
  case .forgetThenCreate:
    let kept = style.paint("will not be destroyed", .boldRed)
    return "\(address) must be \(replaced), but the existing object \(kept)"
  case .delete:
    return cause == .drift ? "\(address) has been deleted" : "\(address) will be \(style.paint("destroyed", .boldRed))"
  case .forget:
    return "\(address) will be forgotten, but \(style.paint("will not be destroyed", .boldRed))"
  case .noOp:
    if change.isMove {
      let previous = style.paint("  # \(change.previousAddress)", .bold)
      return "\(previous) has moved to \(style.paint(displayAddress(change), .bold))"
    }
    return "\(address) will be imported"
  }
}

private func readReason(_ change: ResourceChange) -> String? {
  switch change.reason {
  case .readBecauseConfigUnknown: "(its configuration is not wholly known yet)"
  case .readBecauseDependencyPending: "(it depends on something that is going to change)"
  case .readBecauseCheckNested: "(read again for a check block)"
  default: nil
  }
}

private func deleteReason(_ change: ResourceChange) -> String? {
  let address = change.address
  switch change.reason {
  case .deleteBecauseNoResourceConfig: return "(because \(address.resource) is not in configuration)"
  case .deleteBecauseNoMoveTarget:
    return "(since \(change.previousAddress) became \(address), which is not configured)"
  case .deleteBecauseNoModule: return "(because \(address.module) is not in configuration)"
  case .deleteBecauseWrongRepetition:
    switch address.key {
    case nil: return "(because resource uses count or for_each)"
    case .integer: return "(because resource does not use count)"
    case .string: return "(because resource does not use for_each)"
    }
  case .deleteBecauseCountIndex: return "(since count does not reach index \(address.key.suffix) any more)"
  case .deleteBecauseDisabled: return "(because enabled is false)"
  case .deleteBecauseEachKey: return "(since for_each has no key \(address.key.suffix) any more)"
  default: return nil
  }
}
