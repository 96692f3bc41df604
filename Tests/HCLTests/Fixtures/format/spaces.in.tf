chunk {
x {
a = -1
b = a - -1
c = !a
d = a-b
e = a ? -1:1
f = [for x in [1,2]: x if x>1]
g={for k,v in m:k=>v...}
h = a[0].b[*].c.*.d
i = f( a , b... )
j = a::b( c )
}
}

chunk {
a = {
 "x" = 1,
 yyyy = 2,
 (z) = 3
}
}

chunk {
a = x ? {
 a = 1
} : {
 bb = 2
}
}

chunk {
a = (
 1 +
 2
)
}

chunk {
a = 1 +2*3/ 4%5==6&&7||8!=9
b=a>=1
 c=a<=b
}

chunk {
/* multi
   line
*/
a = 1
}

chunk {
a = [for x in{a=1}: x]
b = [for x in [1] : -x]
}

chunk {
a = 5.0e3
}

chunk {
a = {


 b = 1



 cc = 2
}
}

