import Testing
import YAML

@testable import Charts

/// Each function of the library, family by family.
@Suite struct FunctionTests {
  @Test(arguments: [
    ("{{ abbrev 5 \"hello world\" }} {{ abbrevboth 5 10 \"1234 5678 9123\" }} {{ abbrev 3 \"hello\" }}", "he... ...5678... hello"),
    ("{{ trunc 3 \"hello\" }} {{ trunc -2 \"hello\" }} {{ trunc 9 \"hello\" }}", "hel lo hello"), ("{{ trim \"  a b \\n\" }}|", "a b|"),
    ("{{ trimAll \"$\" \"$5$\" }} {{ trimall \"-\" \"--a-\" }} {{ trimSuffix \"-\" \"a--\" }} {{ trimPrefix \"v\" \"v1\" }}", "5 a a- 1"),
    ("{{ nospace \" a b \" }} {{ substr 1 3 \"hello\" }} {{ substr -1 2 \"hello\" }} {{ substr 2 -1 \"hello\" }}", "ab el he llo"),
    ("{{ repeat 3 \"ab\" }} {{ contains \"b\" \"abc\" }} {{ hasPrefix \"a\" \"abc\" }} {{ hasSuffix \"c\" \"abc\" }}", "ababab true true true"),
    ("{{ replace \"a\" \"b\" \"aXa\" }} {{ plural \"one\" \"many\" 1 }} {{ plural \"one\" \"many\" 2 }}", "bXb one many"),
    ("{{ indent 2 \"a\\nb\" }}|{{ nindent 2 \"a\\nb\" }}", "  a\n  b|\n  a\n  b"),
    ("{{ quote \"a\" 1 nil true }} {{ quote nil }}|{{ squote \"it's\" }} {{ cat \"a\" nil 1 }}", "\"a\" \"1\" \"true\" |'it's' a 1"),
    ("{{ quote \"a\\\"b\\n\\té\\x01\" }}", "\"a\\\"b\\n\\té\\x01\""), ("{{ initials \"First Try\" }}", "FT"),
    ("{{ wrap 5 \"ab cd ef gh\" }}|{{ wrapWith 3 \"-\" \"abcdefg\" }}", "ab cd\nef gh|abc-def-g"),
    ("{{ (split \"/\" \"a/b\")._1 }} {{ (splitn \"/\" 2 \"a/b/c\")._1 }} {{ splitList \"/\" \"a/b\" }}", "b b/c [a b]"),
    ("{{ join \",\" (list 1 nil \"a\") }} {{ toString 5 }} {{ toStrings (list 1 2) }} {{ hello }}", "1,a 5 [1 2] Hello!"),
    ("{{ upper \"aé\" }} {{ lower \"AÉ\" }} {{ title \"hello wOrld\" }} {{ untitle \"Hello World\" }} {{ swapcase \"aB\" }}", "AÉ aé Hello WOrld hello world Ab"),
    ("{{ snakecase \"FirstName\" }} {{ snakecase \"HTTPServer\" }} {{ snakecase \"HTTP20xOK\" }} {{ kebabcase \"Bld4Floor3rd\" }}", "first_name http_server http_20x_ok bld-4floor-3rd"),
    ("{{ camelcase \"http_server\" }} {{ camelcase \"some words\" }} {{ camelcase \"_complex__case_\" }}", "HttpServer SomeWords _Complex_Case_"),
  ])
  func strings(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ int \"0755\" }} {{ int \"12abc\" }} {{ int \"1.9\" }} {{ int 3.9 }} {{ int true }} {{ int nil }} {{ int \"0x1F\" }}", "493 0 1 3 1 0 31"),
    ("{{ kindOf (int 1) }} {{ kindOf (int64 1) }} {{ kindOf (float64 1) }}", "int int64 float64"), ("{{ atoi \"07\" }} {{ atoi \"x\" }} {{ toDecimal \"755\" }}", "7 0 493"),
    ("{{ add 1 2 3 }} {{ add1 1 }} {{ sub 5 3 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ mod 7 3 }} {{ add \"1\" 2.9 }}", "6 2 2 24 3 1 3"),
    ("{{ max 1 5 3 }} {{ biggest 1 2 }} {{ min 4 2 3 }} {{ maxf 1.5 2.5 }} {{ minf 1.5 2 }}", "5 2 2 2.5 1.5"),
    ("{{ floor 1.9 }} {{ ceil 1.1 }} {{ round 1.2345 2 }} {{ round 2.5 0 }} {{ round 1.2 0 0.1 }}", "1 2 1.23 3 2"),
    ("{{ addf 0.1 0.2 }} {{ subf 1 0.9 }} {{ mulf 1.1 1.1 }} {{ divf 10 4 }} {{ divf 1 3 }} {{ add1f 1.5 }}", "0.3 0.1 1.21 2.5 0.3333333333333333 2.5"),
    ("{{ seq 3 }}|{{ seq 2 4 }}|{{ seq 0 2 6 }}|{{ seq 2 0 }}|{{ seq }}", "1 2 3|2 3 4|0 2 4 6|2 1 0|"),
    ("{{ until 3 }} {{ until -2 }} {{ untilStep 0 10 4 }} {{ untilStep 3 0 -1 }}", "[0 1 2] [0 -1] [0 4 8] [3 2 1]"),
  ])
  func numbers(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ default 1 0 }} {{ default 1 2 }} {{ default \"d\" \"\" }} {{ default \"d\" nil }} {{ default 5 }} {{ default \"d\" false }}", "1 2 d d 5 d"),
    ("{{ empty 0.0 }} {{ empty \"\" }} {{ empty list }} {{ empty (dict \"a\" 1) }}", "true true true false"),
    ("{{ coalesce 0 \"\" nil 3 4 }} {{ all 1 2 }} {{ all 1 0 }} {{ any 0 1 }} {{ any }}", "3 true false true false"),
    ("{{ ternary \"a\" \"b\" true }} {{ false | ternary 1 2 }}", "a 2"),
    ("{{ typeOf 1 }} {{ typeOf nil }} {{ typeOf (dict) }} {{ typeOf .Values }} {{ kindOf .Values }} {{ kindOf nil }} {{ kindIs \"slice\" list }}", "int <nil> map[string]interface {} common.Values map invalid true"),
    ("{{ typeIs \"string\" \"a\" }} {{ typeIsLike \"string\" \"a\" }} {{ deepEqual (list 1) (list 1) }} {{ deepEqual 1 1.0 }}", "true true true false"),
    ("{{ $a := dict \"x\" (dict \"y\" 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b.x \"y\" 2 }}{{ $a.x.y }} {{ $b.x.y }}", "1 2"),
    ("{{ list 1 2 }} {{ tuple 1 }} {{ first (list 1 2) }} {{ last (list 1 2) }} {{ rest (list 1 2 3) }} {{ initial (list 1 2 3) }}", "[1 2] [1] 1 2 [2 3] [1 2]"),
    ("{{ append (list 1) 2 }} {{ push (list 1) 2 }} {{ prepend (list 1) 0 }} {{ concat (list 1) (list 2 3) }} {{ reverse (list 1 2) }}", "[1 2] [1 2] [0 1] [1 2 3] [2 1]"),
    ("{{ uniq (list 1 2 1 \"a\" \"a\") }} {{ without (list 1 2 3) 2 }} {{ compact (list 0 1 \"\" \"a\") }} {{ has 2 (list 1 2) }} {{ has 2.0 (list 1 2) }} {{ has 1 nil }}", "[1 2 a] [1 3] [1 a] true false false"),
    ("{{ slice (list 1 2 3) 1 }} {{ slice (list 1 2 3) 0 2 }} {{ chunk 2 (list 1 2 3) }} {{ sortAlpha (list \"b\" \"a\" 1) }} {{ sortAlpha 5 }}", "[2 3] [1 2] [[1 2] [3]] [1 a b] [5]"),
    ("{{ mustFirst (list 1) }} {{ mustHas 1 (list 1) }} {{ mustUniq (list 1 1) }} {{ first list }}|", "1 true [1] |"),
    ("{{ typeOf (splitList \",\" \"a\") }} {{ typeOf (until 1) }} {{ typeOf (keys (dict)) }}", "[]string []int []string"),
  ])
  func defaultsTypesAndLists(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ dict \"a\" 1 \"b\" }} {{ get (dict \"a\" 1) \"a\" }} {{ get (dict) \"x\" }}|{{ hasKey (dict \"a\" nil) \"a\" }}", "map[a:1 b:] 1 |true"),
    ("{{ $d := dict }}{{ $_ := set $d \"a\" 1 }}{{ $d }} {{ unset $d \"a\" }} {{ $d }}", "map[a:1] map[] map[]"),
    ("{{ $v := .Values.AsMap }}{{ $_ := set .Values \"new\" 1 }}{{ $_ := unset .Values \"new\" }}{{ $_ := set .Values \"newer\" 2 }}{{ $v.new }} {{ $v.newer }}", " 2"),
    ("{{ pluck \"a\" (dict \"a\" 1) (dict \"b\" 2) (dict \"a\" 3) }} {{ keys (dict \"b\" 1 \"a\" 2) | sortAlpha }} {{ values (dict \"b\" 1 \"a\" 2) }}", "[1 3] [a b] [2 1]"),
    ("{{ pick (dict \"a\" 1 \"b\" 2) \"a\" \"c\" }} {{ omit (dict \"a\" 1 \"b\" 2) \"a\" }}", "map[a:1] map[b:2]"),
    ("{{ merge (dict \"a\" 1 \"e\" \"\" \"m\" (dict \"x\" 1)) (dict \"a\" 2 \"b\" 3 \"e\" \"f\" \"m\" (dict \"x\" 2 \"y\" 3)) }}", "map[a:1 b:3 e:f m:map[x:1 y:3]]"),
    ("{{ mergeOverwrite (dict \"a\" \"x\" \"l\" (list 1) \"m\" (dict \"x\" 1 \"z\" 1)) (dict \"a\" \"\" \"l\" (list 2) \"m\" (dict \"x\" 2)) }}", "map[a: l:[2] m:map[x:2 z:1]]"),
    ("{{ $d := dict \"a\" 1 }}{{ $_ := mustMerge $d (dict \"b\" 2) }}{{ $d }} {{ mustMergeOverwrite $d (dict \"a\" 9) }}", "map[a:1 b:2] map[a:9 b:2]"),
    ("{{ dig \"a\" \"b\" \"d\" (dict \"a\" (dict \"b\" 1)) }} {{ dig \"a\" \"x\" \"d\" (dict \"a\" (dict \"b\" 1)) }} {{ dig \"x\" \"d\" (.Values | toYaml | fromYaml) }} {{ dig \"x\" 1 .Values.AsMap }}", "1 d d 1"),
  ])
  func dictionaries(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ regexMatch \"^a+$\" \"aaa\" }} {{ mustRegexMatch \"b\" \"a\" }} {{ regexFind \"[a-z]+\" \"1abc2\" }} {{ regexFindAll \"[0-9]\" \"1a2b3\" 2 }} {{ regexMatch \"(\" \"x\" }}", "true false abc [1 2] false"),
    ("{{ regexReplaceAll \"a(x*)b\" \"-ab-axxb-\" \"${1}W\" }} {{ regexReplaceAllLiteral \"a\" \"bab\" \"$1\" }} {{ regexReplaceAll \"(?P<n>a)\" \"a\" \"<$n>\" }}", "-W-xxW- b$1b <a>"),
    ("{{ regexSplit \"z+\" \"pizza\" -1 }} {{ regexSplit \",\" \"a,b,c\" 2 }} {{ regexQuoteMeta \"1.2*\" }} {{ mustRegexReplaceAllLiteral \"x\" \"axb\" \"-\" }}", "[pi a] [a b,c] 1\\.2\\* a-b"),
    ("{{ semverCompare \"^1.2\" \"1.9.0\" }} {{ semverCompare \"~1.2\" \"1.3.0\" }} {{ semverCompare \">=1.2-0\" \"1.3.0-rc1\" }} {{ semverCompare \">=1.2\" \"v1.33.1-gke.1\" }} {{ semverCompare \">=1.25.0-0\" \"v1.33.1-gke.1\" }}", "true false true false true"),
    // A bound that is a prerelease lets prereleases into the whole range.
    ("{{ semverCompare \">=1.19-0, <1.30\" \"v1.29.3-gke.100\" }} {{ semverCompare \">=1.19, <1.30\" \"v1.29.3-gke.100\" }} {{ semverCompare \"!=1.2.3\" \"1.3.0-rc\" }} {{ semverCompare \"1.2-0 - 2\" \"1.3.0-rc\" }}", "true false false true"),
    ("{{ semverCompare \">*\" \"0.0.1\" }} {{ semverCompare \">1\" \"1.1.0\" }} {{ semverCompare \"^*\" \"0.0.1\" }} {{ semverCompare \"^0\" \"0.2.0\" }}", "true false false true"),
    ("{{ semverCompare \"1.2.x || >=3, <4\" \"3.1\" }} {{ semverCompare \"1.2 - 1.4\" \"1.3.5\" }} {{ semverCompare \"!=1.2.3\" \"1.2.3\" }} {{ semverCompare \"*\" \"9.9.9\" }} {{ semverCompare \">= 1.0.0 < 2.0.0\" \"1.5.0\" }}", "true true false true true"),
    ("{{ (semver \"v1.2\").Minor }} {{ semver \"v1.2\" }} {{ (semver \"1.2.3-rc.1+x\").Prerelease }} {{ (semver \"1.2.3\").Compare (semver \"1.3.0\") }} {{ (semver \"1.2.3\").IncMinor }}", "2 1.2.0 rc.1 -1 1.3.0"),
    ("{{ base \"a/b.c\" }} {{ dir \"a/b/c\" }} {{ clean \"a//b/../c\" }} {{ ext \"a.b.c\" }} {{ isAbs \"/a\" }} {{ osBase \"a/b\" }} {{ dir \"a\" }} {{ clean \"\" }} {{ base \"/\" }}", "b.c a/b a/c .c true b . . /"),
    ("{{ b64enc \"hé\" }} {{ b64dec \"aGk=\" }} {{ b32enc \"hi\" }} {{ b32dec \"NBUQ====\" }} {{ b64dec \"?\" }}", "aMOp hi NBUQ==== hi illegal base64 data"),
    ("{{ \"\\xff\\xfe\" | b64enc }} {{ len (b64dec \"//4=\") }} {{ b64dec \"//4=\" | b64enc }}", "//4= 2 //4="),
    ("{{ sha1sum \"a\" }} {{ sha256sum \"\" | trunc 8 }} {{ sha512sum \"a\" | trunc 8 }} {{ adler32sum \"hello\" }}", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8 e3b0c442 1f40fc92 103547413"),
    ("{{ (urlParse \"https://u:p@h.x:80/a%20b?q=1#f\").path }} {{ (urlParse \"https://u:p@h.x:80/a?q=1#f\").hostname }} {{ urlJoin (dict \"scheme\" \"https\" \"host\" \"h\" \"path\" \"/a b\" \"query\" \"q=1\" \"userinfo\" \"u:p\") }} {{ getHostByName \"x\" }}|", "/a b h.x https://u:p@h/a%20b?q=1 |"),
  ])
  func textsOfOtherKinds(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ toYaml (dict \"b\" (list 1 \"yes\") \"a\" nil) }}", "a: null\nb:\n- 1\n- \"yes\""), ("{{ toYaml \"a\" }} {{ toYaml nil }} {{ toYaml list }}", "a null []"),
    ("{{ toYamlPretty (dict \"b\" (list 1)) }} {{ mustToYaml 1000000.0 }}", "b:\n  - 1 1000000"),
    ("{{ (fromYaml \"a: {b: 08}\").a.b }} {{ kindOf (fromYaml \"a: 1\").a }} {{ (fromYaml \"[1]\").Error }} {{ fromYamlArray \"[1, a]\" }} {{ hasKey (fromYaml \"a: b: c\") \"Error\" }}", "8 float64 error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {} [1 a] true"),
    ("{{ toJson (dict \"a\" \"<b>\") }} {{ toRawJson \"<\" }} {{ toPrettyJson (dict \"a\" 1) }} {{ mustToJson 1e6 }}", "{\"a\":\"\\u003cb\\u003e\"} \"<\" {\n  \"a\": 1\n} 1000000"),
    // Lists and maps that nobody made are null outside of templates.
    ("{{ rest list | toJson }} {{ initial list | toJson }} {{ concat list list | toJson }} {{ regexFindAll `x` `` -1 | toJson }} {{ regexSplit `x` `` 0 | toJson }} {{ fromJsonArray `null` | toJson }} {{ fromJson `null` | toJson }}", "null null null null null null null"),
    ("{{ rest (list 1) | toJson }} {{ initial (list 1) | toJson }} {{ reverse (rest list) | toJson }} {{ fromYaml `` | toJson }} {{ fromYamlArray `` | toJson }} {{ list | toJson }} {{ rest list }} {{ merge (fromJson `null`) (dict `a` 1) | toJson }}", "[] [] [] {} [] [] [] {\"a\":1}"),
    ("{{ dict `a` (rest list) | toYaml }} {{ deepCopy (dict `a` (rest list)) | toJson }} {{ deepEqual (rest list) list }} {{ dict `a` (rest list) `b` (fromJson `null`) | toToml }}|", "a: null {\"a\":null} false |"),
    ("{{ list 1 | toToml }} {{ `a` | toToml }} {{ 1 | toToml }} {{ list (dict `a` 1) | toToml }} {{ list (rest list) | toToml }}", "[1] \"a\" 1 toml: top-level values must be Go maps or structs toml: cannot encode array with nil element"),
    ("{{ (fromJson \"{\\\"a\\\":[1]}\").a }} {{ fromJsonArray \"[1,2]\" }} {{ hasKey (fromJson \"x\") \"Error\" }} {{ mustFromJson \"[1]\" }}", "[1] [1 2] true [1]"),
    ("{{ toToml (dict \"a\" 1 \"b\" \"x\\n\" \"t\" (dict \"l\" (list 1.0 2.5) \"u\" (dict \"v\" true)) \"ts\" (list (dict \"k\" 1))) }}", "a = 1\nb = \"x\\n\"\n\n[t]\n  l = [1.0, 2.5]\n  [t.u]\n    v = true\n\n[[ts]]\n  k = 1\n"),
    ("{{ toJson (fromToml \"a = 1\\n[b.c]\\nd = [1, 2]\\n[[e]]\\nf = 'x'\\n\") }} {{ hasKey (fromToml \"a =\") \"Error\" }}", "{\"a\":1,\"b\":{\"c\":{\"d\":[1,2]}},\"e\":[{\"f\":\"x\"}]} true"),
  ])
  func serialization(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test(arguments: [
    ("{{ now | unixEpoch }} {{ now | date \"2006-01-02T15:04:05Z07:00\" }} {{ date \"Jan 2, 2006 at 3:04pm (MST)\" 0 }}", "1700000000 2023-11-14T22:13:20Z Jan 1, 1970 at 12:00am (UTC)"),
    ("{{ dateInZone \"15:04\" now \"UTC\" }} {{ htmlDate now }} {{ htmlDateInZone 86400 \"UTC\" }} {{ now | dateModify \"-1h30m\" | date \"15:04:05\" }}", "22:13 2023-11-14 1970-01-02 20:43:20"),
    ("{{ toDate \"2006-01-02\" \"2020-02-29\" | unixEpoch }} {{ (toDate \"2006-01-02\" \"2020-02-29\").Weekday }} {{ (toDate \"2006-01-02\" \"2020-02-29\").AddDate 1 0 1 | date \"2006-01-02\" }} {{ now.Year }} {{ (mustToDate \"Mon, 02 Jan 2006 15:04:05 -0700\" \"Tue, 14 Nov 2023 23:13:20 +0100\").Unix }}", "1582934400 Saturday 2021-03-02 2023 1700000000"),
    ("{{ duration \"3661\" }} {{ durationRound \"2h10m5s\" }} {{ ago (int64 1699999990) }} {{ durationRound \"2400h\" }}", "1h1m1s 2h 10s 3mo"),
    ("{{ mustToDuration \"1h30m\" }} {{ durationSeconds \"1m\" }} {{ durationMinutes 90 }} {{ durationHours \"90m\" }} {{ durationDays \"36h\" }} {{ durationWeeks \"84h\" }}", "1h30m0s 60 1.5 1.5 1.5 0.5"),
    ("{{ durationMilliseconds \"1.5s\" }} {{ durationMicroseconds \"1ms\" }} {{ durationNanoseconds \"1us\" }} {{ durationRoundTo \"1h31m\" \"1h\" }} {{ durationTruncateTo \"1h59m\" \"1h\" }} {{ durationSeconds \"x\" }}", "1500 1000 1000 2h0m0s 1h0m0s 0"),
  ])
  func times(template: String, expected: String) throws { #expect(try rendered(template) == expected) }

  @Test func timesInOtherZones() throws {
    // Two periods, of which the second begins in 2001.
    var data = Array("TZif2".utf8) + Array(repeating: UInt8(0), count: 39)
    data += Array("TZif2".utf8) + Array(repeating: UInt8(0), count: 15)
    data += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 8]
    data += [0, 0, 0, 0, 0x3B, 0x9A, 0xCA, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0x0E, 0x10, 1, 4] + Array("UTC\0CET\0".utf8)
    var world = stillWorld
    world.timeZone = { [data] name in name == "Here" ? data : nil }
    #expect(try rendered("{{ dateInZone \"15:04 MST\" now \"Here\" }} {{ dateInZone \"15:04 MST\" now \"There\" }}", world: world) == "23:13 CET 22:13 UTC")
    #expect(try rendered("{{ dateInZone \"15:04 -0700\" 0 \"Here\" }}", world: world) == "00:00 +0000")
  }

  @Test func chartFunctions() throws {
    var world = stillWorld
    world.lookUp = { reference in reference.name == "x" ? ["metadata": ["name": "x"], "n": 3] : nil }
    #expect(try rendered("{{ (lookup \"v1\" \"Secret\" \"ns\" \"x\").metadata.name }} {{ lookup \"v1\" \"Secret\" \"ns\" \"y\" }} {{ kindOf (lookup \"v1\" \"Secret\" \"\" \"x\").n }}", world: world) == "x map[] int64")
    #expect(try rendered("{{ required \"m\" 0 }} {{ required \"m\" \"a\" }}") == "0 a")
  }
}
