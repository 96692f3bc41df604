package import Addresses
package import Diagnostics
import Expressions
import Functions
package import Modules
import ProviderInterface
import Synchronization
import Values

extension ModuleTree {
  /// The providers whose functions the files may call. A name in a comment or a text counts too: it costs a look at the provider.
  package var providersOfFunctions: Set<ProviderSource> {
    var names: Set<String> = []
    for file in sources.files { names.formUnion(providerNamesOfFunctions(in: file.bytes)) }
    var result: Set<ProviderSource> = []
    for module in modules {
      for name in names { if let provider = module.requiredProviders[name] { result.insert(provider.source) } }
    }
    return result
  }
}

extension Module {
  /// The functions of the providers that the module requires, as far as they were fetched.
  func providerFunctions(_ schemas: SchemaTable) -> ProviderFunctions {
    requiredProviders.compactMapValues { schemas.functions(of: $0.source) }
  }
}

/// The names behind `provider::` in a text.
package func providerNamesOfFunctions(in text: [UInt8]) -> Set<String> {
  let prefix = Array("provider::".utf8)
  var names: Set<String> = []
  var place = 0
  while let start = text[place...].firstIndex(of: prefix[0]) {
    place = start + 1
    guard text[start...].starts(with: prefix) else { continue }
    place = start + prefix.count
    let name = text[place...].prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "(") && $0 > 32 }
    names.insert(String(decoding: name, as: UTF8.self))
  }
  return names
}

/// Fetches the functions of providers and readies these to be called, side by side. They need not be configured.
package func loadFunctions(
  of sources: Set<ProviderSource>, pool: ProviderPool, into table: inout SchemaTable
) async -> [Diagnostic] {
  var problems: [(ProviderSource, [Diagnostic])] = []
  await withTaskGroup(of: (ProviderSource, Result<[String: Function], DiagnosticsError>).self) { group in
    for source in sources { group.addTask { (source, await evaluableFunctions(of: source, pool: pool)) } }
    for await (source, result) in group {
      switch result {
      case .success(let functions): table.add(functions, from: source)
      case .failure(let error): problems.append((source, error.diagnostics))
      }
    }
  }
  return problems.sorted { $0.0 < $1.0 }.flatMap(\.1)
}

private func evaluableFunctions(
  of source: ProviderSource, pool: ProviderPool
) async -> Result<[String: Function], DiagnosticsError> {
  do throws(DiagnosticsError) {
    let provider = try await pool.anyProvider(of: source)
    let declarations = try await provider.functions()
    if declarations.isEmpty { return .success([:]) }
    let answers = AnsweredCalls(call: try await provider.functionCaller())
    return .success(Dictionary(uniqueKeysWithValues: declarations.map { ($0, $1.evaluable(named: $0, answers)) }))
  } catch {
    return .failure(error)
  }
}

/// Remembers what functions gave: they are pure, so that asking once is enough, and what planning saw is what apply sees.
private final class AnsweredCalls: Sendable {
  private struct Call: Hashable {
    var name: String
    var arguments: [Value]
  }
  private let call: ProviderFunctionCaller
  private let results = Mutex<[Call: Value]>([:])

  init(call: @escaping ProviderFunctionCaller) { self.call = call }

  func result(_ name: String, _ arguments: [Value]) throws(FunctionError) -> Value {
    let key = Call(name: name, arguments: arguments)
    if let known = results.withLock({ $0[key] }) { return known }
    let response = call(name, arguments)
    if let error = response.error { throw FunctionError(error.text, argument: error.argument) }
    guard let result = response.result else { throw FunctionError("the provider gave no result") }
    results.withLock { $0[key] = result }
    return result
  }
}

extension ProviderFunction {
  /// The function as expressions call it: the rules for types, nulls, unknown values and marks are those of all functions.
  fileprivate func evaluable(named name: String, _ answers: AnsweredCalls) -> Function {
    Function(
      name, FunctionSignature(parameters.map(\.evaluable), variadic: variadic?.evaluable),
      isNeverNull: false, returns: { [returnType] (_: [Value]) throws(FunctionError) -> ValueType in returnType },
      call: { [parameters, variadic, returnType] (arguments: [Value]) throws(FunctionError) -> Value in
        // Whoever does not take unknown values takes none in parts of a value either.
        for (place, argument) in arguments.enumerated() where !argument.isWhollyKnown {
          let parameter = parameters.indices.contains(place) ? parameters[place] : variadic
          if parameter?.allowsUnknown != true { return .unknown(returnType) }
        }
        return try answers.result(name, arguments)
      })
  }
}

extension ProviderFunction.Parameter {
  fileprivate var evaluable: FunctionParameter {
    FunctionParameter(name, type, allowsNull: allowsNull, allowsUnknown: allowsUnknown, allowsDynamic: type == .dynamic)
  }
}
