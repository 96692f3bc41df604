chunk {
resource foo bar {
 a = 1
}
}

chunk {
resource "foo" /* c */ bar {
a=1
}
}

chunk {
a {
  # x
    b {
 c = 1 # d
 # e
 f = 22 # g
 }
}
}

chunk {
x { a = 1 }
y {}
z { 
}
w {

}
}

chunk {
x "a" {b=1}
}

chunk {
a = b.0.c
d = b . c [ 0 ]
 e = b [*] . c
}

chunk {
a = {
b=1,c=2
d=3}
}

chunk {
a = "${x}" == "" ? "" : "${y}"
}

chunk {
x { # foo
 a = 1
} # bar
y {
} # baz
}

