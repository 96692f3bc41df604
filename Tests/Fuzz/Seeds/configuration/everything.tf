# A comment.
terraform {
  required_version = ">= 1.5, < 2.0.0" // another
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

variable "name" {
  type    = object({ a = optional(string, "x"), b = list(map(number)) })
  default = { a = "é\n\u00e9\U0001F600", b = [] }
  validation {
    condition     = length(var.name.a) > 0 && !can(regex("^[a-z]+$", var.name.a)) || 1 != -2.5e3 % 4
    error_message = "No: ${var.name.a}"
  }
}

resource "aws_instance" "web" {
  for_each = { for k, v in var.list : upper(k) => v... if v != null }
  count    = var.on ? 1 : 0
  tags     = merge(local.tags, each.value...)
  ids      = aws_instance.other[*].id
  old      = aws_instance.other.*.id[0]
  user_data = <<-EOT
    #!/bin/sh
    %{ for x in ["a", "b"] ~}
    echo "$${x} ${x}" %%{
    %{ endfor ~}
    %{ if true }yes%{ else }no%{ endif }
  EOT
  dynamic "rule" {
    for_each = toset(["a"])
    content { port = rule.value }
  }
  lifecycle { ignore_changes = [tags["a"], user_data] }
}

locals {
  p = provider::aws::arn_parse((1 + 2) * 3 / 4 - 5 >= 6 ? "a" : "b")
  wrap = "${var.x}" /* inside */
}
