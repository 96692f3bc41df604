import Addresses
import Diagnostics
import HCL

extension ModuleAssembler {
  /// Applies an override file: what it says replaces what the block of the same name says, argument by argument.
  mutating func override(with file: FileContent) {
    if !file.requiredVersions.isEmpty { content.settings.requiredVersions = file.requiredVersions }
    if file.backends.count > 1 {
      reader.error(
        "Duplicate backend configuration",
        "This override file has one already at \(reader.place(file.backends[0].range)). Keep one of the two backends.",
        at: file.backends[1].range)
    }
    if file.clouds.count > 1 {
      reader.error(
        "Duplicate HCP Terraform configurations",
        "This override file has one already at \(reader.place(file.clouds[0].range)). Keep one of the two 'cloud' "
          + "blocks.", at: file.clouds[1].range)
    }
    if let backend = file.backends.last {
      content.settings.backend = backend
      content.settings.cloud = nil
    }
    if let cloud = file.clouds.last {
      content.settings.cloud = cloud
      content.settings.backend = nil
    }
    for entry in file.requiredProviders.flatMap(\.entries) { content.requiredProviders[entry.name] = entry }
    for provider in file.providers { override(provider) }
    for variable in file.variables { override(variable) }
    for local in file.locals {
      if content.locals[local.name] == nil {
        missing(
          "Missing base local value definition to override", "local value", local.name, "already defined", local.range)
      } else {
        content.locals[local.name] = local
      }
    }
    for output in file.outputs { override(output) }
    for call in file.moduleCalls { override(call) }
    for resource in file.resources { override(resource) }
  }

  private mutating func missing(
    _ summary: String, _ kind: String, _ name: String, _ verb: String, _ range: SourceRange
  ) {
    let article = kind.first.map { "aeiou".contains($0) ? "an" : "a" } ?? "a"
    reader.error(
      summary,
      "There is no \(kind) \"\(name)\" to override: \(article) \(kind) has to be \(verb) in another file first.",
      at: range)
  }

  private mutating func override(_ provider: ProviderBlock) {
    guard var base = content.providerConfigurations[provider.key] else {
      // A default configuration is there even when nobody writes it.
      if provider.alias == nil {
        content.providerConfigurations[provider.key] = provider
        return
      }
      reader.error(
        "Missing base provider configuration for override",
        "Provider \(provider.name) has no configuration with the alias \"\(provider.alias ?? "")\" to override. Add "
          + "one to another file first.", at: provider.range)
      return
    }
    base.body = base.body.overridden(by: provider.body)
    if let version = provider.version { base.version = version }
    content.providerConfigurations[provider.key] = base
  }

  private mutating func override(_ variable: InputVariable) {
    guard var base = content.variables[variable.name] else {
      missing(
        "Missing base variable declaration to override", "variable", variable.name, "already declared", variable.range)
      return
    }
    let written = variable.written
    if written.contains("description") { base.description = variable.description }
    if written.contains("sensitive") { base.sensitive = variable.sensitive }
    if written.contains("ephemeral") { base.ephemeral = variable.ephemeral }
    if written.contains("nullable") { base.nullable = variable.nullable }
    if written.contains("deprecated") { base.deprecated = variable.deprecated }
    if written.contains("const") { base.constant = variable.constant }
    if written.contains("type") {
      base.type = variable.type
      base.isTyped = true
      base.typeDefaults = variable.typeDefaults
      base.typeRange = variable.typeRange
    }
    if written.contains("default") {
      base.rawDefault = variable.rawDefault
      base.defaultRange = variable.defaultRange
    }
    if written.contains("default") || written.contains("type") {
      // A default that only the new type makes wrong is reported at the override.
      let isOverriding = written.contains("type") && !written.contains("default")
      reader.setDefault(of: &base, overriddenAt: isOverriding ? variable.range : nil)
    }
    content.variables[variable.name] = base
  }

  private mutating func override(_ output: OutputValue) {
    guard var base = content.outputs[output.name] else {
      missing(
        "Missing base output definition to override", "output", output.name, "already defined", output.range)
      return
    }
    let written = output.written
    if written.contains("description") { base.description = output.description }
    if written.contains("value") { base.expression = output.expression }
    if written.contains("sensitive") { base.sensitive = output.sensitive }
    if written.contains("ephemeral") { base.ephemeral = output.ephemeral }
    if written.contains("deprecated") { base.deprecated = output.deprecated }
    rejectDependsOn(output.dependsOn)
    content.outputs[output.name] = base
  }

  private mutating func override(_ call: ModuleCall) {
    guard var base = content.moduleCalls[call.name] else {
      missing("Missing module call to override", "module call", call.name, "defined", call.range)
      return
    }
    let written = call.written
    if written.contains("source") {
      base.source = call.source
      base.sourceExpression = call.sourceExpression
      base.sourceRange = call.sourceRange
    }
    if written.contains("version") {
      base.version = call.version
      base.versionExpression = call.versionExpression
    }
    if ["count", "for_each", "enabled"].contains(where: written.contains) {
      base.count = call.count
      base.forEach = call.forEach
      base.enabled = call.enabled
    }
    if written.contains("providers") { base.providers = call.providers }
    rejectDependsOn(call.dependsOn)
    base.arguments.merge(call.arguments) { _, new in new }
    base.body = base.body.overridden(by: call.body)
    content.moduleCalls[call.name] = base
  }

  private mutating func override(_ resource: ResourceBlock) {
    let address = resource.resource
    guard let base = content.resources[address] else {
      let kind =
        switch address.mode {
        case .managed: ("resource", "")
        case .data: ("data", "data ")
        case .ephemeral: ("ephemeral", "ephemeral ")
        }
      reader.error(
        "Missing \(kind.1)resource to override",
        "There is no \(kind.1)resource \(address.type).\(address.name) to override. Add its \(kind.0) block to "
          + "another file first.",
        at: resource.range)
      return
    }
    if ["count", "for_each", "enabled"].contains(where: resource.written.contains) {
      base.count = resource.count
      base.forEach = resource.forEach
      base.enabled = resource.enabled
    }
    if let provider = resource.provider { base.provider = provider }
    rejectDependsOn(resource.dependsOn)
    if let flag = resource.createBeforeDestroy { base.createBeforeDestroy = flag }
    if let expression = resource.preventDestroy { base.preventDestroy = expression }
    if let flag = resource.destroys { base.destroys = flag }
    switch resource.ignoreChanges {
    case .none: break
    case .all, .attributes: base.ignoreChanges = resource.ignoreChanges
    }
    if !resource.replaceTriggeredBy.isEmpty { base.replaceTriggeredBy = resource.replaceTriggeredBy }
    if let connection = resource.connection { base.connection = connection }
    if !resource.provisioners.isEmpty { base.provisioners = resource.provisioners }
    base.body = base.body.overridden(by: resource.body)
  }

  private mutating func rejectDependsOn(_ traversals: [Traversal]) {
    guard let first = traversals.first else { return }
    reader.error(
      "Unsupported override",
      "An override file cannot change depends_on. Set it where the block was first written.", at: first.range)
  }
}
