import Addresses
import Diagnostics
import Expressions
import Values

/// Gives what a provider reported a place: the argument its path names, else the block; and the address of the instance.
func located(
  _ diagnostics: [Diagnostic], address: ResourceInstance?, body: @autoclosure () -> DecodePlan?, block: SourceRange?
) -> [Diagnostic] {
  if diagnostics.isEmpty { return [] }
  let body = body()
  return diagnostics.map { original in
    var diagnostic = original
    if diagnostic.address == nil { diagnostic.address = address?.description }
    guard diagnostic.subject == nil else { return diagnostic }
    if let path = diagnostic.attributePath, let body {
      diagnostic.subject = body.sourceRange(of: Path(printed: path))
    } else {
      diagnostic.subject = block
    }
    return diagnostic
  }
}

extension Path {
  /// A path from its printed steps: `.name`, `[0]`, `["key"]`. A step of another form ends it.
  init(printed steps: [String]) {
    self.init()
    for step in steps {
      if step.hasPrefix(".") {
        self = attribute(String(step.dropFirst()))
      } else if step.hasPrefix("[\""), step.hasSuffix("\"]") {
        self = key(String(step.dropFirst(2).dropLast(2)))
      } else if step.hasPrefix("["), step.hasSuffix("]"), let position = Int(step.dropFirst().dropLast()) {
        self = index(position)
      } else {
        return
      }
    }
  }
}
