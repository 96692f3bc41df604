import Testing

/// Dates and durations, as terraform 1.11 answers.
struct TimeFunctionsTests {
  @Test func formatdate() {
    check(
      ##"""
      formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z") => "02 Jan 2018 23:12 UTC"
      formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z") => "Tuesday, 02-Jan-18 23:12:01 UTC"
      formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ", "2018-01-02T23:12:01-08:00") => "Tue, 02 Jan 2018 23:12:01 -0800"
      formatdate("MMM DD, YYYY", "2018-01-02T23:12:01Z") => "Jan 02, 2018"
      formatdate("HH:mmaa", "2018-01-02T23:12:01Z") => "11:12pm"
      formatdate("h H m s D M", "2018-01-02T03:02:01Z") => "3 3 2 1 2 1"
      formatdate("hh HH mm ss DD MM", "2018-01-02T00:02:01Z") => "00 12 02 01 02 01"
      formatdate("h H AA aa", "2018-01-02T12:02:01Z") => "12 12 PM pm"
      formatdate("h'h'm'm' 'it''s'", "2018-01-02T12:02:01Z") => "12h2m it's"
      formatdate("EEEE MMMM", "2024-02-29T12:02:01Z") => "Thursday February"
      formatdate("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T23:12:01Z") => "Z UTC +0000 +00:00"
      formatdate("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T23:12:01+05:30") => "+05:30 +0530 +0530 +05:30"
      formatdate("Z ZZZ ZZZZ ZZZZZ", "2018-01-02T23:12:01-00:00") => "Z UTC +0000 +00:00"
      formatdate("ZZ", "2018-01-02T23:12:01Z") => format: invalid date format verb "ZZ": timezone must be Z, ZZZZ, or ZZZZZ
      formatdate("YYY", "2018-01-02T23:12:01Z") => format: invalid date format verb "YYY": year must either be "YY" or "YYYY"
      formatdate("Y", "2018-01-02T23:12:01Z") => format: invalid date format verb "Y": year must either be "YY" or "YYYY"
      formatdate("MMMMM", "2018-01-02T23:12:01Z") => format: invalid date format verb "MMMMM": month must be "M", "MM", "MMM", or "MMMM"
      formatdate("DDD", "2018-01-02T23:12:01Z") => format: invalid date format verb "DDD": day of month must either be "D" or "DD"
      formatdate("EE", "2018-01-02T23:12:01Z") => format: invalid date format verb "EE": day of week must either be "EEE" or "EEEE"
      formatdate("E", "2018-01-02T23:12:01Z") => format: invalid date format verb "E": day of week must either be "EEE" or "EEEE"
      formatdate("hhh", "2018-01-02T23:12:01Z") => format: invalid date format verb "hhh": 24-hour must either be "h" or "hh"
      formatdate("HHH", "2018-01-02T23:12:01Z") => format: invalid date format verb "HHH": 12-hour must either be "H" or "HH"
      formatdate("mmm", "2018-01-02T23:12:01Z") => format: invalid date format verb "mmm": minute must either be "m" or "mm"
      formatdate("sss", "2018-01-02T23:12:01Z") => format: invalid date format verb "sss": second must either be "s" or "ss"
      formatdate("a", "2018-01-02T23:12:01Z") => format: invalid date format verb "a": must be "aa"
      formatdate("A", "2018-01-02T23:12:01Z") => format: invalid date format verb "A": must be "AA"
      formatdate("aA", "2018-01-02T23:12:01Z") => format: invalid date format verb "a": must be "aa"
      formatdate("AAA", "2018-01-02T23:12:01Z") => format: invalid date format verb "AAA": must be "AA"
      formatdate("'unterminated", "2018-01-02T23:12:01Z") => format: unterminated literal '
      formatdate("x", "2018-01-02T23:12:01Z") => format: invalid date format verb "x"
      formatdate("bYYYY", "2018-01-02T23:12:01Z") => format: invalid date format verb "b"
      formatdate("", "2018-01-02T23:12:01Z") => ""
      formatdate("- _:é日.T", "2018-01-02T23:12:01Z") => format: invalid date format verb "T"
      formatdate("- _:é日.", "2018-01-02T23:12:01Z") => "- _:é日."
      formatdate("'é日'", "2018-01-02T23:12:01Z") => "é日"
      formatdate("YYYY-MM-DD", "2018-01-02") => time: not a valid RFC3339 timestamp: missing required time introducer 'T'
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01") => time: not a valid RFC3339 timestamp: end of string before UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12Z") => time: not a valid RFC3339 timestamp: found "Z" where ":" is expected
      formatdate("YYYY-MM-DD", "2018-01-02 23:12:01Z") => time: not a valid RFC3339 timestamp: missing required time introducer 'T'
      formatdate("YYYY-MM-DD", "2018-13-02T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "-02T23:12:01Z" as month
      formatdate("YYYY-MM-DD", "2018-02-30T23:12:01Z") => time: not a valid RFC3339 timestamp: day out of range
      formatdate("YYYY-MM-DD", "2018-02-3T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "3T23:12:01Z" as day of month
      formatdate("YYYY-MM-DD", "2018-01-02T24:12:01Z") => time: not a valid RFC3339 timestamp: hour must be between 0 and 23 inclusive
      formatdate("YYYY-MM-DD", "2018-01-02T23:60:01Z") => time: not a valid RFC3339 timestamp: minute must have exactly two digits
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:60Z") => time: not a valid RFC3339 timestamp: cannot use "Z" as second
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01.123Z") => "2018-01-02"
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01+25:00") => time: not a valid RFC3339 timestamp: end of string before UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01+23:60") => time: not a valid RFC3339 timestamp: cannot use "+23:60" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02t23:12:01z") => time: not a valid RFC3339 timestamp: missing required time introducer 'T'
      formatdate("YYYY-MM-DD", "") => time: not a valid RFC3339 timestamp: end of string before year
      formatdate("YYYY-MM-DD", "x") => time: not a valid RFC3339 timestamp: cannot use "x" as year
      formatdate("YYYY-MM-DD", "2018") => time: not a valid RFC3339 timestamp: end of string where "-" is expected
      formatdate("YYYY-MM-DD", "2018-1-02T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "1-02T23:12:01Z" as month
      formatdate("YYYY-MM-DD", "18-01-02T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "18-01-02T23:12:01Z" as year
      formatdate("YYYY-MM-DD", "2018-01-02T3:12:01Z") => time: not a valid RFC3339 timestamp: hour must have exactly two digits
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01Zx") => time: not a valid RFC3339 timestamp: cannot use "x" as timestamp segment
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01.Z") => time: not a valid RFC3339 timestamp: cannot use ".Z" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01,5Z") => time: not a valid RFC3339 timestamp: cannot use "," as timestamp segment
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01+0500") => time: not a valid RFC3339 timestamp: cannot use "+0500" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01 Z") => time: not a valid RFC3339 timestamp: cannot use " Z" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T") => time: not a valid RFC3339 timestamp: end of string before hour
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:") => time: not a valid RFC3339 timestamp: end of string before second
      formatdate("YYYY-MM-DD", "2018/01/02T23:12:01Z") => time: not a valid RFC3339 timestamp: found "/01/02T23:12:01Z" where "-" is expected
      formatdate("YYYY-MM-DD", "0000-01-02T23:12:01Z") => "0000-01-02"
      formatdate("YYYY YY EEE", "0001-01-01T23:12:01Z") => "0001 01 Mon"
      formatdate("''", "2018-01-02T23:12:01Z") => "'"
      formatdate("''''", "2018-01-02T23:12:01Z") => "''"
      formatdate("x'", "2018-01-02T23:12:01Z") => format: invalid date format verb "x"
      formatdate("YYYY-MM-DD", "2018-01-02Txx:12:01Z") => time: not a valid RFC3339 timestamp: hour must be between 0 and 23 inclusive
      formatdate("YYYY-MM-DD", "2018-01-02T2") => time: not a valid RFC3339 timestamp: end of string where ":" is expected
      formatdate("YYYY-MM-DD", "2018-01-02T23") => time: not a valid RFC3339 timestamp: end of string where ":" is expected
      formatdate("YYYY-MM-DD", "2018-01-02T23:") => time: not a valid RFC3339 timestamp: end of string before minute
      formatdate("YYYY-MM-DD", "2018-01-02T23:5:01Z") => time: not a valid RFC3339 timestamp: minute must have exactly two digits
      formatdate("YYYY-MM-DD", "2018-01-02T23:xx:01Z") => time: not a valid RFC3339 timestamp: minute must have exactly two digits
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:5Z") => time: not a valid RFC3339 timestamp: cannot use "5Z" as second
      formatdate("YYYY-MM-DD", "2018-01-02T23:60") => time: not a valid RFC3339 timestamp: end of string before minute
      formatdate("YYYY-MM-DD", "2018-01-02T24") => time: not a valid RFC3339 timestamp: end of string before hour
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:60") => time: not a valid RFC3339 timestamp: end of string before second
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01+24:00") => time: not a valid RFC3339 timestamp: cannot use "+24:00" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01+23:61") => time: not a valid RFC3339 timestamp: end of string before UTC offset
      formatdate("YYYY-MM-DD", "2018-01-02T23:12:01*23:00") => time: not a valid RFC3339 timestamp: cannot use "*23:00" as UTC offset
      formatdate("YYYY-MM-DD", "2018-01-32T23:12:01Z") => time: not a valid RFC3339 timestamp: day out of range
      formatdate("YYYY-MM-DD", "2018-01-00T23:12:01Z") => time: not a valid RFC3339 timestamp: day out of range
      formatdate("YYYY-MM-DD", "2018-00-10T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "-10T23:12:01Z" as month
      formatdate("YYYY-MM-DD", "-018-00-10T23:12:01Z") => time: not a valid RFC3339 timestamp: cannot use "-018-00-10T23:12:01Z" as year
      formatdate("YYYY-MM-DD", "2018-1") => time: not a valid RFC3339 timestamp: cannot use "1" as month
      formatdate("YYYY-MM-DD", "é018-1") => time: not a valid RFC3339 timestamp: cannot use "é018-1" as year
      """##)
  }

  @Test func timeadd() {
    check(
      ##"""
      timeadd("2017-11-22T00:00:00Z", "10m") => "2017-11-22T00:10:00Z"
      timeadd("2017-11-22T00:00:00Z", "-10m") => "2017-11-21T23:50:00Z"
      timeadd("2017-11-22T00:00:00Z", "1h30m5.5s") => "2017-11-22T01:30:05Z"
      timeadd("2017-11-22T00:00:00.123456789Z", "1ns") => "2017-11-22T00:00:00Z"
      timeadd("2017-11-22T00:00:00+02:00", "1.5h") => "2017-11-22T01:30:00+02:00"
      timeadd("2017-11-22T00:00:00Z", "1d") => error: time: unknown unit "d" in duration "1d"
      timeadd("2017-11-22T00:00:00Z", "") => error: time: invalid duration ""
      timeadd("2017-11-22T00:00:00Z", "0") => "2017-11-22T00:00:00Z"
      timeadd("2017-11-22T00:00:00Z", "+1us") => "2017-11-22T00:00:00Z"
      timeadd("2017-11-22T00:00:00Z", "1µs1μs") => "2017-11-22T00:00:00Z"
      timeadd("2017-11-22T00:00:00Z", "1ms") => "2017-11-22T00:00:00Z"
      timeadd("2017-11-22T00:00:00Z", "5") => error: time: missing unit in duration "5"
      timeadd("2017-11-22T00:00:00Z", "h") => error: time: invalid duration "h"
      timeadd("2017-11-22T00:00:00Z", ".5h") => "2017-11-22T00:30:00Z"
      timeadd("2017-11-22T00:00:00Z", "1.h") => "2017-11-22T01:00:00Z"
      timeadd("2017-11-22T00:00:00Z", ".h") => error: time: invalid duration ".h"
      timeadd("2017-11-22T00:00:00Z", "9223372036854775808ns") => error: time: invalid duration "9223372036854775808ns"
      timeadd("2017-11-22T00:00:00Z", "-9223372036854775808ns") => "1725-08-13T00:12:43Z"
      timeadd("2017-11-22T00:00:00Z", "2562048h") => error: time: invalid duration "2562048h"
      timeadd("2017-11-22T00:00:00Z", "2562047h") => "2310-03-03T23:00:00Z"
      timeadd("2017-11-22T00:00:00Z", "- 1h") => error: time: invalid duration "- 1h"
      timeadd("2017-11-22T00:00:00Z", "1h-1m") => error: time: unknown unit "h-" in duration "1h-1m"
      timeadd("2017-11-22", "10m") => error: not a valid RFC3339 timestamp: missing required time introducer 'T'
      timeadd("2017-11-22T00:00:00.5+02:00", "-0.5s") => "2017-11-22T00:00:00+02:00"
      timeadd("0001-01-01T00:00:00Z", "-1h") => "0000-12-31T23:00:00Z"
      timeadd("9999-12-31T23:59:59Z", "1s") => "10000-01-01T00:00:00Z"
      """##)
  }

  @Test func timecmp() {
    check(
      ##"""
      timecmp("2017-11-22T00:00:00Z", "2017-11-22T00:00:00Z") => 0
      timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z") => -1
      timecmp("2017-11-22T01:00:00Z", "2017-11-22T00:00:00Z") => 1
      timecmp("2017-11-22T01:00:00Z", "2017-11-22T01:00:00-01:00") => -1
      timecmp("2017-11-22T01:00:00.1Z", "2017-11-22T01:00:00Z") => 1
      timecmp("x", "2017-11-22T01:00:00Z") => timestamp_a: not a valid RFC3339 timestamp: cannot use "x" as year
      timecmp("2017-11-22T01:00:00Z", "x") => timestamp_b: not a valid RFC3339 timestamp: cannot use "x" as year
      timecmp(null, "x") => timestamp_a: argument must not be null
      """##)
  }
}
