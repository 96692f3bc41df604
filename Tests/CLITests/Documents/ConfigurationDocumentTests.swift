import Addresses
import Engine
import Host
import Modules
import ProviderInterface
import Testing
import Values

@testable import CLI

/// A few types like those of real providers, small enough to read.
private func schemas() -> SchemaTable {
  var table = SchemaTable()
  func attributes(_ types: [String: ValueType]) -> [AttributeSchema] {
    types.map { AttributeSchema(name: $0.key, type: $0.value, optional: true) }
  }
  table.add(
    Schema(block: BlockSchema(attributes: attributes(["input": .dynamic, "triggers_replace": .dynamic]))), kind: .resource,
    named: "terraform_data", from: .builtin)
  let cloud = ProviderSource(type: "cloud")
  let disk = BlockSchema(attributes: attributes(["size": .number]))
  table.add(
    Schema(
      version: 1,
      block: BlockSchema(
        attributes: attributes(["image": .string, "rules": .list(.object([("port", .number), ("to", .string)]))]),
        blocks: [
          NestedBlockSchema(name: "disk", nesting: .list, block: disk),
          NestedBlockSchema(name: "timeouts", nesting: .single, block: disk),
        ])), kind: .resource, named: "cloud_server", from: cloud)
  table.add(ProviderMetadata(configuration: Schema(block: BlockSchema(attributes: attributes(["region": .string])))), for: cloud)
  return table
}

/// Compares with what Terraform 1.11.4 shows of the same configuration.
private func check(_ files: [String: String], _ expected: String, line: Int = #line) {
  let tree = ModuleLoader(files: MemoryFileTree(files)).load(".")
  #expect(tree.diagnostics.isEmpty)
  var writer = JSONWriter()
  configurationDocument(tree, schemas: schemas(), into: &writer)
  #expect(
    writer.string == expected.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }.joined(),
    sourceLocation: SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1))
}

@Suite struct ConfigurationDocumentTests {
  @Test func outputsAndVariables() {
    check(
      [
        "main.tf": """
        variable "a" {}
        variable "b" {
          type        = object({ x = optional(string, "d"), s = set(string) })
          default     = { s = ["z", "a"] }
          description = "what"
          sensitive   = true
        }
        output "constant" { value = { l = [1, 0.1], e = {}, n = null, t = "a${1}b", c = true ? 1 : 2 } }
        output "unknown" { value = upper("x") }
        output "references" {
          value       = "${var.b.x} ${var.a[0]["k y"]} ${path.module}"
          sensitive   = true
          description = "d"
          depends_on  = [var.a]
        }
        """
      ],
      #"""
      {"root_module":{"outputs":{
      "constant":{"expression":{"constant_value":{"c":1,"e":{},"l":[1,0.1],"n":null,"t":"a1b"}}},
      "references":{"sensitive":true,"expression":{"references":["var.b.x","var.b","var.a[0][\"k y\"]","var.a[0]","var.a","path.module"]},"depends_on":["var.a"],"description":"d"},
      "unknown":{"expression":{}}},
      "variables":{"a":{},"b":{"default":{"s":["a","z"],"x":"d"},"description":"what","sensitive":true}}}}
      """#)
  }

  @Test func resources() {
    check(
      [
        "main.tf": """
        resource "terraform_data" "b" {
          for_each = { k = 1 }
          input = terraform_data.a[0].output["x"]
          provisioner "local-exec" {
            command = "echo ${self.id}"
          }
        }
        resource "terraform_data" "a" {
          count = 1 + 1
          input = [count.index, terraform_data.c[*].id]
          depends_on = [terraform_data.c]
        }
        resource "terraform_data" "c" {
          for_each = toset(["x"])
        }
        """
      ],
      #"""
      {"provider_config":{"terraform":{"name":"terraform","full_name":"terraform.io/builtin/terraform"}},
      "root_module":{"resources":[
      {"address":"terraform_data.a","mode":"managed","type":"terraform_data","name":"a","provider_config_key":"terraform",
      "expressions":{"input":{"references":["count.index","terraform_data.c"]}},"schema_version":0,
      "count_expression":{"constant_value":2},"depends_on":["terraform_data.c"]},
      {"address":"terraform_data.b","mode":"managed","type":"terraform_data","name":"b","provider_config_key":"terraform",
      "provisioners":[{"type":"local-exec","expressions":{"command":{"references":["self.id","self"]}}}],
      "expressions":{"input":{"references":["terraform_data.a[0].output[\"x\"]","terraform_data.a[0].output","terraform_data.a[0]","terraform_data.a"]}},
      "schema_version":0,"for_each_expression":{"constant_value":{"k":1}}},
      {"address":"terraform_data.c","mode":"managed","type":"terraform_data","name":"c","provider_config_key":"terraform","schema_version":0}]}}
      """#)
  }

  @Test func blocks() {
    check(
      [
        "main.tf": """
        terraform {
          required_providers {
            cloud = {
              source  = "hashicorp/cloud"
              version = ">= 4.0, < 6.0.0"
            }
          }
        }
        provider "cloud" {
          alias  = "west"
          region = "w"
        }
        resource "cloud_server" "a" {
          provider = cloud.west
          disk { size = 1 }
          disk { size = var.n }
          dynamic "disk" {
            for_each = [1]
            content { size = 3 }
          }
          timeouts { size = 5 }
          rules { port = 1 }
          rules { to = "x" }
        }
        variable "n" { default = 1 }
        """
      ],
      #"""
      {"provider_config":{
      "cloud":{"name":"cloud","full_name":"registry.terraform.io/hashicorp/cloud","version_constraint":"\u003e= 4.0.0, \u003c 6.0.0"},
      "cloud.west":{"name":"cloud","full_name":"registry.terraform.io/hashicorp/cloud","alias":"west","version_constraint":"\u003e= 4.0.0, \u003c 6.0.0","expressions":{"region":{"constant_value":"w"}}}},
      "root_module":{"resources":[
      {"address":"cloud_server.a","mode":"managed","type":"cloud_server","name":"a","provider_config_key":"cloud.west",
      "expressions":{"disk":[{"size":{"constant_value":1}},{"size":{"references":["var.n"]}}],
      "rules":{"constant_value":[{"port":1,"to":null},{"port":null,"to":"x"}]},
      "timeouts":{"size":{"constant_value":5}}},"schema_version":1}],
      "variables":{"n":{"default":1}}}}
      """#)
  }

  @Test func modules() {
    check(
      [
        "main.tf": """
        provider "cloud" {
          region = "x"
        }
        module "c" {
          source    = "./c"
          for_each  = { a = 1 }
          v         = each.value
          providers = { cloud.second = cloud }
          depends_on = [module.d]
        }
        module "d" {
          source = "./d"
        }
        output "o" { value = [module.c["a"].o.id, module.d.x, module.c] }
        """,
        "c/main.tf": """
        terraform {
          required_providers {
            cloud = {
              source = "hashicorp/cloud"
              configuration_aliases = [cloud.second]
            }
          }
        }
        variable "v" {}
        resource "cloud_server" "s" {
          provider = cloud.second
          image    = var.v
        }
        output "o" { value = cloud_server.s }
        """,
        "d/main.tf.json": #"""
        {"output": {"x": {"value": "${upper(\"a\")}"}}}
        """#,
      ],
      #"""
      {"provider_config":{"cloud":{"name":"cloud","full_name":"registry.terraform.io/hashicorp/cloud","expressions":{"region":{"constant_value":"x"}}}},
      "root_module":{"outputs":{"o":{"expression":{"references":["module.c[\"a\"].o.id","module.c[\"a\"].o","module.c[\"a\"]","module.d.x","module.d","module.c"]}}},
      "module_calls":{
      "c":{"source":"./c","expressions":{"v":{"references":["each.value"]}},"for_each_expression":{"constant_value":{"a":1}},
      "module":{"outputs":{"o":{"expression":{"references":["cloud_server.s"]}}},
      "resources":[{"address":"cloud_server.s","mode":"managed","type":"cloud_server","name":"s","provider_config_key":"cloud","expressions":{"image":{"references":["var.v"]}},"schema_version":1}],
      "variables":{"v":{}}},"depends_on":["module.d"]},
      "d":{"source":"./d","module":{"outputs":{"x":{"expression":{"constant_value":"${upper(\"a\")}"}}}}}}}}
      """#)
  }
}
