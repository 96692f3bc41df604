/// Every function of the language's standard library, family by family.
func standardFunctions(_ environment: FunctionEnvironment) -> [Function] {
  typeFunctions()
}
