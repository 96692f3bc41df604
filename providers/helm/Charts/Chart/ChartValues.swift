package import YAML

/// Values as templates get them: numbers from YAML are floats, those that options set may be whole.
package enum ChartValues {
  /// A values file: one or several documents, of which the later ones win.
  package static func read(_ bytes: [UInt8], path: String) throws(ChartError) -> [String: JSONValue] {
    let documents: [JSONValue]
    do throws(YAMLError) {
      documents = try YAML.documents(bytes)
    } catch {
      throw .file(path: path, line: error.line, message: error.message)
    }
    var values: [String: JSONValue] = [:]
    for document in documents {
      switch document {
      case .null: break
      case .object(let members): values = merged(values, members.mapValues(withFloats))
      default: throw .file(path: path, line: 0, message: "values must be a mapping, got \(document.typeName)")
      }
    }
    return values
  }

  /// Later files win: maps are merged, everything else is replaced, also by null.
  package static func merged(_ first: [String: JSONValue], _ second: [String: JSONValue]) -> [String: JSONValue] {
    var result = first
    for (key, value) in second {
      if case .object(let inner) = value, case .object(let known)? = result[key] {
        result[key] = .object(merged(known, inner))
      } else {
        result[key] = value
      }
    }
    return result
  }

  static func withFloats(_ value: JSONValue) -> JSONValue {
    switch value {
    case .integer(let number): .float(Double(number))
    case .array(let items): .array(items.map(withFloats))
    case .object(let members): .object(members.mapValues(withFloats))
    default: value
    }
  }

  // MARK: Merging the values of charts, by the rules of Helm 4

  /// What a chart's templates see: the given values over the defaults of the chart and of those below it. A null that is
  /// given takes a default away; a null among the defaults counts for nothing.
  static func coalesced(_ chart: Chart, _ values: [String: JSONValue]) throws(ChartError) -> [String: JSONValue] {
    var result = values
    try coalesce(chart, &result, keepsNulls: false)
    return result
  }

  /// The same with nulls kept, for values that are still to be coalesced.
  static func mergedDefaults(_ chart: Chart) throws(ChartError) -> [String: JSONValue] {
    var result: [String: JSONValue] = [:]
    try coalesce(chart, &result, keepsNulls: true)
    return result
  }

  private static func coalesce(_ chart: Chart, _ values: inout [String: JSONValue], keepsNulls: Bool) throws(ChartError) {
    coalesceDefaults(chart, &values, keepsNulls: keepsNulls)
    for subchart in chart.subcharts {
      var inner: [String: JSONValue]
      switch values[subchart.name] {
      case nil: inner = [:]
      case .object(let members)?: inner = members
      case .some(let other):
        throw .chart("the values of \(chart.name) must have a mapping for the subchart \(subchart.name), got \(other.typeName)")
      }
      passGlobals(from: values, to: &inner)
      try coalesce(subchart, &inner, keepsNulls: keepsNulls)
      values[subchart.name] = .object(inner)
    }
  }

  private static func coalesceDefaults(_ chart: Chart, _ values: inout [String: JSONValue], keepsNulls: Bool) {
    for (key, standard) in chart.values {
      switch values[key] {
      case nil:
        if keepsNulls {
          values[key] = standard
        } else if !standard.isNull {
          values[key] = withoutNulls(standard)
        }
      case .null?: if !keepsNulls { values[key] = nil }
      case .object(var members)?:
        guard case .object(let defaults) = standard else { continue }
        // What is meant for a subchart is still to be coalesced with that chart's own defaults.
        let keeps = keepsNulls || chart.subcharts.contains { $0.name == key }
        coalesce(&members, over: keeps ? defaults : withoutNulls(defaults), keepsNulls: keeps)
        values[key] = .object(members)
      default: break
      }
    }
  }

  /// The first map has the say.
  static func coalesce(_ values: inout [String: JSONValue], over defaults: [String: JSONValue], keepsNulls: Bool) {
    for (key, standard) in defaults {
      switch (values[key], standard) {
      case (nil, _): values[key] = standard
      case (.null?, _): if !keepsNulls, !standard.isNull { values[key] = nil }
      case (.object(var members)?, .object(let inner)):
        coalesce(&members, over: inner, keepsNulls: keepsNulls)
        values[key] = .object(members)
      default: break
      }
    }
  }

  private static func withoutNulls(_ value: JSONValue) -> JSONValue {
    guard case .object(let members) = value else { return value }
    return .object(withoutNulls(members))
  }

  private static func withoutNulls(_ members: [String: JSONValue]) -> [String: JSONValue] {
    members.filter { !$0.value.isNull }.mapValues { withoutNulls($0) }
  }

  /// `global` reaches every chart below; what the outer one says counts more.
  private static func passGlobals(from outer: [String: JSONValue], to inner: inout [String: JSONValue]) {
    var globals: [String: JSONValue]
    switch inner["global"] {
    case nil: globals = [:]
    case .object(let members)?: globals = members
    default: return
    }
    switch outer["global"] {
    case nil: break
    case .object(let given)?:
      for (key, value) in given {
        switch (value, globals[key]) {
        case (.object(var members), .object(let known)?):
          coalesce(&members, over: known, keepsNulls: true)
          globals[key] = .object(members)
        case (.object, .some), (_, .object?): break
        default: globals[key] = value
        }
      }
    default: return
    }
    inner["global"] = .object(globals)
  }
}
