import ProviderKit

/// `helm_release`: a chart in a cluster, under a name.
struct ReleaseResource: UpdatableResource {
  static let name = "release"
  static let description =
    "A release of a Helm chart. It is rendered by the rules of Helm 4, and each of its objects is planned, applied, awaited and looked after by itself; `helm list`, `helm history` and `helm rollback` know it."
  /// As in the provider whose states this one takes over.
  static let version = 2

  @Attribute("The release's name.", .requiresReplacement, .length(1...53), .identity) var name: String
  @Attribute("The namespace that the release is for. By default the one that HELM_NAMESPACE names, else `default`.", .requiresReplacement, .optional, .computed, .keepsPriorState, .identity)
  var namespace: String?
  @Attribute("Whether the namespace is made if it does not exist. It stays when the release goes.") var createNamespace = false

  // MARK: The chart

  @Attribute("The chart: its name in the repository, the path of a directory or an archive, or the URL of an archive (`https://`, `oci://`).") var chart: String
  @Attribute("The repository: a URL (`https://`, `oci://`), a directory, or the name of one that was added with `helm repo add`.") var repository: String?
  @Attribute(
    "The chart's version, or a range of versions. By default the newest; a release keeps the version that it has until this, the chart or the repository changes.",
    .optional, .computed) var version: String?
  @Attribute("Whether the newest version may be a prerelease. Without effect together with `version`.") var devel: Bool?
  @Attribute("As whom the repository is asked.") var repositoryUsername: String?
  @Attribute("That one's password.", .sensitive) var repositoryPassword: String?
  @Attribute("A file with the certificates that the repository's server is trusted by, as PEM.", name: "repository_ca_file") var repositoryCAFile: String?
  @Attribute("A file with the client's certificate, as PEM.") var repositoryCertFile: String?
  @Attribute("A file with the key of the client's certificate, as PEM.") var repositoryKeyFile: String?
  @Attribute("Whether the password also goes to other servers than the repository's, if its index names these.") var passCredentials = false
  @Attribute("Whether charts that the chart needs and that do not lie in it are fetched from their repositories, in the versions of `Chart.lock` if it has one.")
  var dependencyUpdate = false
  @Attribute("Whether the chart must be signed by one of the keys in `keyring`.") var verify = false
  @Attribute("A file of public keys. By default GnuPG's.") var keyring: String?

  // MARK: Values

  @Attribute("Documents of values as YAML. What later ones say counts more.") var values: [String]?
  @Attribute("Values by name, over those of the documents.") var set: [SetArguments]?
  @Attribute("Lists by name, over those of `set`.") var setList: [SetListArguments]?
  @Attribute("Values by name that are not shown, over those of `set_list`.") var setSensitive: [SetSensitiveArguments]?
  @Attribute("Values by name that are not stored in the state, over all others. They change when `set_wo_revision` does.", .writeOnly)
  var setWo: [SetWriteOnlyArguments]?
  @Attribute("To be raised when `set_wo` changes.", .range(1...)) var setWoRevision: Int?
  @Attribute("Whether the values of the revision before count where nothing else is said.") var reuseValues = false
  @Attribute("Whether the values of the revision before do not count, even with `reuse_values`.") var resetValues = false

  // MARK: How it is applied

  @Attribute("Whether a release that fails is undone: a new one is removed, an older one put back.") var atomic = false
  @Attribute("Whether objects that are new in a revision that fails are removed.") var cleanupOnFail = false
  @Attribute("Whether objects with changes that only a new object can have are made anew.") var forceUpdate = false
  @Attribute("Whether the pods of the release are deleted after an upgrade, so that they are made anew.") var recreatePods = false
  @Attribute("Whether a release of this name that is there already is taken over.") var replace = false
  @Attribute("Whether a release of this name that is there already is taken over and upgraded.") var upgradeInstall = false
  @Attribute("Whether objects that are there already and belong to no release are taken over.") var takeOwnership = false
  @Attribute("Whether the definitions in the chart's `crds/` are left out. Otherwise they are applied with each revision, unlike in Helm.") var skipCrds = false
  @Attribute("Whether hooks are left out.") var disableWebhooks = false
  @Attribute("Whether hooks that are definitions of kinds are left out.") var disableCrdHooks = false
  @Attribute("Without effect: the cluster itself checks each object while it is planned, and where it cannot, its schemas do.") var disableOpenapiValidation = false
  @Attribute("Without effect: what it would find, every plan finds.") var lint = false
  @Attribute("Whether to wait until all objects are ready.") var wait = true
  @Attribute("Whether to wait for jobs to be done, too.") var waitForJobs = false
  @Attribute("How many seconds to wait for any one object.", .range(1...)) var timeout = 300
  @Attribute("How many revisions are kept on record; 0 for all.", .range(0...)) var maxHistory = 0
  @Attribute("Whether `metadata.notes` also has those of the charts that the chart needs.") var renderSubchartNotes = true
  @Attribute("What is said of the revision on record. By default what was done.", .optional, .computed) var description: String?
  @Attribute("A program that changes what was rendered.") var postrender: PostRenderArguments?
  @Attribute("How long each step may take as a whole, as `30m`. By default as long as its parts.") var timeouts: TimeoutArguments?

  // MARK: What the provider says

  @Attribute("The release's name.", .computed, .keepsPriorState) var id: String?
  @Attribute("How the release stands: `deployed`, `failed` and so on.", .computed) var status: String?
  @Attribute("What is on record of the release.", .computed) var metadata: ReleaseMetadata?
  @Attribute("What was rendered, as one JSON text. Only with the experiment `manifest`.", .computed) var manifest: String?
  @Attribute("What was rendered, object by object, as JSON. Only with the experiment `manifest`.", .computed) var resources: [String: String]?
  @Attribute(
    "The objects of the release as the cluster has them, by version, kind, namespace and name: `apps/v1/Deployment/shop/web`. Values of secrets are hidden; marks in their place change when they do.",
    .computed) var objects: DynamicValue
  @Attribute("The hooks of the release, named like objects: what runs before and after it is installed, upgraded and deleted.", .computed) var hooks: DynamicValue

  static var upgrades: [Int: StateUpgrade] { [0: { _ in }, 1: upgradeFromBlocks] }

  /// Older states of the other provider have lists where there is at most one.
  private static func upgradeFromBlocks(_ state: inout DynamicValue) {
    for name in ["metadata", "postrender"] {
      if let elements = state[name].elements { state[name] = elements.first ?? .null }
    }
  }
}

/// `metadata`
struct ReleaseMetadata: NestedObject {
  @Attribute("The version of what the chart installs.", .computed) var appVersion: String?
  @Attribute("The chart's name.", .computed) var chart: String?
  @Attribute("When the release was made, in seconds since 1970.", .computed) var firstDeployed: Int?
  @Attribute("When the revision was made, in seconds since 1970.", .computed) var lastDeployed: Int?
  @Attribute("The release's name.", .computed) var name: String?
  @Attribute("The release's namespace.", .computed) var namespace: String?
  @Attribute("What the chart says to those who installed it.", .computed) var notes: String?
  @Attribute("The revision.", .computed) var revision: Int?
  @Attribute("The values that were given to the chart, as JSON. What is secret is hidden.", .computed) var values: String?
  @Attribute("The chart's version.", .computed) var version: String?
}

/// `timeouts`
struct TimeoutArguments: NestedObject {
  @Attribute("For a new release.", .validated(TimeoutArguments.check)) var create: String?
  @Attribute("For looking at a release. Without effect: it takes as long as the cluster takes to answer.", .validated(TimeoutArguments.check)) var read: String?
  @Attribute("For a changed release.", .validated(TimeoutArguments.check)) var update: String?
  @Attribute("For removing a release.", .validated(TimeoutArguments.check)) var delete: String?

  @Sendable private static func check(_ text: String) throws {
    if duration(text) == nil { throw AttributeError("It must be a time such as \"30s\", \"10m\" or \"1h30m\", not \"\(text)\".") }
  }

  /// Nil for what is no time.
  static func duration(_ text: String) -> Duration? {
    var seconds = 0.0
    var rest = Substring(text)
    if rest.isEmpty { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { $0.isLetter }
      rest = rest[unit.endIndex...]
      guard let number = Double(digits), let factor = ["ms": 0.001, "s": 1, "m": 60, "h": 3600][String(unit)] else { return nil }
      seconds += number * factor
    }
    return .milliseconds(Int(min(seconds * 1000, 1e15)))
  }
}
