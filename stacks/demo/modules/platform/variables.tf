variable "name" {
  type = string
}

variable "offer" {
  description = "What the cloud calls its machines, balancers and stores."
  type = object({
    zones    = list(string)
    machines = map(string)
    balancer = string
    storage  = string
  })
}

variable "settings" {
  type = object({
    nodes   = number
    machine = string
    zones   = number
  })
}

variable "network_cidr" {
  type = string
}

variable "services" {
  type = map(object({
    port    = number
    replica = number
    public  = bool
    host    = string
  }))
}

variable "certificate_generation" {
  type = number
}
