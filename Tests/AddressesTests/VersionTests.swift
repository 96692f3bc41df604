import Addresses
import Testing

@Suite struct VersionTests {
  @Test(arguments: [
    "1.0.0", "0.0.0", "1.2.3-beta1", "1.2.3-alpha.1+build.5", "1.2.3+m", "18446744073709551615.0.0", "1.0.0--",
  ]) func roundTrips(text: String) {
    #expect(SemanticVersion(parsing: text)?.description == text)
  }

  @Test(arguments: [
    "", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.x", "1.2.3-", "1.2.3-a..b", "1.2.3+", "-1.2.3", "1.2.3 ",
    "99999999999999999999.0.0",
  ]) func refuses(text: String) {
    #expect(SemanticVersion(parsing: text) == nil)
  }

  /// The example of Semantic Versioning 2.0.0, section 11, with some more.
  @Test func sortsByPrecedence() throws {
    let texts = [
      "0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
      "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]
    #expect(texts.reversed().compactMap(SemanticVersion.init(parsing:)).sorted().map(\.description) == texts)
  }

  /// As Terraform 1.11.4 writes them into a lock file.
  @Test(arguments: [
    ("~> 1", "~> 1.0"), ("=1.2.3", "1.2.3"), ("= 1.2", "1.2.0"), (">= 1, < 2", ">= 1.0.0, < 2.0.0"),
    ("< 2,>=1, >= 1.0.0,~>1.0", ">= 1.0.0, ~> 1.0, < 2.0.0"), ("!= 2.0.0, > 0.9", "> 0.9.0, != 2.0.0"),
    (">=1.0.0+meta", ">= 1.0.0+meta"), ("~> 1.2+x", "~> 1.2+x"), ("01.0.0", "1.0.0"), ("~> 1.0.0-beta", "~> 1.0.0-beta"),
    ("< 2.0.0, < 1.2.0, != 1.0.0, 1.1.0", "!= 1.0.0, 1.1.0, < 1.2.0, < 2.0.0"),
    (
      "~> 1.0, >= 1.0, > 0.9.0, >= 0.9.0, <= 1.0.0, 1.0.0, != 0.9.0",
      "> 0.9.0, >= 0.9.0, != 0.9.0, >= 1.0.0, 1.0.0, ~> 1.0, <= 1.0.0"
    ),
    ("<= 1.0.0, >= 1.0.0, 1.0.0, ~> 1.0.0, ~> 1.0", ">= 1.0.0, 1.0.0, ~> 1.0.0, ~> 1.0, <= 1.0.0"),
    ("< 1.2.3, <= 1.2.3, != 1.2.3", "<= 1.2.3, < 1.2.3, != 1.2.3"),
    (">= 1.0.0, >= 1.0.0-beta", ">= 1.0.0-beta, >= 1.0.0"),
  ]) func normalisesConstraints(text: String, canonical: String) throws {
    #expect(try VersionConstraints(parsing: text).description == canonical)
  }

  @Test(arguments: ["", ",", "1.x", ">= a", "=> 1.0", "==1.0.0", ">=1.0.0 <2.0.0", "~>", "1.0.0,"])
  func refusesConstraints(text: String) {
    #expect(throws: VersionConstraints.ParseError.syntax) { try VersionConstraints(parsing: text) }
  }

  @Test func explainsUnsuitableConstraints() {
    #expect(throws: VersionConstraints.ParseError.unsuitable("a \"v\" prefix should not be used")) {
      try VersionConstraints(parsing: "v1.2.3")
    }
    let reason =
      "invalid specification \"1.2.3.4\": too many numbered portions; only three are allowed (major, minor, patch)"
    #expect(throws: VersionConstraints.ParseError.unsuitable(reason)) { try VersionConstraints(parsing: "1.2.3.4") }
  }

  @Test(arguments: [
    ("~> 1.2", "1.2.0 1.9.9", "1.1.9 2.0.0 1.3.0-rc1"), ("~> 1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0"),
    ("~> 1", "1.0.0 1.9.0", "0.9.0 2.0.0"), (">= 1.0.0", "1.0.0 2.0.0", "0.9.0 1.0.1-rc1"),
    ("> 1.0.0, != 1.1.0", "1.0.1 1.2.0", "1.0.0 1.1.0"), ("<= 1.0.0", "1.0.0 0.1.0", "1.0.1"),
    ("1.0.0-rc1", "1.0.0-rc1", "1.0.0 1.0.0-rc2"), ("> 1.0.0-rc0", "1.0.0", "1.0.0-rc1"),
  ]) func allows(constraints: String, allowed: String, refused: String) throws {
    let constraints = try VersionConstraints(parsing: constraints)
    for text in allowed.split(separator: " ") {
      #expect(constraints.allows(try #require(SemanticVersion(parsing: String(text)))), "\(text)")
    }
    for text in refused.split(separator: " ") {
      #expect(!constraints.allows(try #require(SemanticVersion(parsing: String(text)))), "\(text)")
    }
  }
}
