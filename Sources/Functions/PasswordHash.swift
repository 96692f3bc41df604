import CCrypt

/// Salted password hashes in the modular crypt format, through libcrypt.
enum PasswordHash {
  /// `$2a$…`. Nil when the password has a zero byte, or the library refuses.
  /// - Parameters:
  ///   - cost: 4 to 31; the work doubles with each step.
  ///   - salt: 16 random bytes.
  static func bcrypt(_ password: [UInt8], cost: Int, salt: [UInt8]) -> String? {
    if password.contains(0) || salt.count != 16 { return nil }
    var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
    let hasSetting = unsafe salt.withUnsafeBytes { bytes in
      unsafe crypt_gensalt_rn(
        "$2a$", UInt(cost), bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), &setting,
        Int32(setting.count)) != nil
    }
    guard hasSetting else { return nil }
    let phrase = password.map { CChar(bitPattern: $0) } + [0]
    // The working area is too large for the stack of a small thread.
    let area = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
    unsafe area.initialize(to: crypt_data())
    defer { unsafe area.deallocate() }
    guard let hash = unsafe crypt_rn(phrase, setting, area, Int32(MemoryLayout<crypt_data>.size)) else { return nil }
    return unsafe String(cString: hash)
  }
}
