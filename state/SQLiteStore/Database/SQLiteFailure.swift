import CSQLite
import Glibc
import State

/// What SQLite answered when a call failed, taken before anything else can run.
struct SQLiteFailure {
  /// With its extended part.
  var code: Int32
  var text: String
  /// The `errno` behind it, 0 if there is none.
  var systemError: Int32

  @unsafe init(code: Int32, connection: OpaquePointer?) {
    self.code = code
    if let connection = unsafe connection {
      text = unsafe String(cString: sqlite3_errmsg(connection))
      systemError = unsafe sqlite3_system_errno(connection)
    } else {
      text = unsafe String(cString: sqlite3_errstr(code))
      systemError = 0
    }
  }

  func storeError(path: String) -> StoreError {
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED:
      return StoreError(
        .busy, "Another process kept \(path) locked for too long. Wait until it has finished, then try again.")
    case SQLITE_FULL:
      return StoreError(
        .diskFull,
        "There is no space left for \(path). Nothing of this change was stored; free some space and try again.")
    case SQLITE_READONLY:
      return StoreError(
        .readOnly, "\(path) cannot be written: \(text). Check the permissions of the file and its directory.")
    case SQLITE_CORRUPT, SQLITE_NOTADB: return .corruptStore(path, text)
    case SQLITE_PERM, SQLITE_AUTH: return Self.permission(path)
    case SQLITE_CANTOPEN: return cannotOpen(path)
    case SQLITE_IOERR where systemError == EISDIR: return Self.directory(path)
    case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT || systemError == EFBIG:
      return StoreError(
        .diskFull,
        "There is no space left for \(path). Nothing of this change was stored; free some space and try again.")
    default:
      let cause = systemError == 0 ? "" : ", system error \(systemError)"
      return StoreError(.inputOutput, "\(path) cannot be used: \(text) (SQLite code \(code)\(cause)).")
    }
  }

  private func cannotOpen(_ path: String) -> StoreError {
    switch systemError {
    case EACCES, EPERM: Self.permission(path)
    case EROFS: StoreError(.readOnly, "\(path) cannot be written: its file system is read-only.")
    case ENOENT: Self.missing(path)
    case EISDIR: Self.directory(path)
    default: StoreError(.inputOutput, "\(path) cannot be opened: \(text).")
    }
  }

  private static func directory(_ path: String) -> StoreError {
    StoreError(.invalidRequest, "\(path) is a directory, where a state store should be.")
  }

  /// SQLite says so of the files that it wants to make beside the database as well.
  private static func missing(_ path: String) -> StoreError {
    if unsafe access(path, W_OK) == 0 {
      return StoreError(.inputOutput, "\(path) cannot be opened: the files beside it cannot be made.")
    }
    switch errno {
    case EROFS: return StoreError(.readOnly, "\(path) cannot be written: its file system is read-only.")
    case EACCES, EPERM: return permission(path)
    default: return StoreError(.notFound, "\(path) cannot be opened: its directory does not exist.")
    }
  }

  private static func permission(_ path: String) -> StoreError {
    StoreError(
      .permissionDenied,
      "\(path) cannot be opened: permission denied. Check the owner and the mode of the file and its directory.")
  }
}

extension StoreError {
  static func corruptStore(_ path: String, _ reason: String) -> StoreError {
    StoreError(
      .corrupt,
      "\(path) is damaged or no state store: \(reason). Put back a copy of the file, or save what can be read with `sqlite3 \(path) .recover`."
    )
  }
}
