resource "aws_kms_key" "main" {
  description             = "Everything of ${var.name} at rest"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "main" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.main.key_id
}

resource "aws_kms_key" "recovery" {
  provider = aws.recovery

  description             = "Copies of ${var.name}"
  deletion_window_in_days = 7
}

resource "aws_s3_bucket" "artifacts" {
  bucket        = "${var.name}-artifacts-${local.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

data "aws_iam_policy_document" "guard" {
  statement {
    sid       = "NobodyOpensIt"
    effect    = "Deny"
    actions   = ["s3:PutBucketAcl", "s3:PutObjectAcl"]
    resources = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "StringNotEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  policy = data.aws_iam_policy_document.guard.json

  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

resource "aws_s3_object" "manifest" {
  bucket       = aws_s3_bucket.artifacts.id
  key          = "manifest.json"
  content_type = "application/json"
  content      = jsonencode({ stack = var.name, hosts = values(local.hosts), generation = var.generation })

  depends_on = [aws_s3_bucket_versioning.artifacts]
}

resource "aws_s3_bucket" "recovery" {
  provider = aws.recovery

  bucket        = "${var.name}-recovery-${data.aws_region.recovery.name}"
  force_destroy = true
}

resource "aws_dynamodb_table" "sessions" {
  name         = "${var.name}-sessions-${var.generation}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "user"
  range_key    = "started"

  attribute {
    name = "user"
    type = "S"
  }

  attribute {
    name = "started"
    type = "N"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }
}

resource "aws_ssm_parameter" "settings" {
  for_each = {
    domain = local.domain
    zones  = join(",", local.zones)
  }

  name  = "/${var.name}/${each.key}"
  type  = "String"
  value = each.value
}

resource "aws_secretsmanager_secret" "database" {
  name                    = "${var.name}/database"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id = aws_secretsmanager_secret.database.id
  secret_string = jsonencode({
    username = "platform"
    password = var.database_password
  })
}
