import Foundation
import Testing

/// Numbers and texts that are too large for any machine: refused in little time, with a message.
@Suite struct BadValuesTests {
  private static func output(_ expression: String, locals: String = "") -> String {
    "locals {\n\(locals)\n}\noutput \"a\" {\n  value = \(expression)\n}\n"
  }

  /// Each step makes ten of the last one.
  private static func growing(_ first: String, steps: Int, _ step: (String) -> String) -> String {
    "  a0 = \(first)\n" + (1...steps).map { "  a\($0) = \(step("local.a\($0 - 1)"))\n" }.joined()
  }

  private static func ten(_ text: String) -> String { Array(repeating: text, count: 10).joined(separator: ", ") }

  static let values: [BadInput] = [
    BadInput("a number without end", output("1e999999999"), "Invalid number literal"),
    BadInput("a number next to nothing", output("1e-999999999"), "Invalid number literal"),
    BadInput("a million digits", output(String(repeating: "9", count: 1_000_000)), "Invalid number literal"),
    BadInput("an index without end", output("[1][1e999999999]"), "Invalid number literal"),
    BadInput("a large number in JSON", "{\"output\": {\"a\": {\"value\": 1e999999999}}}", "Invalid number literal", file: "main.tf.json"),
    BadInput("a decoded number", output("jsondecode(\"1e999999999\")"), "a number is required"),
    BadInput("a power", output("pow(10, 1e9)"), "an infinite number"),
    BadInput("a product", output("1e30000 * 1e30000"), "an infinite number"),
    BadInput("a billion instances", "resource \"terraform_data\" \"a\" {\n  count = 1000000000\n}\n", "Invalid count argument"),
    BadInput("no number of instances", "resource \"terraform_data\" \"a\" {\n  count = -1\n}\n", "Invalid count argument"),
    BadInput("a part of an instance", "resource \"terraform_data\" \"a\" {\n  count = 0.5\n}\n", "Invalid count argument"),
    BadInput("a range of a billion", output("range(1000000000)"), "more than 1024 values would be made"),
    BadInput("a range of small steps", output("range(0, 1, 0.000000001)"), "more than 1024 values would be made"),
    BadInput("a width", output("format(\"%0999999999d\", 1)"), "too large"),
    BadInput("an indentation", output("indent(1000000000, \"a\\nb\")"), "must be between 0 and"),
    BadInput("digits of a million", output("parseint(\"\(String(repeating: "9", count: 1_000_000))\", 10)"), "parseint"),
    BadInput("joins", output("length(local.a11)", locals: growing("\"a\"", steps: 11) { "join(\"\", [\(ten($0))])" }), "too large"),
    BadInput("templates", output("length(local.a11)", locals: growing("\"a\"", steps: 11) { text in "\"" + String(repeating: "${\(text)}", count: 10) + "\"" }), "too large"),
    BadInput("lists", output("length(local.a11)", locals: growing("[1]", steps: 11) { "concat(\(ten($0)))" }), "too large"),
    BadInput("lists of lists", output("length(local.a30)", locals: growing("\"a\"", steps: 30) { "[\(ten($0))]" }), "too large"),
    BadInput("objects", output("jsonencode(local.a30)", locals: growing("\"a\"", steps: 30) { "{ a = \($0), b = \($0), c = \($0) }" }), "too large"),
    BadInput(
      "a product of lists", output("length(setproduct(local.r, local.r, local.r, local.r))", locals: "  r = range(1000)"), "the product has more than"),
    BadInput(
      "references in YAML",
      files: [
        "main.tf": Data(output("yamldecode(file(\"bomb\"))").utf8),
        "bomb": Data(
          ("a0: &a0 [x]\n" + (1...20).map { level in "a\(level): &a\(level) [\(ten("*a\(level - 1)"))]\n" }.joined()).utf8),
      ], "too large"),
    BadInput(
      "a template of itself",
      files: ["main.tf": Data(output("templatefile(\"t\", {})").utf8), "t": Data("${templatefile(\"t\", {})}".utf8)], "templatefile"),
    BadInput("a reference that never ends", output("local.a" + String(repeating: ".b", count: 50_000), locals: "  a = {}"), "Unsupported attribute"),
  ]

  @Test(arguments: values) func isRefusedInTime(bad: BadInput) async throws {
    let directory = try Directory(bad.files)
    defer { directory.remove() }
    try await directory.expectRefusal(bad.arguments, bad.message)
  }

  /// The same by way of a variable, where there is no place in a file.
  @Test func variablesAreChecked() async throws {
    let directory = try Directory(["main.tf": Data("variable \"a\" {\n  type = number\n}\noutput \"a\" {\n  value = var.a\n}\n".utf8)])
    defer { directory.remove() }
    for value in ["1e999999999", "x", "[]", "1e", "--1"] {
      try await directory.expectRefusal(["plan", "-var=a=\(value)"], "Invalid value for input variable")
    }
    let deep = String(repeating: "[", count: 50_000)
    try await directory.expectRefusal(["plan", "-var=a=" + deep], "a number is required")
    let other = try Directory(["main.tf": Data("variable \"a\" {\n  type = any\n}\n".utf8)])
    defer { other.remove() }
    try await other.expectRefusal(["plan", "-var=a=" + deep], "Nesting too deep")
  }
}
