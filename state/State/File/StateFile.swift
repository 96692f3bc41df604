/// A state file of format version 4 (formats 1 to 3 are older than 0.12): read into rows, and written byte for byte as 1.11.4 writes it.
package struct StateFile: Sendable {
  package static let formatVersion = 4

  /// The version of the program that wrote the file.
  package var terraformVersion: String
  package var snapshot: StateSnapshot

  package init(terraformVersion: String, snapshot: StateSnapshot) {
    self.terraformVersion = terraformVersion
    self.snapshot = snapshot
  }

  /// Reads a whole file. nil for an empty one, which stands for no state.
  /// - Throws: `newerVersion` for formats that are not known yet, `invalidStateFile` for all else.
  package init?(reading bytes: [UInt8]) throws(StoreError) {
    if bytes.isEmpty { return nil }
    var reader = StateFileReader(bytes)
    self = try reader.file()
  }

  /// The file as bytes, with a line break at its end.
  package var bytes: [UInt8] { StateFileWriter(self).bytes() }
}
