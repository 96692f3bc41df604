package import Addresses
package import Diagnostics
import HCL

/// What is wrong with a reference, in the same words wherever it is found out: in the module tree before there are values,
/// in validation and in evaluation.
package enum ReferenceProblem {
  package static func count(_ name: String, at range: SourceRange) -> Diagnostic {
    if name != "index" {
      return .error(
        "Invalid \"count\" attribute",
        "\"count\" has no attribute \"\(name)\", only count.index: the number of the object, from 0.", at: range)
    }
    return .error(
      "Reference to \"count\" in non-counted context",
      "count.index is known only in \"resource\", \"data\" and \"module\" blocks that set \"count\".", at: range)
  }

  package static func each(_ name: String, at range: SourceRange) -> Diagnostic {
    if name != "key", name != "value" {
      return .error(
        "Invalid \"each\" attribute",
        "\"each\" has no attribute \"\(name)\". It has each.key and each.value: what \"for_each\" holds for the "
          + "object.",
        at: range)
    }
    return .error(
      "Reference to \"each\" in context without for_each",
      "each.key and each.value are known only in \"resource\", \"data\" and \"module\" blocks that set \"for_each\".",
      at: range)
  }

  package static func noSelf(at range: SourceRange) -> Diagnostic {
    .error(
      "Invalid \"self\" reference",
      "\"self\" is the resource itself, and is known only in its provisioners, connections and postconditions.",
      at: range)
  }

  package static func noResourceName(at range: SourceRange) -> Diagnostic {
    .error("Invalid reference", "Write the name of a resource after its type, separated by a dot.", at: range)
  }

  package static func unexpectedKey(_ resource: Resource, at range: SourceRange) -> Diagnostic {
    .error(
      "Unexpected resource instance key",
      "\(resource) is a single object: it has neither \"count\" nor \"for_each\". Remove the key in brackets.",
      at: range)
  }

  package static func missingKey(_ resource: Resource, _ block: ResourceBlock, at range: SourceRange) -> Diagnostic {
    let (argument, example) = block.count != nil ? ("count", "count.index") : ("for_each", "each.key")
    return .error(
      "Missing resource instance key",
      "\(resource) has \"\(argument)\", so it stands for many objects. Choose one by its key.\n\nTo take the one of "
        + "the same key:\n    \(resource)[\(example)]", at: range)
  }
}

extension Diagnostic {
  /// An object that is left in the state after the configuration of its provider was removed.
  package static func missingConfiguration(
    _ address: ProviderConfigurationAddress, of object: String
  ) -> Diagnostic {
    .error(
      "Provider configuration not present",
      "\(object) is still in the state, but the configuration \(address) of its provider is gone. Put it back, "
        + "destroy \(object) or take it out of the state, and then remove the configuration.")
  }
}
