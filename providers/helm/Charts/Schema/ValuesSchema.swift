import YAML

/// Something in the values that a chart's schema does not allow.
package struct SchemaViolation: Hashable, Sendable, CustomStringConvertible {
  package var chart: String
  /// Names and indices from the chart's values on.
  package var path: [String]
  package var message: String

  package var description: String { "\(chart): \(path.isEmpty ? "the values" : path.joined(separator: ".")): \(message)" }
}

/// `values.schema.json` of a chart and of those below it.
enum ValuesSchema {
  static func violations(of values: [String: JSONValue], in chart: Chart) -> [SchemaViolation] {
    var violations: [SchemaViolation] = []
    if let bytes = chart.schema {
      violations += self.violations(of: .object(values), chart: chart.name, schema: bytes)
    }
    for subchart in chart.subcharts {
      guard let inner = values[subchart.name]?.asObject else { continue }
      violations += self.violations(of: inner, in: subchart)
    }
    return violations
  }

  /// What is wrong with the schema itself, else with the values by it.
  static func violations(of value: JSONValue, chart: String, schema: [UInt8]) -> [SchemaViolation] {
    do throws(JSONError) {
      let document = SchemaDocument(try JSONValue(json: schema))
      if !document.problems.isEmpty {
        return document.problems.map { problem in
          let place = problem.pointer.isEmpty ? "" : " at \(problem.pointer)"
          return SchemaViolation(chart: chart, path: [], message: "values.schema.json is no schema: \(problem.message)\(place)")
        }
      }
      var validator = SchemaValidator(chart: chart, document: document)
      return validator.validate(value)
    } catch {
      return [SchemaViolation(chart: chart, path: [], message: "values.schema.json is no JSON: \(error)")]
    }
  }
}
