import Host

/// OpenPGP signatures.
public enum Signature {
  public enum Failure: Error, Hashable, Sendable {
    /// The key ring cannot be read.
    case unreadableKey
    /// There is no signature.
    case unreadableSignature
    /// None of the keys made the signature.
    case unknownIssuer
    /// The signature is of another text.
    case invalid
  }

  /// The text of a message that is readable with its signature below it, if one of the keys signed it. One that has expired since counts.
  /// - Parameter keyRing: public keys, armored or not, or GnuPG's key box.
  /// - Returns: the text, and the fingerprint of the key as 40 upper-case hexadecimal digits.
  public static func verify(cleartext message: [UInt8], keyRing: [UInt8]) throws(Failure) -> (text: [UInt8], fingerprint: String) {
    do throws(OpenPGP.Failure) {
      let (text, signer) = try OpenPGP.verify(cleartext: message, keyRing: keyRing)
      return (text, signer.fingerprint)
    } catch {
      switch error {
      case .unreadableKey: throw .unreadableKey
      case .unreadableSignature: throw .unreadableSignature
      case .unknownIssuer: throw .unknownIssuer
      case .invalid: throw .invalid
      }
    }
  }
}
