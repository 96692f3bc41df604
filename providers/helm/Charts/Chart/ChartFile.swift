/// One file of a chart.
package struct ChartFile: Hashable, Sendable {
  /// From the chart's root, with slashes.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }

  package init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  var baseName: String { path.split(separator: "/").last.map(String.init) ?? path }
}
