import Kubernetes
import ProviderKit

extension Kind {
  static let storage = [claim, volume, storageClass, driver]

  static let claim = Kind(
    "persistent_volume_claim", "persistent_volume_claim_v1", apiVersion: "v1", kind: "PersistentVolumeClaim", "A wish for a volume."
  ) {
    namespacedMetadata()
    one("spec") { Volumes.claimSpec }.required
    flag("wait_until_bound").local.defaults(to: true)
  }.with {
    $0.timeouts = ["create": .seconds(300)]
    $0.wait = { $0["wait_until_bound"].bool == true ? .ofKind : nil }
  }

  static let volume = Kind(
    "persistent_volume", "persistent_volume_v1", apiVersion: "v1", kind: "PersistentVolume", isNamespaced: false, "Storage that claims are bound to."
  ) {
    clusterMetadata(isGeneratable: false)
    one("spec") {
      textSet("access_modes").required
      quantityMap("capacity").required
      text("persistent_volume_reclaim_policy").defaults(to: "Retain").among("Recycle", "Delete", "Retain")
      one("claim_ref") {
        text("namespace").defaults(to: "default")
        text("name").required
      }
      inline("persistent_volume_source") {
        Volumes.sources(secretNamespaces: true)
        one("csi") {
          text("driver").required
          text("volume_handle").required
          textMap("volume_attributes")
          text("fs_type")
          flag("read_only")
          for name in ["controller_publish_secret_ref", "node_stage_secret_ref", "node_publish_secret_ref", "controller_expand_secret_ref"] {
            Volumes.secretReference(name, true)
          }
        }
      }.required.frozen
      text("storage_class_name")
      one("node_affinity") {
        one("required") { many("node_selector_term", "nodeSelectorTerms", of: Affinity.nodeSelector).required }
      }
      textSet("mount_options")
      text("volume_mode").defaults(to: "Filesystem").replaces.among("Block", "Filesystem")
    }.required
  }.with { $0.timeouts = ["create": .seconds(300)] }

  static let storageClass = Kind(
    "storage_class", "storage_class_v1", apiVersion: "storage.k8s.io/v1", kind: "StorageClass", isNamespaced: false, "How volumes are made."
  ) {
    clusterMetadata()
    textMap("parameters").replaces
    text("storage_provisioner").key("provisioner").required.replaces
    text("reclaim_policy").defaults(to: "Delete").among("Recycle", "Delete", "Retain")
    text("volume_binding_mode").defaults(to: "Immediate").replaces.among("Immediate", "WaitForFirstConsumer")
    flag("allow_volume_expansion").defaults(to: true)
    textSet("mount_options").replaces
    many("allowed_topologies") {
      many("match_label_expressions") {
        text("key")
        textSet("values")
      }
    }.count(0, 1).replaces
  }

  static let driver = Kind(
    "csi_driver", "csi_driver_v1", apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", isNamespaced: false, "What a driver of volumes can do."
  ) {
    clusterMetadata()
    one("spec") {
      flag("attach_required").required.replaces
      flag("pod_info_on_mount")
      texts("volume_lifecycle_modes").computed
    }
  }
}
