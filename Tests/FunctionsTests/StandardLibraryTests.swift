import Functions
import Testing
import Values

/// Which functions there are, and what each takes, as `terraform metadata functions` lists them. A question mark stands for
/// parameters that may be null. Functions of expressions (`can`, `try`, `templatefile`, `templatestring`) are not in the table.
struct StandardLibraryTests {
  @Test func signatures() {
    let functions = FunctionTable(environment: .forTests())
    let lines = functions.names.filter { !removed.contains($0) }.compactMap { functions.function(named: $0).map(text) }
    #expect(lines == expected.split(separator: "\n").map(String.init))
  }

  @Test func namesMayBeginWithCore() throws {
    let functions = FunctionTable(environment: .forTests())
    #expect(try functions.call("core::upper", ["a"]) == "A")
  }

  /// Only there to say what to use instead.
  private let removed = ["list", "map"]

  private func text(_ function: Function) -> String {
    let signature = function.signature
    let parameters = signature.parameters.map(text) + (signature.variadic.map { [text($0) + "..."] } ?? [])
    return "\(function.name)(\(parameters.joined(separator: ", ")))"
  }

  private func text(_ parameter: FunctionParameter) -> String {
    "\(parameter.name): \(text(parameter.type))\(parameter.allowsNull ? "?" : "")"
  }

  private func text(_ type: ValueType) -> String {
    switch type {
    case .list(let element): "list(\(text(element)))"
    case .set(let element): "set(\(text(element)))"
    case .map(let element): "map(\(text(element)))"
    case .dynamic: "dynamic"
    default: type.friendlyName
    }
  }

  private let expected = """
    abs(num: number)
    abspath(path: string)
    alltrue(list: list(bool))
    anytrue(list: list(bool))
    base64decode(str: string)
    base64encode(str: string)
    base64gzip(str: string)
    base64sha256(str: string)
    base64sha512(str: string)
    basename(path: string)
    bcrypt(str: string, cost: number...)
    ceil(num: number)
    chomp(str: string)
    chunklist(list: list(dynamic), size: number)
    cidrhost(prefix: string, hostnum: number)
    cidrnetmask(prefix: string)
    cidrsubnet(prefix: string, newbits: number, netnum: number)
    cidrsubnets(prefix: string, newbits: number...)
    coalesce(vals: dynamic?...)
    coalescelist(vals: dynamic?...)
    compact(list: list(string))
    concat(seqs: dynamic...)
    contains(list: dynamic, value: dynamic)
    csvdecode(str: string)
    dirname(path: string)
    distinct(list: list(dynamic))
    element(list: dynamic, index: number)
    endswith(str: string, suffix: string)
    ephemeralasnull(value: dynamic?)
    file(path: string)
    filebase64(path: string)
    filebase64sha256(path: string)
    filebase64sha512(path: string)
    fileexists(path: string)
    filemd5(path: string)
    fileset(path: string, pattern: string)
    filesha1(path: string)
    filesha256(path: string)
    filesha512(path: string)
    flatten(list: dynamic)
    floor(num: number)
    format(format: string, args: dynamic?...)
    formatdate(format: string, time: string)
    formatlist(format: string, args: dynamic?...)
    indent(spaces: number, str: string)
    index(list: dynamic, value: dynamic)
    issensitive(value: dynamic?)
    join(separator: string, lists: list(string)...)
    jsondecode(str: string)
    jsonencode(val: dynamic?)
    keys(inputMap: dynamic)
    length(value: dynamic)
    log(num: number, base: number)
    lookup(inputMap: dynamic, key: string, default: dynamic?...)
    lower(str: string)
    matchkeys(values: list(dynamic), keys: list(dynamic), searchset: list(dynamic))
    max(numbers: number...)
    md5(str: string)
    merge(maps: dynamic?...)
    min(numbers: number...)
    nonsensitive(value: dynamic?)
    one(list: dynamic)
    parseint(number: dynamic, base: number)
    pathexpand(path: string)
    plantimestamp()
    pow(num: number, power: number)
    range(params: number...)
    regex(pattern: string, string: string)
    regexall(pattern: string, string: string)
    replace(str: string, substr: string, replace: string)
    reverse(list: dynamic)
    rsadecrypt(ciphertext: string, privatekey: string)
    sensitive(value: dynamic?)
    setintersection(first_set: set(dynamic), other_sets: set(dynamic)...)
    setproduct(sets: dynamic...)
    setsubtract(a: set(dynamic), b: set(dynamic))
    setunion(first_set: set(dynamic), other_sets: set(dynamic)...)
    sha1(str: string)
    sha256(str: string)
    sha512(str: string)
    signum(num: number)
    slice(list: dynamic, start_index: number, end_index: number)
    sort(list: list(string))
    split(separator: string, str: string)
    startswith(str: string, prefix: string)
    strcontains(str: string, substr: string)
    strrev(str: string)
    substr(str: string, offset: number, length: number)
    sum(list: dynamic)
    textdecodebase64(source: string, encoding: string)
    textencodebase64(string: string, encoding: string)
    timeadd(timestamp: string, duration: string)
    timecmp(timestamp_a: string, timestamp_b: string)
    timestamp()
    title(str: string)
    tobool(v: dynamic?)
    tolist(v: dynamic?)
    tomap(v: dynamic?)
    tonumber(v: dynamic?)
    toset(v: dynamic?)
    tostring(v: dynamic?)
    transpose(values: map(list(string)))
    trim(str: string, cutset: string)
    trimprefix(str: string, prefix: string)
    trimspace(str: string)
    trimsuffix(str: string, suffix: string)
    upper(str: string)
    urlencode(str: string)
    uuid()
    uuidv5(namespace: string, name: string)
    values(mapping: dynamic)
    yamldecode(src: string)
    yamlencode(value: dynamic?)
    zipmap(keys: list(string), values: dynamic)
    """
}
