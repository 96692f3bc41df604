import CSQLite
import State

/// One compiled statement. Bind, step through its rows, reset; columns and parameters count from 0 and 1, as in SQLite.
@safe final class Statement {
  private let pointer: OpaquePointer
  /// Open as long as this statement lives: the connection ends its statements first.
  private let connection: OpaquePointer
  private let path: String
  private var bindFailure: Int32 = SQLITE_OK

  init(_ pointer: OpaquePointer, of connection: OpaquePointer, path: String) {
    unsafe self.pointer = pointer
    unsafe self.connection = connection
    self.path = path
  }

  deinit { unsafe sqlite3_finalize(pointer) }

  // MARK: Parameters

  func bind(_ index: Int32, _ value: Int64) { note(unsafe sqlite3_bind_int64(pointer, index, value)) }
  func bind(_ index: Int32, _ value: Bool) { bind(index, value ? 1 : 0 as Int64) }
  func bindNull(_ index: Int32) { note(unsafe sqlite3_bind_null(pointer, index)) }

  func bind(_ index: Int32, _ value: Int64?) {
    if let value { bind(index, value) } else { bindNull(index) }
  }

  func bind(_ index: Int32, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
        // A null pointer would bind NULL.
        guard let start = characters.baseAddress else {
          note(unsafe csqlite_bind_text(pointer, index, "", 0))
          return
        }
        note(unsafe csqlite_bind_text(pointer, index, start, UInt64(characters.count)))
      }
    }
  }

  func bind(_ index: Int32, _ text: String?) {
    if let text { bind(index, text) } else { bindNull(index) }
  }

  /// UTF-8 bytes as text.
  func bindText(_ index: Int32, _ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else {
          note(unsafe csqlite_bind_text(pointer, index, "", 0))
          return
        }
        note(unsafe csqlite_bind_text(pointer, index, start, UInt64(characters.count)))
      }
    }
  }

  func bindText(_ index: Int32, _ bytes: [UInt8]?) {
    if let bytes { bindText(index, bytes) } else { bindNull(index) }
  }

  func bindBlob(_ index: Int32, _ bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      note(unsafe sqlite3_bind_zeroblob(pointer, index, 0))
      return
    }
    unsafe bytes.withUnsafeBytes { buffer in
      note(unsafe csqlite_bind_blob(pointer, index, buffer.baseAddress, UInt64(buffer.count)))
    }
  }

  private func note(_ code: Int32) {
    if code != SQLITE_OK, bindFailure == SQLITE_OK { bindFailure = code }
  }

  // MARK: Rows

  /// Goes to the next row; false after the last one, and the statement is then ready for new parameters.
  func step() throws(StoreError) -> Bool {
    let code = bindFailure == SQLITE_OK ? unsafe sqlite3_step(pointer) : bindFailure
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      reset()
      return false
    default:
      let failure = unsafe SQLiteFailure(code: code, connection: connection)
      reset()
      throw failure.storeError(path: path)
    }
  }

  /// Runs a statement that gives no rows.
  func run() throws(StoreError) {
    while try step() {}
  }

  /// Ends the reading of rows before the last one.
  func reset() {
    bindFailure = SQLITE_OK
    unsafe sqlite3_reset(pointer)
  }

  func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(pointer, column) == SQLITE_NULL }
  func isInteger(_ column: Int32) -> Bool { unsafe sqlite3_column_type(pointer, column) == SQLITE_INTEGER }
  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(pointer, column) }
  func bool(_ column: Int32) -> Bool { integer(column) != 0 }
  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  func text(_ column: Int32) -> String {
    // The text pointer must be asked for before the length.
    guard let start = unsafe sqlite3_column_text(pointer, column) else { return "" }
    let count = Int(unsafe sqlite3_column_bytes(pointer, column))
    return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  /// The bytes of a text or a blob.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(pointer, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(pointer, column))
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

  /// Whether the column holds exactly these bytes. Copies nothing.
  func holds(_ expected: [UInt8], _ column: Int32) -> Bool {
    guard let start = unsafe sqlite3_column_blob(pointer, column) else { return expected.isEmpty }
    let count = Int(unsafe sqlite3_column_bytes(pointer, column))
    guard count == expected.count else { return false }
    return unsafe UnsafeRawBufferPointer(start: start, count: count).elementsEqual(expected)
  }
}
