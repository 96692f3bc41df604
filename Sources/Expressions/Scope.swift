// Expressions: an expression and a scope give a value and diagnostics; a body and a schema give an object.
// This room does not know what names stand for (that is the scope's affair), and it reads no state and no provider.

package import Diagnostics
package import Functions
import HCL
package import Values

/// What names mean. Asked for a whole reference chain at once, so that `aws_instance.web[count.index].id` can touch one
/// instance instead of building all of them.
package protocol Scope: Sendable {
  /// The value that the beginning of the chain stands for.
  ///
  /// - Parameters:
  ///   - root: the first name: `aws_instance`.
  ///   - steps: what follows, keys already evaluated. A key may be unknown, null or marked.
  ///   - range: the whole chain in the source.
  /// - Returns: a value and how many steps it used up; the rest is applied by the caller. Errors come with an unknown
  ///   value of dynamic type and all steps used up, so that nothing more is said about the chain.
  func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution
}

/// A step of a reference chain, its key evaluated.
package enum ResolvedStep: Sendable {
  case attribute(String, SourceRange)
  case index(Value, SourceRange)

  package var range: SourceRange {
    switch self {
    case .attribute(_, let range), .index(_, let range): range
    }
  }
}

/// What a scope found for a reference chain.
package struct Resolution: Sendable {
  package var value: Value
  /// How many of the steps the value stands for.
  package var consumed: Int
  package var diagnostics: [Diagnostic]

  package init(_ value: Value, consumed: Int = 0, diagnostics: [Diagnostic] = []) {
    self.value = value
    self.consumed = consumed
    self.diagnostics = diagnostics
  }

  /// A failed look-up: unknown, and silent from here on.
  package static func failure(_ diagnostic: Diagnostic, steps: [ResolvedStep]) -> Resolution {
    Resolution(.unknown(.dynamic), consumed: steps.count, diagnostics: [diagnostic])
  }
}

/// The functions that providers offer: by the name that a provider has in the module, and then by their own.
package typealias ProviderFunctions = [String: [String: Function]]

/// Everything an expression needs besides itself. Cheap to make and to copy: no names are copied into it.
package struct EvaluationContext: Sendable {
  package var scope: any Scope
  /// Nil where functions may not be called.
  package var functions: FunctionTable?
  /// Functions named `provider::LOCAL_NAME::FUNCTION`.
  package var providerFunctions: ProviderFunctions
  /// The files that ranges are in, for the few messages that mention places in their text.
  package var sources: SourceMap?
  /// Whether the function `type` is there, which only consoles have.
  package var describesTypes = false

  package init(
    scope: any Scope, functions: FunctionTable?, providerFunctions: ProviderFunctions = [:],
    sources: SourceMap? = nil
  ) {
    self.scope = scope
    self.functions = functions
    self.providerFunctions = providerFunctions
    self.sources = sources
  }
}

/// A scope without any name, for what must be constant: the message of a use says that variables are not allowed.
package struct EmptyScope: Scope {
  package init() {}

  package func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    .failure(.error("Variables not allowed", "Variables may not be used here.", at: range.ofRoot(root)), steps: steps)
  }
}

/// A scope of fixed values by root name, for files of templates, for consoles and for tests.
package struct ValuesScope: Scope {
  package var values: [String: Value]
  package init(_ values: [String: Value]) { self.values = values }

  package func resolve(root: String, steps: [ResolvedStep], range: SourceRange) -> Resolution {
    if let value = values[root] { return Resolution(value) }
    return .failure(unknownVariable(root, among: values.keys.sorted(), at: range), steps: steps)
  }
}

/// The message for a name that is not defined, with the nearest one that is.
package func unknownVariable(_ name: String, among names: [String], at range: SourceRange) -> Diagnostic {
  let near = suggestion(for: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
  return .error("Unknown variable", "There is no variable \"\(name)\" here.\(near)", at: range.ofRoot(name))
}

extension SourceRange {
  /// The part of a chain's range that its first name takes.
  package func ofRoot(_ name: String) -> SourceRange {
    SourceRange(file: file, start: start, end: min(end, start &+ UInt32(truncatingIfNeeded: name.utf8.count)))
  }
}
