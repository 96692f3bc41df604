variable "name" {
  type = string
}

variable "cidr" {
  type = string
}

variable "zones" {
  type = list(string)
}

resource "terraform_data" "network" {
  input = {
    name = var.name
    cidr = var.cidr
  }
}

resource "terraform_data" "subnet" {
  for_each = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, 4, index) }

  input = {
    network = terraform_data.network.id
    zone    = each.key
    cidr    = each.value
  }
}

output "id" {
  value = terraform_data.network.id
}

output "subnets" {
  value = { for zone, subnet in terraform_data.subnet : zone => subnet.id }
}
