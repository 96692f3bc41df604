package import ProviderKit

/// Why a cluster did not do what it was asked.
package struct ClusterFailure: TransientError, Hashable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// No answer came.
    case unreachable
    case unauthorized
    case forbidden
    case notFound
    /// The server does not know the kind.
    case kindMissing
    /// The namespace that the object belongs to is not there.
    case namespaceMissing(String)
    case alreadyExists
    /// Others own fields that were to be applied.
    case conflict([FieldConflict])
    /// The object changed since it was read, or is another one by now.
    case staleObject
    /// The object is not what its kind allows; 422.
    case invalid([FieldCause])
    /// The object does not fit the schema of its kind. Servers answer with status 500, but it is the manifest that is wrong.
    case typed([FieldCause])
    /// The request cannot be read: an unknown field where they are refused, a text that is no amount.
    case badRequest
    /// Where a list goes on, or a watch begins, is forgotten: begin anew. 410.
    case expired
    case tooManyRequests
    case namespaceTerminating(String)
    case quota
    /// An admission webhook refused, or could not be asked. A dry run is refused by those that say they have side effects.
    case webhook(name: String, refusesDryRuns: Bool)
    /// Anything else, with its status.
    case server(Int)
  }

  package var kind: Kind
  /// What the server said, or why it could not be asked.
  package var message: String
  /// The reason in the API's words, such as `AlreadyExists`; empty if it gave none.
  package var reason: String
  /// The status of the answer; 0 if none came.
  package var status: Int
  /// What was asked: `apply apps/v1 Deployment default/web`.
  package var action: String
  /// When the server wants to be asked again.
  package var retryAfter: Duration?
  /// Whether it passes by itself.
  package var isTransient: Bool
  /// Whether the server may have done what it was asked all the same.
  package var isAmbiguous: Bool
  /// Whether nothing at all came from the address, so that perhaps nobody is there.
  var isSilence = false

  package init(
    _ kind: Kind, _ message: String, reason: String = "", status: Int = 0, action: String = "", retryAfter: Duration? = nil,
    isTransient: Bool = false, isAmbiguous: Bool = false
  ) {
    self.kind = kind
    self.message = message
    self.reason = reason
    self.status = status
    self.action = action
    self.retryAfter = retryAfter
    self.isTransient = isTransient
    self.isAmbiguous = isAmbiguous
  }

  package var retryAdvice: RetryAdvice {
    isTransient ? retryAfter.map(RetryAdvice.tryAgainAfter) ?? .tryAgain : .giveUp
  }
}

/// A field that somebody else owns.
package struct FieldConflict: Hashable, Sendable, CustomStringConvertible {
  /// As the server writes it: `.spec.replicas`.
  package var field: String
  package var manager: String
  /// `Apply` or `Update`.
  package var operation: String
  /// Empty for the object itself.
  package var subresource: String
  /// Empty if the server did not say.
  package var apiVersion: String
  /// Empty if the server did not say.
  package var time: String

  package init(
    field: String, manager: String, operation: String = "Apply", subresource: String = "", apiVersion: String = "", time: String = ""
  ) {
    self.field = field
    self.manager = manager
    self.operation = operation
    self.subresource = subresource
    self.apiVersion = apiVersion
    self.time = time
  }

  package var description: String {
    var text = "\(field) belongs to \"\(manager)\""
    if !subresource.isEmpty { text += ", by way of the subresource \"\(subresource)\"" }
    if !apiVersion.isEmpty { text += ", in \(apiVersion)" }
    if !time.isEmpty { text += ", since \(time)" }
    return text
  }
}

/// What is wrong with a field.
package struct FieldCause: Hashable, Sendable, CustomStringConvertible {
  /// As the server writes it: `spec.selector` of what is invalid, `.spec.selector` of what does not fit the schema.
  package var field: String
  /// `FieldValueInvalid` and so on; empty if the server did not say.
  package var reason: String
  package var message: String

  package init(field: String, reason: String = "", message: String) {
    self.field = field
    self.reason = reason
    self.message = message
  }

  package var description: String { field.isEmpty ? message : "\(field): \(message)" }
}
