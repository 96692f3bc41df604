import ProviderKit
import YAML

/// The repositories that people added with `helm repo add`.
struct KnownRepositories: Sendable {
  let files: Files
  /// The file that names them.
  let path: String

  struct Repository: Sendable {
    var url: String
    var access: RepositoryAccess
  }

  /// - Throws: when there is no repository of that name.
  func repository(_ name: String) throws -> Repository {
    let names = try all()
    if let found = names.first(where: { $0.name == name }) { return found.repository }
    throw ChartProblem.repository(
      "There is no repository named \"\(name)\"" + (names.isEmpty ? ": \(path) names none." : ". \(path) names \(names.map(\.name).joined(separator: ", ")).")
        + " Give its URL as repository, or add it with helm repo add.")
  }

  private func all() throws -> [(name: String, repository: Repository)] {
    guard let bytes = try files.read(path) else { return [] }
    let document: JSONValue
    do throws(YAMLError) {
      document = try YAML.value(bytes)
    } catch {
      throw ChartProblem.repository("\(path): line \(error.line): \(error.message)")
    }
    return (document["repositories"]?.asArray ?? []).compactMap { item in
      guard let name = item["name"]?.asString, let url = item["url"]?.asString else { return nil }
      func text(_ name: String) -> String? { item[name]?.asString.flatMap { $0.isEmpty ? nil : $0 } }
      let access = RepositoryAccess(
        username: text("username"), password: text("password"), authorityFile: text("caFile"), certificateFile: text("certFile"),
        keyFile: text("keyFile"), passesCredentials: item["pass_credentials_all"]?.asBool ?? false,
        skipsVerification: item["insecure_skip_tls_verify"]?.asBool ?? false)
      return (name, Repository(url: url, access: access))
    }
  }
}
