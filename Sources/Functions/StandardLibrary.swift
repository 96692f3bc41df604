/// Every function of the language's standard library, family by family.
///
/// The functions that look at expressions rather than values (`can`, `try`, `templatefile`, `templatestring`, `type`)
/// are not here: they are part of evaluation.
func standardFunctions(_ environment: FunctionEnvironment) -> [Function] {
  typeFunctions() + numericFunctions() + stringFunctions() + regexFunctions() + collectionQueries()
    + collectionFunctions() + setFunctions() + formatFunctions() + encodingFunctions()
    + networkFunctions() + timeFunctions(environment) + fileFunctions(environment)
    + hashFunctions(environment)
}
