import Values

/// Arithmetic on address prefixes: the `cidr…` functions.
func networkFunctions() -> [Function] {
  [
    Function("cidrhost", [.string("prefix"), .number("hostnum")], returns: .string, call: host),
    Function("cidrnetmask", [.string("prefix")], returns: .string, call: netmask),
    Function(
      "cidrsubnet", [.string("prefix"), .number("newbits"), .number("netnum")], returns: .string, call: subnet),
    Function(
      "cidrsubnets", [.string("prefix")], variadic: .number("newbits"), returns: .list(.string), call: subnets),
  ]
}

private func network(_ text: String, argument: Int? = nil) throws(FunctionError) -> AddressBlock {
  guard let block = AddressBlock(text) else {
    throw FunctionError("invalid CIDR expression: invalid CIDR address: \(text)", argument: argument)
  }
  return block
}

/// A whole number of any size; the magnitude is nil when it has more than 128 bits.
private func wholeNumber(_ number: Number) throws(FunctionError) -> (isNegative: Bool, magnitude: UInt128?, text: String) {
  guard let digits = number.wholeDigits else { throw FunctionError("value must be a whole number") }
  let isNegative = digits.hasPrefix("-")
  return (isNegative, UInt128(isNegative ? String(digits.dropFirst()) : digits), digits)
}

private func host(_ arguments: [Value]) throws(FunctionError) -> Value {
  let number = try wholeNumber(arguments.number(1))
  let block = try network(arguments.text(0))
  let last = AddressBlock.ones(block.width - block.length)
  func misfit(_ shown: String) -> FunctionError {
    FunctionError("prefix of \(block.length) does not accommodate a host numbered \(shown)")
  }
  guard let magnitude = number.magnitude else { throw misfit(number.text) }
  if !number.isNegative {
    if magnitude > last { throw misfit(number.text) }
    return .string(block.text(of: block.first | magnitude))
  }
  // Negative numbers count from the end; the message names what is left behind the beginning.
  if magnitude - 1 > last { throw misfit("-\(magnitude - 1 - last)") }
  return .string(block.text(of: block.first | (last - (magnitude - 1))))
}

private func netmask(_ arguments: [Value]) throws(FunctionError) -> Value {
  let block = try network(arguments.text(0))
  if block.width != 32 {
    throw FunctionError("IPv6 addresses cannot have a netmask: \(arguments.text(0))")
  }
  return .string(block.text(of: block.mask))
}

private func subnet(_ arguments: [Value]) throws(FunctionError) -> Value {
  let newBits = try arguments.integer(1)
  let number = try wholeNumber(arguments.number(2))
  let block = try network(arguments.text(0))
  let (length, overflow) = block.length.addingReportingOverflow(newBits)
  if overflow || length > block.width || length < 0 {
    throw FunctionError("insufficient address space to extend prefix of \(block.length) by \(newBits)")
  }
  guard let magnitude = number.magnitude, number.isNegative || newBits < 0 || magnitude <= AddressBlock.ones(newBits) else {
    throw FunctionError("prefix extension of \(newBits) does not accommodate a subnet numbered \(number.text)")
  }
  let shift = block.width - length
  let part = shift >= 128 ? 0 : magnitude << UInt128(shift)
  // A negative number is not refused: its bits are joined as a two's complement and the sign is lost.
  let address = number.isNegative ? 0 &- (block.first | (0 &- part)) : block.first | part
  return .string("\(block.text(of: address))/\(length)")
}

private func subnets(_ arguments: [Value]) throws(FunctionError) -> Value {
  let block = try network(arguments.text(0), argument: 0)
  var parts: [Value] = []
  parts.reserveCapacity(arguments.count - 1)
  // Where the next part may begin; nil once the address space is used up.
  var next: UInt128? = block.first
  var previous = ""
  for index in arguments.indices.dropFirst() {
    let length = try newLength(block, arguments, index)
    let size = UInt128(1) << UInt128(block.width - length)
    // The next address at which a block of that size can stand.
    guard let start = next.flatMap({ aligned($0, to: size) }), start & block.mask == block.first else {
      throw FunctionError(
        "not enough remaining address space for a subnet with a prefix of \(length) bits after \(previous)",
        argument: index)
    }
    previous = "\(block.text(of: start))/\(length)"
    parts.append(.string(previous))
    let (end, overflow) = start.addingReportingOverflow(size)
    next = overflow || (block.width == 32 && end > UInt128(UInt32.max)) ? nil : end
  }
  return .list(parts, of: .string)
}

private func aligned(_ address: UInt128, to size: UInt128) -> UInt128? {
  let (sum, overflow) = address.addingReportingOverflow(size - 1)
  return overflow ? nil : sum & ~(size - 1)
}

private func newLength(_ block: AddressBlock, _ arguments: [Value], _ index: Int) throws(FunctionError) -> Int {
  guard let newBits = arguments.number(index).int64 else {
    throw FunctionError(
      "value must be a whole number, between -9223372036854775808 and 9223372036854775807", argument: index)
  }
  if newBits < 1 { throw FunctionError("must extend prefix by at least one bit", argument: index) }
  if newBits > 32 { throw FunctionError("may not extend prefix by more than 32 bits", argument: index) }
  let length = block.length + Int(newBits)
  if length > block.width {
    throw FunctionError(
      "would extend prefix to \(length) bits, which is too long for an \(block.width == 32 ? "IPv4" : "IPv6") address",
      argument: index)
  }
  return length
}
