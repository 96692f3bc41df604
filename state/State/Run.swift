package import Addresses

/// One command that changes state, from its start to its end.
package struct Run: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    case running
    case succeeded
    case failed
    /// Ended early because the user asked.
    case interrupted
    /// Its process vanished or stopped renewing its leases, and another run took over.
    case abandoned
  }

  package var id: Int64
  /// `apply`, `destroy`, `refresh`, `import`, `state mv`…
  package var command: String
  /// RFC 3339 in UTC with milliseconds.
  package var startedAt: String
  package var finishedAt: String?
  package var status: Status
  package var host: String
  package var processID: Int32
  package var user: String

  package init(
    id: Int64, command: String, startedAt: String, finishedAt: String? = nil, status: Status = .running, host: String,
    processID: Int32, user: String
  ) {
    self.id = id
    self.command = command
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.status = status
    self.host = host
    self.processID = processID
    self.user = user
  }

  /// How messages name a run: `run 12 (apply by ann@laptop, process 4242, since 2026-08-01T12:00:00.000Z)`.
  package var displayName: String {
    "run \(id) (\(command) by \(user)@\(host), process \(processID), since \(startedAt))"
  }
}

/// One intended effect: the entry of the journal that is durable before its provider call starts.
package struct Operation: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    /// The call may have happened; nobody has written down its result.
    case started
    case succeeded
    case failed
    /// A person said what became of it.
    case resolved
  }

  package var id: Int64
  package var runID: Int64
  package var key: ObjectKey
  /// `create`, `update`, `delete`, `read`…
  package var action: String
  /// The planned attributes as a JSON object, unknown ones left out.
  package var planned: [UInt8]?
  package var provider: ProviderConfigurationAddress
  package var startedAt: String
  package var finishedAt: String?
  package var status: Status
  /// Why it failed, or how it was resolved.
  package var message: String?

  package init(
    id: Int64, runID: Int64, key: ObjectKey, action: String, planned: [UInt8]?, provider: ProviderConfigurationAddress,
    startedAt: String, finishedAt: String? = nil, status: Status = .started, message: String? = nil
  ) {
    self.id = id
    self.runID = runID
    self.key = key
    self.action = action
    self.planned = planned
    self.provider = provider
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.status = status
    self.message = message
  }
}
