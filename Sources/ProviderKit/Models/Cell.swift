import Values

/// Where a property keeps its value: a reference, so that reflection, which only sees copies, can fill it.
///
/// Sendable by this argument: a cell is written to in two cases. While its model is being filled, when one task alone has the model;
/// and by a setter, which copies the cell first unless it holds the only reference.
final class Cell<Wrapped: AttributeValue>: @unchecked Sendable {
  enum Content {
    /// Neither filled by the host nor set by the provider.
    case unset
    case null
    case unknown
    case value(Wrapped)
  }

  private(set) var content = Content.unset
  /// What the host sent, as long as nobody set another value: goes back as it came.
  private(set) var raw: Value?
  private(set) var path = Path.root
  private var reading: ModelReading?

  init() {}

  func copy() -> Cell {
    let copy = Cell()
    copy.content = content
    copy.raw = raw
    copy.path = path
    copy.reading = reading
    return copy
  }

  func load(_ value: Value, at path: Path, _ reading: ModelReading) {
    self.path = path
    self.reading = reading
    raw = value
    if value.isNull {
      content = .null
    } else if !value.isKnown, !(Wrapped.self is DynamicValue.Type) {
      content = .unknown
    } else {
      do {
        content = .value(try Wrapped(from: AttributeReader(DynamicValue(value), at: AttributePath(path), reading)))
      } catch {
        content = .unknown
        if !(error is UnknownValueError) {
          reading.faults.record(error as? AttributeError ?? AttributeError("\(error)", at: AttributePath(path)))
        }
      }
    }
  }

  func set(_ new: Content) {
    content = new
    raw = nil
  }

  /// The value; where there is none, an empty one; the call then ends in an error that names the attribute.
  func read(default defaultValue: Wrapped?) -> Wrapped {
    switch content {
    case .value(let value): return value
    case .null:
      if !Wrapped.isNullable { fault("is null") }
    case .unknown:
      if !Wrapped.isNullable || reading?.phase == .planning { fault("is not known yet") }
    case .unset:
      if let defaultValue { return defaultValue }
    }
    return Wrapped.emptyValue
  }

  private func fault(_ what: String) {
    reading?.faults.record(
      AttributeError(
        "The provider read this attribute while it \(what). Its code must ask first, by the property's isKnown or known.",
        at: AttributePath(path)))
  }

  var known: Wrapped? { if case .value(let value) = content { value } else { nil } }
  var isUnknown: Bool { if case .unknown = content { true } else { false } }
  var isUnset: Bool { if case .unset = content { true } else { false } }
}
