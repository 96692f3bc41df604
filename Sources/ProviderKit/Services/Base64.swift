import Host

/// Bytes as letters (RFC 4648, 4).
public enum Base64 {
  public static func encode(_ bytes: [UInt8]) -> String { Host.Base64.encode(bytes) }

  /// Nil for what is no base64. Blanks and line breaks count for nothing.
  public static func decode(_ text: String) -> [UInt8]? { Host.Base64.decode(text) }
}
