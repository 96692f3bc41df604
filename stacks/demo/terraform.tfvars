domain = "harbour.example.com"

clouds = {
  exoscale = {
    nodes   = 2
    machine = "large"
  }
  scaleway = {
    nodes = 4
    zones = 3
  }
}

services = {
  www = { port = 8080 }
  api = { port = 9000, replica = 3 }
}

certificate_generation = 1
