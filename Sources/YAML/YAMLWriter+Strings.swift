extension YAMLWriter {
  /// A string in the first form that can hold it: a literal block if it has line breaks, plain if it reads back as a string,
  /// quotes otherwise.
  mutating func string(_ text: String, indent: Int, isKey: Bool) {
    if ScalarAnalysis.isPlainWord(text) && YAMLScalar.isString(text) { return lines.write(text) }
    let scalars = Array(text.unicodeScalars)
    let analysis = ScalarAnalysis(scalars)
    let folds = self.folds && !isKey
    if scalars.contains("\n") {
      if analysis.allowsBlock && !isKey { return lines.literal(scalars, indent: indent) }
      return lines.doubleQuoted(scalars, indent: indent, folds: folds)
    }
    guard YAMLScalar.isString(text), !YAMLScalar.isSexagesimal(text) else {
      return lines.doubleQuoted(scalars, indent: indent, folds: folds)
    }
    if analysis.allowsPlain {
      plain(scalars, indent: indent, folds: folds)
    } else if analysis.allowsSingleQuotes && !(isKey && analysis.hasBreaks) {
      singleQuoted(scalars, indent: indent, folds: folds)
    } else {
      lines.doubleQuoted(scalars, indent: indent, folds: folds)
    }
  }

  private mutating func plain(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", lines.breaks(scalars, at: position, indent: indent), scalars[position + 1] != " " {
        lines.startLine(indent: indent)
      } else {
        lines.put(scalar)
      }
    }
  }

  private mutating func singleQuoted(_ scalars: [Unicode.Scalar], indent: Int, folds: Bool) {
    lines.put("'")
    for (position, scalar) in scalars.enumerated() {
      if folds, scalar == " ", lines.breaks(scalars, at: position, indent: indent), scalars[position + 1] != " " {
        lines.startLine(indent: indent)
      } else {
        if scalar == "'" { lines.put("'") }
        lines.put(scalar)
      }
    }
    lines.put("'")
  }
}
