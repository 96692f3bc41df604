a = "x" # bom
b = {
  c = 1,
  "d" : 2
}
