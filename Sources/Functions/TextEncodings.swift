import Glibc
import Host
import Values

// `textencodebase64` and `textdecodebase64`: text in character sets other than UTF-8, through iconv.

func textEncode(_ arguments: [Value]) throws(FunctionError) -> Value {
  let encoding = try CharacterSet.named(arguments.text(1))
  guard var bytes = encoding.encode(Array(arguments.text(0).utf8)) else {
    throw FunctionError(
      "the given string contains characters that cannot be represented in \(encoding.canonicalName)", argument: 0)
  }
  if encoding.canonicalName == "UTF-16" { bytes = [0xFE, 0xFF] + bytes }
  return .string(Base64.encode(bytes))
}

func textDecode(_ arguments: [Value]) throws(FunctionError) -> Value {
  let encoding = try CharacterSet.named(arguments.text(1))
  let source = arguments.text(0)
  guard let bytes = Base64Text.decode(source) else {
    throw FunctionError(
      "the given value is has an invalid base64 symbol at offset \(Base64Text.firstInvalidOffset(source))", argument: 0)
  }
  guard let decoded = encoding.decode(bytes), let text = String(validating: decoded, as: UTF8.self) else {
    throw FunctionError(
      "the given string contains symbols that are not defined for \(encoding.canonicalName)", argument: 0)
  }
  return .text(text)
}

extension Base64Text {
  /// Where the groups of four stop to make sense.
  static func firstInvalidOffset(_ text: String) -> Int {
    let bytes = Array(text.utf8)
    let isValid: (UInt8) -> Bool = { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return bytes.firstIndex { !isValid($0) } ?? bytes.count / 4 * 4
  }
}

/// A character set by one of the names that IANA lists, in any case.
private struct CharacterSet {
  /// As messages show it.
  let canonicalName: String
  /// As iconv calls it.
  let systemName: String

  static func named(_ name: String) throws(FunctionError) -> CharacterSet {
    let key = name.lowercased()
    guard let index = aliases[key] else {
      throw FunctionError(
        "\(JSONWriter.quoted(name, escapesHTML: false)) is no IANA name of an encoding that is supported",
        argument: 1)
    }
    return CharacterSet(canonicalName: table[index].canonical, systemName: table[index].system)
  }

  func encode(_ bytes: [UInt8]) -> [UInt8]? {
    if systemName == "UTF-8" { return bytes }
    return CharacterSet.convert(bytes, from: "UTF-8", to: systemName)
  }

  func decode(_ bytes: [UInt8]) -> [UInt8]? {
    if systemName == "UTF-8" { return bytes }
    if canonicalName == "UTF-16" && bytes.count >= 2 {
      if bytes[0] == 0xFF && bytes[1] == 0xFE {
        return CharacterSet.convert(Array(bytes.dropFirst(2)), from: "UTF-16LE", to: "UTF-8")
      }
      if bytes[0] == 0xFE && bytes[1] == 0xFF {
        return CharacterSet.convert(Array(bytes.dropFirst(2)), from: "UTF-16BE", to: "UTF-8")
      }
    }
    return CharacterSet.convert(bytes, from: systemName, to: "UTF-8")
  }

  /// Nil when a character has no form in the other set, or bytes mean nothing in the one.
  private static func convert(_ bytes: [UInt8], from source: String, to target: String) -> [UInt8]? {
    let converter = unsafe iconv_open(target, source)
    guard Int(bitPattern: converter) != -1 else { return nil }
    defer { unsafe iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: bytes.count * 8 + 16)
    let size = output.count
    var left = input.count
    var room = size
    let isDone = unsafe input.withUnsafeMutableBufferPointer { from in
      unsafe output.withUnsafeMutableBufferPointer { to -> Bool in
        var next = from.baseAddress
        var place = to.baseAddress
        let replaced = unsafe iconv(converter, &next, &left, &place, &room)
        guard replaced == 0, left == 0 else { return false }
        // Sets with shift states end in the first one.
        return unsafe iconv(converter, nil, nil, &place, &room) == 0
      }
    }
    return isDone ? output.prefix(size - room).map { UInt8(bitPattern: $0) } : nil
  }

  private struct Entry {
    let canonical: String
    let system: String
    let aliases: [String]
  }

  private static let aliases: [String: Int] = {
    var result: [String: Int] = [:]
    for (index, entry) in table.enumerated() {
      result[entry.canonical.lowercased()] = index
      for alias in entry.aliases { result[alias] = index }
    }
    return result
  }()

  private static let table: [Entry] = [
    Entry(canonical: "UTF-8", system: "UTF-8", aliases: ["csutf8"]),
    Entry(
      canonical: "US-ASCII", system: "US-ASCII",
      aliases: [
        "ascii", "iso-ir-6", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso_646.irv:1991", "iso646-us", "us", "ibm367",
        "cp367", "csascii",
      ]),
    Entry(canonical: "UTF-16", system: "UTF-16BE", aliases: ["csutf16"]),
    Entry(canonical: "UTF-16BE", system: "UTF-16BE", aliases: ["csutf16be"]),
    Entry(canonical: "UTF-16LE", system: "UTF-16LE", aliases: ["csutf16le"]),
    Entry(
      canonical: "ISO_8859-1:1987", system: "ISO-8859-1",
      aliases: ["iso-8859-1", "iso_8859-1", "iso-ir-100", "latin1", "l1", "ibm819", "cp819", "csisolatin1"]),
    Entry(
      canonical: "ISO_8859-2:1987", system: "ISO-8859-2",
      aliases: ["iso-8859-2", "iso_8859-2", "iso-ir-101", "latin2", "l2", "csisolatin2"]),
    Entry(
      canonical: "ISO_8859-3:1988", system: "ISO-8859-3",
      aliases: ["iso-8859-3", "iso_8859-3", "iso-ir-109", "latin3", "l3", "csisolatin3"]),
    Entry(
      canonical: "ISO_8859-4:1988", system: "ISO-8859-4",
      aliases: ["iso-8859-4", "iso_8859-4", "iso-ir-110", "latin4", "l4", "csisolatin4"]),
    Entry(
      canonical: "ISO_8859-5:1988", system: "ISO-8859-5",
      aliases: ["iso-8859-5", "iso_8859-5", "iso-ir-144", "cyrillic", "csisolatincyrillic"]),
    Entry(
      canonical: "ISO_8859-6:1987", system: "ISO-8859-6",
      aliases: ["iso-8859-6", "iso_8859-6", "iso-ir-127", "ecma-114", "asmo-708", "arabic", "csisolatinarabic"]),
    Entry(
      canonical: "ISO_8859-7:1987", system: "ISO-8859-7",
      aliases: ["iso-8859-7", "iso_8859-7", "iso-ir-126", "elot_928", "ecma-118", "greek", "greek8", "csisolatingreek"]),
    Entry(
      canonical: "ISO_8859-8:1988", system: "ISO-8859-8",
      aliases: ["iso-8859-8", "iso_8859-8", "iso-ir-138", "hebrew", "csisolatinhebrew"]),
    Entry(
      canonical: "ISO_8859-9:1989", system: "ISO-8859-9",
      aliases: ["iso-8859-9", "iso_8859-9", "iso-ir-148", "latin5", "l5", "csisolatin5"]),
    Entry(
      canonical: "ISO-8859-10", system: "ISO-8859-10",
      aliases: ["iso-ir-157", "l6", "iso_8859-10:1992", "csisolatin6", "latin6"]),
    Entry(canonical: "ISO-8859-13", system: "ISO-8859-13", aliases: ["csiso885913"]),
    Entry(
      canonical: "ISO-8859-14", system: "ISO-8859-14",
      aliases: ["iso-ir-199", "iso_8859-14:1998", "iso_8859-14", "latin8", "iso-celtic", "l8", "csiso885914"]),
    Entry(canonical: "ISO-8859-15", system: "ISO-8859-15", aliases: ["iso_8859-15", "latin-9", "csiso885915"]),
    Entry(
      canonical: "ISO-8859-16", system: "ISO-8859-16",
      aliases: ["iso-ir-226", "iso_8859-16:2001", "iso_8859-16", "latin10", "l10", "csiso885916"]),
    Entry(canonical: "windows-874", system: "CP874", aliases: ["cswindows874"]),
    Entry(canonical: "windows-1250", system: "CP1250", aliases: ["cswindows1250"]),
    Entry(canonical: "windows-1251", system: "CP1251", aliases: ["cswindows1251"]),
    Entry(canonical: "windows-1252", system: "CP1252", aliases: ["cswindows1252"]),
    Entry(canonical: "windows-1253", system: "CP1253", aliases: ["cswindows1253"]),
    Entry(canonical: "windows-1254", system: "CP1254", aliases: ["cswindows1254"]),
    Entry(canonical: "windows-1255", system: "CP1255", aliases: ["cswindows1255"]),
    Entry(canonical: "windows-1256", system: "CP1256", aliases: ["cswindows1256"]),
    Entry(canonical: "windows-1257", system: "CP1257", aliases: ["cswindows1257"]),
    Entry(canonical: "windows-1258", system: "CP1258", aliases: ["cswindows1258"]),
    Entry(canonical: "KOI8-R", system: "KOI8-R", aliases: ["cskoi8r"]),
    Entry(canonical: "KOI8-U", system: "KOI8-U", aliases: ["cskoi8u"]),
    Entry(canonical: "macintosh", system: "MACINTOSH", aliases: ["mac", "csmacintosh"]),
    Entry(canonical: "IBM437", system: "IBM437", aliases: ["cp437", "437", "cspc8codepage437"]),
    Entry(canonical: "IBM850", system: "IBM850", aliases: ["cp850", "850", "cspc850multilingual"]),
    Entry(canonical: "IBM852", system: "IBM852", aliases: ["cp852", "852", "cspcp852"]),
    Entry(canonical: "IBM855", system: "IBM855", aliases: ["cp855", "855", "csibm855"]),
    Entry(canonical: "IBM860", system: "IBM860", aliases: ["cp860", "860", "csibm860"]),
    Entry(canonical: "IBM862", system: "IBM862", aliases: ["cp862", "862", "cspc862latinhebrew"]),
    Entry(canonical: "IBM863", system: "IBM863", aliases: ["cp863", "863", "csibm863"]),
    Entry(canonical: "IBM865", system: "IBM865", aliases: ["cp865", "865", "csibm865"]),
    Entry(canonical: "IBM866", system: "IBM866", aliases: ["cp866", "866", "csibm866"]),
    Entry(canonical: "Shift_JIS", system: "SHIFT_JIS", aliases: ["ms_kanji", "csshiftjis"]),
    Entry(
      canonical: "Extended_UNIX_Code_Packed_Format_for_Japanese", system: "EUC-JP",
      aliases: ["euc-jp", "cseucpkdfmtjapanese"]),
    Entry(canonical: "ISO-2022-JP", system: "ISO-2022-JP", aliases: ["csiso2022jp"]),
    Entry(canonical: "EUC-KR", system: "EUC-KR", aliases: ["cseuckr"]),
    Entry(canonical: "GBK", system: "GBK", aliases: ["cp936", "ms936", "windows-936", "csgbk"]),
    Entry(canonical: "GB18030", system: "GB18030", aliases: ["csgb18030"]),
    Entry(canonical: "Big5", system: "BIG5", aliases: ["csbig5"]),
  ]
}
