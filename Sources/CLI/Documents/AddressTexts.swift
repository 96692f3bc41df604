import Addresses

/// Addresses as text, the parts that neighbours share made only once: objects come sorted, and making the same module's
/// name a hundred thousand times over is most of what writing addresses costs.
struct AddressTexts {
  private var module = ModuleInstance.root
  private var moduleText = ""
  private var resource = Resource(.managed, "", "")
  private var resourceText = ""
  private var source = ProviderSource(host: "", namespace: "", type: "")
  private var sourceText = "//"

  mutating func text(of module: ModuleInstance) -> String {
    if module != self.module {
      self.module = module
      moduleText = module.description
    }
    return moduleText
  }

  /// `TYPE.NAME` or `data.TYPE.NAME`, with the key.
  mutating func localText(of address: ResourceInstance) -> String {
    if address.resource != resource {
      resource = address.resource
      resourceText = resource.description
    }
    return address.key.map { resourceText + $0.description } ?? resourceText
  }

  mutating func text(of address: ResourceInstance) -> String {
    let local = localText(of: address)
    if address.module.isRoot { return local }
    return text(of: address.module) + "." + local
  }

  mutating func text(of source: ProviderSource) -> String {
    if source != self.source {
      self.source = source
      sourceText = source.description
    }
    return sourceText
  }
}

/// The order of changes in plan JSON: outer modules before inner ones, then by name and key; deposed objects last.
func precedesInPlan(_ left: ResourceInstance, _ right: ResourceInstance) -> Bool {
  if left.module.steps.count != right.module.steps.count {
    return left.module.steps.count < right.module.steps.count
  }
  return left < right
}
