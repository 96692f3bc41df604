import ProviderKit

/// Where the data of pods is.
enum Volumes {
  @FieldList static var ofPods: [Field] {
    text("name")
    sources(secretNamespaces: false)
    one("config_map") {
      many("items", of: item)
      fileMode("default_mode").defaults(to: "0644")
      flag("optional")
      text("name")
    }
    one("git_repo") {
      text("directory")
      text("repository")
      text("revision")
    }
    one("downward_api") {
      fileMode("default_mode").defaults(to: "0644")
      many("items", of: downwardItem)
    }.key("downwardAPI")
    one("empty_dir") {
      text("medium").defaults(to: "")
      quantity("size_limit")
    }
    one("ephemeral") {
      one("volume_claim_template") {
        one("metadata") {
          textMap("annotations")
          textMap("labels")
        }
        one("spec") { claimSpec }.required
      }.required
    }
    one("persistent_volume_claim") {
      text("claim_name")
      flag("read_only").defaults(to: false)
    }
    one("secret") {
      fileMode("default_mode").defaults(to: "0644")
      many("items", of: item)
      flag("optional")
      text("secret_name")
    }
    projected
    one("csi") {
      text("driver").required
      textMap("volume_attributes")
      text("fs_type")
      flag("read_only")
      one("node_publish_secret_ref") { text("name") }
    }
  }

  @FieldList private static var projected: [Field] {
    one("projected") {
      fileMode("default_mode").defaults(to: "0644")
      many("sources") {
        one("secret") {
          text("name")
          many("items", of: item)
          flag("optional")
        }
        one("config_map") {
          text("name")
          many("items", of: item)
          flag("optional")
        }
        one("downward_api") { many("items", of: downwardItem) }.key("downwardAPI")
        one("service_account_token") {
          text("audience").omittedIfEmpty
          integer("expiration_seconds").defaults(to: 3600).atLeast(600)
          text("path").required
        }
      }.required
    }
  }

  @FieldList private static func item() -> [Field] {
    text("key")
    fileMode("mode")
    text("path")
  }

  @FieldList private static func downwardItem() -> [Field] {
    one("field_ref", Container.fieldReference)
    fileMode("mode")
    text("path").required
    one("resource_field_ref") {
      text("container_name").required
      quantity("divisor").defaults(to: "1")
      text("resource").required
    }
  }

  /// Of claims, and of what makes claims.
  @FieldList static var claimSpec: [Field] {
    textSet("access_modes").required.replaces
    one("resources") {
      quantityMap("limits").replaces
      quantityMap("requests").replaces(when: shrinks)
    }.required
    one("selector", labelSelector).replaces
    text("volume_name").computed.replaces.settles(.atCreation)
    text("storage_class_name").computed.replaces
    text("volume_mode").computed.replaces.among("Block", "Filesystem")
  }

  /// Claims can grow, and not become smaller.
  @Sendable private static func shrinks(_ prior: DynamicValue, _ new: DynamicValue) -> Bool {
    guard let before = prior["storage"].string.flatMap(Quantity.init), let after = new["storage"].string.flatMap(Quantity.init) else { return false }
    return after < before
  }

  /// What volumes of pods and persistent ones can be.
  @FieldList static func sources(secretNamespaces: Bool) -> [Field] {
    one("host_path") {
      text("path")
      text("type").among(
        "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
    }
    if secretNamespaces { one("local") { text("path") } }
    one("nfs") {
      text("path").required
      flag("read_only")
      text("server").required
    }
    clouds(secretNamespaces)
    storageServers(secretNamespaces)
  }

  @FieldList private static func clouds(_ secretNamespaces: Bool) -> [Field] {
    one("aws_elastic_block_store") {
      text("fs_type")
      integer("partition")
      flag("read_only")
      text("volume_id").required
    }
    one("azure_disk") {
      text("caching_mode").required
      text("data_disk_uri").key("diskURI").required
      text("disk_name").required
      text("fs_type")
      text("kind").computed
      flag("read_only").defaults(to: false)
    }
    one("azure_file") {
      flag("read_only")
      text("secret_name").required
      if secretNamespaces { text("secret_namespace") }
      text("share_name").required
    }
    one("cinder") {
      text("fs_type")
      flag("read_only")
      text("volume_id").required
    }
    one("gce_persistent_disk") {
      text("fs_type")
      integer("partition")
      text("pd_name").required
      flag("read_only")
    }
    one("photon_persistent_disk") {
      text("fs_type")
      text("pd_id").required
    }
    one("vsphere_volume") {
      text("fs_type")
      text("volume_path").required
    }
  }

  @FieldList private static func storageServers(_ secretNamespaces: Bool) -> [Field] {
    one("ceph_fs") {
      textSet("monitors").required
      text("path")
      flag("read_only")
      text("secret_file")
      secretReference("secret_ref", secretNamespaces)
      text("user")
    }.key("cephfs")
    one("fc") {
      text("fs_type")
      integer("lun").required
      flag("read_only")
      textSet("target_ww_ns").key("targetWWNs").required
    }
    one("flex_volume") {
      text("driver").required
      text("fs_type")
      textMap("options")
      flag("read_only")
      secretReference("secret_ref", secretNamespaces)
    }
    one("flocker") {
      text("dataset_name")
      text("dataset_uuid")
    }
    one("glusterfs") {
      text("endpoints_name").key("endpoints").required
      text("path").required
      flag("read_only")
    }
    one("iscsi") {
      text("fs_type")
      text("iqn").required
      text("iscsi_interface").defaults(to: "default")
      integer("lun").defaults(to: 0)
      flag("read_only")
      text("target_portal").required
    }
    one("quobyte") {
      text("group")
      flag("read_only")
      text("registry").required
      text("user")
      text("volume").required
    }
    one("rbd") {
      textSet("ceph_monitors").key("monitors").required
      text("fs_type")
      text("keyring").computed
      text("rados_user").key("user").defaults(to: "admin")
      text("rbd_image").key("image").required
      text("rbd_pool").key("pool").defaults(to: "rbd")
      flag("read_only").defaults(to: false)
      secretReference("secret_ref", secretNamespaces)
    }
  }

  static func secretReference(_ name: String, _ isNamespaced: Bool) -> Field {
    one(name) {
      text("name")
      if isNamespaced { text("namespace").computed }
    }
  }
}
