import Charts
import Kubernetes
import ProviderKit
import YAML

/// `helm_template`: what a chart renders to, without a cluster.
struct TemplateDataSource: DataSource {
  static let name = "template"
  static let description =
    "What a Helm chart renders to. The cluster is asked only with `validate`: then templates see what it can do and what is in it, and it checks each object."

  @Attribute("The release's name that templates see.") var name: String
  @Attribute("The release's namespace that templates see. By default the one that HELM_NAMESPACE names, else `default`.") var namespace: String?

  // MARK: The chart

  @Attribute("The chart: its name in the repository, the path of a directory or an archive, or the URL of an archive (`https://`, `oci://`).") var chart: String
  @Attribute("The repository: a URL (`https://`, `oci://`), a directory, or the name of one that was added with `helm repo add`.") var repository: String?
  @Attribute("The chart's version, or a range of versions. By default the newest.", .optional, .computed) var version: String?
  @Attribute("Whether the newest version may be a prerelease. Without effect together with `version`.") var devel: Bool?
  @Attribute("As whom the repository is asked.") var repositoryUsername: String?
  @Attribute("That one's password.", .sensitive) var repositoryPassword: String?
  @Attribute("A file with the certificates that the repository's server is trusted by, as PEM.", name: "repository_ca_file") var repositoryCAFile: String?
  @Attribute("A file with the client's certificate, as PEM.") var repositoryCertFile: String?
  @Attribute("A file with the key of the client's certificate, as PEM.") var repositoryKeyFile: String?
  @Attribute("Whether the password also goes to other servers than the repository's, if its index names these.") var passCredentials: Bool?
  @Attribute("Whether charts that the chart needs and that do not lie in it are fetched from their repositories.") var dependencyUpdate: Bool?
  @Attribute("Whether the chart must be signed by one of the keys in `keyring`.") var verify: Bool?
  @Attribute("A file of public keys. By default GnuPG's.") var keyring: String?

  // MARK: Values

  @Attribute("Documents of values as YAML. What later ones say counts more.") var values: [String]?
  @Attribute("Values by name, over those of the documents.") var set: [SetArguments]?
  @Attribute("Lists by name, over those of `set`.") var setList: [SetListArguments]?
  @Attribute("Values by name that are not shown, over those of `set_list`. What is rendered shows them.") var setSensitive: [SetSensitiveArguments]?
  @Attribute("Values by name, over all others.") var setWo: [SetWriteOnlyArguments]?

  // MARK: How it is rendered

  @Attribute("API versions that the cluster is taken to know besides the usual ones: `apps/v1`, `example.com/v1/Thing`.") var apiVersions: [String]?
  @Attribute("The version that the cluster is taken to have.") var kubeVersion: String?
  @Attribute("Whether the release is taken to be there already.") var isUpgrade: Bool?
  @Attribute("Whether the cluster is asked what it can do, what `lookup` finds, and whether it would take the objects.") var validate: Bool?
  @Attribute("Whether `manifest` and `manifests` also have the files of `crds/`.") var includeCrds: Bool?
  @Attribute("Whether the files of `crds/` are left out of what is validated.") var skipCrds: Bool?
  @Attribute("Whether hooks for tests are left out.") var skipTests: Bool?
  @Attribute("Whether hooks are left out.") var disableWebhooks: Bool?
  @Attribute("Templates that are shown, by their paths in the chart, as patterns: `templates/*.yaml`. By default all.") var showOnly: [String]?
  @Attribute("Whether `notes` also has those of the charts that the chart needs.") var renderSubchartNotes: Bool?
  @Attribute("A program that changes what was rendered.") var postrender: PostRenderArguments?

  // MARK: For configurations that have them

  @Attribute("Without effect: nothing is installed.") var atomic: Bool?
  @Attribute("Without effect: nothing is installed.") var createNamespace: Bool?
  @Attribute("Without effect: nothing is recorded.") var description: String?
  @Attribute("Without effect: the cluster checks with `validate`.") var disableOpenapiValidation: Bool?
  @Attribute("Without effect: no release is looked for.") var replace: Bool?
  @Attribute("Without effect: no release is looked for.") var resetValues: Bool?
  @Attribute("Without effect: no release is looked for.") var reuseValues: Bool?
  @Attribute("Without effect: nothing is waited for.") var timeout: Int?
  @Attribute("Without effect: nothing is waited for.") var timeouts: TemplateTimeouts?
  @Attribute("Without effect: nothing is waited for.") var wait: Bool?

  // MARK: What came out

  @Attribute("The release's name.", .computed) var id: String?
  @Attribute("All that was rendered, as `helm template` shows it.", .optional, .computed) var manifest: String?
  @Attribute("What each template rendered to, by its path in the chart.", .optional, .computed) var manifests: [String: String]?
  @Attribute("The files of `crds/`.", .optional, .computed) var crds: [String]?
  @Attribute("What the chart says to those who installed it.", .optional, .computed) var notes: String?

  mutating func read(_ context: Context<Helm>) async throws {
    let shared = context.provider.shared
    let fetched = try await shared.requiredLibrary().chart(request)
    let client = validate ?? false ? try shared.requiredClient() : nil
    let given = try given()
    let place = namespace ?? context.environment["HELM_NAMESPACE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
    let inputs = RenderingInputs(
      revision: 1, isUpgrade: isUpgrade ?? false, capabilities: try await capabilities(client), lookups: [:], results: [])
    let rendering = ChartRendering(surroundings: context.surroundings, client: client, postRenderer: postrender)
    let release = ReleaseDescription(name: name, namespace: place, revision: 1, isUpgrade: inputs.isUpgrade)
    let chart: RenderedChart
    do {
      chart = try await rendering.render(fetched, values: given.values, release: release, inputs: inputs).chart
      if let client { try await check(chart, client, place) }
    } catch {
      throw SecretMask(salt: "", secrets: given.secrets).redacted(error)
    }
    id = name
    if version == nil { version = fetched.chart.metadata.version }
    // Configurations may say these, and then it is so.
    if $crds.isUnknown { crds = chart.customResourceDefinitions.map(\.text) }
    if $notes.isUnknown { notes = renderSubchartNotes ?? true ? chart.notes + chart.subchartNotes : chart.notes }
    try show(chart)
  }

  private var request: ChartRequest {
    ChartRequest(
      chart: chart.trimmingBlanks, repository: repository, version: version?.trimmingBlanks, allowsPrereleases: devel ?? false,
      access: RepositoryAccess(
        username: repositoryUsername, password: repositoryPassword, authorityFile: repositoryCAFile, certificateFile: repositoryCertFile,
        keyFile: repositoryKeyFile, passesCredentials: passCredentials ?? false),
      isVerified: verify ?? false, keyring: keyring, updatesDependencies: dependencyUpdate ?? false)
  }

  private func given() throws -> GivenValues {
    var given = GivenValues()
    try given.merge(values ?? [], at: "values")
    try given.set(set ?? [], at: "set")
    try given.set(setList ?? [], at: "set_list")
    try given.set(setSensitive ?? [], at: "set_sensitive")
    try given.set(setWo ?? [], stored: nil, at: "set_wo")
    return given
  }

  private func capabilities(_ client: ClusterClient?) async throws -> Capabilities {
    var capabilities = Capabilities()
    if let client {
      capabilities = Capabilities(kubernetesVersion: try await client.version().gitVersion, apiVersions: try await client.apiVersions())
    }
    if let text = kubeVersion, !text.isEmpty {
      guard (try? ChartVersion(text)) != nil else { throw $kubeVersion.error("\"\(text)\" is no version.", summary: "Wrong version") }
      let numbers = text.drop { $0 == "v" }.split(separator: "-")[0].split(separator: ".").count
      capabilities.kubernetesVersion = (text.hasPrefix("v") ? text : "v" + text) + (text.contains("-") ? "" : String(repeating: ".0", count: max(0, 3 - numbers)))
    }
    capabilities.apiVersions += apiVersions ?? []
    return capabilities
  }

  /// Has the cluster check each object, which stores nothing.
  private func check(_ chart: RenderedChart, _ client: ClusterClient, _ namespace: String) async throws {
    let all = ReleaseObjects(release: name, namespace: namespace, client: client, chart: chart)
    let (objects, _) = try await all.all(chart, skipsDefinitions: skipCrds ?? false)
    let definitions = ChartSchemas(objects)
    let manager = ObjectManager(client, owner: ObjectOwner(manager: ReleaseOperation.manager, force: true, adopts: true))
    let problems = try await objects.concurrently { object -> AttributeError? in
      do {
        _ = try await manager.plan(object.manifest, prior: nil)
        return nil
      } catch let failure as ClusterFailure {
        switch failure.kind {
        case .kindMissing: return definitions.problem(of: object)
        case .unreachable, .unauthorized: throw failure
        default: return ObjectPlanning.problem(object, "\(failure)")
        }
      } catch let error as ObjectError {
        return ObjectPlanning.problem(object, error.message, summary: error.summary)
      } catch let errors as ObjectErrors {
        return ObjectPlanning.problem(object, errors.description)
      }
    }.compactMap { $0 }
    if !problems.isEmpty { throw AttributeErrors(problems) }
  }

  // MARK: Showing

  private struct Document {
    /// In the chart.
    var path: String
    var text: String
  }

  private mutating func show(_ chart: RenderedChart) throws {
    var documents: [Document] = []
    func add(_ object: RenderedObject) {
      var text = "# Source: \(object.path)\n\(object.text)"
      while let last = text.last, last.isWhitespace { text.removeLast() }
      let path = object.path.firstIndex(of: "/").map { String(object.path[object.path.index(after: $0)...]) } ?? object.path
      documents.append(Document(path: path, text: text))
    }
    if includeCrds ?? false { chart.customResourceDefinitions.forEach(add) }
    chart.objects.forEach(add)
    for hook in chart.hooksByKind where !(disableWebhooks ?? false) && !(skipTests ?? false && hook.events.contains(.test)) { add(hook.object) }
    let shown = try selected(documents)
    if $manifest.isUnknown { manifest = shown.map { "---\n\($0.text)\n" }.joined() }
    if $manifests.isUnknown { manifests = shown.reduce(into: [:]) { $0[$1.path, default: ""] += "---\n\($1.text)\n" } }
  }

  private func selected(_ documents: [Document]) throws -> [Document] {
    let patterns = (showOnly ?? []).filter { !$0.isEmpty }
    if patterns.isEmpty { return documents }
    for (index, pattern) in patterns.enumerated() where !documents.contains(where: { PathPattern.matches(pattern, $0.path) }) {
      throw AttributeError(
        "No template \"\(pattern)\" renders to anything. These do: \(Set(documents.map(\.path)).sorted().joined(separator: ", ")).",
        summary: "There is no such template", at: $showOnly.path.element(index))
    }
    return documents.filter { document in patterns.contains { PathPattern.matches($0, document.path) } }
  }
}

/// `timeouts` of a data source.
struct TemplateTimeouts: NestedObject {
  @Attribute("Without effect.") var read: String?
}
