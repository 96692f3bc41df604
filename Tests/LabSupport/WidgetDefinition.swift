/// The definition of the kind Widget, as YAML.
/// - Parameter schema: that of its objects, as YAML whose first line is not indented.
package func widgetDefinition(group: String = "example.org", scope: String = "Namespaced", schema: String) -> String {
  let indented = schema.split(separator: "\n").map { "          " + $0 }.joined(separator: "\n")
  return """
    apiVersion: apiextensions.k8s.io/v1
    kind: CustomResourceDefinition
    metadata: {name: widgets.\(group)}
    spec:
      group: \(group)
      scope: \(scope)
      names: {kind: Widget, plural: widgets, singular: widget}
      versions:
      - name: v1
        served: true
        storage: true
        schema:
          openAPIV3Schema:
    """ + "\n" + indented
}
