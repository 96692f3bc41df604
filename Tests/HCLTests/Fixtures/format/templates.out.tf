chunk {
  a = "${x}-${y[0]}-${ { a = 1 } }-%{if x}y%{endif}"
}

chunk {
  a = f(-1, -1)
  b = [-1]
  c = { a = -1 }
  d = 1 > -1
  e = (-1)
}

chunk {
  a = "%{for x in y}${x}%{endfor}"
  b = "${a}%{if x}%{endif}"
  c = "%{if x}%{endif}${y}"
}

