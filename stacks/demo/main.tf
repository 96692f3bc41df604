# One platform on every cloud in `var.clouds`. The built-in provider stands in for the clouds' own, so nothing is made anywhere and no
# account is needed; the shape is that of a real stack.

terraform {
  required_version = ">= 1.5.0"
}

locals {
  # What a cloud calls things, and what it has to offer.
  offers = {
    exoscale = {
      zones    = ["ch-gva-2", "de-fra-1", "at-vie-2"]
      machines = { small = "standard.medium", large = "standard.extra-large" }
      balancer = "nlb"
      storage  = "sos"
    }
    scaleway = {
      zones    = ["fr-par-1", "nl-ams-1", "pl-waw-2"]
      machines = { small = "PRO2-XS", large = "PRO2-M" }
      balancer = "LB-S"
      storage  = "object"
    }
  }

  services = {
    for name, service in var.services : name => merge(service, { host = "${name}.${var.domain}" })
  }
}

module "platform" {
  source   = "./modules/platform"
  for_each = var.clouds

  name                   = "${var.name}-${each.key}"
  offer                  = local.offers[each.key]
  settings               = each.value
  network_cidr           = cidrsubnet(var.network_cidr, 4, index(sort(keys(var.clouds)), each.key))
  services               = local.services
  certificate_generation = var.certificate_generation
}

# Names point at every cloud that serves them.
resource "terraform_data" "record" {
  for_each = local.services

  input = {
    name    = each.value.host
    type    = "A"
    ttl     = 300
    targets = [for cloud in sort(keys(var.clouds)) : module.platform[cloud].address]
  }
}
