package import Values

/// The declaration of a function that a provider offers.
package struct ProviderFunction: Sendable {
  package struct Parameter: Sendable {
    package var name: String
    package var type: ValueType
    package var allowsNull: Bool
    package var allowsUnknown: Bool
    package var description: String
    package init(name: String, type: ValueType, allowsNull: Bool, allowsUnknown: Bool, description: String = "") {
      self.name = name
      self.type = type
      self.allowsNull = allowsNull
      self.allowsUnknown = allowsUnknown
      self.description = description
    }
  }
  package var parameters: [Parameter]
  package var variadic: Parameter?
  package var returnType: ValueType
  package var summary: String
  package var description: String
  package init(
    parameters: [Parameter], variadic: Parameter?, returnType: ValueType, summary: String = "", description: String = ""
  ) {
    self.parameters = parameters
    self.variadic = variadic
    self.returnType = returnType
    self.summary = summary
    self.description = description
  }
}

/// Calls a function of a provider by its name. Functions are pure and stand in the midst of expressions, whose evaluation is
/// synchronous: so is the call. It waits for its answer on the thread that asks, and needs no other thread of the language's
/// pool to get it.
package typealias ProviderFunctionCaller = @Sendable (_ name: String, _ arguments: [Value]) -> CallFunctionResponse

package struct CallFunctionResponse: Sendable {
  package var result: Value?
  /// What went wrong, and which argument is to blame if one is.
  package var error: (text: String, argument: Int?)?
  package init(result: Value?, error: (text: String, argument: Int?)? = nil) {
    self.result = result
    self.error = error
  }
}
