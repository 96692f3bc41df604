import Host

/// Turns what files and archives throw into what this room throws.
func attempt<Result>(_ body: () throws -> Result) throws(InstallError) -> Result {
  do {
    return try body()
  } catch let error as InstallError {
    throw error
  } catch let error as FileError {
    throw InstallError(.failed, error.description)
  } catch let error as ArchiveFailure {
    throw InstallError(.failed, "failed to unpack the archive: \(error.message)")
  } catch {
    throw InstallError(.failed, "failed to unpack the archive: its compressed data is damaged")
  }
}
