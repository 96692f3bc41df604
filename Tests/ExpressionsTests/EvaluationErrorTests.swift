import Testing

/// What is said about faulty expressions, where, and with which values; texts as in Terraform 1.11.4.
@Suite struct EvaluationErrorTests {
  @Test(arguments: [
    ("1 + null", "Operation failed: Error during operation: argument must not be null. @ 1 + null"),
    ("1 + \"a\"", "Invalid operand: Unsuitable value for right operand: a number is required. @ \"a\""),
    ("-\"a\"", "Invalid operand: Unsuitable value for unary operand: a number is required. @ \"a\""),
    (
      "[1, 2][0.5]",
      "Invalid index: There is no element of this key: a list is indexed by whole numbers, and this one has a "
        + "fraction. @ [0.5]"
    ),
    ("{a = 1}.b", "Unsupported attribute: There is no attribute \"b\" in this object. @ .b"),
    (
      "var.object.tags.nope",
      "Missing map element: There is no key \"nope\" in this map. @ .nope [var.object.tags is map of string with 1 "
        + "element]"
    ),
    (
      "var.nothing[0]",
      "Attempt to index null value: Elements of null cannot be read. Look whether the value can be null here. @ [0] "
        + "[var.nothing is null]"
    ),
    (
      "null.a",
      "Attempt to get attribute from null value: Attributes of null cannot be read. Look whether the value can be "
        + "null here. @ .a"
    ),
    ("\"a\".b", "Unsupported attribute: A string has no attributes. @ .b"),
    ("[1][null]", "Invalid index: A key must not be null. @ [null]"),
    (
      "true ? \"a\" : []",
      "Inconsistent conditional result types: Both results of a condition need one type. The 'true' value is string, "
        + "the 'false' value is tuple. @ \"a\" : []"
    ),
    ("null ? 1 : 2", "Null condition: A condition must be true or false, but this is null. @ null"),
    ("\"x\" ? 1 : 2", "Incorrect condition type: A condition must be of type bool. @ \"x\""),
    (
      "\"a${null}\"",
      "Invalid template interpolation value: This is null, which cannot be put into text. @ null"
    ),
    (
      "\"a${[]}\"",
      "Invalid template interpolation value: This cannot be put into text: string required. @ []"
    ),
    (
      "[for x in null : x]",
      "Iteration over null value: \"for\" cannot go through null. @ null"
    ),
    (
      "[for x in var.object.name : x]",
      "Iteration over non-iterable value: \"for\" goes through lists, sets, maps, objects and tuples, not through a "
        + "string. @ var.object.name [var.object.name is \"web\"]"
    ),
    ("[for x in [1] : x if null]", "Condition is null: The condition after \"if\" must not be null. @ null"),
    (
      "{for x in [null] : x => 1}",
      "Invalid object key: A key made by \"for\" must not be null. @ x"
    ),
    (
      "{for x in [\"a\", \"a\"] : x => 1}",
      "Duplicate object key: The key \"a\" comes twice. Write \"...\" after the value to collect all values of a key. "
        + "@ x"
    ),
    (
      "var.nothing[*]",
      "Splat of null value: A splat on null has no elements. Give it a list. @ var.nothing [var.nothing is null]"
    ),
    ("{(null) = 1}", "Null value as key: A key must not be null. @ 1"),
    ("uper(1)", "Call to unknown function: No function is called \"uper\". Did you mean \"upper\"? @ uper"),
    (
      "upper()",
      "Not enough function arguments: \"upper\" takes 1 argument(s); \"str\" is missing. @ )"
    ),
    ("upper(1, 2)", "Too many function arguments: \"upper\" takes only 1 argument(s). @ 2"),
    (
      "upper(null)", "Invalid function argument: Invalid value for \"str\" parameter: argument must not be null. @ null"
    ),
    (
      "upper(null...)",
      "Invalid expanding argument value: The list before \"...\" must not be null. @ null"
    ),
    (
      "foo::bar()",
      "Unknown provider function: Functions of providers are called by provider::NAME::FUNCTION; \"foo\" is nothing "
        + "of that kind. @ foo::bar"
    ),
    ("vr.x", "Unknown variable: There is no variable \"vr\" here. Did you mean \"var\"? @ vr"),
    (
      "try(null.a)",
      """
      Error in function call: Call to function "try" failed: no expression succeeded:
      - Attempt to get attribute from null value
        Attributes of null cannot be read. Look whether the value can be null here. @ try(
      """
    ),
    (
      "templatefile(\"/a.tpl\", {})",
      "Invalid function argument: Invalid value for \"vars\" parameter: vars map does not contain key \"name\", referenced at /a.tpl:1,9-13. @ {"
    ),
    (
      "templatefile(\"/self.tpl\", {})",
      "Error in function call: Call to function \"templatefile\" failed: /self.tpl:1,3-16: Error in function call; Call to function \"templatefile\" failed: cannot recursively call templatefile from inside another template function.. @ templatefile("
    ),
    (
      "templatestring(\"x\", {})",
      "Invalid function argument: Invalid value for \"template\" parameter: invalid template expression: "
        + "templatestring renders text that comes from elsewhere; write this template as a string instead. @ x"
    ),
  ])
  func messages(source: String, expected: String) {
    let files = ["/a.tpl": "hello ${name}\n", "/self.tpl": "${templatefile(\"/self.tpl\", {})}"]
    #expect(run(source, files: files).hasPrefix(expected), "\(run(source, files: files))")
  }

  @Test func secretsStayOutOfMessages() {
    #expect(!run("var.secret.x").contains("s3cret"))
    #expect(!run("[1][var.secret]").contains("s3cret"))
  }
}
