chunk {
  a  = 1
  bb = 2

  ccc = 3 # x
  d   = 4 // yy
}

chunk {


  a    = 1 /* x */
  bbbb = 2 /* y */ # z
  # foo
  // bar
}

chunk {
  a  = "é"  # x
  bb = "日本" # y
  c  = "👨‍👩‍👧"  # z
}

chunk {
  a = 1
  b = 2
}

chunk {
  a = "$${x}"
  b = "%%{x}"
  c = "\n\t"
}

chunk {
  module "x" {
    source = "./a"
    providers = {
      aws   = aws.b
      aws.c = aws.d
    }
  }
}

chunk {
  a = ((1))
  b = ((1))
  c = [[1], [2]]
  d = [{}]
  e = { a = {} }
}

chunk {
  a = foo(
    1,
  2)
  b = 1
}

