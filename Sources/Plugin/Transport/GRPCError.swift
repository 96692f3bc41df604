/// How a call ended if not well: a gRPC status.
struct GRPCError: Error, Hashable, Sendable {
  /// The status codes of gRPC.
  struct Code: RawRepresentable, Hashable, Sendable {
    var rawValue: Int
    static let ok = Code(rawValue: 0)
    static let cancelled = Code(rawValue: 1)
    static let unknown = Code(rawValue: 2)
    static let invalidArgument = Code(rawValue: 3)
    static let deadlineExceeded = Code(rawValue: 4)
    static let permissionDenied = Code(rawValue: 7)
    static let resourceExhausted = Code(rawValue: 8)
    static let unimplemented = Code(rawValue: 12)
    static let `internal` = Code(rawValue: 13)
    static let unavailable = Code(rawValue: 14)
    static let unauthenticated = Code(rawValue: 16)
  }
  var code: Code
  var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The status of a response that is no gRPC response, by the table in gRPC's `http-grpc-status-mapping.md`.
  init(httpStatus: Int) {
    let code: Code =
      switch httpStatus {
      case 400: .internal
      case 401: .unauthenticated
      case 403: .permissionDenied
      case 404: .unimplemented
      case 429, 502, 503, 504: .unavailable
      default: .unknown
      }
    self.init(code, "the plugin answered with HTTP status \(httpStatus)")
  }
}
