package import Values

/// The way from an object to a part of it: `rules[0].port`.
public struct AttributePath: Hashable, Sendable {
  package let path: Path

  package init(_ path: Path) { self.path = path }

  /// The object itself.
  public static let root = AttributePath(.root)

  /// A top-level attribute.
  public init(_ name: String) { path = Path.root.attribute(name) }

  public func attribute(_ name: String) -> AttributePath { AttributePath(path.attribute(name)) }
  /// An element of a list.
  public func element(_ index: Int) -> AttributePath { AttributePath(path.index(index)) }
  /// An element of a map.
  public func element(_ key: String) -> AttributePath { AttributePath(path.key(key)) }
}

extension AttributePath: ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral name: String) { self.init(name) }

  /// Without a point before the first name; empty for the object itself.
  public var description: String {
    let text = path.description
    return text.hasPrefix(".") ? String(text.dropFirst()) : text
  }
}
