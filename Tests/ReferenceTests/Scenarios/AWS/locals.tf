locals {
  common_tags = {
    Stack     = var.name
    ManagedBy = "plumb"
  }

  zones      = slice(data.aws_availability_zones.available.names, 0, var.network.zones)
  account_id = data.aws_caller_identity.current.account_id
  domain     = "${var.name}.example.com"

  hosts = {
    for name in ["www", "api"] : name => "${name}.${local.domain}"
  }
}

data "aws_availability_zones" "available" {
  state = "available"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_region" "recovery" {
  provider = aws.recovery
}
