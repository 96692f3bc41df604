/// A change of about forty resources that has everything in it: creations, updates, replacements in both orders, deletions, what
/// depends on them, a data source that must wait, deposed objects while it runs, and a module.
enum CrashScenario {
  static let before = [
    "main.tf": """
    resource "sim_simple" "keep" {
      count = 3
      name  = "keep${count.index}"
      size  = 1
    }
    resource "sim_simple" "update" {
      count = 5
      name  = "update${count.index}"
      size  = 1
      note  = sim_simple.keep[0].id
    }
    resource "sim_simple" "replace" {
      count = 3
      name  = "replace${count.index}"
      zone  = "x"
      note  = sim_simple.update[count.index].id
    }
    resource "sim_simple" "user" {
      count = 3
      name  = "user${count.index}"
      note  = sim_simple.replace[count.index].id
    }
    resource "sim_simple" "base" {
      name = "base"
      zone = "x"
    }
    resource "sim_simple" "swap" {
      count = 3
      name  = "swap${count.index}"
      zone  = "x"
      note  = sim_simple.base.id
      lifecycle { create_before_destroy = true }
    }
    resource "sim_simple" "swapped" {
      name = "swapped"
      note = join(",", sim_simple.swap[*].id)
    }
    resource "sim_simple" "gone" {
      for_each = toset(["a", "b", "c"])
      name     = "gone-${each.key}"
      note     = sim_simple.keep[1].id
    }
    resource "sim_simple" "gone_user" {
      count = 2
      name  = "gone-user${count.index}"
      note  = sim_simple.gone["a"].id
    }
    resource "sim_nested" "nested" {
      name = "nested"
      rule { port = 1 }
      rule { port = 2 }
      disk { size = 1 }
      label "a" { value = "1" }
    }
    data "sim_lookup" "found" {
      name       = "keep0"
      depends_on = [sim_simple.keep]
    }
    output "ids" { value = sim_simple.keep[*].id }
    output "old" { value = sim_simple.gone["a"].id }
    """
  ]

  static let after = [
    "main.tf": """
    resource "sim_simple" "keep" {
      count = 3
      name  = "keep${count.index}"
      size  = 1
    }
    resource "sim_simple" "update" {
      count = 5
      name  = "update${count.index}"
      size  = 2
      note  = sim_simple.keep[0].id
    }
    resource "sim_simple" "replace" {
      count = 3
      name  = "replace${count.index}"
      zone  = "y"
      note  = sim_simple.update[count.index].etag
    }
    resource "sim_simple" "user" {
      count = 3
      name  = "user${count.index}"
      note  = sim_simple.replace[count.index].id
    }
    resource "sim_simple" "base" {
      name = "base"
      zone = "y"
    }
    resource "sim_simple" "swap" {
      count = 3
      name  = "swap${count.index}"
      zone  = "y"
      note  = sim_simple.base.id
      lifecycle { create_before_destroy = true }
    }
    resource "sim_simple" "swapped" {
      name = "swapped"
      note = join(",", sim_simple.swap[*].id)
    }
    resource "sim_nested" "nested" {
      name = "nested"
      rule { port = 2 }
      rule { port = 3 }
      disk { size = 2 }
      label "b" { value = "1" }
    }
    resource "sim_simple" "new" {
      count = 6
      name  = "new${count.index}"
      note  = sim_simple.user[count.index % 3].etag
    }
    module "inner" {
      source = "./inner"
      count  = 2
      prefix = "inner${count.index}"
      note   = sim_simple.new[0].id
    }
    data "sim_lookup" "found" {
      name       = "keep0"
      depends_on = [sim_simple.new]
    }
    resource "sim_simple" "last" {
      name = "last"
      note = "${data.sim_lookup.found.id} ${module.inner[1].id}"
    }
    output "ids" { value = sim_simple.new[*].id }
    output "last" {
      value     = sim_simple.last.id
      sensitive = true
    }
    """,
    "inner/main.tf": """
    variable "prefix" {}
    variable "note" {}
    resource "sim_simple" "first" {
      name = "${var.prefix}-first"
      note = var.note
    }
    resource "sim_simple" "second" {
      name   = "${var.prefix}-second"
      note   = sim_simple.first.id
      secret = var.prefix
    }
    output "id" { value = sim_simple.second.id }
    """,
  ]

  static let namesAfter: [String] =
    names("keep", 3) + names("update", 5) + names("replace", 3) + names("user", 3) + ["base"] + names("swap", 3)
    + ["swapped", "nested"] + names("new", 6)
    + ["inner0-first", "inner0-second", "inner1-first", "inner1-second", "last"]

  private static func names(_ prefix: String, _ count: Int) -> [String] { (0..<count).map { "\(prefix)\($0)" } }
}
