import Diagnostics
import Testing

@testable import Modules

/// What is wrong with configurations, and where: compared with `terraform validate -json` of 1.11.4.
@Suite struct ProblemTests {
  @Test(arguments: [
    (
      "variable \"a\" {}\nvariable \"a\" {}\nlocals { x = 1 }\nlocals { x = 2 }",
      ["main.tf:2,1-13 Duplicate variable declaration", "main.tf:4,10-15 Duplicate local value definition"]
    ),
    (
      "resource \"x_y\" \"a\" {}\nresource \"x_y\" \"a\" {}\ndata \"x_y\" \"a\" {}",
      ["main.tf:2,1-19 Duplicate resource \"x_y\" configuration"]
    ),
    ("terraform {\n  required_version = \">= 2.0\"\n}", ["main.tf:2,3-30 Unsupported Terraform Core version"]),
    ("terraform {\n  required_version = \"abc\"\n}", ["main.tf:2,22-27 Invalid version constraint"]),
    ("terraform {\n  required_version = var.x\n}", ["main.tf:2,22-25 Variables not allowed"]),
    (
      "terraform {\n  backend \"local\" {}\n  backend \"s3\" {}\n}", ["main.tf:3,3-15 Duplicate backend configuration"]
    ),
    ("resorce \"a\" \"b\" {}", ["main.tf:1,1-8 Unsupported block type"]),
    (
      "variable \"1x\" {}\nvariable \"source\" {}",
      ["main.tf:1,10-14 Invalid variable name", "main.tf:2,10-18 Invalid variable name"]
    ),
    (
      "variable \"a\" {\n  type    = number\n  default = \"x\"\n}",
      ["main.tf:3,13-16 Invalid default value for variable"]
    ),
    ("variable \"a\" {\n  type = \"string\"\n}", ["main.tf:2,10-18 Invalid quoted type constraints"]),
    (
      "variable \"a\" {\n  type = object({a = optional(number, \"x\")})\n}",
      ["main.tf:2,39-42 Invalid default value for optional attribute"]
    ),
    (
      "variable \"a\" {\n  validation {\n    condition     = true\n    error_message = \"x\"\n  }\n}",
      ["main.tf:3,21-25 Invalid validation expression", "main.tf:3,21-25 Invalid variable validation condition"]
    ),
    (
      "resource \"x_y\" \"a\" {\n  count    = 1\n  for_each = {}\n}",
      ["main.tf:3,3-11 Invalid combination of \"count\" and \"for_each\""]
    ),
    (
      "data \"x_y\" \"a\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}",
      ["main.tf:3,5-20 Invalid data resource lifecycle argument"]
    ),
    (
      "resource \"x_y\" \"a\" {\n  depends_on = [\"x_y.b\"]\n}\nresource \"x_y\" \"b\" {}",
      ["main.tf:2,17-24 warning: Quoted references are deprecated"]
    ),
    ("resource \"x_y\" \"a\" {\n  provider = x.b\n}", ["Provider configuration not present"]),
    (
      "resource \"x_y\" \"a\" {\n  provisioner \"local-exec\" {\n    when    = destroy\n    command = var.x\n  }\n}",
      ["main.tf:4,15-20 Invalid reference from destroy provisioner"]
    ),
    ("check \"a\" {}", ["main.tf:1,1-10 Zero assert blocks"]),
    (
      "moved {\n  from = x_y.a\n  to   = module.b\n}", ["main.tf:1,1-6 Invalid \"moved\" addresses"]
    ),
    ("removed {\n  from = x_y.a[0]\n}", ["main.tf:2,15-18 Resource instance keys not allowed"]),
    ("import {\n  to = data.x.y\n  id = \"1\"\n}", ["main.tf:2,3-16 Invalid import address"]),
    ("module \"m\" {\n  source = \"./nope\"\n}", ["main.tf:1,1-11 Module not installed"]),
    ("module \"m\" {\n  source = \"a/b/c\"\n}", ["main.tf:1,1-11 Module not installed"]),
    ("module \"m\" {\n  source = \"foo\"\n}", ["main.tf:2,12-17 Invalid module source address"]),
    (
      "module \"m\" {\n  source = \"./m\"\n  foo    = 1\n}\n-- m/main.tf --\nvariable \"req\" {}",
      ["main.tf:1,12-12 Missing required argument", "main.tf:3,3-6 Unsupported argument"]
    ),
    (
      "module \"m\" {\n  source = \"./m\"\n}\n-- m/main.tf --\nmodule \"n\" {\n  source = \"../m\"\n}",
      ["m/main.tf:2,12-18 Module calls form a cycle"]
    ),
    (
      "module \"m\" {\n  source = \"./m\"\n}\n-- m/main.tf --\nprovider \"aws\" {}",
      ["m/main.tf:1,1-15 warning: Redundant empty provider block"]
    ),
    (
      "module \"m\" {\n  source = \"./m\"\n}\n-- m/main.tf --\nterraform {\n  required_providers {\n    aws = {\n      source                = \"hashicorp/aws\"\n      configuration_aliases = [aws.x]\n    }\n  }\n}",
      ["main.tf:1,1-11 Missing required provider configuration"]
    ),
    (
      "resource \"x_y\" \"a\" {\n  lifecycle {\n    postcondition {\n      condition     = x_y.a.id == 1\n      error_message = \"x\"\n    }\n  }\n}",
      ["main.tf:4,23-36 Invalid reference in postcondition"]
    ),
    (
      "resource \"x_y\" \"a\" {\n  lifecycle {\n    replace_triggered_by = [var.x]\n  }\n}",
      [
        "main.tf:3,29-34 Invalid reference in replace_triggered_by expression",
        "main.tf:3,29-34 Invalid replace_triggered_by expression",
      ]
    ),
    ("module \"m\" {\n  source = null\n}", ["main.tf:2,12-16 Unsuitable value type"]),
    (
      "-- main.tf.json --\n{\"resource\": {\"x_y\": {\"a\": {\"p\": \"${var.q}\", \"dynamic\": {\"r\": {\"for_each\": [1], \"content\": {\"p\": \"${r.value}${var.r}\"}}}}}}}",
      ["main.tf.json:1,37-42 Reference to undeclared input variable"]
    ),
    (
      "-- override.tf --\nvariable \"b\" {}\nresource \"x_y\" \"b\" {}",
      [
        "override.tf:1,1-13 Missing base variable declaration to override",
        "override.tf:2,1-19 Missing resource to override",
      ]
    ),
  ])
  func blocks(archive: String, expected: [String]) { #expect(problems(archive) == expected) }

  static let declared = """
    variable "foo" {}
    locals {
      bar = 1
    }
    resource "x_y" "one" {}
    resource "x_y" "many" {
      count = 2
    }
    data "x_z" "d" {}
    module "m" {
      source = "./m"
    }
    -- m/main.tf --
    output "out" {
      value = 1
    }
    -- output.tf --

    """

  @Test(arguments: [
    (
      "var.fooo", "Reference to undeclared input variable",
      "There is no variable \"fooo\" in this module. Did you mean \"foo\"?"
    ),
    (
      "var.zzzz", "Reference to undeclared input variable",
      "There is no variable \"zzzz\" in this module. Declare it: variable \"zzzz\" {}"
    ),
    (
      "local.baz", "Reference to undeclared local value",
      "There is no local value \"baz\" in this module. Did you mean \"bar\"?"
    ),
    (
      "x_y.nope.id", "Reference to undeclared resource",
      "There is no managed resource x_y.nope in the root module.\n\nDid you mean x_y.one?"
    ),
    (
      "x_z.d.id", "Reference to undeclared resource",
      "There is no managed resource x_z.d in the root module.\n\nDid you mean the data resource data.x_z.d?"
    ),
    (
      "module.n.out", "Reference to undeclared module",
      "There is no module call \"n\" in the root module. Did you mean \"m\"?"
    ),
    (
      "x_y.many.id", "Missing resource instance key",
      "x_y.many has \"count\", so it stands for many objects. Choose one by its key.\n\nTo take the one of the same "
        + "key:\n    x_y.many[count.index]"
    ),
    (
      "x_y.one[0].id", "Unexpected resource instance key",
      "x_y.one is a single object: it has neither \"count\" nor \"for_each\". Remove the key in brackets."
    ),
    (
      "path.foo", "Invalid \"path\" attribute",
      "\"path\" has no attribute \"foo\". Did you mean \"root\"?"
    ),
    (
      "count.index", "Reference to \"count\" in non-counted context",
      "count.index is known only in \"resource\", \"data\" and \"module\" blocks that set \"count\"."
    ),
    (
      "self.id", "Invalid \"self\" reference",
      "\"self\" is the resource itself, and is known only in its provisioners, connections and postconditions."
    ),
    (
      "template.x", "Reserved symbol name",
      "\"template\" is kept for the language itself. If it is a resource type, write \"resource.\" before it."
    ),
    (
      "var", "Invalid reference",
      "Name one attribute of \"var\"; it has no value as a whole."
    ),
    (
      "data.x", "Invalid reference",
      "After \"data\", write the data source type and the name of the resource."
    ),
    (
      "x_y", "Invalid reference",
      "Write the name of a resource after its type, separated by a dot."
    ),
  ])
  func references(source: String, summary: String, detail: String) {
    let tree = load(Self.declared + "output \"o\" {\n  value = \(source)\n}")
    #expect(tree.diagnostics.map(\.summary) == [summary])
    #expect(tree.diagnostics.map(\.detail) == [detail])
  }

  @Test(arguments: [
    "var.foo", "local.bar", "x_y.one.id", "x_y.many[0].id", "x_y.many[*].id", "x_y.many", "data.x_z.d.id",
    "module.m.out",
    "module.m", "path.module", "terraform.workspace", "[for x in var.foo : x.y]", "resource.x_y.one.id",
  ])
  func soundReferences(source: String) {
    #expect(problems(Self.declared + "output \"o\" {\n  value = \(source)\n}") == [])
  }

  @Test func onlyWhatGeneratesBlocksIsSureToBeEvaluated() {
    #expect(
      problems(
        """
        resource "x_y" "a" {
          dynamic "rule" {
            for_each = var.q
            content {
              port = var.r
              dynamic "inner" {
                for_each = [rule.value, local.s]
                content {
                  port = inner.value.t + local.u
                }
              }
            }
          }
        }
        """) == ["main.tf:3,16-21 Reference to undeclared input variable", "main.tf:7,33-40 Reference to undeclared local value"])
  }

  @Test func dynamicIteratorsAreNoReferences() {
    #expect(
      problems(
        """
        resource "x_y" "a" {
          dynamic "rule" {
            for_each = [1]
            content {
              port = rule.value
            }
          }
        }
        """) == [])
  }
}
