chunk {
  a = <<EOT
  foo ${bar} x
    EOT
  b = <<-E
 x
  y
E
  c = foo(<<A
x
A
  , 1)
}

chunk {
  a     = <<EOT
foo
EOT
  bbbbb = 2
}

chunk {
  a = {
    b   = <<EOT
foo
EOT
    ccc = 1
  }
}

chunk {
  a = f(<<EOT
foo %{if x~}
 a ${ { x = 1 }.x}
%{endif}
EOT
  )
  bb = 1
}

chunk {
  a = [for x in y : {
    n  = x
    vv = 1
  }]
}

chunk {
  a = x.*.y
  b = x.*.y
}

chunk {
  a = [
    "${x}",
    <<E
 ${y}
E
    , 1
  ]
}

