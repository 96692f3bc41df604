import Diagnostics
package import Values

/// The provisioners of the language and their arguments.
package enum ProvisionerSchema {
  /// The arguments of a provisioner; nil if there is none of that type.
  package static func arguments(of type: String) -> BlockSchema? {
    switch type {
    case "local-exec":
      return block(
        required: [("command", .string)],
        optional: [
          ("interpreter", .list(.string)), ("working_dir", .string), ("environment", .map(.string)), ("quiet", .bool),
        ])
    case "remote-exec":
      return block(required: [], optional: [("inline", .list(.string)), ("script", .string), ("scripts", .list(.string))])
    case "file":
      return block(required: [("destination", .string)], optional: [("source", .string), ("content", .string)])
    default: return nil
    }
  }

  /// The arguments of `connection` blocks, of all kinds of connections together.
  package static let connection = block(
    required: [("host", .string)],
    optional: [
      ("type", .string), ("user", .string), ("password", .string), ("port", .number), ("timeout", .string),
      ("script_path", .string), ("target_platform", .string), ("private_key", .string), ("certificate", .string),
      ("host_key", .string), ("agent", .bool), ("agent_identity", .string), ("proxy_scheme", .string), ("proxy_host", .string),
      ("proxy_port", .number), ("proxy_user_name", .string), ("proxy_user_password", .string), ("bastion_host", .string),
      ("bastion_host_key", .string), ("bastion_port", .number), ("bastion_user", .string), ("bastion_password", .string),
      ("bastion_private_key", .string), ("bastion_certificate", .string), ("https", .bool), ("insecure", .bool),
      ("use_ntlm", .bool), ("cacert", .string),
    ])

  /// What the types of the arguments do not say.
  static func problems(of type: String, _ value: Value) -> [Diagnostic] {
    func isSet(_ name: String) -> Bool { value.attribute(name).map { !$0.isNull } ?? false }
    switch type {
    case "file":
      if isSet("source") && isSet("content") {
        return [.error("Cannot set both 'source' and 'content'", "A file comes either from \"source\" or from \"content\".")]
      }
      if !isSet("source") && !isSet("content") {
        return [
          .error("Must provide one of 'source' or 'content'", "A file needs either a \"source\" to be copied or its \"content\".")
        ]
      }
      return []
    case "remote-exec":
      if ["inline", "script", "scripts"].filter(isSet).count == 1 { return [] }
      return [
        .error(
          "Invalid remote-exec provisioner configuration", "Only one of \"inline\", \"script\", or \"scripts\" must be set")
      ]
    default: return []
    }
  }

  static func missing(_ type: String) -> Diagnostic {
    .error(
      "Missing required provisioner plugin",
      "There is no provisioner \"\(type)\". Use local-exec, remote-exec or file.")
  }

  private static func block(required: [(String, ValueType)], optional: [(String, ValueType)]) -> BlockSchema {
    BlockSchema(
      attributes: required.map { AttributeSchema(name: $0.0, type: $0.1, required: true) }
        + optional.map { AttributeSchema(name: $0.0, type: $0.1, optional: true) })
  }
}
