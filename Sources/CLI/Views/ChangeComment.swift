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
    if change.deposedKey != nil { lines.append("(left over from a partially-failed replacement of this instance)") }
  case .forget:
    lines.append(
      change.deposedKey == nil
        ? "(destroy = false is set in the configuration)"
        : "(left over from a partially-failed replacement of this instance)")
  case .forgetThenCreate: lines.append("(destroy = false is set in the configuration)")
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
    lines.append(style.paint("Warning: this will destroy the imported resource", .boldRed))
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
    return "\(address) will no longer be managed by Plumb, but \(style.paint("will not be destroyed", .boldRed))"
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
  case .readBecauseConfigUnknown: "(config refers to values not yet known)"
  case .readBecauseDependencyPending: "(depends on a resource or a module with changes pending)"
  case .readBecauseCheckNested: "(config will be reloaded to verify a check block)"
  default: nil
  }
}

private func deleteReason(_ change: ResourceChange) -> String? {
  let address = change.address
  switch change.reason {
  case .deleteBecauseNoResourceConfig: return "(because \(address.resource) is not in configuration)"
  case .deleteBecauseNoMoveTarget:
    return "(because \(change.previousAddress) was moved to \(address), which is not in configuration)"
  case .deleteBecauseNoModule: return "(because \(address.module) is not in configuration)"
  case .deleteBecauseWrongRepetition:
    switch address.key {
    case nil: return "(because resource uses count or for_each)"
    case .integer: return "(because resource does not use count)"
    case .string: return "(because resource does not use for_each)"
    }
  case .deleteBecauseCountIndex: return "(because index \(address.key.suffix) is out of range for count)"
  case .deleteBecauseDisabled: return "(because enabled is false)"
  case .deleteBecauseEachKey: return "(because key \(address.key.suffix) is not in for_each map)"
  default: return nil
  }
}
