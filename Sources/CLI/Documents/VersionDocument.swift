import Addresses
import Engine
import Values

/// What `version -json` prints, indented, with a line break at its end. `providers` are the selected versions, sorted;
/// `platform` is `OS_ARCHITECTURE`.
func versionDocument(_ providers: [(source: ProviderSource, version: String)], platform: String) -> [UInt8] {
  var writer = JSONWriter(style: .indented("  "))
  writer.beginObject()
  writer.member("terraform_version", terraformVersion)
  writer.member("platform", platform)
  writer.key("provider_selections")
  writer.beginObject()
  for provider in providers { writer.member(provider.source.description, provider.version) }
  writer.endObject()
  writer.member("terraform_outdated", false)
  writer.endObject()
  writer.newline()
  return writer.bytes
}
