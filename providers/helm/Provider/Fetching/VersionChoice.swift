import Charts

/// Which of several versions is meant.
enum VersionChoice {
  /// The version itself where it is there; else the newest that the range allows. Prereleases only where the range names one.
  /// - Parameter wanted: nil for the newest release.
  /// - Throws: `TemplateError` for what is neither a version nor a range.
  static func choose(_ versions: [String], wanted: String?) throws(TemplateError) -> String? {
    if let wanted, versions.contains(wanted) { return wanted }
    let range = try ChartVersionConstraint(wanted ?? "*")
    var best: (text: String, version: ChartVersion)?
    for text in versions {
      guard let version = try? ChartVersion(text), range.allows(version) else { continue }
      if let found = best, version.order(found.version) <= 0 { continue }
      best = (text, version)
    }
    return best?.text
  }

  /// Some of the versions there are, the newest first, for people who asked for another.
  static func shown(_ versions: [String], _ count: Int = 8) -> String {
    let sorted = versions.compactMap { text in (try? ChartVersion(text)).map { (text, $0) } }.sorted { $0.1.order($1.1) > 0 }
    let rest = sorted.count - count
    return sorted.prefix(count).map(\.0).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
