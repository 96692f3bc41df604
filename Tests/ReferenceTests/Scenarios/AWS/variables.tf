variable "endpoint" {
  description = "Where the emulated cloud listens."
  type        = string
}

variable "name" {
  type    = string
  default = "harbour"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,20}$", var.name))
    error_message = "The name must be 3 to 21 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "recovery_region" {
  type    = string
  default = "eu-west-1"
}

variable "network" {
  type = object({
    cidr         = string
    zones        = optional(number, 2)
    private_bits = optional(number, 4)
  })
  default = {
    cidr = "10.20.0.0/16"
  }
}

variable "ingress" {
  description = "Ports that the load balancer opens, by name."
  type = map(object({
    port  = number
    cidrs = optional(list(string), ["0.0.0.0/0"])
  }))
  default = {
    http  = { port = 80 }
    https = { port = 443 }
  }
}

variable "queues" {
  type = map(object({
    retention_seconds = optional(number, 345600)
    fifo              = optional(bool, false)
  }))
  default = {
    orders   = { retention_seconds = 86400 }
    invoices = { fifo = true }
  }
}

variable "node_count" {
  type    = number
  default = 2
}

variable "log_retention_days" {
  type    = number
  default = 14
}

# A new generation replaces the security group of the nodes and the queues' table.
variable "generation" {
  type    = number
  default = 1
}

variable "database_password" {
  type      = string
  sensitive = true
  default   = "correct horse battery staple"
}
