chunk {
x {
a = [
1,
2,   3
]
b = {
x = 1
yyy = 2 # c
zz : 3
}
c = foo(
a,
b
)
}
}

chunk {
x "a" {b=1}
}

chunk {
a = foo(bar({
 x = 1
 yy = 2
}))
}

chunk {
a = foo([
 1
], {
 b = 1 })
b = 2
}

chunk {
a = {x=1,y=2}
b = {}
c = [ ]
d = ( 1 )
}

chunk {
foo {
 a = 1

 bb = 2
 ccc {
 }
 d = 1
}
}

chunk {
a = [ # c
 1, # d
 22222, # e
]
}

chunk {
a = [
 for x in y :
 x
 if x
]
}

chunk {
a = {
 for k, v in y :
 k => {
 a = v
 }
}
}

chunk {
a = {


 b = 1



 cc = 2
}
}

chunk {
x = merge({a=1},{
 b=2
},
{c=3})
}

chunk {
a = <<-EOT
   ${x}
    y
   EOT
}

x { type = "string" }
variable x {
 validation {
 type = "string"
 condition = "${x}"
 }
}

chunk {
a = {
 b = [
 1 ] }
c = 1
}

chunk {
a = f({ b = [
 1 ] }
)
c = 1
}

