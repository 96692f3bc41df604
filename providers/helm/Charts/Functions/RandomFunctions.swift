import CCrypt
import COpenSSL

/// What is different each time: random text, and hashes with random salt.
enum RandomFunctions {
  static let all: [Function] = [
    Function("randAlphaNum", .int) { call throws(TemplateError) in try text(call, letters + digits) }.varying,
    Function("randAlpha", .int) { call throws(TemplateError) in try text(call, letters) }.varying,
    Function("randNumeric", .int) { call throws(TemplateError) in try text(call, digits) }.varying,
    Function("randAscii", .int) { call throws(TemplateError) in try text(call, Array(32...126)) }.varying,
    Function("randBytes", .int, body: bytes).varying,
    Function("randInt", .int, .int, body: integer).varying,
    Function("shuffle", .string, body: shuffle).varying,
    Function("uuidv4", body: uuid).varying,
    Function("bcrypt", .string) { call throws(TemplateError) in .string(try bcrypt(call, call.bytes(0))) }.varying,
    Function("htpasswd", .string, .string, rest: .string, body: passwordEntry).varying,
    Function("encryptAES", .string, .string, body: encrypt).varying,
    Function("decryptAES", .string, .string, body: decrypt),
    Function("derivePassword", .int, .string, .string, .string, .string, body: DerivedPassword.derive),
  ]

  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let digits = Array("0123456789".utf8)
  private static let mostBytes = 1 << 20

  /// A number below a bound, every one equally likely.
  private static func number(below bound: UInt64, _ call: Call) -> UInt64 {
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let number = call.execution.world.randomBytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if number < limit { return number % bound }
    }
  }

  private static func count(_ call: Call) throws(TemplateError) -> Int {
    guard (0...mostBytes).contains(call.int(0)) else { throw TemplateError("\(call.function.name): \(call.int(0)) characters cannot be had") }
    return call.int(0)
  }

  private static func text(_ call: Call, _ alphabet: [UInt8]) throws(TemplateError) -> Value {
    .text((0..<(try count(call))).map { _ in alphabet[Int(number(below: UInt64(alphabet.count), call))] })
  }

  private static func bytes(_ call: Call) throws(TemplateError) -> Value {
    .string(Base64.encode(call.execution.world.randomBytes(try count(call))))
  }

  private static func integer(_ call: Call) throws(TemplateError) -> Value {
    let (width, overflows) = call.int(1).subtractingReportingOverflow(call.int(0))
    guard !overflows, width > 0 else { throw TemplateError("randInt: there is no number from \(call.int(0)) to below \(call.int(1))") }
    return .int(call.int(0) + Int(number(below: UInt64(width), call)))
  }

  private static func shuffle(_ call: Call) throws(TemplateError) -> Value {
    var scalars = Array(call.text(0).unicodeScalars)
    for index in scalars.indices.dropFirst().reversed() { scalars.swapAt(index, Int(number(below: UInt64(index + 1), call))) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return .string(String(text))
  }

  private static func uuid(_ call: Call) throws(TemplateError) -> Value {
    var bytes = call.execution.world.randomBytes(16)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let text = DigestFunctions.hexadecimal(bytes)
    let cuts = [0, 8, 12, 16, 20, 32].map { text.utf8.index(text.startIndex, offsetBy: $0) }
    return .string(zip(cuts, cuts.dropFirst()).map { String(text[$0..<$1]) }.joined(separator: "-"))
  }

  // MARK: Passwords

  private static func bcrypt(_ call: Call, _ password: [UInt8]) throws(TemplateError) -> String {
    guard password.count <= 72, !password.contains(0) else {
      throw TemplateError("failed to encrypt string with bcrypt: a password may have 72 bytes, none of them zero")
    }
    let salt = call.execution.world.randomBytes(16)
    var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    let hasSetting = unsafe salt.withUnsafeBytes { bytes in
      unsafe crypt_gensalt_rn(
        "$2a$", 10, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), &setting,
        Int32(setting.count)) != nil
    }
    // The working area is too large for the stack.
    let area = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    unsafe area.initialize(to: crypt_data())
    defer { unsafe area.deallocate() }
    let phrase = password.map { CChar(bitPattern: $0) } + [0]
    guard hasSetting, let hash = unsafe crypt_rn(phrase, setting, area, Int32(MemoryLayout<crypt_data>.size)) else {
      throw TemplateError("the system's library knows no bcrypt")
    }
    return unsafe String(cString: hash)
  }

  private static func passwordEntry(_ call: Call) throws(TemplateError) -> Value {
    let user = call.text(0)
    if user.contains(":") { return .string("invalid username: \(user)") }
    if call.count > 2, call.text(2) == "sha" {
      return .string("\(user):{SHA}" + Base64.encode(Digest.of(call.bytes(1), .sha1)))
    }
    return .string("\(user):" + (try bcrypt(call, call.bytes(1))))
  }

  // MARK: AES with 256 bits, chained blocks

  private static func encrypt(_ call: Call) throws(TemplateError) -> Value {
    let plain = call.bytes(1)
    if plain.isEmpty { return .string("") }
    let vector = call.execution.world.randomBytes(16)
    guard let cipher = aes(plain, key: call.bytes(0), vector: vector, encrypts: true) else {
      throw TemplateError("the text cannot be encrypted")
    }
    return .string(Base64.encode(vector + cipher))
  }

  private static func decrypt(_ call: Call) throws(TemplateError) -> Value {
    if call.text(1).isEmpty { return .string("") }
    guard let bytes = Base64.decode(call.text(1)) else { throw TemplateError("illegal base64 data") }
    guard bytes.count > 16, bytes.count % 16 == 0,
      let plain = aes(Array(bytes[16...]), key: call.bytes(0), vector: Array(bytes[..<16]), encrypts: false)
    else { throw TemplateError("the text cannot be decrypted with this password") }
    return .text(plain)
  }

  /// The key is the password, cut or filled with zeros to 32 bytes.
  private static func aes(_ input: [UInt8], key: [UInt8], vector: [UInt8], encrypts: Bool) -> [UInt8]? {
    let key = Array((key + Array(repeating: 0, count: 32)).prefix(32))
    let context = unsafe EVP_CIPHER_CTX_new()
    defer {
      unsafe EVP_CIPHER_CTX_free(context)
      ERR_clear_error()
    }
    var output = [UInt8](repeating: 0, count: input.count + 32)
    var count: Int32 = 0
    var last: Int32 = 0
    let isDone = unsafe output.withUnsafeMutableBufferPointer { buffer in
      unsafe EVP_CipherInit_ex(context, EVP_aes_256_cbc(), nil, key, vector, encrypts ? 1 : 0) == 1
        && EVP_CipherUpdate(context, buffer.baseAddress, &count, input, Int32(input.count)) == 1
        && EVP_CipherFinal_ex(context, buffer.baseAddress?.advanced(by: Int(count)), &last) == 1
    }
    return isDone ? Array(output.prefix(Int(count + last))) : nil
  }
}

/// Passwords that follow from a master password, a user and a site (Master Password, version 3).
enum DerivedPassword {
  private static let scope = Array("com.lyndir.masterpassword".utf8)

  /// What kinds of characters stand where, in each of the forms that a kind of password may take.
  private static let forms: [String: [String]] = [
    "maximum": ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
    "long": [
      "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
      "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
      "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
      "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
    ],
    "medium": ["CvcnoCvc", "CvcCvcno"], "short": ["Cvcn"], "basic": ["aaanaaan", "aannaaan", "aaannaaa"], "pin": ["nnnn"],
  ]

  private static let characters: [Character: String] = [
    "V": "AEIOU", "C": "BCDFGHJKLMNPQRSTVWXYZ", "v": "aeiou", "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ", "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz", "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
  ]

  static func derive(_ call: Call) throws(TemplateError) -> Value {
    guard let forms = forms[call.text(1)] else { return .string("cannot find password template \(call.text(1))") }
    let user = call.bytes(3)
    let site = call.bytes(4)
    let password = call.bytes(2)
    let salt = scope + length(user.count) + user
    var key = [UInt8](repeating: 0, count: 64)
    let phrase = password.map { CChar(bitPattern: $0) }
    guard unsafe EVP_PBE_scrypt(phrase, phrase.count, salt, salt.count, 32_768, 8, 2, 1 << 27, &key, key.count) == 1 else {
      throw TemplateError("failed to derive password")
    }
    let message = scope + length(site.count) + site + length(call.int(0))
    var seed = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    _ = unsafe HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &seed, &count)
    let form = forms[Int(seed[0]) % forms.count]
    return .string(
      String(
        form.enumerated().map { index, kind in
          let choice = Array(characters[kind] ?? " ")
          return choice[Int(seed[index + 1]) % choice.count]
        }))
  }

  private static func length(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
