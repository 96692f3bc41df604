import YAML

extension Call {
  /// What was kept of an earlier rendering; else what the function gives now, which is then kept.
  func keepingResult(_ body: (Call) throws(TemplateError) -> Value) throws(TemplateError) -> Value {
    execution.noteVarying(function.name)
    let key = execution.nextKey(function.name, arguments)
    if let known = execution.world.kept[key], let value = KeptValue.decode(known) {
      execution.keep(key, known)
      return value
    }
    let value = try body(self)
    execution.keep(key, KeptValue.encode(value))
    return value
  }
}

/// The kinds of values that varying functions give, as JSON.
enum KeptValue {
  static func encode(_ value: Value) -> JSONValue {
    switch value {
    case .string(let text): .string(text)
    case .rawString(let bytes): ["bytes": .string(Base64.encode(bytes))]
    case .int(let number), .int64(let number): .integer(Int64(number))
    case .object(let object): encode(object)
    default: .null
    }
  }

  private static func encode(_ object: TemplateObject) -> JSONValue {
    if let time = (object as? TimeObject)?.time {
      return ["seconds": .integer(time.seconds), "nanoseconds": .integer(Int64(time.nanoseconds))]
    }
    return object.json
  }

  /// Nil for what this version does not know.
  static func decode(_ json: JSONValue) -> Value? {
    switch json {
    case .string(let text): return .string(text)
    case .integer(let number): return .int(Int(number))
    default: break
    }
    if let text = json["bytes"]?.asString, let bytes = Base64.decode(text) { return .text(bytes) }
    if let cert = json["Cert"]?.asString, let key = json["Key"]?.asString {
      return .object(CertificateObject(cert: cert, key: key))
    }
    if let seconds = json["seconds"]?.asInteger, let nanoseconds = json["nanoseconds"]?.asInteger {
      return .object(TimeObject(GoTime(seconds: GoTime.clamped(seconds), nanoseconds: Int(nanoseconds))))
    }
    return nil
  }
}
