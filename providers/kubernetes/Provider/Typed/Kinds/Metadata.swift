import ProviderKit

/// What all kinds have in common.

/// Of an object in a namespace.
func namespacedMetadata(isGeneratable: Bool = true) -> Field {
  metadata(isGeneratable: isGeneratable) { text("namespace").defaults(to: "default").replaces }
}

/// Of an object that belongs to the whole cluster.
func clusterMetadata(isGeneratable: Bool = true) -> Field { metadata(isGeneratable: isGeneratable) {} }

private func metadata(isGeneratable: Bool, @FieldList _ more: () -> [Field]) -> Field {
  let name = text("name").computed.replaces.keepsPrior.settles(.atCreation)
  return one("metadata") {
    textMap("annotations").ignoring(isServersOwnKey)
    textMap("labels").ignoring(isServersOwnKey)
    if isGeneratable {
      // The name that is made of it is sent.
      text("generate_name").replaces.local.conflicts(with: "name")
    }
    isGeneratable ? name.conflicts(with: "generate_name") : name
    integer("generation").readOnly.settles(.atEachChange)
    text("resource_version").readOnly.settles(.atEachChange)
    text("uid").readOnly.keepsPrior.settles(.atCreation)
    more()
  }.required
}

/// Of what an object makes others from: a template's, with no life of its own.
func templateMetadata(isNamespaced: Bool = true) -> Field {
  one("metadata") {
    textMap("annotations")
    textMap("labels")
    text("generate_name").key("generateName").conflicts(with: "name")
    text("name").computed.conflicts(with: "generate_name")
    integer("generation").readOnly
    text("resource_version").readOnly
    text("uid").readOnly
    if isNamespaced { text("namespace") }
  }.required
}

/// Whether a label or an annotation is one of those that the server and its controllers write.
@Sendable func isServersOwnKey(_ key: String) -> Bool {
  if key == "plumb.dev/managed" || key == "deprecated.daemonset.template.generation" { return true }
  guard let slash = key.firstIndex(of: "/") else { return false }
  let domain = key[..<slash]
  // These two are what people write: the usual labels, and how clouds are to balance loads.
  if domain == "app.kubernetes.io" || domain == "service.beta.kubernetes.io" { return false }
  return domain == "kubernetes.io" || domain == "k8s.io" || domain.hasSuffix(".kubernetes.io") || domain.hasSuffix(".k8s.io")
}

/// Which objects are meant, by their labels.
@FieldList func labelSelector() -> [Field] {
  many("match_expressions") {
    text("key")
    text("operator")
    textSet("values")
  }
  textMap("match_labels")
}
