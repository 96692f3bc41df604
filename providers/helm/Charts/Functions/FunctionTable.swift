/// All functions that a template may call, each family in its own file.
enum FunctionTable {
  static let functions: [Function] =
    BuiltinFunctions.all + ComparisonFunctions.all + HelmFunctions.all + SerializationFunctions.all
    + StringFunctions.all + CaseFunctions.all + TypeFunctions.all + NumberFunctions.all + DefaultFunctions.all
    + ListFunctions.all + DictionaryFunctions.all + RegularExpressionFunctions.all + VersionFunctions.all
    + TimeFunctions.all + DurationFunctions.all + PathFunctions.all + EncodingFunctions.all + DigestFunctions.all
    + RandomFunctions.all + CertificateFunctions.all + AddressFunctions.all

  static let index: [String: Int] = Dictionary(functions.enumerated().map { ($1.name, $0) }) { $1 }
}
