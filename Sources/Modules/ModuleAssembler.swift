import Addresses
import Diagnostics
import Expressions
import HCL

/// Puts the files of one module together: every name once, then what override files change.
struct ModuleAssembler {
  var content = ModuleContent()
  var reader: BlockReader
  private var requiredProvidersRange: SourceRange?

  init(reader: BlockReader) { self.reader = reader }

  mutating func add(_ file: FileContent) {
    addSettings(file)
    addProviders(file.providers)
    addNames(file)
    content.moved += file.moved
    content.removed += file.removed
    content.imports += file.imports
    content.resources.reserveCapacity(content.resources.count + file.resources.count)
    for resource in file.resources { add(resource) }
    for check in file.checks {
      if let first = content.checks[check.name] {
        reader.error(
          "Duplicate check \"\(check.name)\" configuration",
          "There is a check \"\(check.name)\" at \(reader.place(first.range)). Give this one another name.",
          at: check.range)
      } else {
        content.checks[check.name] = check
      }
    }
  }

  private mutating func addSettings(_ file: FileContent) {
    content.settings.requiredVersions += file.requiredVersions
    for backend in file.backends {
      if let first = content.settings.backend {
        reader.error(
          "Duplicate backend configuration",
          "There is a backend at \(reader.place(first.range)), and a configuration has only one. Remove one of the "
            + "two.", at: backend.range)
      } else {
        content.settings.backend = backend
      }
    }
    for cloud in file.clouds {
      if let first = content.settings.cloud {
        reader.error(
          "Duplicate HCP Terraform configurations",
          "There is a 'cloud' block at \(reader.place(first.range)), and a configuration has only one. Remove one of "
            + "the two.", at: cloud.range)
      } else {
        content.settings.cloud = cloud
      }
    }
    for block in file.requiredProviders {
      if let first = requiredProvidersRange {
        reader.error(
          "Duplicate required providers configuration",
          "This module has required_providers at \(reader.place(first)) already. Put all of them into one block.",
          at: block.range)
        continue
      }
      requiredProvidersRange = block.range
      for entry in block.entries { content.requiredProviders[entry.name] = entry }
    }
    for meta in file.providerMeta {
      if let first = content.settings.providerMeta[meta.name] {
        reader.error(
          "Duplicate provider_meta block",
          "There is a provider_meta block for \"\(meta.name)\" at \(reader.place(first.range)). Put everything into "
            + "one block.", at: meta.range)
      } else {
        content.settings.providerMeta[meta.name] = meta
      }
    }
  }

  private mutating func addProviders(_ providers: [ProviderBlock]) {
    for provider in providers {
      guard let first = content.providerConfigurations[provider.key] else {
        content.providerConfigurations[provider.key] = provider
        continue
      }
      if let alias = provider.alias {
        reader.error(
          "Duplicate provider configuration",
          "There is a configuration of \"\(provider.name)\" with the alias \"\(alias)\" at "
            + "\(reader.place(first.range)). Give this one another alias.",
          at: provider.range)
      } else {
        reader.error(
          "Duplicate provider configuration",
          "There is a configuration of \"\(provider.name)\" without an alias at \(reader.place(first.range)). Give "
            + "this one an alias.", at: provider.range)
      }
    }
  }

  private mutating func addNames(_ file: FileContent) {
    for variable in file.variables {
      if let first = content.variables[variable.name] {
        reader.error(
          "Duplicate variable declaration",
          "There is a variable \"\(variable.name)\" at \(reader.place(first.range)). Give this one another name.",
          at: variable.range)
      } else {
        content.variables[variable.name] = variable
      }
    }
    for local in file.locals {
      if let first = content.locals[local.name] {
        reader.error(
          "Duplicate local value definition",
          "There is a local value \"\(local.name)\" at \(reader.place(first.range)). Give this one another name.",
          at: local.range)
      } else {
        content.locals[local.name] = local
      }
    }
    for output in file.outputs {
      if let first = content.outputs[output.name] {
        reader.error(
          "Duplicate output definition",
          "There is an output \"\(output.name)\" at \(reader.place(first.range)). Give this one another name.",
          at: output.range)
      } else {
        content.outputs[output.name] = output
      }
    }
    for call in file.moduleCalls {
      if let first = content.moduleCalls[call.name] {
        reader.error(
          "Duplicate module call",
          "There is a module call \"\(call.name)\" at \(reader.place(first.range)). Give this one another name.",
          at: call.range)
      } else {
        content.moduleCalls[call.name] = call
      }
    }
  }

  private mutating func add(_ resource: ResourceBlock) {
    let address = resource.resource
    guard let first = content.resources[address] else {
      content.resources[address] = resource
      return
    }
    let mode =
      switch address.mode {
      case .managed: ("resource", "")
      case .data: ("data", "data ")
      case .ephemeral: ("ephemeral", "ephemeral ")
      }
    reader.error(
      "Duplicate \(mode.0) \"\(address.type)\" configuration",
      "There is a \(mode.1)resource \(address.type).\(address.name) at \(reader.place(first.range)). Give this one "
        + "another name.", at: resource.range)
  }

  /// Checks that see the whole module.
  mutating func finish() {
    guard let cloud = content.settings.cloud, let backend = content.settings.backend else { return }
    reader.error(
      "Both a backend and cloud configuration are present",
      "The state is kept either by the 'cloud' block at \(reader.place(cloud.range)) or by the backend at "
        + "\(reader.place(backend.range)). Remove one of the two.", at: backend.range)
  }
}
