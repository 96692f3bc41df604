import Addresses
import Diagnostics
import HCL
import Modules
import Values

extension InputVariable {
  /// The value that a module call gives, as the module sees it: defaults filled in, converted, marked. Null stands for the
  /// default where the variable is not nullable.
  func convert(
    _ given: Value, at range: SourceRange, module: ModulePath, sources: SourceMap
  ) -> (Value, [Diagnostic]) {
    if given.containsMark(.ephemeral) && !ephemeral {
      return (
        marking(.unknown(type.withoutOptionals)),
        [
          .error(
            "Ephemeral value not allowed",
            "This value is ephemeral, and the variable does not say \"ephemeral = true\".", at: range)
        ]
      )
    }
    let (value, problem) = finalValue(given, from: InputOrigin(self, in: module, sources: sources, range: range))
    return (value, problem.map { [$0] } ?? [])
  }
}

extension OutputValue {
  /// The value as those see it who refer to the output. What only the block of a called module's output says to be sensitive is
  /// hidden from people, but its caller may use it as any other value: 1.7 to 1.12 of the reference forget that it was said, so
  /// that configurations rely on it.
  func marking(_ value: Value, isRoot: Bool) -> Value {
    var marks: Marks = ephemeral ? .ephemeral : []
    if sensitive { marks.formUnion(isRoot ? .sensitive : .concealed) }
    return value.marked(with: marks)
  }

  /// What is wrong with an output's value: sensitive without saying so at the root, ephemeral without saying so, ephemeral at the
  /// root, where outputs are kept, or nothing that a state can hold.
  func problems(of value: Value, isRoot: Bool) -> [Diagnostic] {
    if isRoot && ephemeral {
      return [
        .error(
          "Ephemeral output not allowed",
          "The outputs of the root module are stored, so none of them can be ephemeral.", at: range)
      ]
    }
    var problems: [Diagnostic] = []
    if isRoot && !sensitive && value.containsMark(.sensitive) {
      problems.append(
        .error(
          "Output refers to sensitive values",
          "The value of this output has something sensitive in it, and everybody who can read the state or the output of plumb could "
            + "see it. If that is what you want, say so in its block:\n    sensitive = true", at: range))
    }
    if isRoot && value.hasInfinity {
      problems.append(
        .error("Infinite number", "The value of this output has an infinite number in it, which cannot be stored.", at: expression.range))
    }
    if value.containsMark(.ephemeral) && !ephemeral {
      problems.append(
        .error(
          "Ephemeral value not allowed",
          "This value is ephemeral, and the output does not say \"ephemeral = true\".", at: expression.range))
    }
    return problems
  }
}
