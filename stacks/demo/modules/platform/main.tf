# The platform on one cloud: the same parts everywhere, only their sizes and the cloud's own words differ.

locals {
  zones = slice(var.offer.zones, 0, var.settings.zones)
}

module "network" {
  source = "../network"

  name  = var.name
  cidr  = var.network_cidr
  zones = local.zones
}

module "cluster" {
  source = "../cluster"

  name    = var.name
  machine = var.offer.machines[var.settings.machine]
  nodes   = var.settings.nodes
  subnets = module.network.subnets
}

module "storage" {
  source = "../storage"

  name    = var.name
  kind    = var.offer.storage
  buckets = ["backups", "artifacts"]
}

module "certificates" {
  source = "../certificates"

  hosts      = toset([for service in var.services : service.host if service.public])
  generation = var.certificate_generation
}

module "ingress" {
  source = "../ingress"

  name         = var.name
  kind         = var.offer.balancer
  network      = module.network.id
  nodes        = module.cluster.nodes
  services     = var.services
  certificates = module.certificates.serials
}
