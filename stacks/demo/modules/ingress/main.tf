variable "name" {
  type = string
}

variable "kind" {
  type = string
}

variable "network" {
  type = string
}

variable "nodes" {
  type = list(string)
}

variable "services" {
  type = map(object({
    port   = number
    public = bool
    host   = string
  }))
}

variable "certificates" {
  type = map(string)
}

resource "terraform_data" "balancer" {
  input = {
    name    = "${var.name}-ingress"
    kind    = var.kind
    network = var.network
    # Documentation addresses: one for each name, always the same.
    address = cidrhost("203.0.113.0/24", parseint(substr(sha256(var.name), 0, 2), 16))
  }
}

resource "terraform_data" "route" {
  for_each = { for name, service in var.services : name => service if service.public }

  input = {
    balancer    = terraform_data.balancer.id
    host        = each.value.host
    certificate = var.certificates[each.value.host]
    backends    = [for node in var.nodes : "${node}:${each.value.port}"]
  }

  lifecycle {
    precondition {
      condition     = length(var.nodes) > 0
      error_message = "${each.key} has no node to run on."
    }
  }
}

output "address" {
  value = terraform_data.balancer.output.address
}
