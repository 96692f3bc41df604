output "cluster" {
  value = {
    name  = module.cluster.name
    nodes = length(module.cluster.nodes)
  }
}

output "address" {
  value = module.ingress.address
}

output "buckets" {
  value = module.storage.buckets
}

output "certificates" {
  value = module.certificates.serials
}
