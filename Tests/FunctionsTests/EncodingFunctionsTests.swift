import Testing

/// Text in other forms, as terraform 1.11 answers.
struct EncodingFunctionsTests {
  @Test func base64decode() {
    check(
      ##"""
      base64decode("aMOp") => "hé"
      base64decode("aGk=") => "hi"
      base64decode("aGk") => error: failed to decode base64 data "aGk"
      base64decode("a\nGk=") => "hi"
      base64decode("/w==") => error: the result of decoding the provided string is not valid UTF-8
      base64decode("aGk=aGk=") => error: failed to decode base64 data "aGk=aGk="
      base64decode("_-8=") => error: failed to decode base64 data "_-8="
      base64decode("") => ""
      base64decode("aGl=") => "hi"
      base64decode("====") => error: failed to decode base64 data "===="
      """##)
  }

  @Test func base64encode() {
    check(
      ##"""
      base64encode("hé") => "aMOp"
      """##)
  }

  @Test func csvdecode() {
    check(
      ##"""
      csvdecode("a,b\n1,2\n3,4\n") => [{"a":"1","b":"2"},{"a":"3","b":"4"}]
      csvdecode("a,b\r\n1,2\r\n") => [{"a":"1","b":"2"}]
      csvdecode("a,b\n\"x,y\",\"q\"\"z\"\n") => [{"a":"x,y","b":"q\"z"}]
      csvdecode("") => error: missing header line
      csvdecode("a,b") => []
      csvdecode("a,a\n1,2") => error: duplicate column name "a"
      csvdecode("a,b\n1") => error: CSV parse error on line 2: wrong number of fields
      csvdecode("a,b\n1,2,3") => error: CSV parse error on line 2: wrong number of fields
      csvdecode("a,b\n\n1,2\n") => [{"a":"1","b":"2"}]
      csvdecode("a,b\n1,\"x") => error: CSV parse error on line 2: extraneous or missing " in quoted-field
      csvdecode("a,b\n1,x\"y") => error: CSV parse error on line 2: bare " in non-quoted-field
      csvdecode("a,b\n1,\"x\"y") => error: CSV parse error on line 2: extraneous or missing " in quoted-field
      csvdecode(" a , b\n 1 , 2") => [{" a ":" 1 "," b":" 2"}]
      csvdecode("a,b\n\"multi\nline\",2") => [{"a":"multi\nline","b":"2"}]
      csvdecode("\ufeffa,b\n1,2") => [{"b":"2","﻿a":"1"}]
      csvdecode("a,\n1,2") => [{"":"2","a":"1"}]
      csvdecode("a,b\n,") => [{"a":"","b":""}]
      csvdecode("a\n\"x\" \n") => error: CSV parse error on line 2: extraneous or missing " in quoted-field
      csvdecode("a\nx\ry\n") => [{"a":"x\ry"}]
      """##)
  }

  @Test func jsondecode() {
    check(
      ##"""
      jsondecode("{\"a\":[1,2.50,\"x\",null,true]}") => {"a":[1,2.5,"x",null,true]}
      jsondecode("[]") => []
      jsondecode("") => error: EOF
      jsondecode("{") => error: EOF
      jsondecode("{\"a\":1,\"a\":2}") => {"a":2}
      jsondecode("1 2") => error: extraneous data after JSON object
      jsondecode("{\"a\":1,}") => error: invalid character '}' looking for beginning of object key string
      jsondecode("nul") => error: unexpected EOF
      jsondecode("\"\\ud83d\\ude00\"") => "😀"
      jsondecode("01") => error: extraneous data after JSON object
      jsondecode("x") => error: invalid character 'x' looking for beginning of value
      jsondecode("[1,]") => error: invalid character ']' looking for beginning of value
      jsondecode("'a'") => error: invalid character '\'' looking for beginning of value
      jsondecode("[1") => error: EOF
      jsondecode("\"abc") => error: unexpected EOF
      jsondecode("{\"a\" 1}") => error: invalid character '1' after object key
      jsondecode("[1}") => error: invalid character '}' after array element
      """##)
  }

  @Test func jsonencode() {
    check(
      ##"""
      jsonencode(null) => "null"
      jsonencode("x") => "\"x\""
      jsonencode(1e-10) => "0.0000000001"
      """##)
  }

  @Test func textdecodebase64() {
    check(
      ##"""
      textdecodebase64("SABlAGwAbABvACAAVwBvAHIAbABkAA==", "UTF-16LE") => "Hello World"
      textdecodebase64("6Q==", "ISO-8859-1") => "é"
      textdecodebase64("gA==", "windows-1252") => "€"
      textdecodebase64("gQ==", "windows-1252") => source: the given string contains symbols that are not defined for windows-1252
      textdecodebase64("SAB", "UTF-16LE") => source: the given value is has an invalid base64 symbol at offset 0
      textdecodebase64("SABl", "UTF-16LE") => source: the given string contains symbols that are not defined for UTF-16LE
      textdecodebase64("/w==", "UTF-8") => source: the given string contains symbols that are not defined for UTF-8
      textdecodebase64("/+8=", "UTF-16LE") => ""
      textdecodebase64("2AA=", "UTF-16BE") => source: the given string contains symbols that are not defined for UTF-16BE
      textdecodebase64("k/qWew==", "Shift_JIS") => "日本"
      textdecodebase64("x", "bogus") => encoding: "bogus" is no IANA name of an encoding that is supported
      textdecodebase64("/v8AYQ==", "UTF-16") => "a"
      textdecodebase64("AGE=", "UTF-16") => "a"
      """##)
  }

  @Test func textencodebase64() {
    check(
      ##"""
      textencodebase64("Hello World", "UTF-16LE") => "SABlAGwAbABvACAAVwBvAHIAbABkAA=="
      textencodebase64("Hello", "utf-8") => "SGVsbG8="
      textencodebase64("é€", "ISO-8859-1") => string: the given string contains characters that cannot be represented in ISO_8859-1:1987
      textencodebase64("é", "ISO-8859-1") => "6Q=="
      textencodebase64("€", "windows-1252") => "gA=="
      textencodebase64("日本", "Shift_JIS") => "k/qWew=="
      textencodebase64("日本", "EUC-JP") => "xvzL3A=="
      textencodebase64("日本", "GBK") => "yNWxvg=="
      textencodebase64("日本", "Big5") => "pOmluw=="
      textencodebase64("日本", "EUC-KR") => "7O3c4g=="
      textencodebase64("日本", "GB18030") => "yNWxvg=="
      textencodebase64("a", "UTF-16") => "/v8AYQ=="
      textencodebase64("a", "UTF-16BE") => "AGE="
      textencodebase64("a", "UTF-32") => encoding: "UTF-32" is no IANA name of an encoding that is supported
      textencodebase64("a", "US-ASCII") => "YQ=="
      textencodebase64("é", "US-ASCII") => string: the given string contains characters that cannot be represented in US-ASCII
      textencodebase64("a", "bogus") => encoding: "bogus" is no IANA name of an encoding that is supported
      textencodebase64("a", "cp1252") => encoding: "cp1252" is no IANA name of an encoding that is supported
      textencodebase64("a", "cp437") => "YQ=="
      textencodebase64("é", "IBM437") => "gg=="
      textencodebase64("é", "IBM850") => "gg=="
      textencodebase64("a", "KOI8-R") => "YQ=="
      textencodebase64("я", "KOI8-R") => "0Q=="
      textencodebase64("я", "windows-1251") => "/w=="
      textencodebase64("a", "") => encoding: "" is no IANA name of an encoding that is supported
      textencodebase64("a", "UTF16") => encoding: "UTF16" is no IANA name of an encoding that is supported
      textencodebase64("a", "macintosh") => "YQ=="
      textencodebase64("a", "latin1") => "YQ=="
      textencodebase64("日本", "ISO-2022-JP") => "GyRCRnxLXBsoQg=="
      """##)
  }

  @Test func urlencode() {
    check(
      ##"""
      urlencode("Hello World!é&=+/?~*()'-_.") => "Hello+World%21%C3%A9%26%3D%2B%2F%3F~%2A%28%29%27-_."
      urlencode("") => ""
      urlencode("foo:bar@localhost?foo=bar&bar=baz") => "foo%3Abar%40localhost%3Ffoo%3Dbar%26bar%3Dbaz"
      """##)
  }
}
