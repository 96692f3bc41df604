// ProviderKit: write a provider in Swift. Models from which the schema follows, planning by what they say, services that providers
// need, and a stage to try them on. The only room with public names, none of which shows a type of another room: a provider imports
// this and nothing else. It knows no engine, no state and no language.
