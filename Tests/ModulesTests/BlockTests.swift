import Addresses
import Diagnostics
import Expressions
import HCL
import Testing
import Values

@testable import Modules

/// What blocks declare.
@Suite struct BlockTests {
  @Test func everyKindOfBlockIsRead() throws {
    let tree = load(
      """
      terraform {
        required_version = ">= 1.0"
        required_providers {
          aws = {
            source                = "hashicorp/aws"
            version               = "~> 5.0"
            configuration_aliases = [aws.west]
          }
        }
        backend "local" {
          path = "x"
        }
      }
      provider "aws" {
        alias  = "west"
        region = "us-west-2"
      }
      variable "size" {
        type = object({ min = optional(number, 1), name = string })
        default   = { name = "x" }
        sensitive = true
        nullable  = false
        validation {
          condition     = var.size.min > 0
          error_message = "Too small."
        }
      }
      locals {
        a = 1
      }
      resource "aws_vpc" "main" {
        provider   = aws.west
        count      = 2
        depends_on = [local.a]
        cidr       = "10.0.0.0/8"
        lifecycle {
          create_before_destroy = true
          ignore_changes        = [tags["Name"]]
          precondition {
            condition     = local.a == 1
            error_message = "x"
          }
        }
        provisioner "local-exec" {
          when       = destroy
          on_failure = continue
          command    = "echo ${self.id}"
        }
      }
      data "aws_ami" "x" {}
      ephemeral "aws_secret" "s" {}
      output "o" {
        value       = local.a
        description = "d"
        depends_on  = [aws_vpc.main]
      }
      moved {
        from = aws_vpc.old[0]
        to   = aws_vpc.main
      }
      removed {
        from = aws_vpc.gone
        lifecycle {
          destroy = false
        }
      }
      import {
        for_each = ["a"]
        to       = aws_vpc.main[each.key]
        id       = each.value
      }
      check "c" {
        data "aws_ami" "checked" {}
        assert {
          condition     = data.aws_ami.checked.id != ""
          error_message = "x"
        }
      }
      """)
    let root = tree.root
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics)")
    #expect(root.settings.backend?.type == "local")
    #expect(root.requiredProviders["aws"]?.constraint?.text == "~> 5.0")
    #expect(root.requiredProviders["aws"]?.configurationAliases.map(\.key.description) == ["aws.west"])
    let size = try #require(root.variables["size"])
    #expect(size.defaultValue == .object([("min", 1), ("name", "x")]))
    #expect(size.sensitive && !size.nullable && size.validations.count == 1)
    let vpc = try #require(root.resources[Resource(.managed, "aws_vpc", "main")])
    #expect(vpc.count != nil && vpc.forEach == nil && vpc.dependsOn.count == 1)
    #expect(vpc.createBeforeDestroy == true && vpc.preconditions.count == 1)
    #expect(vpc.provisioners.map(\.type) == ["local-exec"])
    #expect(vpc.provisioners[0].when == .destroy && vpc.provisioners[0].onFailure == .continue)
    #expect(vpc.body.justAttributes().0.map(\.name) == ["cidr"])
    #expect(
      tree.providerConfiguration(for: vpc)?.description == "provider[\"registry.terraform.io/hashicorp/aws\"].west")
    #expect(
      root.resources.keys.map(\.description).sorted() == [
        "aws_vpc.main", "data.aws_ami.checked", "data.aws_ami.x", "ephemeral.aws_secret.s",
      ])
    #expect(root.moved.map { "\($0.from) -> \($0.to)" } == ["aws_vpc.old[0] -> aws_vpc.main"])
    #expect(root.removed.map(\.destroy) == [false])
    #expect(root.imports.map(\.resource.description) == ["aws_vpc.main"])
    #expect(root.checks["c"]?.asserts.count == 1)
  }

  @Test func jsonReadsTheSame() throws {
    let tree = load(
      """
      -- main.tf.json --
      {
        "variable": {"v": {"type": "list(string)", "default": ["a"]}},
        "locals": {"l": "${var.v[0]}"},
        "resource": {"aws_vpc": {"main": {"count": "${length(var.v)}", "depends_on": ["local.l"], "cidr": "x"}}},
        "output": {"o": {"value": "${aws_vpc.main[0].id}"}}
      }
      """)
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics)")
    #expect(tree.root.variables["v"]?.defaultValue == .list(["a"], of: .string))
    let vpc = try #require(tree.root.resources[Resource(.managed, "aws_vpc", "main")])
    #expect(vpc.dependsOn.map(\.text) == ["local.l"])
    #expect(vpc.body.justAttributes().0.map(\.name) == ["cidr"])
  }

  @Test func overrideFilesReplaceArgumentsAndBlocks() throws {
    let tree = load(
      """
      variable "a" {
        type    = string
        default = "x"
      }
      resource "aws_vpc" "main" {
        cidr = "10"
        name = "n"
        rule { port = 1 }
        rule { port = 2 }
      }
      -- b_override.tf --
      variable "a" {
        default = "y"
      }
      resource "aws_vpc" "main" {
        cidr = "11"
        rule { port = 3 }
      }
      -- main.tf~ --
      nonsense {}
      -- .#main.tf --
      nonsense {}
      """)
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics)")
    #expect(tree.root.variables["a"]?.defaultValue == "y")
    let contents = try #require(tree.root.resources[Resource(.managed, "aws_vpc", "main")]?.body.nativeContents)
    #expect(contents.attributes.map(\.name).sorted() == ["cidr", "name"])
    #expect(contents.blocks.count == 1)
  }

  @Test func escapedArgumentsBelongToTheProvider() {
    let tree = load("resource \"x_y\" \"a\" {\n  b = 1\n  _ {\n    count = 2\n  }\n}")
    let block = tree.root.resources[Resource(.managed, "x_y", "a")]
    #expect(block?.count == nil)
    #expect(block?.body.justAttributes().0.map(\.name) == ["b", "count"])
  }

  @Test func modulesFormATree() throws {
    let tree = load(
      """
      module "a" {
        source = "./a"
        x      = 1
      }
      module "far" {
        source = "hashicorp/far/aws"
      }
      -- a/main.tf --
      variable "x" {}
      module "b" {
        source = "../b"
      }
      -- b/main.tf --
      output "o" {
        value = 1
      }
      -- c/main.tf --
      -- .terraform/modules/modules.json --
      {"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "far", "Source": "registry.terraform.io/hashicorp/far/aws", "Dir": "c"}]}
      """)
    #expect(tree.diagnostics.isEmpty, "\(tree.diagnostics)")
    #expect(
      tree.modules.map { "\($0.path) \($0.directory)" } == [" .", "module.a a", "module.a.module.b b", "module.far c"])
  }

  @Test func providersAreInheritedAndPassed() throws {
    let tree = load(
      """
      provider "aws" {}
      provider "aws" {
        alias = "west"
      }
      module "implicit" {
        source = "./m"
      }
      module "explicit" {
        source    = "./m"
        providers = { aws = aws.west }
      }
      -- m/main.tf --
      terraform {
        required_providers {
          aws = { source = "hashicorp/aws" }
        }
      }
      resource "aws_vpc" "x" {}
      resource "random_id" "x" {}
      """)
    func configuration(_ path: String, _ type: String) -> String? {
      guard let path = ModulePath(parsing: path) else { return nil }
      let block = tree.module(at: path)?.resources[Resource(.managed, type, "x")]
      return block.flatMap { tree.providerConfiguration(for: $0)?.description }
    }
    let aws = "provider[\"registry.terraform.io/hashicorp/aws\"]"
    #expect(configuration("module.implicit", "aws_vpc") == aws)
    #expect(configuration("module.explicit", "aws_vpc") == aws + ".west")
    #expect(configuration("module.explicit", "random_id") == "provider[\"registry.terraform.io/hashicorp/random\"]")
  }
}
