variable "name" {
  type = string
}

variable "machine" {
  type = string
}

variable "nodes" {
  type = number

  validation {
    condition     = var.nodes >= 1
    error_message = "A cluster has at least one node."
  }
}

variable "subnets" {
  type = map(string)
}

locals {
  zones = sort(keys(var.subnets))
}

resource "terraform_data" "control_plane" {
  input = {
    name    = var.name
    version = "1.31"
  }
}

resource "terraform_data" "node" {
  count = var.nodes

  input = {
    name    = format("%s-%02d", var.name, count.index + 1)
    cluster = terraform_data.control_plane.id
    machine = var.machine
    subnet  = var.subnets[element(local.zones, count.index)]
  }
}

output "name" {
  value = terraform_data.control_plane.output.name
}

output "nodes" {
  value = terraform_data.node[*].input.name
}
