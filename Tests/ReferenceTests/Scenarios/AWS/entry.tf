resource "aws_lb" "entry" {
  name               = "${var.name}-entry"
  load_balancer_type = "application"
  security_groups    = [aws_security_group.balancer.id]
  subnets            = aws_subnet.public[*].id
}

resource "aws_lb_target_group" "web" {
  name        = "${var.name}-web"
  port        = 8080
  protocol    = "HTTP"
  vpc_id      = aws_vpc.main.id
  target_type = "ip"

  health_check {
    path    = "/healthz"
    matcher = "200-299"
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.entry.arn
  port              = var.ingress["http"].port
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}

resource "aws_route53_zone" "main" {
  name    = local.domain
  comment = "Names of ${var.name}"
}

resource "aws_route53_record" "hosts" {
  for_each = local.hosts

  zone_id = aws_route53_zone.main.zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = aws_lb.entry.dns_name
    zone_id                = aws_lb.entry.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "owner" {
  zone_id = aws_route53_zone.main.zone_id
  name    = local.domain
  type    = "TXT"
  ttl     = 300
  records = ["owner=${var.name}", "region=${data.aws_region.current.name}"]
}
