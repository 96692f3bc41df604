import Plugin

/// The providers in this program by their names: the last part of `plumb.internal/bundled/NAME`.
let bundledProviders: [String: ProviderBundle.Factory] = [:]
