// swift-tools-version: 6.2
import PackageDescription

/// One room of the house: a target that may import only what stands beside it here.
/// The floors and their reasons are in ARCHITECTURE.md; `Tests/TidyTests` checks that sources keep to this table.
func room(
  _ name: String, imports rooms: [String] = [], libraries: [Target.Dependency] = [], path: String? = nil
) -> Target {
  .target(
    name: name, dependencies: rooms.map { .target(name: $0) } + libraries, path: path ?? "Sources/\(name)",
    swiftSettings: strict + [.strictMemorySafety(), unchecked])
}

/// A system library: a module map and, where C needs it, inline wrappers. Nothing else.
func systemLibrary(_ name: String, package: String) -> Target {
  .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", pkgConfig: package)
}

/// A C library that is loaded when it is first called: its headers, and a file of functions that find their namesakes.
func lateLibrary(_ name: String) -> Target {
  .target(name: name, dependencies: ["CLateBinding"], path: "Sources/CLibraries/\(name)")
}

/// The tests of one room or of one concern.
func tests(_ name: String, of rooms: [String], libraries: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: rooms.map { .target(name: $0) } + libraries, path: "Tests/\(name)",
    exclude: fixtures[name] ?? [], swiftSettings: strict)
}

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// Debug builds, which the tests run, look at each access whether it overlaps another; that costs a plan a twentieth of its time.
let unchecked = SwiftSetting.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))

/// The rooms that read what anybody may have written.
let fuzzedRooms = [
  "Charts", "CLI", "Diagnostics", "Expressions", "Functions", "HCL", "Host", "Install", "Modules", "Plans", "State", "Values", "YAML",
]

/// Inputs of fuzzing.
let fuzzInputs = ["Regressions", "Seeds", "language.dict"]

/// Fixture folders that tests read from the source tree, and that are no part of the build.
let fixtures: [String: [String]] = [
  "CLITests": ["Views/Golden"],
  "Fuzz": ["FuzzProgram.swift"] + fuzzInputs,
  "HCLTests": ["Fixtures"],
  "HelmProviderTests": ["Comparison/helm.py"],
  "ReferenceTests": ["Expressions", "Peers/Providers", "Scenarios", "Texts/Golden"],
  "StateTests": ["Fixtures"],
]

let package = Package(
  name: "plumb",
  products: [
    .executable(name: "plumb", targets: ["plumb"]),
    .executable(name: "plumb-lab", targets: ["plumb-lab"]),
    .executable(name: "plumb-providers", targets: ["plumb-providers"]),
  ],
  dependencies: [
    // Command-line parsing with generated help.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // The lab's HTTP server: small, in Swift's own concurrency. It needs Foundation, which is why the lab is a program of its own.
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // Ground: knows nothing of what is above.
    room("Diagnostics"),
    room("Values"),
    room("Graphs"),
    room("Addresses"),
    room("Host", libraries: ["CCurl", "COpenSSL", "CLinux", "CRnp", "CSSH"]),
    room("YAML", libraries: ["CYaml"]),
    room("RegularExpressions", libraries: ["CRE2"]),

    // Language.
    room("HCL", imports: ["Diagnostics"]),
    room("Functions", imports: ["Values", "Host", "YAML", "RegularExpressions"], libraries: ["CCrypt", "CZlib", "COpenSSL"]),
    room("Expressions", imports: ["HCL", "Functions", "Values", "Diagnostics", "Host"]),
    room("Modules", imports: ["Expressions", "HCL", "Addresses", "Values", "Diagnostics", "Host"]),

    // Providers.
    room("ProviderInterface", imports: ["Values", "Diagnostics", "Addresses"]),
    room(
      "Plugin", imports: ["ProviderInterface", "Values", "Host", "Diagnostics", "Addresses"],
      libraries: ["CNghttp2", "COpenSSL", "CZlib", "CLinux"]),
    // Providers written in Swift import this room and no other.
    room("ProviderKit", imports: ["ProviderInterface", "Plugin", "Values", "Host", "Diagnostics", "Addresses"]),
    room("FilesProvider", imports: ["ProviderKit"], path: "providers/files"),

    // What providers need of a Kubernetes cluster.
    room("Kubernetes", imports: ["ProviderKit", "YAML"], path: "providers/kubernetes/API"),
    room("KubernetesProvider", imports: ["ProviderKit", "Kubernetes", "YAML"], path: "providers/kubernetes/Provider"),

    // Helm charts, for the provider of that name and for whoever wants to see what a chart says.
    room("Charts", imports: ["YAML", "RegularExpressions"], libraries: ["COpenSSL", "CCrypt", "CZlib", "CLinux"], path: "providers/helm/Charts"),

    room("HelmProvider", imports: ["ProviderKit", "Kubernetes", "Charts", "YAML"], path: "providers/helm/Provider"),

    // Memory.
    room("State", imports: ["Values", "Addresses"], path: "state/State"),
    room("SQLiteStore", imports: ["State", "Values", "Addresses"], libraries: ["CSQLite", "CLinux"], path: "state/SQLiteStore"),
    room("Plans", imports: ["Values", "Addresses", "Graphs", "Diagnostics"]),

    // Machine.
    room(
      "Engine",
      imports: [
        "Modules", "Expressions", "Functions", "HCL", "Plans", "State", "ProviderInterface", "Graphs", "Addresses",
        "Values", "Diagnostics",
      ]),

    // Around.
    room("Provisioners", imports: ["Engine", "Host", "Values", "Diagnostics"]),
    room(
      "Install", imports: ["Modules", "HCL", "Expressions", "Addresses", "Values", "Host", "Diagnostics"],
      libraries: ["CZlib", "COpenSSL"]),
    room(
      "CLI",
      imports: [
        "Install", "Provisioners", "Engine", "SQLiteStore", "State", "Plans", "Plugin", "ProviderInterface", "Modules", "Expressions",
        "Functions", "HCL", "Host", "Addresses", "Graphs", "Values", "Diagnostics",
      ],
      libraries: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),
    room(
      "Lab", imports: ["YAML"],
      libraries: [.product(name: "FlyingFox", package: "FlyingFox"), .product(name: "FlyingSocks", package: "FlyingFox")]),
    .executableTarget(name: "plumb-lab", dependencies: ["Lab"], path: "Sources/plumb-lab", swiftSettings: strict),
    .executableTarget(name: "plumb", dependencies: ["CLI"], path: "Sources/plumb", swiftSettings: strict),
    // The bundled providers, one program for all of them.
    .executableTarget(name: "plumb-providers", dependencies: ["FilesProvider", "HelmProvider", "KubernetesProvider", "ProviderKit", "Plugin"], path: "Sources/plumb-providers", swiftSettings: strict),

    // C libraries, all from Debian.
    systemLibrary("CNghttp2", package: "libnghttp2"),
    systemLibrary("COpenSSL", package: "openssl"),
    systemLibrary("CSQLite", package: "sqlite3"),
    systemLibrary("CZlib", package: "zlib"),
    systemLibrary("CCrypt", package: "libcrypt"),
    systemLibrary("CYaml", package: "yaml-0.1"),
    systemLibrary("CRE2Library", package: "re2"),
    lateLibrary("CCurl"),
    lateLibrary("CSSH"),
    lateLibrary("CRnp"),
    .target(name: "CLateBinding", path: "Sources/CLibraries/CLateBinding"),
    // A few Linux calls that Swift's C library module leaves out, among them a spawn whose child dies with its parent.
    .target(name: "CLinux", path: "Sources/CLibraries/CLinux"),
    .target(name: "CRE2", dependencies: ["CRE2Library"], path: "Sources/CLibraries/CRE2"),

    // Tests. Those of several targets ask the same emulated cluster.
    .target(name: "LabSupport", dependencies: ["Kubernetes", "Lab", "ProviderKit", "YAML"], path: "Tests/LabSupport", swiftSettings: strict),
    tests("DiagnosticsTests", of: ["Diagnostics"]),
    tests("ValuesTests", of: ["Values"]),
    tests("GraphsTests", of: ["Graphs"]),
    tests("AddressesTests", of: ["Addresses"]),
    tests("HostTests", of: ["Host"]),
    tests("YAMLTests", of: ["YAML"]),
    tests("ChartsTests", of: ["Charts", "YAML"]),
    tests("HCLTests", of: ["HCL", "Diagnostics"]),
    tests("FunctionsTests", of: ["Functions", "Values", "Host"]),
    tests("ExpressionsTests", of: ["Expressions", "HCL", "Functions", "Values", "Diagnostics", "Host"]),
    tests("ModulesTests", of: ["Modules", "HCL", "Addresses", "Values", "Diagnostics", "Host"]),
    tests("PluginTests", of: ["Plugin", "ProviderInterface", "Values", "Host", "Diagnostics"]),
    tests("ProviderKitTests", of: ["ProviderKit", "ProviderInterface", "Values"]),
    tests("FilesProviderTests", of: ["FilesProvider", "ProviderKit"]),
    tests("StateTests", of: ["State", "SQLiteStore", "Values", "Addresses"]),
    tests("PlansTests", of: ["Plans", "Values", "Addresses", "Graphs", "Diagnostics"]),
    tests(
      "EngineTests",
      of: [
        "Engine", "Modules", "Expressions", "HCL", "Plans", "State", "SQLiteStore", "ProviderInterface", "Graphs",
        "Addresses", "Values", "Diagnostics", "Host", "Functions",
      ]),
    tests("ProvisionersTests", of: ["Provisioners", "Engine", "Host", "Values", "Diagnostics"]),
    tests("InstallTests", of: ["Install", "Host", "Addresses", "Diagnostics"]),
    tests(
      "CLITests",
      of: [
        "CLI", "Install", "Engine", "Modules", "ProviderInterface", "Plans", "State", "Graphs", "Values", "Addresses", "Diagnostics",
        "Host",
      ]),
    tests("HelmProviderTests", of: ["HelmProvider", "Charts", "Kubernetes", "LabSupport", "Lab", "ProviderKit", "YAML"]),
    tests("LabTests", of: ["Lab", "YAML"]),
    tests("KubernetesTests", of: ["Kubernetes", "LabSupport", "Lab", "ProviderKit", "YAML"]),
    tests("KubernetesProviderTests", of: ["KubernetesProvider", "LabSupport", "ProviderKit", "YAML"]),
    tests("Fuzz", of: fuzzedRooms),
    tests("ReferenceTests", of: []),
    tests("TidyTests", of: []),
  ]
)

// With PLUMB_FUZZ=1 the tests of Tests/Fuzz become a program that libFuzzer drives (scripts/fuzz), and the rooms that it
// reads are built to tell it which way they went.
if Context.environment["PLUMB_FUZZ"] == "1" {
  let instrumented = ["-sanitize=fuzzer", "-O"]
  for target in package.targets where fuzzedRooms.contains(target.name) {
    target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(instrumented)]
  }
  package.targets.removeAll { $0.isTest }
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: fuzzedRooms.map { .target(name: $0) }, path: "Tests/Fuzz", exclude: ["ReplayTests.swift"] + fuzzInputs,
      swiftSettings: strict + [.unsafeFlags(instrumented)], linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}
