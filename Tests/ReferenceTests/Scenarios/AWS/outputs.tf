output "vpc_id" {
  value = aws_vpc.main.id
}

output "subnets" {
  value = {
    public  = aws_subnet.public[*].cidr_block
    private = aws_subnet.private[*].cidr_block
  }
}

output "hosts" {
  value = local.hosts
}

output "queues" {
  value = { for name, queue in module.queue : name => queue.arn }
}

output "cluster" {
  value = {
    name   = aws_eks_cluster.main.name
    region = data.aws_region.current.name
  }
}

output "recovery_bucket" {
  value = aws_s3_bucket.recovery.arn
}

output "database_secret" {
  value     = aws_secretsmanager_secret_version.database.secret_string
  sensitive = true
}
