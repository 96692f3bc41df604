resource "aws_eks_cluster" "main" {
  name     = var.name
  role_arn = aws_iam_role.cluster.arn
  version  = "1.31"

  vpc_config {
    subnet_ids              = aws_subnet.private[*].id
    endpoint_private_access = true
  }

  depends_on = [aws_iam_role_policy_attachment.cluster]

  lifecycle {
    ignore_changes = [bootstrap_self_managed_addons]
  }
}

resource "aws_eks_node_group" "general" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "general"
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = aws_subnet.private[*].id
  instance_types  = ["m6i.large"]

  scaling_config {
    desired_size = 2
    min_size     = 1
    max_size     = 4
  }

  # The emulation invents a remote_access block for a group that was made without one.
  lifecycle {
    ignore_changes = [remote_access]
  }
}

resource "aws_launch_template" "workers" {
  name                   = "${var.name}-workers"
  image_id               = data.aws_ami.workers.id
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.nodes.id]
  update_default_version = true

  user_data = base64encode(templatefile("${path.module}/worker.sh.tftpl", {
    name   = var.name
    queues = { for name, queue in module.queue : name => queue.arn }
  }))

  iam_instance_profile {
    arn = aws_iam_instance_profile.nodes.arn
  }

  block_device_mappings {
    device_name = "/dev/sda1"

    ebs {
      volume_size = 20
      encrypted   = true
    }
  }

  # The emulation shows the tags of the template itself among those of what is launched from it.
  lifecycle {
    ignore_changes = [tag_specifications]
  }
}

data "aws_ami" "workers" {
  most_recent = true
  owners      = ["099720109477"]

  filter {
    name   = "virtualization-type"
    values = ["hvm"]
  }
}

resource "aws_autoscaling_group" "workers" {
  name                = "${var.name}-workers"
  min_size            = 0
  max_size            = 4
  desired_capacity    = 0
  vpc_zone_identifier = aws_subnet.private[*].id

  launch_template {
    id      = aws_launch_template.workers.id
    version = "$Latest"
  }

  dynamic "tag" {
    for_each = local.common_tags

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
