variable "a" {
  type = string
}
variable "b" {
  type = list(string)
}
variable "c" {
  type = list(any)
}
variable "d" { type = map(any) }
variable "e" { type = map(string) }
variable "f" { type = set(any) }
variable "g" { type = "number" }

