import Testing

/// What is said about faulty expressions, where, and with which values; texts as in Terraform 1.11.4.
@Suite struct EvaluationErrorTests {
  @Test(arguments: [
    ("1 + null", "Operation failed: Error during operation: argument must not be null. @ 1 + null"),
    ("1 + \"a\"", "Invalid operand: Unsuitable value for right operand: a number is required. @ \"a\""),
    ("-\"a\"", "Invalid operand: Unsuitable value for unary operand: a number is required. @ \"a\""),
    (
      "[1, 2][0.5]",
      "Invalid index: The given key does not identify an element in this collection value: indexing a sequence requires a whole number, but the given index has a fractional part. @ [0.5]"
    ),
    ("{a = 1}.b", "Unsupported attribute: This object does not have an attribute named \"b\". @ .b"),
    (
      "var.object.tags.nope",
      "Missing map element: This map does not have an element with the key \"nope\". @ .nope [var.object.tags is map of string with 1 element]"
    ),
    (
      "var.nothing[0]",
      "Attempt to index null value: This value is null, so it does not have any indices. @ [0] [var.nothing is null]"
    ),
    (
      "null.a",
      "Attempt to get attribute from null value: This value is null, so it does not have any attributes. @ .a"
    ),
    ("\"a\".b", "Unsupported attribute: Can't access attributes on a primitive-typed value (string). @ .b"),
    ("[1][null]", "Invalid index: Can't use a null value as an indexing key. @ [null]"),
    (
      "true ? \"a\" : []",
      "Inconsistent conditional result types: The true and false result expressions must have consistent types. The 'true' value is string, but the 'false' value is tuple. @ \"a\" : []"
    ),
    ("null ? 1 : 2", "Null condition: The condition value is null. Conditions must either be true or false. @ null"),
    ("\"x\" ? 1 : 2", "Incorrect condition type: The condition expression must be of type bool. @ \"x\""),
    (
      "\"a${null}\"",
      "Invalid template interpolation value: The expression result is null. Cannot include a null value in a string template. @ null"
    ),
    (
      "\"a${[]}\"",
      "Invalid template interpolation value: Cannot include the given value in a string template: string required. @ []"
    ),
    (
      "[for x in null : x]",
      "Iteration over null value: A null value cannot be used as the collection in a 'for' expression. @ null"
    ),
    (
      "[for x in var.object.name : x]",
      "Iteration over non-iterable value: A value of type string cannot be used as the collection in a 'for' expression. @ var.object.name [var.object.name is \"web\"]"
    ),
    ("[for x in [1] : x if null]", "Condition is null: The value of the 'if' clause must not be null. @ null"),
    (
      "{for x in [null] : x => 1}",
      "Invalid object key: Key expression in 'for' expression must not produce a null value. @ x"
    ),
    (
      "{for x in [\"a\", \"a\"] : x => 1}",
      "Duplicate object key: Two different items produced the key \"a\" in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key. @ x"
    ),
    (
      "var.nothing[*]",
      "Splat of null value: Splat expressions (with the * symbol) cannot be applied to null sequences. @ var.nothing [var.nothing is null]"
    ),
    ("{(null) = 1}", "Null value as key: Can't use a null value as a key. @ 1"),
    ("uper(1)", "Call to unknown function: There is no function named \"uper\". Did you mean \"upper\"? @ uper"),
    (
      "upper()",
      "Not enough function arguments: Function \"upper\" expects 1 argument(s). Missing value for \"str\". @ )"
    ),
    ("upper(1, 2)", "Too many function arguments: Function \"upper\" expects only 1 argument(s). @ 2"),
    (
      "upper(null)", "Invalid function argument: Invalid value for \"str\" parameter: argument must not be null. @ null"
    ),
    (
      "upper(null...)",
      "Invalid expanding argument value: The expanding argument (indicated by ...) must not be null. @ null"
    ),
    (
      "foo::bar()",
      "Unknown provider function: The function namespace \"foo\" is not valid. Provider function calls must use the \"provider::\" namespace prefix. @ foo::bar"
    ),
    ("vr.x", "Unknown variable: There is no variable named \"vr\". Did you mean \"var\"? @ vr"),
    (
      "try(null.a)",
      """
      Error in function call: Call to function "try" failed: no expression succeeded:
      - Attempt to get attribute from null value
        This value is null, so it does not have any attributes.

      At least one expression must produce a successful result. @ try(
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
      "Invalid function argument: Invalid value for \"template\" parameter: invalid template expression: templatestring is only for rendering templates retrieved dynamically from elsewhere, and so does not support providing a literal template; consider using a template string expression instead. @ x"
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
