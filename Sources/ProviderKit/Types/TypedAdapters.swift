import Values

/// A `Resource` as the layer below sees it.
struct TypedResource<Model: Resource>: DynamicResource {
  typealias Owner = Model.Owner
  let name: String

  func makeDefinition() -> ResourceDefinition {
    var content = Model.makeDefinition()
    content.ownIdentity = Model.identity
    return ResourceDefinition(content, version: Model.version, isUpdatable: Model.self is any UpdatableResource.Type)
  }

  func validate(_ configuration: DynamicValue) throws { try validateModel(Model.self, configuration) }

  func plan(_ change: inout DynamicChange, _ context: Context<Owner>) async throws {
    let reading = ModelReading(.planning)
    var model = Model.loaded(change.planned, reading)
    var typed = PlannedChange(
      prior: change.prior.map { Model.loaded($0, reading) }, configuration: Model.loaded(change.configuration, reading))
    try await model.plan(&typed, context)
    try reading.faults.check()
    change.planned = DynamicValue(model.stored)
    for path in typed.replacements { change.requireReplacement(path) }
  }

  func planDeletion(_ current: DynamicValue, _ context: Context<Owner>) async throws {
    let reading = ModelReading(.acting)
    try await Model.loaded(current, reading).planDeletion(context)
    try reading.faults.check()
  }

  func create(_ change: DynamicChange, _ context: Context<Owner>) async throws -> DynamicValue {
    try await acting(on: change.planned, context) { model in try await model.create(context) }
  }

  func read(_ current: DynamicValue, _ context: Context<Owner>) async throws -> DynamicValue? {
    let reading = ModelReading(.acting)
    var model = Model.loaded(current, reading)
    let existence = try await model.read(context)
    try reading.faults.check()
    return existence == .gone ? nil : DynamicValue(model.stored)
  }

  func update(_ change: DynamicChange, _ context: Context<Owner>) async throws -> DynamicValue {
    guard let type = Model.self as? any UpdatableResource<Owner>.Type, let prior = change.prior else {
      throw AttributeError("Objects of this type cannot be changed in place.", summary: "Update is not possible")
    }
    return try await update(as: type, prior, change, context)
  }

  private func update<Updatable: UpdatableResource<Owner>>(
    as type: Updatable.Type, _ prior: DynamicValue, _ change: DynamicChange, _ context: Context<Owner>
  ) async throws -> DynamicValue {
    let reading = ModelReading(.acting)
    var model = Updatable.loaded(change.planned, reading)
    try await model.update(from: Updatable.loaded(prior, reading), context)
    context.record.save(DynamicValue(model.stored))
    try reading.faults.check()
    return DynamicValue(model.stored)
  }

  func delete(_ current: DynamicValue, _ context: Context<Owner>) async throws {
    let reading = ModelReading(.acting)
    try await Model.loaded(current, reading).delete(context)
    try reading.faults.check()
  }

  func importObject(id: String, _ context: Context<Owner>) async throws -> DynamicValue {
    let reading = ModelReading(.acting)
    var model = Model.loaded(.object([:]), reading)
    try await model.importObject(id: id, context)
    try reading.faults.check()
    return DynamicValue(model.stored).withUnknownsAsNull
  }

  func upgrade(_ state: inout DynamicValue, from version: Int) throws { try Model.upgrades[version]?(&state) }

  func move(_ source: MovedObject) throws -> DynamicValue? {
    guard let move = Model.moves.first(where: { $0.isOf(source.typeName, source.provider) }) else { return nil }
    let reading = ModelReading(.acting)
    var model = Model.loaded(.object([:]), reading)
    try move.convert(source.state, &model)
    try reading.faults.check()
    return DynamicValue(model.stored).withUnknownsAsNull
  }

  /// Runs a method that makes something, and gives what the model holds afterwards. What was read wrongly does not undo what was made.
  private func acting(
    on object: DynamicValue, _ context: Context<Owner>, _ work: (inout Model) async throws -> Void
  ) async throws -> DynamicValue {
    let reading = ModelReading(.acting)
    var model = Model.loaded(object, reading)
    try await work(&model)
    context.record.save(DynamicValue(model.stored))
    try reading.faults.check()
    return DynamicValue(model.stored)
  }
}

/// A `DataSource` as the layer below sees it.
struct TypedDataSource<Model: DataSource>: DynamicDataSource {
  typealias Owner = Model.Owner
  let name: String

  func makeDefinition() -> ObjectDefinition { Model.makeDefinition() }
  func validate(_ configuration: DynamicValue) throws { try validateModel(Model.self, configuration) }

  func read(_ configuration: DynamicValue, _ context: Context<Owner>) async throws -> DynamicValue {
    let reading = ModelReading(.acting)
    var model = Model.loaded(configuration, reading)
    try await model.read(context)
    try reading.faults.check()
    return DynamicValue(model.stored)
  }
}

/// An `EphemeralResource` without its Swift type.
protocol AnyEphemeralResource<Owner>: Sendable {
  associatedtype Owner: Provider
  var name: String { get }
  func makeDefinition() -> ObjectDefinition
  func validate(_ configuration: DynamicValue) throws
  func open(_ configuration: DynamicValue, _ context: Context<Owner>) async throws -> (DynamicValue, EphemeralLifetime)
  func renew(_ object: DynamicValue, _ context: Context<Owner>) async throws -> (DynamicValue, EphemeralLifetime)
  func close(_ object: DynamicValue, _ context: Context<Owner>) async throws
}

struct TypedEphemeralResource<Model: EphemeralResource>: AnyEphemeralResource {
  typealias Owner = Model.Owner
  let name: String

  func makeDefinition() -> ObjectDefinition { Model.makeDefinition() }
  func validate(_ configuration: DynamicValue) throws { try validateModel(Model.self, configuration) }

  func open(_ configuration: DynamicValue, _ context: Context<Owner>) async throws -> (DynamicValue, EphemeralLifetime) {
    try await acting(on: configuration) { model in try await model.open(context) }
  }

  func renew(_ object: DynamicValue, _ context: Context<Owner>) async throws -> (DynamicValue, EphemeralLifetime) {
    try await acting(on: object) { model in try await model.renew(context) }
  }

  func close(_ object: DynamicValue, _ context: Context<Owner>) async throws {
    let reading = ModelReading(.acting)
    try await Model.loaded(object, reading).close(context)
    try reading.faults.check()
  }

  private func acting(
    on object: DynamicValue, _ work: (inout Model) async throws -> EphemeralLifetime
  ) async throws -> (DynamicValue, EphemeralLifetime) {
    let reading = ModelReading(.acting)
    var model = Model.loaded(object, reading)
    let lifetime = try await work(&model)
    try reading.faults.check()
    return (DynamicValue(model.stored), lifetime)
  }
}

/// Lets a model look at its configuration, in which anything may be unknown.
func validateModel<Checked: Model>(_ type: Checked.Type, _ configuration: DynamicValue) throws {
  let reading = ModelReading(.planning)
  try Checked.loaded(configuration, reading).validate()
  try reading.faults.check()
}
