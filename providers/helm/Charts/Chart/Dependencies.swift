import YAML

/// Which of the charts below a chart take part, under which names, and what they hand up.
enum Dependencies {
  /// The chart with the subcharts that the values switch on, and with the values that it imports from them.
  static func processed(_ chart: Chart, values: [String: JSONValue]) throws(ChartError) -> Chart {
    var chart = chart
    try enable(&chart, values, path: [])
    try importValues(&chart)
    return chart
  }

  // MARK: Switching on

  private static func enable(_ chart: inout Chart, _ values: [String: JSONValue], path: [String]) throws(ChartError) {
    if chart.metadata.dependencies.isEmpty { return }
    chart.subcharts = named(chart)
    for index in chart.metadata.dependencies.indices {
      let dependency = chart.metadata.dependencies[index]
      if !dependency.alias.isEmpty { chart.metadata.dependencies[index].name = dependency.alias }
    }
    let seen = try ChartValues.coalesced(chart, values)
    for index in chart.metadata.dependencies.indices {
      chart.metadata.dependencies[index].isEnabled = isEnabled(chart.metadata.dependencies[index], seen, path)
    }
    let disabled = Set(chart.metadata.dependencies.filter { !$0.isEnabled }.map(\.name))
    chart.subcharts.removeAll { disabled.contains($0.name) }
    chart.metadata.dependencies.removeAll { disabled.contains($0.name) }
    for index in chart.subcharts.indices {
      try enable(&chart.subcharts[index], seen, path: path + [chart.subcharts[index].name])
    }
  }

  /// Charts that nobody asks for take part as they are; those that are asked for once for each dependency, by its alias.
  private static func named(_ chart: Chart) -> [Chart] {
    var result: [Chart] = []
    for subchart in chart.subcharts where !chart.metadata.dependencies.contains(where: { fits(subchart, $0) }) {
      result.append(subchart)
    }
    for dependency in chart.metadata.dependencies {
      guard var subchart = chart.subcharts.first(where: { fits($0, dependency) }) else { continue }
      if !dependency.alias.isEmpty { subchart.metadata.name = dependency.alias }
      result.append(subchart)
    }
    return result
  }

  private static func fits(_ chart: Chart, _ dependency: ChartDependency) -> Bool {
    guard chart.name == dependency.name else { return false }
    if dependency.version.isEmpty { return true }
    guard let range = try? ChartVersionConstraint(dependency.version), let version = try? ChartVersion(chart.metadata.version)
    else { return false }
    return range.allows(version)
  }

  /// A condition beats the tags.
  private static func isEnabled(_ dependency: ChartDependency, _ values: [String: JSONValue], _ path: [String]) -> Bool {
    let all = JSONValue.object(values)
    for condition in dependency.condition.split(separator: ",") {
      let names = condition.split(separator: " ").joined().split(separator: ".").map(String.init)
      if let flag = all[path: path + names]?.asBool { return flag }
    }
    let tags = dependency.tags.compactMap { all["tags"]?[$0]?.asBool }
    return tags.isEmpty || tags.contains(true)
  }

  // MARK: Importing values

  /// Charts below come first. What is imported counts less than the chart's own values.
  private static func importValues(_ chart: inout Chart) throws(ChartError) {
    for index in chart.subcharts.indices { try importValues(&chart.subcharts[index]) }
    if chart.metadata.dependencies.allSatisfy(\.importValues.isEmpty) { return }
    var defaults = try ChartValues.mergedDefaults(chart)
    var imported: [String: JSONValue] = [:]
    var shared: [SharedTable] = []
    for dependency in chart.metadata.dependencies {
      for item in dependency.importValues {
        let all = JSONValue.object(defaults)
        guard let (source, place) = paths(item, of: dependency), let found = all[path: source]?.asObject else { continue }
        note(SharedTable(source: source, place: place), found, in: .object(imported), &shared)
        let members = place.reversed().reduce(found) { [$1: .object($0)] }
        ChartValues.coalesce(&imported, over: members, keepsNulls: true)
        for table in shared {
          if let value = JSONValue.object(imported)[path: table.place] { put(value, at: table.source[...], in: &defaults) }
        }
      }
    }
    ChartValues.coalesce(&defaults, over: imported, keepsNulls: true)
    chart.values = defaults
  }

  /// A table that is among the imported values as it is among the child's. Helm has it once for both, so that what a
  /// later import adds to it is there for the child as well.
  private struct SharedTable {
    var source: [String]
    var place: [String]
  }

  private static func note(
    _ table: SharedTable, _ members: [String: JSONValue], in imported: JSONValue, _ shared: inout [SharedTable]
  ) {
    guard let known = imported[path: table.place] else { return shared.append(table) }
    guard known.asObject != nil else { return }
    for (name, member) in members {
      guard let inner = member.asObject else { continue }
      note(SharedTable(source: table.source + [name], place: table.place + [name]), inner, in: imported, &shared)
    }
  }

  private static func put(_ value: JSONValue, at path: ArraySlice<String>, in members: inout [String: JSONValue]) {
    guard let name = path.first else { return }
    if path.count == 1 {
      members[name] = value
    } else if case .object(var inner)? = members[name] {
      put(value, at: path.dropFirst(), in: &inner)
      members[name] = .object(inner)
    }
  }

  /// Where from and where to: either the name of something below `exports`, or a path in the child and one in the parent.
  private static func paths(_ item: JSONValue, of dependency: ChartDependency) -> (source: [String], place: [String])? {
    func names(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }
    if let export = item.asString { return ([dependency.name, "exports"] + names(export), []) }
    guard let child = item["child"]?.asString, let parent = item["parent"]?.asString else { return nil }
    return ([dependency.name] + names(child), names(parent))
  }
}
