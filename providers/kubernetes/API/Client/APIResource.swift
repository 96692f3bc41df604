/// How a server serves a kind.
package struct APIResource: Hashable, Sendable {
  package var kind: GroupVersionKind
  /// As URLs have it.
  package var plural: String
  package var isNamespaced: Bool
  /// Their names: `status`, `scale`.
  package var subresources: Set<String>
  package var verbs: Set<String>

  package init(kind: GroupVersionKind, plural: String, isNamespaced: Bool, subresources: Set<String> = [], verbs: Set<String> = []) {
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
    self.subresources = subresources
    self.verbs = verbs
  }
}
