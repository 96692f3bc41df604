# This Ùfile is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.100.0"
  constraints = "> 5.0, != 5.1.0-beta.1+x"
  hashes = [
    "h1:Ijt7pOlB7\r7maGQIqtsLFb(7pSMIj06TVdkoSBcYOw=",
    "zj:054b8dd49f0549c9a7cc27d162e45327b7b65cf404da5e5a20dStr4b90b8a644",
  ]
}

provider "example.com/x/y" {
  version = "1.0.0-alpha"
}
