import Addresses
import Diagnostics
import Expressions
import HCL
import Modules

/// The objects whose conditions a run expects not to hold.
struct ExpectedFailures {
  private var objects: [(name: String, range: SourceRange)] = []
  private var met: Set<String> = []

  /// Reads the references of `expect_failures`.
  static func read(_ traversals: [Traversal]) -> (ExpectedFailures, [Diagnostic]) {
    var result = ExpectedFailures()
    var problems: [Diagnostic] = []
    for traversal in traversals {
      if ["output", "check"].contains(traversal.root), case .attribute(let name, _)? = traversal.steps.first {
        result.objects.append(("\(traversal.root).\(name)", traversal.range))
        continue
      }
      let (reference, found) = Reference.parse(traversal)
      problems += found
      guard let reference else { continue }
      switch reference.subject {
      case .variable(let name): result.objects.append(("var.\(name)", traversal.range))
      case .resource(let resource, let key): result.objects.append(("\(resource)\(key.suffix)", traversal.range))
      default:
        problems.append(
          .error(
            "Invalid `expect_failures` reference",
            "\(text(of: traversal)) is nothing that checks itself. Failures can be expected of variables, outputs, "
              + "check blocks, resources and data sources.", at: reference.range))
      }
    }
    return (result, problems)
  }

  private static func text(of traversal: Traversal) -> String {
    var text = traversal.root
    for step in traversal.steps {
      if case .attribute(let name, _) = step { text += ".\(name)" }
    }
    return text
  }

  /// The expectation that an object meets: its own, or that of the resource it is an instance of.
  private func expectation(_ object: String) -> (name: String, range: SourceRange)? {
    let resource = String(object.prefix { $0 != "[" })
    return objects.first { $0.name == object || $0.name == resource }
  }

  /// Where it is written that the object is expected to fail; nil if it is not.
  func range(of object: String) -> SourceRange? { expectation(object)?.range }

  /// Notes that the condition of an object did not hold; gives false if nobody expected that.
  mutating func meet(_ object: String) -> Bool {
    guard let name = expectation(object)?.name else { return false }
    met.insert(name)
    return true
  }

  /// What was expected in vain.
  var missing: [Diagnostic] {
    objects.filter { !met.contains($0.name) }.map {
      .error(
        "Missing expected failure", "\($0.name) was expected to fail and did not.",
        at: $0.range)
    }
  }
}
