package import Addresses
import Diagnostics
import Expressions
import HCL

extension BlockReader {
  mutating func requiredProviders(_ block: Block) -> [RequiredProvider] {
    let (attributes, found) = block.body.justAttributes()
    diagnostics += found
    return attributes.compactMap { requiredProvider($0) }
  }

  private mutating func requiredProvider(_ attribute: Attribute) -> RequiredProvider? {
    let name = attribute.name
    var entry = RequiredProvider(
      name: name, source: .implied(by: name), sourceText: nil, constraint: nil, configurationAliases: [],
      range: attribute.expression.range)
    guard let items = attribute.expression.asStaticMap() else {
      guard let text = string(attribute), let constraint = constraint(text, at: attribute.expression.range) else {
        return nil
      }
      entry.constraint = constraint
      return entry
    }
    guard checkLocalName(name, at: attribute.expression.range) else { return nil }
    var isValid = true
    for item in items {
      let value = Attribute(
        name: item.keyName ?? item.key.literalText ?? "", nameRange: item.key.range, expression: item.value,
        range: item.key.range.through(item.value.range))
      switch value.name {
      case "version":
        guard
          let text = literal(
            value, "Invalid version constraint",
            "Write the version constraint as a quoted string."),
          let constraint = constraint(text, at: value.expression.range)
        else {
          isValid = false
          continue
        }
        entry.constraint = constraint
      case "source":
        guard let text = literal(value, "Invalid source", "Write the provider's source as a quoted string."),
          let source = source(text, at: value.expression.range)
        else {
          isValid = false
          continue
        }
        entry.source = source
        entry.sourceText = text
      case "configuration_aliases": entry.configurationAliases = aliases(value.expression, of: name)
      default:
        error(
          "Invalid required_providers object",
          "Only \"source\", \"version\" and \"configuration_aliases\" can be set here. The provider's own settings "
            + "belong in a \"provider\" block.", at: item.key.range)
        isValid = false
      }
    }
    return isValid ? entry : nil
  }

  private mutating func literal(_ attribute: Attribute, _ summary: String, _ detail: String) -> String? {
    if let text = attribute.expression.literalText { return text }
    if case .number = attribute.expression.kind {
      error(summary, detail, at: attribute.expression.range)
      return nil
    }
    let count = diagnostics.count
    if let text = string(attribute) { return text }
    diagnostics.removeSubrange(count...)
    error(summary, detail, at: attribute.expression.range)
    return nil
  }

  private mutating func source(_ text: String, at range: SourceRange) -> ProviderSource? {
    guard let source = ProviderSource(parsing: text) else {
      error(
        text.contains("/") ? "Invalid provider source string" : "Invalid provider type",
        "Write a source as \"name\", \"namespace/name\" or \"hostname/namespace/name\"", at: range)
      return nil
    }
    if let prefix = ["terraform-provider-", "terraform-"].first(where: source.type.hasPrefix) {
      let suggested = ProviderSource(
        host: source.host, namespace: source.namespace, type: String(source.type.dropFirst(prefix.count)))
      error(
        "Invalid provider type",
        "\"\(prefix)\" often begins the name of a provider's repository, but does not belong to its source, here "
          + "\"\(source.displayName)\".\n\nWrite \"\(suggested.displayName)\".", at: range)
      return nil
    }
    return source
  }

  private mutating func aliases(_ expression: Expression, of name: String) -> [ProviderReference] {
    guard let list = staticList(expression) else { return [] }
    var aliases: [ProviderReference] = []
    for item in list {
      guard let reference = providerReference(item, argument: "configuration_aliases") else { continue }
      if reference.name != name {
        error(
          "Invalid configuration_aliases value",
          "\"\(reference.name)\" is an alias of another provider. Write \"\(name)\" and the alias.",
          at: expression.range)
        continue
      }
      aliases.append(reference)
    }
    return aliases
  }

  mutating func provider(_ block: Block) -> ProviderBlock? {
    guard let label = block.labels.first else { return nil }
    let (content, rest) = partialContent(
      block.body,
      [
        AttributeSpecification("alias"), AttributeSpecification("version"), AttributeSpecification("count"),
        AttributeSpecification("depends_on"), AttributeSpecification("for_each"), AttributeSpecification("source"),
      ], [BlockSpecification("_"), BlockSpecification("lifecycle"), BlockSpecification("locals")])
    guard checkLocalName(label.text, at: block.definitionRange) else { return nil }
    var alias: String?
    if let attribute = content.attributes["alias"] {
      alias = string(attribute)
      if !isValidIdentifier(alias ?? "") {
        error(
          "Invalid provider configuration alias", badNameDetail,
          at: attribute.expression.range)
      }
    }
    var version: ConstraintText?
    if let attribute = content.attributes["version"] {
      warn(
        "Version constraints inside provider configuration blocks are deprecated",
        "Move this version constraint to required_providers: the one here is going to be ignored.",
        at: attribute.expression.range)
      version = constraint(attribute)
    }
    let forEach = content.attributes["for_each"]
    if let forEach, alias == nil {
      error(
        "Alias required when using \"for_each\"",
        "A provider's configuration without an alias has one instance. Add \"alias\" to use for_each.",
        at: forEach.nameRange)
    }
    for name in ["count", "depends_on", "source"] {
      guard let attribute = content.attributes[name] else { continue }
      error(
        "Reserved argument name in provider block",
        "\"\(name)\" is kept for the language itself and cannot be set in a provider block.",
        at: attribute.nameRange)
    }
    reserved(content.blocks.filter { $0.type != "_" }, in: "provider")
    var provider = ProviderBlock(
      name: label.text, alias: alias, body: escaped(rest, content.blocks), version: version, nameRange: label.range,
      range: block.definitionRange)
    provider.forEach = forEach?.expression
    return provider
  }
}

extension ProviderSource {
  /// The provider that an unqualified name means.
  package static func implied(by name: String) -> ProviderSource {
    name == "terraform" ? .builtin : ProviderSource(type: name)
  }
}

extension Expression {
  /// The text of a literal string in either syntax.
  var literalText: String? {
    switch kind {
    case .string(let text): text
    case .jsonString(let string): string.template == nil ? string.text : nil
    default: nil
    }
  }
}
