variable "name" {
  type = string
}

variable "fifo" {
  type = bool
}

variable "retention_seconds" {
  type = number

  validation {
    condition     = var.retention_seconds >= 60 && var.retention_seconds <= 1209600
    error_message = "Messages are kept between a minute and fourteen days."
  }
}

variable "alarm_topic_arn" {
  type = string
}
