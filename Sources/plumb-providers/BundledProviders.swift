import FilesProvider
import HelmProvider
import KubernetesProvider
import Plugin
import ProviderKit

/// The providers in this program by their names: the last part of `plumb.internal/bundled/NAME`.
let bundledProviders: [String: ProviderBundle.Factory] = [
  "files": LocalFiles.served(environment:),
  "helm": Helm.served(environment:),
  "kubernetes": KubernetesAPI.served(environment:),
]
