import YAML

/// Semantic versions and constraints on them.
enum VersionFunctions {
  static let all: [Function] = [
    Function("semver", .string) { call throws(TemplateError) in .object(VersionObject(try ChartVersion(call.text(0)))) },
    Function("semverCompare", .string, .string, body: compare),
  ]

  private static func compare(_ call: Call) throws(TemplateError) -> Value {
    .bool(try ChartVersionConstraint(call.text(0)).allows(try ChartVersion(call.text(1))))
  }
}

/// A version with the fields and methods that templates use.
final class VersionObject: TemplateObject {
  let version: ChartVersion

  init(_ version: ChartVersion) { self.version = version }

  override var typeName: String { "*semver.Version" }
  override var kind: String { "ptr" }
  override var text: String { version.text }
  override var json: JSONValue { .string(version.text) }

  override func equals(_ other: TemplateObject) -> Bool { (other as? VersionObject)?.version == version }

  override func call(_ name: String, _ arguments: [Value]) throws(TemplateError) -> Value? {
    switch name {
    case "Major": return .int64(Int(clamping: version.major))
    case "Minor": return .int64(Int(clamping: version.minor))
    case "Patch": return .int64(Int(clamping: version.patch))
    case "Prerelease": return .string(version.prerelease)
    case "Metadata": return .string(version.metadata)
    case "Original": return .string(version.original)
    case "String": return .string(version.text)
    case "IncMajor": return .object(VersionObject(version.incremented(.major)))
    case "IncMinor": return .object(VersionObject(version.incremented(.minor)))
    case "IncPatch": return .object(VersionObject(version.incremented(.patch)))
    case "Compare": return .int(try version.order(other(arguments, name)))
    case "Equal": return .bool(try version.order(other(arguments, name)) == 0)
    case "LessThan": return .bool(try version.order(other(arguments, name)) < 0)
    case "LessThanEqual": return .bool(try version.order(other(arguments, name)) <= 0)
    case "GreaterThan": return .bool(try version.order(other(arguments, name)) > 0)
    case "GreaterThanEqual": return .bool(try version.order(other(arguments, name)) >= 0)
    default: return nil
    }
  }

  private func other(_ arguments: [Value], _ method: String) throws(TemplateError) -> ChartVersion {
    try expect(1, arguments, of: method)
    guard case .object(let object) = arguments[0], let other = object as? VersionObject else {
      throw TemplateError("wrong type for value; expected *semver.Version; got \(arguments[0].typeNameInMessages)")
    }
    return other.version
  }
}
