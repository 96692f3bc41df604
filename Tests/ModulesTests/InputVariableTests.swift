import Diagnostics
import Testing
import Values

@testable import Modules

/// Values from files, flags and the environment.
@Suite struct InputVariableTests {
  static let declarations = """
    variable "s" {
      default = "d"
    }
    variable "n" {
      type    = number
      default = 1
    }
    variable "l" {
      type    = list(string)
      default = []
    }
    variable "o" {
      type      = object({ a = optional(string, "q"), b = number })
      default   = { b = 1 }
      sensitive = true
    }
    variable "r" {
      default  = "kept"
      nullable = false
    }
    """

  private func resolve(
    _ archive: String, environment: [String: String] = [:], options: [String] = [], files named: [String] = []
  ) -> (values: [String: Value], problems: [String]) {
    let tree = load(archive)
    #expect(!tree.diagnostics.hasErrors, "\(tree.diagnostics)")
    var inputs = InputVariables(sources: tree.sources)
    inputs.addEnvironment(environment)
    inputs.addAutoFiles(in: ".", files: files(archive))
    for option in options { inputs.addOption(option) }
    for file in named { inputs.addFile(file, files: files(archive)) }
    let (values, found, unsuitable) = inputs.resolve(for: tree.root)
    let all = found + unsuitable.sorted { $0.key < $1.key }.map(\.value)
    return (values, all.map { text($0, inputs.sources) + ": " + $0.detail })
  }

  @Test func defaultsFillWhatIsLeftOut() {
    let (values, problems) = resolve(Self.declarations)
    #expect(problems.isEmpty)
    #expect(values["s"] == "d" && values["n"] == 1 && values["l"] == .list([], of: .string))
    #expect(values["o"] == Value.object([("a", "q"), ("b", 1)]).marked(with: .sensitive))
  }

  @Test func laterSourcesWin() {
    let archive =
      Self.declarations
      + "\n-- terraform.tfvars --\nn = 2\ns = \"file\"\n-- a.auto.tfvars --\ns = \"auto\"\n-- x.tfvars --\ns = \"named\"\n"
    #expect(resolve(archive, environment: ["TF_VAR_n": "7", "TF_VAR_l": "[\"e\"]"]).values["n"] == 2)
    #expect(resolve(archive, environment: ["TF_VAR_l": "[\"e\"]"]).values["l"] == .list(["e"], of: .string))
    #expect(resolve(archive).values["s"] == "auto")
    #expect(resolve(archive, options: ["s=flag"]).values["s"] == "flag")
    #expect(resolve(archive, options: ["s=flag"], files: ["x.tfvars"]).values["s"] == "named")
  }

  @Test func nullFallsBackToTheDefaultWhereItIsNotAllowed() {
    #expect(resolve(Self.declarations + "\n-- terraform.tfvars --\nr = null\n").values["r"] == "kept")
  }

  @Test func jsonFilesAreTakenLiterally() {
    let archive = Self.declarations + "\n-- terraform.tfvars.json --\n{\"s\": \"${foo}\", \"l\": [1]}\n"
    #expect(resolve(archive).values["s"] == "${foo}")
    #expect(resolve(archive).values["l"] == .list(["1"], of: .string))
  }

  @Test(arguments: [
    (
      ["n=abc"], "",
      "main.tf:4,1-13 Invalid value for input variable: Unsuitable value for var.n set using -var=\"n=...\": a number is required."
    ),
    (
      ["l={}"], "",
      "main.tf:8,1-13 Invalid value for input variable: Unsuitable value for var.l set using -var=\"l=...\": list of string required."
    ),
    (["l=abc"], "", "<value for var.l>:1,1-4 Variables not allowed: Variables may not be used here."),
    (
      ["foo"], "",
      "Invalid -var option: -var foo has no equals sign. Write a name and a value, as in -var=\"key=value\"."
    ),
    (
      ["s =1"], "",
      "Invalid -var option: Remove the space after the name \"s \": -var=\"s=1\""
    ),
    (
      ["foo=1"], "",
      "Value for undeclared variable: -var sets \"foo\", which this configuration does not declare. Declare it in a "
        + "\"variable\" block, or remove the option."
    ),
    (
      [], "n = \"abc\"",
      "terraform.tfvars:1,5-10 Invalid value for input variable: This value does not fit var.n (main.tf:4,1-13): a "
        + "number is required."
    ),
    (
      [], "o = { a = null }",
      "terraform.tfvars:1,5-17 Invalid value for input variable: This value does not fit var.o (main.tf:12,1-13): "
        + "attribute \"b\" is required."
    ),
    ([], "s = var.x", "terraform.tfvars:1,5-8 Variables not allowed: Variables may not be used here."),
    ([], "variable \"x\" {}", "terraform.tfvars:1,1-9 Variable declaration in .tfvars file: Variable files give values; "),
  ])
  func problems(options: [String], file: String, expected: String) {
    let archive = Self.declarations + "\n-- terraform.tfvars --\n\(file)\n"
    let found = resolve(archive, options: options).problems
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func undeclaredNamesInFilesAreWarnings() {
    let archive = Self.declarations + "\n-- terraform.tfvars --\na1 = 1\na2 = 1\na3 = 1\na4 = 1\n"
    let found = resolve(archive).problems
    #expect(found.count == 3)
    #expect(
      found.last
        == "warning: Values for undeclared variables: Besides, 2 other variable(s) have values but no declaration."
    )
  }

  @Test func requiredVariablesAreAskedFor() {
    let tree = load("variable \"r\" {}")
    var inputs = InputVariables(sources: tree.sources)
    #expect(inputs.missing(in: tree.root).map(\.name) == ["r"])
    #expect(inputs.resolve(for: tree.root).diagnostics.map(\.summary) == ["No value for required variable"])
  }
}
