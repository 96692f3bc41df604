import State
import Testing

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"),
      (951_782_400_123, "2000-02-29T00:00:00.123Z"),
      (1_785_585_599_999, "2026-08-01T11:59:59.999Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (-1, "1969-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func writesRFC3339(milliseconds: Int64, text: String) {
    #expect(Timestamp.text(milliseconds) == text)
  }
}
