variable "name" {
  type = string
}

variable "kind" {
  type = string
}

variable "buckets" {
  type = set(string)
}

resource "terraform_data" "bucket" {
  for_each = var.buckets

  input = {
    name       = "${var.name}-${each.key}"
    kind       = var.kind
    versioning = each.key == "backups"
  }
}

output "buckets" {
  value = sort([for bucket in terraform_data.bucket : bucket.input.name])
}
