module "queue" {
  source   = "./modules/queue"
  for_each = var.queues

  name              = "${var.name}-${each.key}"
  fifo              = each.value.fifo
  retention_seconds = each.value.retention_seconds
  alarm_topic_arn   = aws_sns_topic.alarms.arn
}

resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

resource "aws_sns_topic" "recovery" {
  provider = aws.recovery

  name = "${var.name}-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "sqs"
  endpoint  = module.queue["orders"].arn
}

resource "aws_cloudwatch_log_group" "platform" {
  name              = "/platform/${var.name}"
  retention_in_days = var.log_retention_days
}
