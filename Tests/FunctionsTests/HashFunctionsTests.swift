import Functions
import Testing
import Values

/// Digests and identifiers, as terraform 1.11 answers.
struct HashFunctionsTests {
  @Test func md5() {
    check(
      ##"""
      md5("hello") => "5d41402abc4b2a76b9719d911017c592"
      md5("") => "d41d8cd98f00b204e9800998ecf8427e"
      """##)
  }

  @Test func sha1() {
    check(
      ##"""
      sha1("hello") => "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"
      """##)
  }

  @Test func sha256() {
    check(
      ##"""
      sha256("é") => "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"
      """##)
  }

  @Test func sha512() {
    check(
      ##"""
      sha512("hello") => "9b71d224bd62f3785d96d46ad3ea3d73319bfbc2890caadae2dff72519673ca72323c3d99ba5c11d7c7acc6e14b8c5da0c4663475c2e5c3adef46f73bcdec043"
      """##)
  }

  @Test func base64sha256() {
    check(
      ##"""
      base64sha256("hello") => "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
      """##)
  }

  @Test func base64sha512() {
    check(
      ##"""
      base64sha512("hello") => "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=="
      """##)
  }

  @Test func uuidv5() {
    check(
      ##"""
      uuidv5("dns", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
      uuidv5("url", "https://www.terraform.io/") => "9db6f67c-dd95-5ea0-aa5b-e70e5c5f7cf5"
      uuidv5("oid", "1.3.6.1.4") => "af9d40a5-7a36-5c07-b23a-851cd99fbfa5"
      uuidv5("x500", "CN=Example,C=GB") => "84e09961-4aa4-57f8-95b7-03edb1073253"
      uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
      uuidv5("6BA7B8109DAD11D180B400C04FD430C8", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
      uuidv5("urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
      uuidv5("{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "www.terraform.io") => "a5008fae-b28c-5ba5-96cd-82b4c53552d6"
      uuidv5("bogus", "www.terraform.io") => error: uuidv5() doesn't support namespace bogus (invalid UUID length: 5)
      uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430cz", "x") => error: uuidv5() doesn't support namespace 6ba7b810-9dad-11d1-80b4-00c04fd430cz (invalid UUID format)
      uuidv5("", "x") => error: uuidv5() doesn't support namespace  (invalid UUID length: 0)
      """##)
  }

  @Test func bcrypt() {
    check(
      ##"""
      bcrypt("x", 32) => error: error occured generating password crypto/bcrypt: cost 32 is outside allowed range (4,31)
      bcrypt("x", 4, 5) => error: bcrypt() takes no more than two arguments
      bcrypt("x", 4.5) => error: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      bcrypt(null) => str: argument must not be null
      """##)
  }

  @Test func rsadecrypt() {
    check(
      ##"""
      rsadecrypt("x", "y") => ciphertext: failed to decode input "x": cipher text must be base64-encoded
      rsadecrypt("!!", "-----BEGIN RSA PRIVATE KEY-----") => ciphertext: failed to decode input "!!": cipher text must be base64-encoded
      rsadecrypt("eA==", "y") => privatekey: invalid private key: ssh: no key found
      rsadecrypt("eA==", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----") => privatekey: invalid ASN1 data in the given private key
      """##)
  }

  @Test func rsadecryptReadsBothKeyForms() throws {
    let functions = FunctionTable(environment: .forTests())
    let first = "XyHL5dnynNcCArUW3iUY9Ri8ArrKFz647mas29S9JFFwIKUvFVEAVGiqWUhc1Gl+bA5wP7mX6mBlUcCbhcWlclxd3ArBPs8HS5LXdT9Fl1n+IiPfMhkgdlMWMwZY8JJGQ0nZRqsb3b6htolPfiEUfD3I3daWyoWAPvv1gCxLRIY="
    #expect(try functions.call("rsadecrypt", [.text(first), .text(traditionalKey)]) == "secret")
    let second = "5K1W1XzEuMn6NLdQtUnk+QKb9Ud8HVY0crlFxkxM0F/zhd/xhlO8cRzy7grmhEsTsnqLATsHL72/lG4IhQzuuCSlxefpxKEQ0pJHI2OeJTgedZBr2ENpgGOhkpnMaz096lwPe8kJr8menhkK+5vSRQCpAg3YzF9DG18o0wjOV3o="
    #expect(try functions.call("rsadecrypt", [.text(second), .text(openSSHKey)]) == "secret")
    #expect(throws: FunctionError.self) { try functions.call("rsadecrypt", [.text(first), .text(openSSHKey)]) }
  }

  @Test func bcryptVerifies() throws {
    let functions = FunctionTable(environment: .forTests())
    // The salt is the bytes 0 to 15; the hash is what every bcrypt makes of them.
    #expect(try functions.call("bcrypt", ["x", 4]) == "$2a$04$..CA.uOD/eaGAOmJB.yMBu0VzI5evuM99wrkCOI98QoCwL6oDJyYS")
    #expect(try functions.call("bcrypt", ["x", 3]).asString?.hasPrefix("$2a$10$") == true)
  }

  @Test func uuidHasVersionAndVariant() throws {
    let functions = FunctionTable(environment: .forTests())
    #expect(try functions.call("uuid", []) == "00010203-0405-4607-8809-0a0b0c0d0e0f")
  }

  @Test func resultsThatDifferEachTimeAreUnknownWhilePlanning() throws {
    let functions = FunctionTable(environment: .forTests(isPlanning: true))
    for (name, arguments) in [("uuid", []), ("timestamp", []), ("bcrypt", ["x" as Value])] {
      #expect(try functions.call(name, arguments) == .unknown(.string, refined: .notNull))
    }
    #expect(try functions.call("plantimestamp", []) == "2024-02-29T12:00:00Z")
  }

  /// Made for this test and used for nothing else.
  private let traditionalKey = [
    "-----BEGIN " + "RSA PRIVATE KEY-----",
    "MIICXAIBAAKBgQDjP+JDiVJIpaenhpzuvuKXpDPOtcaFmYWXrEDSvKsP6So1HkQY",
    "8J9j3KZRICZa5CxGuRgWRGEEHkZeKvp89BqAfLoabO2MzEBPqWTbR36q8vjA99H9",
    "n6KEGfTFiKNHQZ6oUAkEiQ+wbuo2QkbNl/flekvYXHYnfttTi67UfqKEVQIDAQAB",
    "AoGAImQCm/HmL/RR4PpwOXlN1WEWLgw4VPOc0g1RahL/WFMS/iLsb1HK7VPxH4nc",
    "BBlP0gwk5wnGHNdwEsQyUEKo18wC6a2HDC+5oZOPVpBb4GsMTXiDITW03n9S8ESo",
    "WU446NatT6dZy+P3KvCUl9tkrzgqptf3cxmLZ1A//xkpiIECQQD2jQN3Voc9yn/g",
    "0kZ/+buKdFolZgtWqZmg9NPJPfDFipgH7SABGXS0/iSb9N67yNu3gv85L17r3Ila",
    "V9oa+tclAkEA6/V/2La5zh3P2yIkdHItBct5Ov63+xIaUo4S5nVx/DOuah/2YCyp",
    "8rtqmmg5GEJhjNdud9PyGvVE29FXl1BJcQJBAJLnGJ6dnv1xT9qcT8dm/JiVlTTd",
    "ZXogmdouppYs4u5BEy792ejtyv0gxJ1sPN504n2ofvwKvqsYf3qmB921gkUCQE6N",
    "qoRBQNZHwn0Xfr9ti2OUe8WSKzngqva06cHjc5Ecu4IFJgaal/GBR1okPG3BG6zB",
    "w7sMylsDMGtl5B0x02ECQA0PegOUYXLzGrmSNM8Iyrt9LYCDPH7MxQMpfz8723xo",
    "/JJV5yZsy1YXJygcJtYQrQwSHG8Cza+cdSxbQqfBoOE=",
    "-----END " + "RSA PRIVATE KEY-----",
  ].joined(separator: "\n")

  /// Made for this test and used for nothing else.
  private let openSSHKey = [
    "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAlwAAAAdzc2gtcn",
    "NhAAAAAwEAAQAAAIEA59SximSlz4Ph0m+RlJoXTqh8/J1DlbidMC06rcA7q/RbnM1BSTW3",
    "MIvBEY6wyC9vfGCEER++OmnqHMsiwI8gax5lJSogm26Yiwz/IJZfpzQlU0MSohLt0W0T6j",
    "3Ju/sLNeI2Pay2+l/yPymTSU9SgjJuf45ATqmS5e/Av1xjpecAAAIAaWoFTWlqBU0AAAAH",
    "c3NoLXJzYQAAAIEA59SximSlz4Ph0m+RlJoXTqh8/J1DlbidMC06rcA7q/RbnM1BSTW3MI",
    "vBEY6wyC9vfGCEER++OmnqHMsiwI8gax5lJSogm26Yiwz/IJZfpzQlU0MSohLt0W0T6j3J",
    "u/sLNeI2Pay2+l/yPymTSU9SgjJuf45ATqmS5e/Av1xjpecAAAADAQABAAAAgEdSNfR/lk",
    "tLJXQaAs2WwkjeqOUGdL5g92rU31KI61KxcGXC96zQK7VxqUn/ff94KHI5NygVfe52myGU",
    "lPJsleoIoHHdZyOgYvivr+tsj6Oj/RZPPkqP/2YZ0SZrNc8C5OW34GwagEgsNQwAffI3FG",
    "txyc1LigqsPIEQjrGF7oehAAAAQQCWOx3Y7TfoGdiVnQZjexp0Tp6OBfklf9tmZHtdcBH5",
    "U1/PpW2JjuqRmS8fvMb6pLsxRyRcInbSpKV+VXqWJ2O1AAAAQQD0EeAN2SHh7xcSy26Ydl",
    "CVEkaPgvfOOp4xp42W3JvulK4sFF2speMIF6UbyWK1fo+8YV9ZbtV0bKIF/rY9hQEZAAAA",
    "QQDzKar4Dd4Q7usRexcHmT3+XriKXS8GsAZLTeLBO1y7blHqnt2z+wPVik1k8U3D0nEzlB",
    "uxysRFCAeQEX5Or77/AAAAB3Jvb3RAdm0BAgM=",
    "-----END " + "OPENSSH PRIVATE KEY-----",
  ].joined(separator: "\n")
}
