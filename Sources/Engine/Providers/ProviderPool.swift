package import Addresses
package import Diagnostics
package import ProviderInterface
package import Values

/// Starts providers. The real one starts processes; tests give providers of their own.
package protocol ProviderFactory: Sendable {
  /// A new provider that nobody has configured.
  func start(_ source: ProviderSource) async throws(DiagnosticsError) -> any Provider
}

/// The providers of one run: one for each provider configuration, started once and shared by every phase.
///
/// A provider can be configured once in its life. If a later phase finds another value for a configuration (something
/// unknown became known), that configuration gets a new provider; until then one serves schemas, validation, plan and apply.
package actor ProviderPool {
  private typealias Start = Task<any Provider, any Error>
  private let factory: any ProviderFactory
  /// Started, not yet taken by a configuration. They answer schema and validation calls meanwhile.
  private var unclaimed: [ProviderSource: [Start]] = [:]
  private var claimed: [ProviderConfigurationAddress: Start] = [:]
  private var configurations: [ProviderConfigurationAddress: Value] = [:]
  /// The outcome of configuring, so that everyone who waits for the same configuration gets the same answer.
  private var configuring: [ProviderConfigurationAddress: Task<[Diagnostic], Never>] = [:]
  private var all: [Start] = []
  /// The first provider started of each source: it is asked for schemas.
  private var first: [ProviderSource: Start] = [:]

  package init(factory: any ProviderFactory) { self.factory = factory }

  /// Starts a provider before anyone asks for it, so that it comes up while files are being read.
  ///
  /// - Parameter count: how many configurations of this source will want one of their own.
  package func prepare(_ source: ProviderSource, count: Int = 1) {
    guard first[source] == nil else { return }
    unclaimed[source] = (0..<max(1, count)).map { _ in makeStart(source) }
  }

  /// Some provider of this source, configured or not: for schemas, validation and state upgrades.
  package func anyProvider(of source: ProviderSource) async throws(DiagnosticsError) -> any Provider {
    if first[source] == nil { prepare(source) }
    guard let start = first[source] else { throw DiagnosticsError([]) }
    return try await Self.value(of: start)
  }

  /// The provider of a configuration, configured or not.
  package func provider(
    for address: ProviderConfigurationAddress
  ) async throws(DiagnosticsError) -> any Provider {
    let start: Start
    if let existing = claimed[address] {
      start = existing
    } else if let waiting = unclaimed[address.source]?.popFirst() {
      start = waiting
      claimed[address] = start
    } else {
      start = makeStart(address.source)
      claimed[address] = start
    }
    return try await Self.value(of: start)
  }

  /// Configures the provider of a configuration, once: the same value again does nothing, another value takes a new provider.
  package func configure(
    _ address: ProviderConfigurationAddress, with value: Value, terraformVersion: String
  ) async -> [Diagnostic] {
    if let known = configurations[address] {
      if known == value { return await configuring[address]?.value ?? [] }
      claimed[address] = nil
    }
    configurations[address] = value
    let task = Task<[Diagnostic], Never> {
      do throws(DiagnosticsError) {
        let provider = try await self.provider(for: address)
        return await provider.configure(
          ConfigureRequest(terraformVersion: terraformVersion, configuration: value))
      } catch {
        return error.diagnostics
      }
    }
    configuring[address] = task
    return await task.value
  }

  /// Whether the value that a configuration was last given is known in all its parts.
  package func isConfigurationKnown(_ address: ProviderConfigurationAddress) -> Bool {
    configurations[address]?.isWhollyKnown ?? true
  }

  /// Asks all calls in flight to end early.
  package func stop() async {
    for start in all {
      if let provider = try? await start.value { await provider.stop() }
    }
  }

  /// Ends every provider. No call may follow.
  package func close() async {
    let starts = all
    all = []
    await withTaskGroup(of: Void.self) { group in
      for start in starts {
        group.addTask {
          if let provider = try? await start.value { await provider.close() }
        }
      }
    }
  }

  private func makeStart(_ source: ProviderSource) -> Start {
    let factory = factory
    let start = Start { try await factory.start(source) }
    all.append(start)
    if first[source] == nil { first[source] = start }
    return start
  }

  private static func value(of start: Start) async throws(DiagnosticsError) -> any Provider {
    do {
      return try await start.value
    } catch let error as DiagnosticsError {
      throw error
    } catch {
      throw DiagnosticsError(.error("Failed to start provider", "\(error)"))
    }
  }
}

extension Array {
  fileprivate mutating func popFirst() -> Element? { isEmpty ? nil : removeFirst() }
}
