import Addresses
import ArgumentParser
import Diagnostics
import Engine
import State
import Values

/// Which instances of a state a list is about.
struct InstanceSelectionArguments: ParsableArguments {
  @Argument(help: "Only instances in these modules or of these resources.")
  var addresses: [String] = []

  @Option(help: ArgumentHelp("Only instances whose id attribute is this.", valueName: "id"))
  var id: String?

  /// What the addresses stand for. Throws if one is no address, or stands for nothing among the objects.
  func targets(in objects: [StateObject]) throws(DiagnosticsError) -> [TargetAddress] {
    let targets = try addresses.map { text throws(DiagnosticsError) in try AddressArgument.target(text) }
    for target in targets where !objects.contains(where: { target.contains($0.address) }) { throw Self.unknown(target) }
    return targets
  }

  private static func unknown(_ target: TargetAddress) -> DiagnosticsError {
    switch target {
    case .module(let module):
      return DiagnosticsError(
        .error(
          "Unknown module",
          "The state has no module \(module). If it is new in the configuration, run \"plumb apply\" first."))
    case .resource(let address) where address.key == nil:
      return DiagnosticsError(
        .error(
          "Unknown resource",
          "The state has no resource \(address). If it is new in the configuration, run \"plumb apply\" first."))
    case .resource(let address):
      return DiagnosticsError(
        .error(
          "Unknown resource instance",
          "The state has no instance \(address). If it is new in the configuration, run \"plumb apply\" first."))
    }
  }
}

struct StateListCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List resources in the state.",
    discussion: """
      Writes the address of each instance that the state has, one a line. With addresses of modules, resources or instances it writes only \
      those in them; an address that matches nothing is an error.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [
      Manual.Example("Everything in a module", "plumb state list module.network"),
      Manual.Example("Which instance an object is", "plumb state list -id=i-0123456789abcdef0"),
    ])

  @OptionGroup var selection: InstanceSelectionArguments
  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: path.state) { state in
      if state.isMissing { throw StatePathArguments.missing }
      let objects = state.snapshot.objects
      let targets = try selection.targets(in: objects)
      var shown = objects
      if let id = selection.id { shown = objects.filter { $0.deposedKey == nil && $0.identifier == id } }
      for address in Self.addresses(of: shown, targets) { world.output.line(address.description) }
      return 0
    }
  }

  /// In the order of the targets; an instance with several objects once.
  private static func addresses(of objects: [StateObject], _ targets: [TargetAddress]) -> [ResourceInstance] {
    var all = objects.map(\.address)
    all = zip(all, [nil] + all.map(Optional.some)).filter { $0 != $1 }.map(\.0)
    return targets.isEmpty ? all : targets.flatMap { target in all.filter(target.contains) }
  }
}

extension StateObject {
  /// The `id` attribute, if it is text.
  var identifier: String? { (try? JSONNode(parsing: attributes))?["id"]?.string }
}

struct StateShowCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a resource in the state.",
    discussion: """
      Writes the attributes of one instance as the state has them, in the form of configuration. Sensitive values are hidden.
      """)

  static let manual = Manual(
    environment: EnvironmentVariable.common,
    examples: [Manual.Example("One of several", "plumb state show 'aws_instance.web[0]'")])

  @Argument(help: "The address of an instance.")
  var address: String

  @OptionGroup(title: "State") var path: StatePathArguments
  @OptionGroup(title: "Output") var view: ViewArguments

  func run(in world: World) async -> Int32 {
    await withEditableState(world, view, path: path.state) { state in
      let (session, snapshot) = (Session(world), state.snapshot)
      guard let address = ResourceInstance(parsing: address) else {
        throw DiagnosticsError(.error("Error parsing instance address: \(self.address)", Self.advice))
      }
      if state.isMissing { throw StatePathArguments.missing }
      guard let object = snapshot.object(at: address) else {
        throw DiagnosticsError(.error("No instance found for the given address!", Self.advice))
      }
      let schemas = try await session.schemas(tree: nil, objects: [(object.provider.source, address.resource)])
      let single = StateSnapshot(lineage: snapshot.lineage, serial: snapshot.serial, objects: [object])
      guard let record = try single.records(schemas: schemas).first,
        let schema = schemas.schema(of: address.resource, from: object.provider.source)
      else { return 1 }
      world.output(objectText(record, schema: schema, style: Report(world, view).style))
      return 0
    }
  }

  private static let advice =
    "Name one instance; \"plumb state list\" shows all."
}
