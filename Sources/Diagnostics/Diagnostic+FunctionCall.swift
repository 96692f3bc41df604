extension Diagnostic {
  /// The function that was being called: under which name, and what it takes.
  package struct FunctionCall: Hashable, Sendable {
    package var calledAs: String
    package var signature: FunctionSignature?

    package init(calledAs: String, signature: FunctionSignature? = nil) {
      self.calledAs = calledAs
      self.signature = signature
    }
  }

  /// What a function takes and gives. Its types are in the form that programs read, as this room knows no types.
  package struct FunctionSignature: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
      package var name: String
      package var type: JSONText

      package init(name: String, type: JSONText) {
        self.name = name
        self.type = type
      }
    }

    package var name: String
    package var parameters: [Parameter]
    package var variadic: Parameter?
    package var returnType: JSONText

    package init(name: String, parameters: [Parameter], variadic: Parameter?, returnType: JSONText) {
      self.name = name
      self.parameters = parameters
      self.variadic = variadic
      self.returnType = returnType
    }

    /// The parameters as people read them: `str, offset, length`.
    var parameterList: String {
      (parameters.map(\.name) + (variadic.map { ["\($0.name)..."] } ?? [])).joined(separator: ", ")
    }
  }
}
