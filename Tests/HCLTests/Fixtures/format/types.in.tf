variable "a" {
 type = "string"
}
variable "b" {
 type = "list"
}
variable "c" {
 type=list
}
variable d {type=map}
variable e {type="map"}
variable f {type=set}
variable g {type="number"}

