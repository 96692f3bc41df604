output "clusters" {
  description = "The cluster on each cloud, and how many nodes it has."
  value       = { for cloud, platform in module.platform : cloud => platform.cluster }
}

output "hosts" {
  description = "Each host with the addresses that serve it."
  value       = { for name, record in terraform_data.record : record.input.name => record.input.targets }
}

output "buckets" {
  value = { for cloud, platform in module.platform : cloud => platform.buckets }
}

output "certificates" {
  description = "Serial numbers by cloud and host."
  value       = { for cloud, platform in module.platform : cloud => platform.certificates }
}
