import Testing

/// YAML, as terraform 1.11 answers.
struct YAMLFunctionsTests {
  @Test func yamldecode() {
    check(
      ##"""
      yamldecode("a: 1\nb: [x, 'y', \"z\"]\nc: {d: null}\n") => {"a":1,"b":["x","y","z"],"c":{"d":null}}
      yamldecode("") => error: on line 1, column 1: missing start of document
      yamldecode("# comment") => error: on line 1, column 1: missing start of document
      yamldecode("- 1\n- 0x1F\n- 0o17\n- 017\n- 1_000\n- 1.5e3\n- .5\n- 0b11\n- +1\n- -0x10\n") => [1,31,15,17,"1_000",1500,0.5,"0b11",1,"-0x10"]
      yamldecode("- .nan\n") => error: floating point NaN is not supported
      yamldecode("- yes\n- no\n- on\n- off\n- true\n- True\n- TRUE\n- y\n- tRue\n") => [true,false,true,false,true,true,true,true,"tRue"]
      yamldecode("- ~\n- null\n- Null\n- NULL\n-\n- nUll\n") => [null,null,null,null,null,"nUll"]
      yamldecode("- 2001-12-14t21:59:43.10-05:00\n- 2001-12-14\n- 2001-12-14 21:59:43\n- 12:30:45\n") => ["2001-12-14T21:59:43-05:00","2001-12-14T00:00:00Z","2001-12-14T21:59:43Z","12:30:45"]
      yamldecode("a: &x {k: v}\nb: *x\n") => {"a":{"k":"v"},"b":{"k":"v"}}
      yamldecode("a: &x {k: v}\nb:\n  <<: *x\n  z: 1\n") => {"a":{"k":"v"},"b":{"k":"v","z":1}}
      yamldecode("a: &x {k: v, z: 0}\nb:\n  <<: [*x, {q: 2}]\n  z: 1\n") => error: on line 2, column 3: cannot merge tuple into mapping
      yamldecode("- !!str 12\n- !!int \"12\"\n- !!float 1\n- !!bool \"true\"\n- !!null \"\"\n- !!binary aGVsbG8=\n") => ["12","12",1,"true","","aGVsbG8="]
      yamldecode("!foo bar") => error: unsupported tag "!foo"
      yamldecode("a: b: c") => error: mapping values are not allowed in this context
      yamldecode("a: [") => error: on line 1, column 1: did not find expected node content
      yamldecode("- a\n b") => ["a b"]
      yamldecode("\ta: 1") => error: found character that cannot start any token
      yamldecode("a: 1\na: 2") => {"a":2}
      yamldecode("1: x\ntrue: y\nnull: z\n1.5: w\n") => error: on line 2, column 1: mapping key cannot be null
      yamldecode("? [a]\n: b\n") => error: only strings are allowed as mapping keys
      yamldecode("--- a\n--- b\n") => error: on line 1, column 1: unexpected extra content after value
      yamldecode("---\na: 1\n...\n") => {"a":1}
      yamldecode("a: |\n  x\n  y\nb: >\n  p\n  q\n") => {"a":"x\ny\n","b":"p q\n"}
      yamldecode("*x") => error: reference to undefined anchor "x"
      yamldecode("&a [*a]") => error: cannot refer to anchor "a" from inside its own definition
      yamldecode("a: *x") => error: reference to undefined anchor "x"
      yamldecode("%YAML 1.1\n---\na: 1") => {"a":1}
      yamldecode("- 1.0\n- 1e3\n- 1.\n- 0.0\n- -0\n- 00\n- 1e400\n- 123456789012345678901234567890\n") => [1,1000,1,0,0,0,10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000,123456789012345678901234567890]
      yamldecode("- \"1\"\n- '1'\n- 1 \n") => ["1","1",1]
      yamldecode("!!set {a, b}") => error: can't interpret mapping as tag:yaml.org,2002:set
      yamldecode("!!omap [a: 1]") => error: can't interpret sequence as tag:yaml.org,2002:omap
      yamldecode("!!timestamp 2001-12-14") => "2001-12-14T00:00:00Z"
      yamldecode("!!int x") => error: cannot parse "x" as tag:yaml.org,2002:int
      yamldecode("!!bool x") => error: cannot parse "x" as tag:yaml.org,2002:bool
      yamldecode("!!float x") => error: cannot parse "x" as tag:yaml.org,2002:float
      yamldecode("!!str [a]") => error: can't interpret sequence as tag:yaml.org,2002:str
      yamldecode("!!map {a: 1}") => {"a":1}
      yamldecode("!!seq [a]") => ["a"]
      yamldecode("!!binary '!!'") => error: cannot parse "!!" as tag:yaml.org,2002:binary: not valid base64
      yamldecode("- =\n- <<\n- '<<'\n") => ["=","<<","<<"]
      yamldecode("<<: 1") => error: cannot merge number into mapping
      yamldecode("<<: [1]") => error: cannot merge tuple into mapping
      yamldecode("a: @x") => error: found character that cannot start any token
      yamldecode("a: `x") => error: found character that cannot start any token
      yamldecode("a: %x") => error: found character that cannot start any token
      yamldecode("a: \"\\x\"") => error: did not find expected hexdecimal number
      yamldecode("hello") => "hello"
      yamldecode("- 0x\n- 0xg\n- 0b2\n- 0o8\n- 08\n- 1__0\n- _1\n- 1_\n- .\n- ..\n- +\n- -\n") => ["0x","0xg","0b2","0o8",8,"1__0","_1","1_",".","..","+",[null]]
      """##)
  }

  @Test func yamlencode() {
    check(
      ##"""
      yamlencode("x") => "\"x\"\n"
      yamlencode(1) => "1\n...\n"
      yamlencode(null) => "null\n...\n"
      yamlencode(true) => "true\n...\n"
      yamlencode([]) => "[]\n"
      yamlencode({}) => "{}\n"
      yamlencode([[["a"]],[]]) => "- - - \"a\"\n- []\n"
      yamlencode(1.5) => "1.5\n...\n"
      yamlencode(1e30) => "1000000000000000000000000000000\n...\n"
      yamlencode(100000000000000000000) => "100000000000000000000\n...\n"
      yamlencode("") => "\"\"\n"
      yamlencode("a\nb") => "|-\n  a\n  b\n"
      yamlencode("long long long long long long long long long long long long long long long long long long long long long long long long") => "\"long long long long long long long long long long long long long long long long long\n  long long long long long long long\"\n"
      """##)
  }
}
