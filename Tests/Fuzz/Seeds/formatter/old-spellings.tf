resource "a" b {
x="${var.y}"
 type = "list"
}
variable "v" { 
 type = "map" 
}
