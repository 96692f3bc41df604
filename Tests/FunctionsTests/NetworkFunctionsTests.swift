import Testing

/// Prefix arithmetic, as terraform 1.11 answers.
struct NetworkFunctionsTests {
  @Test func cidrhost() {
    check(
      ##"""
      cidrhost("10.0.0.0/8", 5) => "10.0.0.5"
      cidrhost("10.0.0.0/8", -1) => "10.255.255.255"
      cidrhost("10.0.0.0/8", 1.5) => error: value must be a whole number
      cidrhost("10.0.0.0/30", 4) => error: prefix of 30 does not accommodate a host numbered 4
      cidrhost("10.0.0.0/30", -5) => error: prefix of 30 does not accommodate a host numbered -1
      cidrhost("10.0.0.0/30", -4) => "10.0.0.0"
      cidrhost("10.0.0.0/30", 3) => "10.0.0.3"
      cidrhost("10.1.2.3/16", 0) => "10.1.0.0"
      cidrhost("10.0.0.0/32", 0) => "10.0.0.0"
      cidrhost("10.0.0.0/32", 1) => error: prefix of 32 does not accommodate a host numbered 1
      cidrhost("10.0.0.0/32", -1) => "10.0.0.0"
      cidrhost("0.0.0.0/0", 4294967295) => "255.255.255.255"
      cidrhost("0.0.0.0/0", 4294967296) => error: prefix of 0 does not accommodate a host numbered 4294967296
      cidrhost("fd00::/8", 1) => "fd00::1"
      cidrhost("fd00::/8", -1) => "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
      cidrhost("fd00::/120", 256) => error: prefix of 120 does not accommodate a host numbered 256
      cidrhost("fd00:fd12:3456:7890:00a2::/72", 34) => "fd00:fd12:3456:7890::22"
      cidrhost("::/0", 340282366920938463463374607431768211455) => "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
      cidrhost("bogus", 1) => error: invalid CIDR expression: invalid CIDR address: bogus
      cidrhost("10.0.0.0", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.0
      cidrhost("10.0.0.0/33", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.0/33
      cidrhost("10.0.0/8", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0/8
      cidrhost("10.0.0.256/8", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.256/8
      cidrhost("010.0.0.0/8", 1) => "10.0.0.1"
      cidrhost("10.00.0.0/8", 1) => "10.0.0.1"
      cidrhost("192.168.0x1.0/24", 1) => error: invalid CIDR expression: invalid CIDR address: 192.168.0x1.0/24
      cidrhost("10.0.0.0/08", 1) => "10.0.0.1"
      cidrhost("10.0.0.0/-1", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.0/-1
      cidrhost("10.0.0.0/+8", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.0/+8
      cidrhost("", 1) => error: invalid CIDR expression: invalid CIDR address: 
      cidrhost("fe80::1%eth0/64", 1) => error: invalid CIDR expression: invalid CIDR address: fe80::1%eth0/64
      cidrhost("1:2:3:4:5:6:7:8/128", 0) => "1:2:3:4:5:6:7:8"
      cidrhost("1:2:3:4:5:6:7::/112", 9) => "1:2:3:4:5:6:7:9"
      cidrhost("1::2::3/64", 9) => error: invalid CIDR expression: invalid CIDR address: 1::2::3/64
      cidrhost("::1.2.3.4/96", 5) => "::5"
      cidrhost("1:0:0:2:0:0:0:3/128", 0) => "1:0:0:2::3"
      cidrhost("1:0:2:3:4:5:6:7/128", 0) => "1:0:2:3:4:5:6:7"
      cidrhost("10.0.0.0/8/9", 1) => error: invalid CIDR expression: invalid CIDR address: 10.0.0.0/8/9
      cidrhost("12345::/16", 1) => error: invalid CIDR expression: invalid CIDR address: 12345::/16
      cidrhost("ABCD::/16", 1) => "abcd::1"
      cidrhost("10.0.0.0/30", -6) => error: prefix of 30 does not accommodate a host numbered -2
      """##)
  }

  @Test func cidrnetmask() {
    check(
      ##"""
      cidrnetmask("172.16.0.0/12") => "255.240.0.0"
      cidrnetmask("10.0.0.0/0") => "0.0.0.0"
      cidrnetmask("10.0.0.0/32") => "255.255.255.255"
      cidrnetmask("fd00::/8") => error: IPv6 addresses cannot have a netmask: fd00::/8
      cidrnetmask("x") => error: invalid CIDR expression: invalid CIDR address: x
      """##)
  }

  @Test func cidrsubnet() {
    check(
      ##"""
      cidrsubnet("172.16.0.0/12", 4, 2) => "172.18.0.0/16"
      cidrsubnet("10.1.2.0/24", 4, 15) => "10.1.2.240/28"
      cidrsubnet("10.1.2.0/24", 4, 16) => error: prefix extension of 4 does not accommodate a subnet numbered 16
      cidrsubnet("10.1.2.0/24", 4, -1) => "0.0.0.16/28"
      cidrsubnet("10.1.2.0/24", 9, 0) => error: insufficient address space to extend prefix of 24 by 9
      cidrsubnet("10.1.2.0/24", 0, 0) => "10.1.2.0/24"
      cidrsubnet("10.1.2.0/24", -1, 0) => "10.1.2.0/23"
      cidrsubnet("10.1.2.0/24", 1.5, 0) => error: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      cidrsubnet("10.1.2.0/24", 1, 1.5) => error: value must be a whole number
      cidrsubnet("10.1.2.3/24", 0, 0) => "10.1.2.0/24"
      cidrsubnet("10.1.2.0/24", 0, 1) => error: prefix extension of 0 does not accommodate a subnet numbered 1
      cidrsubnet("10.1.2.0/24", 8, 3) => "10.1.2.3/32"
      cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162) => "fd00:fd12:3456:7800:a200::/72"
      cidrsubnet("fd00:fd12:3456:7890::/56", 40, 162) => "fd00:fd12:3456:7800:0:a2::/96"
      cidrsubnet("fd00:fd12:3456:7890::/56", 33, 162) => "fd00:fd12:3456:7800:0:5100::/89"
      cidrsubnet("fd00::/8", 120, 1329227995784915872903807060280344575) => "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"
      cidrsubnet("fd00::/8", 121, 1) => error: insufficient address space to extend prefix of 8 by 121
      cidrsubnet("fd00::/8", 32, 4294967295) => "fdff:ffff:ff00::/40"
      cidrsubnet("fd00::/8", 32, 4294967296) => error: prefix extension of 32 does not accommodate a subnet numbered 4294967296
      cidrsubnet("x", 32, 4294967296) => error: invalid CIDR expression: invalid CIDR address: x
      cidrsubnet("010.1.0.0/16", 8, 1) => "10.1.1.0/24"
      cidrsubnet("10.1.2.0/24", -1, 1) => "10.1.2.0/23"
      """##)
  }

  @Test func cidrsubnets() {
    check(
      ##"""
      cidrsubnets("10.1.0.0/16", 4, 4, 8, 4) => ["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]
      cidrsubnets("10.1.0.0/16") => []
      cidrsubnets("10.1.0.0/16", 17) => newbits: would extend prefix to 33 bits, which is too long for an IPv4 address
      cidrsubnets("10.1.0.0/16", 0) => newbits: must extend prefix by at least one bit
      cidrsubnets("10.1.0.0/16", 1, 1, 1) => newbits: not enough remaining address space for a subnet with a prefix of 17 bits after 10.1.128.0/17
      cidrsubnets("10.1.0.0/16", 1, 2, 3) => ["10.1.0.0/17","10.1.128.0/18","10.1.192.0/19"]
      cidrsubnets("10.1.0.0/16", 3, 2, 1) => ["10.1.0.0/19","10.1.64.0/18","10.1.128.0/17"]
      cidrsubnets("10.1.0.0/16", -1) => newbits: must extend prefix by at least one bit
      cidrsubnets("10.1.0.0/16", 1.5) => newbits: value must be a whole number, between -9223372036854775808 and 9223372036854775807
      cidrsubnets("fd00::/16", 33) => newbits: may not extend prefix by more than 32 bits
      cidrsubnets("fd00::/16", 32, 32) => ["fd00::/48","fd00:0:1::/48"]
      cidrsubnets("10.1.2.3/16", 1) => ["10.1.0.0/17"]
      cidrsubnets("x", 1) => prefix: invalid CIDR expression: invalid CIDR address: x
      cidrsubnets("10.1.0.0/16", 1, null) => newbits: argument must not be null
      """##)
  }
}
