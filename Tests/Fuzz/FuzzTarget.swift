// Fuzz: everything that reads bytes from outside, as functions of bytes that say what must hold for any of them. A fuzzer
// calls them with inputs that it makes up (scripts/fuzz), and the tests with the inputs that once were too much.

/// What reads bytes that anybody may have written.
enum FuzzTarget: String, CaseIterable, Sendable {
  case scanner
  case parser
  case template
  case formatter
  case json
  case evaluation
  case configuration
  case messagePackValues = "messagepack-values"
  case jsonValues = "json-values"
  case stateFile = "state-file"
  case planFile = "plan-file"
  case variablesFile = "variables-file"
  case lockFile = "lock-file"
  case commandLineSettings = "cli-configuration"
  case yaml
  case chartTemplate = "chart-template"
  case chartSchema = "chart-schema"

  /// Reads the bytes. Whatever they are, nothing may crash, and what is promised about the result must hold.
  func check(_ bytes: [UInt8]) throws(Violation) {
    switch self {
    case .scanner: try checkScanner(bytes)
    case .parser: try checkParser(bytes)
    case .template: try checkTemplate(bytes)
    case .formatter: try checkFormatter(bytes)
    case .json: try checkJSON(bytes)
    case .evaluation: try checkEvaluation(bytes)
    case .configuration: try checkConfiguration(bytes)
    case .messagePackValues: try checkMessagePackValues(bytes)
    case .jsonValues: try checkJSONValues(bytes)
    case .stateFile: try checkStateFile(bytes)
    case .planFile: try checkPlanFile(bytes)
    case .variablesFile: try checkVariablesFile(bytes)
    case .lockFile: try checkLockFile(bytes)
    case .commandLineSettings: try checkCommandLineSettings(bytes)
    case .yaml: try checkYAML(bytes)
    case .chartTemplate: try checkChartTemplate(bytes)
    case .chartSchema: try checkChartSchema(bytes)
    }
  }
}

/// A promise that was not kept.
struct Violation: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ promise: @autoclosure () -> String) throws(Violation) {
  if !condition { throw Violation(promise()) }
}
