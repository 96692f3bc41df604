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
    for resource in file.resources { add(resource) }
    for check in file.checks {
      if let first = content.checks[check.name] {
        reader.error(
          "Duplicate check \"\(check.name)\" configuration",
          "A check block named \"\(check.name)\" was already declared at \(reader.place(first.range)). Check blocks must "
            + "be unique within each module.", at: check.range)
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
          "A module may have only one backend configuration. The backend was previously configured at "
            + "\(reader.place(first.range)).", at: backend.range)
      } else {
        content.settings.backend = backend
      }
    }
    for cloud in file.clouds {
      if let first = content.settings.cloud {
        reader.error(
          "Duplicate HCP Terraform configurations",
          "A module may have only one 'cloud' block configuring HCP Terraform or Terraform Enterprise. The 'cloud' block "
            + "was previously configured at \(reader.place(first.range)).", at: cloud.range)
      } else {
        content.settings.cloud = cloud
      }
    }
    for block in file.requiredProviders {
      if let first = requiredProvidersRange {
        reader.error(
          "Duplicate required providers configuration",
          "A module may have only one required providers configuration. The required providers were previously configured "
            + "at \(reader.place(first)).", at: block.range)
        continue
      }
      requiredProvidersRange = block.range
      for entry in block.entries { content.requiredProviders[entry.name] = entry }
    }
    for meta in file.providerMeta {
      if let first = content.settings.providerMeta[meta.name] {
        reader.error(
          "Duplicate provider_meta block",
          "A provider_meta block for provider \"\(meta.name)\" was already declared at \(reader.place(first.range)). "
            + "Providers may only have one provider_meta block per module.", at: meta.range)
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
          "A provider configuration for \"\(provider.name)\" with alias \"\(alias)\" was already given at "
            + "\(reader.place(first.range)). Each configuration for the same provider must have a distinct alias.",
          at: provider.range)
      } else {
        reader.error(
          "Duplicate provider configuration",
          "A default (non-aliased) provider configuration for \"\(provider.name)\" was already given at "
            + "\(reader.place(first.range)). If multiple configurations are required, set the \"alias\" argument for "
            + "alternative configurations.", at: provider.range)
      }
    }
  }

  private mutating func addNames(_ file: FileContent) {
    for variable in file.variables {
      if let first = content.variables[variable.name] {
        reader.error(
          "Duplicate variable declaration",
          "A variable named \"\(variable.name)\" was already declared at \(reader.place(first.range)). Variable names must "
            + "be unique within a module.", at: variable.range)
      } else {
        content.variables[variable.name] = variable
      }
    }
    for local in file.locals {
      if let first = content.locals[local.name] {
        reader.error(
          "Duplicate local value definition",
          "A local value named \"\(local.name)\" was already defined at \(reader.place(first.range)). Local value names "
            + "must be unique within a module.", at: local.range)
      } else {
        content.locals[local.name] = local
      }
    }
    for output in file.outputs {
      if let first = content.outputs[output.name] {
        reader.error(
          "Duplicate output definition",
          "An output named \"\(output.name)\" was already defined at \(reader.place(first.range)). Output names must be "
            + "unique within a module.", at: output.range)
      } else {
        content.outputs[output.name] = output
      }
    }
    for call in file.moduleCalls {
      if let first = content.moduleCalls[call.name] {
        reader.error(
          "Duplicate module call",
          "A module call named \"\(call.name)\" was already defined at \(reader.place(first.range)). Module calls must "
            + "have unique names within a module.", at: call.range)
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
      "A \(address.type) \(mode.1)resource named \"\(address.name)\" was already declared at "
        + "\(reader.place(first.range)). Resource names must be unique per type in each module.", at: resource.range)
  }

  /// Checks that see the whole module.
  mutating func finish() {
    guard let cloud = content.settings.cloud, let backend = content.settings.backend else { return }
    reader.error(
      "Both a backend and cloud configuration are present",
      "A module may declare either one 'cloud' block OR one 'backend' block configuring a state backend. The 'cloud' block "
        + "is configured at \(reader.place(cloud.range)); a backend is configured at \(reader.place(backend.range)). "
        + "Remove the backend block to configure HCP Terraform or Terraform Enteprise.", at: backend.range)
  }
}
