import ProviderKit
import YAML

/// What runs in pods.
enum Container {
  static let fields: [Field] = makeFields {
    texts("args")
    texts("command")
    many("env", by: "name", of: environment)
    many("env_from") {
      one("config_map_ref", reference)
      text("prefix").omittedIfEmpty
      one("secret_ref", reference)
    }
    text("image")
    text("image_pull_policy").computed
    one("lifecycle") {
      one("post_start", handler)
      one("pre_stop", handler)
    }
    one("liveness_probe", probe)
    text("name").required
    many("port", "ports", of: port)
    one("readiness_probe", probe)
    one("resources") {
      quantityMap("limits").computed
      quantityMap("requests").computed
    }.whenUnsaid([:])
    one("security_context", securityContext).whenUnsaid([:])
    text("restart_policy").computed.among("Always")
    one("startup_probe", probe)
    terminal
    many("volume_mount", "volumeMounts", by: "mount_path") {
      text("mount_path").required
      text("name").required
      flag("read_only").defaults(to: false)
      text("sub_path").omittedIfEmpty
      text("sub_path_expr").omittedIfEmpty
      text("mount_propagation").defaults(to: "None").among("None", "HostToContainer", "Bidirectional")
    }
    many("volume_device", "volumeDevices", by: "device_path") {
      text("device_path").required
      text("name").required
    }
    text("working_dir").omittedIfEmpty
  }

  @FieldList private static var terminal: [Field] {
    flag("stdin").defaults(to: false)
    flag("stdin_once").defaults(to: false)
    text("termination_message_path").defaults(to: "/dev/termination-log")
    text("termination_message_policy").computed.among("File", "FallbackToLogsOnError")
    flag("tty").defaults(to: false)
  }

  @FieldList static func environment() -> [Field] {
    text("name").required
    text("value")
    one("value_from") {
      one("config_map_key_ref", keyReference)
      one("field_ref", fieldReference)
      one("resource_field_ref") {
        text("container_name")
        quantity("divisor").defaults(to: "1")
        text("resource").required
      }
      one("secret_key_ref", keyReference)
    }
  }

  @FieldList private static func reference() -> [Field] {
    text("name").required
    flag("optional")
  }

  @FieldList private static func keyReference() -> [Field] {
    text("key")
    text("name")
    flag("optional")
  }

  @FieldList static func fieldReference() -> [Field] {
    text("api_version").defaults(to: "v1")
    text("field_path")
  }

  @FieldList private static func port() -> [Field] {
    integer("container_port").required
    text("host_ip").omittedIfEmpty
    integer("host_port").omitted { $0.int == 0 }
    text("name").omittedIfEmpty
    text("protocol").defaults(to: "TCP").among("TCP", "UDP", "SCTP")
  }

  @FieldList private static func handler() -> [Field] {
    one("exec") { texts("command") }
    one("http_get") {
      text("host").omittedIfEmpty
      text("path")
      text("scheme").defaults(to: "HTTP").among("HTTP", "HTTPS")
      numberOrText("port")
      many("http_header", "httpHeaders") {
        text("name")
        text("value")
      }
    }
    one("tcp_socket") { numberOrText("port").required }
  }

  @FieldList private static func probe() -> [Field] {
    handler()
    one("grpc") {
      integer("port").required
      text("service")
    }
    integer("failure_threshold").defaults(to: 3).atLeast(1)
    integer("initial_delay_seconds").atLeast(0)
    integer("period_seconds").defaults(to: 10).atLeast(1)
    integer("success_threshold").defaults(to: 1).atLeast(1)
    integer("timeout_seconds").defaults(to: 1).atLeast(1)
  }

  @FieldList private static func securityContext() -> [Field] {
    flag("allow_privilege_escalation").defaults(to: true)
    one("capabilities") {
      texts("add")
      texts("drop")
    }
    flag("privileged").defaults(to: false)
    flag("read_only_root_filesystem").defaults(to: false)
    digits("run_as_group")
    flag("run_as_non_root")
    digits("run_as_user")
    one("seccomp_profile", seccompProfile)
    one("se_linux_options", linuxOptions)
  }
}
