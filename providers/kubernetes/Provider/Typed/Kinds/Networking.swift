import Kubernetes
import ProviderKit
import YAML

extension Kind {
  static let networking = [service, endpoints, endpointSlice, ingress, ingressClass, networkPolicy]

  static let service = Kind("service", "service_v1", apiVersion: "v1", kind: "Service", "One address for many pods.") {
    namespacedMetadata()
    one("spec") { serviceSpec }.required
    flag("wait_for_load_balancer").local.defaults(to: true)
    loadBalancerStatus {
      text("ip").readOnly
      text("ip_mode").readOnly
      text("hostname").readOnly
    }
  }.with {
    $0.version = 1
    $0.timeouts = ["create": .seconds(600)]
    $0.finish = { manifest in
      guard var spec = manifest["spec"], spec["type"] != "LoadBalancer" else { return }
      spec["allocateLoadBalancerNodePorts"] = nil
      manifest["spec"] = spec
    }
    $0.wait = { configuration in
      let isBalanced = configuration["spec"][0]["type"] == "LoadBalancer"
      return isBalanced && configuration["wait_for_load_balancer"].bool == true ? .ofKind : nil
    }
  }

  @FieldList private static var serviceSpec: [Field] {
    flag("allocate_load_balancer_node_ports").defaults(to: true)
    text("cluster_ip").computed.replaces.settles(.atCreation).omittedIfEmpty
    texts("cluster_ips").computed.replaces.settles(.atCreation)
    textSet("external_ips")
    text("external_name").omittedIfEmpty
    text("external_traffic_policy").computed.among("Local", "Cluster")
    texts("ip_families").computed
    text("ip_family_policy").computed.among("SingleStack", "PreferDualStack", "RequireDualStack")
    text("internal_traffic_policy").computed.among("Cluster", "Local")
    text("load_balancer_class").replaces
    text("load_balancer_ip").omittedIfEmpty
    textSet("load_balancer_source_ranges")
    many("port", "ports") {
      text("app_protocol").omittedIfEmpty
      text("name").omittedIfEmpty
      integer("node_port").computed.settles(.atCreation).omitted { $0.int == 0 }
      integer("port").required
      text("protocol").defaults(to: "TCP").among("TCP", "UDP", "SCTP")
      numberOrText("target_port").computed
    }
    flag("publish_not_ready_addresses").defaults(to: false)
    textMap("selector")
    text("session_affinity").defaults(to: "None").among("ClientIP", "None")
    one("session_affinity_config") { one("client_ip") { integer("timeout_seconds").computed } }
    text("type").defaults(to: "ClusterIP").among("ClusterIP", "ExternalName", "NodePort", "LoadBalancer")
    integer("health_check_node_port").computed.replaces.settles(.atCreation).omitted { $0.int == 0 }
  }

  static let endpoints = Kind("endpoints", "endpoints_v1", apiVersion: "v1", kind: "Endpoints", "Where the pods of a service are.") {
    namespacedMetadata()
    manyInNoOrder("subset", "subsets") {
      manyInNoOrder("address", "addresses", of: address)
      manyInNoOrder("not_ready_address", "notReadyAddresses", of: address)
      manyInNoOrder("port", "ports") {
        text("name").omittedIfEmpty
        integer("port").required
        text("protocol").defaults(to: "TCP")
      }
    }
  }

  @FieldList private static func address() -> [Field] {
    text("ip").required
    text("hostname").omittedIfEmpty
    text("node_name").omittedIfEmpty
  }

  static let endpointSlice = Kind(
    "endpoint_slice_v1", apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", "A part of where the pods of a service are."
  ) {
    namespacedMetadata()
    text("address_type").required.replaces.among("IPv4", "IPv6", "FQDN")
    many("endpoint", "endpoints") {
      texts("addresses").required
      one("condition") {
        flag("ready")
        flag("serving")
        flag("terminating")
      }.key("conditions")
      text("hostname").omittedIfEmpty
      text("node_name").omittedIfEmpty
      one("target_ref") {
        text("field_path").omittedIfEmpty
        text("name").required
        text("namespace").omittedIfEmpty
        text("resource_version").omittedIfEmpty
        text("uid").omittedIfEmpty
      }
      text("zone").omittedIfEmpty
    }.required
    many("port", "ports") {
      text("app_protocol").omittedIfEmpty
      text("name").omittedIfEmpty
      digits("port").required
      text("protocol").defaults(to: "TCP").among("TCP", "UDP", "SCTP")
    }.required
  }

  static let ingress = Kind(
    "ingress_v1", apiVersion: "networking.k8s.io/v1", kind: "Ingress", "How requests from outside come to services, by their hosts and paths."
  ) {
    namespacedMetadata()
    one("spec") {
      text("ingress_class_name").computed.omittedIfEmpty
      one("default_backend", backend)
      many("rule", "rules") {
        text("host").omittedIfEmpty
        one("http") {
          many("path", "paths") {
            text("path").omittedIfEmpty
            text("path_type").defaults(to: "ImplementationSpecific").among("ImplementationSpecific", "Prefix", "Exact")
            one("backend", backend)
          }.required
        }
      }
      many("tls") {
        texts("hosts")
        text("secret_name").omittedIfEmpty
      }
    }.required
    loadBalancerStatus {
      text("ip").readOnly
      text("hostname").readOnly
    }
    flag("wait_for_load_balancer").local
  }.with {
    $0.timeouts = ["create": .seconds(1200), "delete": .seconds(1200)]
    $0.wait = { configuration in
      guard configuration["wait_for_load_balancer"].bool == true else { return nil }
      return ReadinessCondition(fields: [try FieldExpectation("status.loadBalancer.ingress[0]", matches: "*")])
    }
  }

  @FieldList private static func backend() -> [Field] {
    one("resource") {
      text("api_group").required
      text("kind").required
      text("name").required
    }
    one("service") {
      text("name").required
      one("port") {
        integer("number").omitted { $0.int == 0 }
        text("name").omittedIfEmpty
      }.required
    }
  }

  private static func loadBalancerStatus(@FieldList _ ingress: () -> [Field]) -> Field {
    one("status") {
      one("load_balancer") { many("ingress", of: ingress).readOnly }.readOnly
    }.readOnly.settles(.atEachChange)
  }

  static let ingressClass = Kind(
    "ingress_class", "ingress_class_v1", apiVersion: "networking.k8s.io/v1", kind: "IngressClass", isNamespaced: false,
    "Which controller serves ingresses."
  ) {
    clusterMetadata()
    one("spec") {
      text("controller")
      one("parameters") {
        text("api_group").omittedIfEmpty
        text("kind").required
        text("name").required
        text("scope").computed
        text("namespace").omittedIfEmpty
      }
    }.required
  }

  static let networkPolicy = Kind(
    "network_policy", "network_policy_v1", apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", "Who may speak with pods, and they with whom."
  ) {
    namespacedMetadata()
    one("spec") {
      many("ingress") {
        many("ports", of: port)
        many("from", of: peer)
      }
      many("egress") {
        many("ports", of: port)
        many("to", of: peer)
      }
      one("pod_selector", labelSelector).required
      texts("policy_types").required
    }.required
  }

  @FieldList private static func port() -> [Field] {
    numberOrText("port")
    integer("end_port").omitted { $0.int == 0 }
    text("protocol").defaults(to: "TCP").among("TCP", "UDP", "SCTP")
  }

  @FieldList private static func peer() -> [Field] {
    one("ip_block") {
      text("cidr")
      texts("except")
    }
    one("namespace_selector", labelSelector)
    one("pod_selector", labelSelector)
  }
}
