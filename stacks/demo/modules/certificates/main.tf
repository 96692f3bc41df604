variable "hosts" {
  type = set(string)
}

variable "generation" {
  type = number
}

# A new certificate is there before the old one is gone.
resource "terraform_data" "certificate" {
  for_each = var.hosts

  input            = each.key
  triggers_replace = var.generation

  lifecycle {
    create_before_destroy = true
  }
}

output "serials" {
  value = { for host, certificate in terraform_data.certificate : host => certificate.id }
}
