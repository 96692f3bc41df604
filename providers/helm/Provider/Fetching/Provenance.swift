import Charts
import ProviderKit
import YAML

/// `.prov` files: who says that an archive is the chart that it claims to be.
enum Provenance {
  /// - Parameters:
  ///   - fileName: of the archive, as the signed text has it.
  ///   - keyRing: the file of public keys.
  static func verify(_ archive: [UInt8], fileName: String, signed message: [UInt8], keyRing path: String, _ files: Files) throws {
    guard let keyRing = try files.read(path) else {
      throw AttributeError(
        "There is no key ring \(path). Say with keyring which file holds the public keys of those who may sign.", summary: "A file is missing",
        at: "keyring")
    }
    let text: [UInt8]
    do throws(Signature.Failure) {
      text = try Signature.verify(cleartext: message, keyRing: keyRing).text
    } catch {
      switch error {
      case .unreadableKey: throw AttributeError("\(path) is no key ring.", summary: "The key ring cannot be read", at: "keyring")
      case .unreadableSignature: throw ChartProblem.unverified("\(fileName).prov is no signed text.")
      case .unknownIssuer: throw ChartProblem.unverified("None of the keys in \(path) signed \(fileName).")
      case .invalid: throw ChartProblem.unverified("The signature of \(fileName) is not of the text that it stands under.")
      }
    }
    guard let signed = digest(of: fileName, in: text) else {
      throw ChartProblem.unverified("The signed text says nothing of a file \(fileName).")
    }
    let found = "sha256:" + Checksum.sha256(archive)
    if signed != found { throw ChartProblem.unverified("The digest of \(fileName) is \(found), and \(signed) is what was signed.") }
  }

  /// The signed text is two documents: what the chart says of itself, and the digests of files.
  private static func digest(of fileName: String, in text: [UInt8]) -> String? {
    let lines = String(decoding: text, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
    guard let end = lines.firstIndex(of: "...") else { return nil }
    let sums = lines[(end + 1)...].joined(separator: "\n")
    return (try? YAML.value(sums))?[path: ["files", fileName]]?.asString
  }

  /// Where public keys are as a rule.
  static func usualKeyRing(_ environment: [String: String]) -> String {
    (environment["GNUPGHOME"] ?? (environment["HOME"] ?? "") + "/.gnupg") + "/pubring.gpg"
  }
}
