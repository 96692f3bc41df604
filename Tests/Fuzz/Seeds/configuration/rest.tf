module "m" {
  source    = "./m"
  version   = "1.0"
  providers = { aws = aws.west }
  for_each  = toset(["a"])
}
provider "aws" { alias = "west" }
output "o" {
  value     = module.m["a"].x
  sensitive = true
  precondition {
    condition     = true
    error_message = "no"
  }
}
moved {
  from = a.b
  to   = module.m["a"].a.c[0]
}
import {
  to = a.b
  id = "x"
}
removed {
  from = a.d
  lifecycle { destroy = false }
}
check "c" {
  data "http" "h" { url = "x" }
  assert {
    condition     = data.http.h.status == 200
    error_message = "no"
  }
}
ephemeral "aws_secret" "s" { name = "x" }
resource "null_resource" "r" {
  depends_on = [module.m]
  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "echo ${self.id}"
  }
  connection { host = self.ip }
}
terraform {
  backend "local" { path = "x" }
  cloud { organization = "o" }
}
