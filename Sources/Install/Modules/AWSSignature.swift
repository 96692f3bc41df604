import Host

/// Signs requests to AWS and what speaks like it (Signature Version 4).
struct AWSSignature: Sendable {
  var credentials: AWSCredentials
  var region: String
  var service: String

  /// The headers that prove who sends a GET request without a body. Path and query are escaped, the query is sorted.
  func headers(host: String, path: String, query: String, nanoseconds: Int64) -> [HTTPHeader] {
    let time = Self.time(nanoseconds)
    let date = String(time.prefix(8))
    let bodyHash = Hexadecimal.encode(SHA256Digest.of([]))
    var signed = [("host", host), ("x-amz-content-sha256", bodyHash), ("x-amz-date", time)]
    if let token = credentials.token { signed.append(("x-amz-security-token", token)) }
    let names = signed.map(\.0).joined(separator: ";")
    let canonical =
      "GET\n\(path)\n\(query)\n" + signed.map { "\($0.0):\($0.1)\n" }.joined() + "\n\(names)\n\(bodyHash)"
    let scope = "\(date)/\(region)/\(service)/aws4_request"
    let text =
      "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(Hexadecimal.encode(SHA256Digest.of([UInt8](canonical.utf8))))"
    let key = [date, region, service, "aws4_request"].reduce([UInt8]("AWS4\(credentials.secret)".utf8)) {
      Self.authenticationCode($1, key: $0)
    }
    let signature = Hexadecimal.encode(Self.authenticationCode(text, key: key))
    return signed.dropFirst().map { HTTPHeader($0.0, $0.1) } + [
      HTTPHeader(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=\(credentials.id)/\(scope), SignedHeaders=\(names), Signature=\(signature)")
    ]
  }

  /// HMAC with SHA-256 (RFC 2104).
  static func authenticationCode(_ text: String, key: [UInt8]) -> [UInt8] {
    let short = key.count > 64 ? SHA256Digest.of(key) : key
    let padded = short + [UInt8](repeating: 0, count: 64 - short.count)
    let inner = SHA256Digest.of(padded.map { $0 ^ 0x36 } + [UInt8](text.utf8))
    return SHA256Digest.of(padded.map { $0 ^ 0x5C } + inner)
  }

  /// All but letters, digits and `-_.~` as percent escapes.
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        return String(UnicodeScalar(byte))
      default: return "%" + Hexadecimal.encode([byte]).uppercased()
      }
    }.joined()
  }

  /// `20260131T235959Z`.
  static func time(_ nanoseconds: Int64) -> String {
    let seconds = max(0, nanoseconds / 1_000_000_000)
    // Days since 0000-03-01, by eras of 400 years, so that a leap day is the last of its year.
    let shifted = seconds / 86_400 + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let time = seconds % 86_400
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)\(two(month))\(two(dayOfYear - (153 * monthIndex + 2) / 5 + 1))"
      + "T\(two(time / 3600))\(two(time / 60 % 60))\(two(time % 60))Z"
  }
}

/// Who asks.
struct AWSCredentials: Sendable {
  var id: String
  var secret: String
  var token: String?

  init(id: String, secret: String, token: String?) {
    self.id = id
    self.secret = secret
    self.token = token
  }

  /// From the environment, or from the user's shared credentials file.
  init(profile: String?, _ setting: ModuleInstaller.Setting) throws(InstallError) {
    let environment = setting.environment
    func value(_ names: String...) -> String? {
      names.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    if profile == nil, let id = value("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"),
      let secret = value("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY")
    {
      self.init(id: id, secret: secret, token: value("AWS_SESSION_TOKEN"))
      return
    }
    let path = value("AWS_SHARED_CREDENTIALS_FILE") ?? setting.homeDirectory.map { "\($0)/.aws/credentials" }
    let wanted = profile ?? value("AWS_PROFILE") ?? "default"
    let bytes = path.flatMap { try? setting.files.read($0) } ?? []
    let entries = Self.section(wanted, of: String(decoding: bytes, as: UTF8.self))
    guard let id = entries["aws_access_key_id"], let secret = entries["aws_secret_access_key"] else {
      throw InstallError(
        .failed,
        "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write a profile \"\(wanted)\" into "
          + "\(path ?? "~/.aws/credentials")")
    }
    self.init(id: id, secret: secret, token: entries["aws_session_token"])
  }

  /// The settings of one `[NAME]` of a file.
  private static func section(_ name: String, of text: String) -> [String: String] {
    var isWanted = false
    var result: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: "=", maxSplits: 1).map { trimmed($0) }
      if line.hasPrefix("[") {
        isWanted = trimmed(line.drop { $0 == "[" }.prefix { $0 != "]" }) == name
      } else if isWanted, parts.count == 2 {
        result[parts[0]] = parts[1]
      }
    }
    return result
  }

  private static func trimmed(_ text: Substring) -> String {
    var rest = text.drop { $0.isWhitespace }
    while rest.last?.isWhitespace == true { rest = rest.dropLast() }
    return String(rest)
  }
}
