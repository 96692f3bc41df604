a = "x"
b = [1, { c = null }]
d = <<X
text
X
e = -1.5e3
