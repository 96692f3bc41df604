variable "name" {
  description = "Begins the name of everything in this stack."
  type        = string
  default     = "harbour"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.name))
    error_message = "The name is 2 to 16 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "domain" {
  description = "The domain that the services live under."
  type        = string
}

variable "network_cidr" {
  description = "Addresses of all clouds together; each gets a sixteenth of them."
  type        = string
  default     = "10.32.0.0/12"
}

variable "clouds" {
  description = "Where the platform runs, and how large it is there."
  type = map(object({
    nodes   = number
    machine = optional(string, "small")
    zones   = optional(number, 2)
  }))

  validation {
    condition     = alltrue([for name in keys(var.clouds) : contains(["exoscale", "scaleway"], name)])
    error_message = "The clouds of this demo are exoscale and scaleway."
  }
}

variable "services" {
  description = "What is reachable from outside, by name."
  type = map(object({
    port    = number
    replica = optional(number, 2)
    public  = optional(bool, true)
  }))
}

variable "certificate_generation" {
  description = "A higher number replaces every certificate, the new one before the old one goes."
  type        = number
  default     = 1
}
