extension World {
  /// Asks a person for a line of text; nil if there is none to be had. Ends with the cursor on a new line.
  ///
  /// - Parameters:
  ///   - question: in bold.
  ///   - explanation: what the answer means, a line or more, indented.
  func ask(_ question: String, _ explanation: String? = nil, style: TextStyle, secretly isSecret: Bool = false) -> String? {
    var text = style.paint(question, .bold) + "\n"
    if let explanation {
      for line in explanation.split(separator: "\n", omittingEmptySubsequences: false) { text += line.isEmpty ? "\n" : "  \(line)\n" }
      text += "\n"
    }
    text += "  \(style.paint("Enter a value:", .bold)) "
    if !isSecret { output(text) }
    let answer = isSecret ? readSecretLine(text) : readLine()
    // A terminal does not show how a secret ends.
    output(isInputTerminal && isSecret ? "\n\n" : "\n")
    return answer
  }

  /// Whether a person agrees, by the word `yes` alone.
  func confirm(_ question: String, _ explanation: String, style: TextStyle) -> Bool {
    ask(question, explanation, style: style)?.trimmedSpaces == "yes"
  }
}

/// What stands below a question that nothing but `yes` agrees to.
let confirmationHint = "Type 'yes' to go on; any other answer stops here."
