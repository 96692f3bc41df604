package import Addresses

/// What a module declares and others can refer to, by its name in the module.
package enum ModuleObject: Hashable, Sendable {
  case variable(String)
  case local(String)
  case output(String)
  case provider(ProviderReferenceKey)
  case resource(Resource)
  case moduleCall(String)
  case check(String)
}
