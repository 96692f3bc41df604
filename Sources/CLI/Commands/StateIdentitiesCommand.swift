import Addresses
import ArgumentParser
import Diagnostics
import State
import Values

struct StateIdentitiesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "identities", abstract: "List the identities of resources in the state.",
    discussion: """
      Writes one JSON object: the identity of each instance that has one, by address. Identities are what providers know objects by, and \
      what import blocks may use. An address that matches nothing is an error. The option -json is required.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("The identities in a module", "plumb state identities -json module.network")],
    additions: "This command came to Terraform after the version that Plumb is compared with.")

  @OptionGroup var selection: InstanceSelectionArguments

  @Flag(help: "Write JSON; there is no other form.")
  var json = false

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: path.state) { state in
      guard json else {
        throw DiagnosticsError(
          .error("Missing -json option", "Identities are listed as JSON only: plumb state identities -json"))
      }
      if state.isMissing { throw StatePathArguments.missing }
      var objects = state.snapshot.objects.filter { $0.deposedKey == nil }
      let targets = try selection.targets(in: objects)
      if !targets.isEmpty { objects.removeAll { object in !targets.contains { $0.contains(object.address) } } }
      if let id = selection.id { objects.removeAll { $0.identifier != id } }
      world.output(bytes: Self.document(objects))
      world.output.line()
      return 0
    }
  }

  /// Sorted by address.
  private static func document(_ objects: [StateObject]) -> [UInt8] {
    var writer = JSONWriter(style: .indented("  "))
    writer.beginObject()
    let known = objects.map { (address: $0.address.description, identity: $0.identity) }
    for (address, identity) in known.sorted(by: { $0.address < $1.address }) {
      guard let identity else { continue }
      writer.key(address)
      writer.verbatim(JSONLayout.indented(identity.json, depth: 1))
    }
    writer.endObject()
    return writer.bytes
  }
}
