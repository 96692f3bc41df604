import FilesProvider
import KubernetesProvider
import Plugin
import ProviderKit

/// The providers in this program by their names: the last part of `plumb.internal/bundled/NAME`.
let bundledProviders: [String: ProviderBundle.Factory] = [
  "files": LocalFiles.served(environment:),
  "kubernetes": KubernetesAPI.served(environment:),
]
