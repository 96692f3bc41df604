import Addresses

extension Planner {
  /// What the state writes down as the dependencies of a resource's objects.
  ///
  /// Whoever reads them follows them from object to object. A resource without instances has no object that would lead on to what
  /// is behind it, and neither has an ephemeral one: what they need is named beside them. All that the resource needs must have
  /// been planned.
  func recordedDependencies(of resource: ConfigurationResource) -> [ConfigurationResource] {
    let direct = directDependencies[resource] ?? []
    if direct.isEmpty { return [] }
    if let known = recordedDependencies[resource] { return known }
    var result = direct
    if !direct.allSatisfy(leadsOn) {
      var found = Set(direct)
      var pending = direct.filter { !leadsOn($0) }
      while let next = pending.popLast() {
        for dependency in directDependencies[next] ?? [] where found.insert(dependency).inserted {
          if !leadsOn(dependency) { pending.append(dependency) }
        }
      }
      result = found.sorted { $0.description < $1.description }
    }
    recordedDependencies[resource] = result
    return result
  }

  private func leadsOn(_ resource: ConfigurationResource) -> Bool {
    resource.resource.mode != .ephemeral && !resourcesWithoutInstances.contains(resource)
  }
}
