variables { x = 1 }
provider "aws" { alias = "a" }
mock_provider "aws" {
  mock_resource "aws_x" { defaults = { id = "i" } }
  override_during = plan
}
run "first" {
  command = plan
  plan_options { mode = refresh-only }
  assert {
    condition     = output.x == 1
    error_message = "no"
  }
  expect_failures = [var.x]
  override_resource {
    target = aws_x.y
    values = { id = "j" }
  }
}
