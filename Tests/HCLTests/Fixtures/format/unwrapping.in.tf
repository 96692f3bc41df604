chunk {
locals {
 a = "${foo}"
 b = "${foo}${bar}"
 c = "${
  foo ? 1 :
 2
}"
 d = "${foo("${bar}")}"
 e = ["${x}"]
 f = "x${y}"
 g="${(
x
)}"
 h = "${x /* c */}"
 i = "${"x"}"
}
}

chunk {
x {
 a { b = 1 }
 a {}
}
}

chunk {
a = "${[for x in y : 
x]}"
}

chunk {
b = "${  jsonencode(
{a=1}) }"
}

