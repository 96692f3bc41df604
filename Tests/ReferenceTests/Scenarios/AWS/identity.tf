data "aws_iam_policy_document" "assume" {
  for_each = {
    cluster = "eks.amazonaws.com"
    nodes   = "ec2.amazonaws.com"
  }

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = [each.value]
    }
  }
}

resource "aws_iam_role" "cluster" {
  name               = "${var.name}-cluster"
  assume_role_policy = data.aws_iam_policy_document.assume["cluster"].json
}

resource "aws_iam_role" "nodes" {
  name                 = "${var.name}-nodes"
  assume_role_policy   = data.aws_iam_policy_document.assume["nodes"].json
  max_session_duration = 7200
}

data "aws_iam_policy_document" "artifacts" {
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.artifacts.arn]
  }

  statement {
    sid     = "Objects"
    actions = ["s3:GetObject", "s3:PutObject"]
    resources = [
      "${aws_s3_bucket.artifacts.arn}/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.account_id]
    }
  }

  dynamic "statement" {
    for_each = module.queue

    content {
      sid       = "Queue${title(statement.key)}"
      actions   = ["sqs:SendMessage", "sqs:ReceiveMessage"]
      resources = [statement.value.arn]
    }
  }
}

resource "aws_iam_policy" "artifacts" {
  name        = "${var.name}-artifacts"
  description = "Reads and writes the artifacts of ${var.name}"
  policy      = data.aws_iam_policy_document.artifacts.json
}

resource "aws_iam_role_policy_attachment" "artifacts" {
  role       = aws_iam_role.nodes.name
  policy_arn = aws_iam_policy.artifacts.arn
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.nodes.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.platform.arn}:*"
    }]
  })
}

resource "aws_iam_instance_profile" "nodes" {
  name = "${var.name}-nodes"
  role = aws_iam_role.nodes.name
}
