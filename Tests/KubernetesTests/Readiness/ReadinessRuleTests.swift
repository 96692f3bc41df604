@testable import Kubernetes
import Testing
import YAML

/// When objects of each kind are ready, by what they say of themselves.
@Suite struct ReadinessRuleTests {
  struct Case: CustomTestStringConvertible {
    let outcome: String
    let yaml: String
    var testDescription: String { yaml }
  }

  static let cases: [Case] = [
    Case(outcome: "waiting", yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 2}, spec: {replicas: 1}, status: {observedGeneration: 1}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 1}}"),
    Case(outcome: "ready", yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {paused: true}}"),
    Case(
      outcome: "ready",
      yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 2}, status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: [{type: Available, status: 'True'}, {type: Progressing, status: 'True', reason: NewReplicaSetAvailable}]}}"),
    Case(
      outcome: "waiting",
      yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, spec: {replicas: 2}, status: {observedGeneration: 1, replicas: 3, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3}}"),
    Case(
      outcome: "failed",
      yaml: "{apiVersion: apps/v1, kind: Deployment, metadata: {generation: 1}, status: {observedGeneration: 1, conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: apps/v1, kind: StatefulSet, spec: {updateStrategy: {type: OnDelete}}}"),
    Case(
      outcome: "ready",
      yaml: "{apiVersion: apps/v1, kind: StatefulSet, spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}, status: {observedGeneration: 1, readyReplicas: 3, updatedReplicas: 1, currentRevision: a, updateRevision: b}}"),
    Case(
      outcome: "waiting",
      yaml: "{apiVersion: apps/v1, kind: StatefulSet, spec: {replicas: 1}, status: {observedGeneration: 1, readyReplicas: 1, updatedReplicas: 1, currentRevision: a, updateRevision: b}}"),
    Case(outcome: "ready", yaml: "{apiVersion: apps/v1, kind: DaemonSet, status: {observedGeneration: 1, desiredNumberScheduled: 0}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: apps/v1, kind: DaemonSet, status: {desiredNumberScheduled: 0}}"),
    Case(
      outcome: "waiting",
      yaml: "{apiVersion: apps/v1, kind: DaemonSet, status: {observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1, numberReady: 1}}"),
    Case(outcome: "ready", yaml: "{apiVersion: batch/v1, kind: Job, status: {conditions: [{type: Complete, status: 'True'}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: batch/v1, kind: Job, spec: {suspend: true}}"),
    Case(outcome: "failed", yaml: "{apiVersion: batch/v1, kind: Job, status: {conditions: [{type: FailureTarget, status: 'True'}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: batch/v1, kind: Job, status: {active: 1}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Pod, status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Pod, status: {phase: Succeeded}}"),
    Case(outcome: "failed", yaml: "{apiVersion: v1, kind: Pod, status: {phase: Failed, reason: Evicted}}"),
    Case(
      outcome: "waiting",
      yaml: "{apiVersion: v1, kind: Pod, status: {phase: Pending, containerStatuses: [{name: a, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: v1, kind: PersistentVolumeClaim, status: {phase: Pending}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: PersistentVolumeClaim, status: {phase: Bound}}"),
    Case(outcome: "failed", yaml: "{apiVersion: v1, kind: PersistentVolumeClaim, status: {phase: Lost}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Service, spec: {type: ClusterIP}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: v1, kind: Service, spec: {type: LoadBalancer}, status: {loadBalancer: {}}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Service, spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 192.0.2.7}]}}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Service, spec: {type: LoadBalancer, externalIPs: [192.0.2.8]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: networking.k8s.io/v1, kind: Ingress, status: {loadBalancer: {}}}"),
    Case(outcome: "failed", yaml: "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, status: {conditions: [{type: Accepted, status: 'False'}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, status: {conditions: [{type: Accepted, status: 'True'}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, status: {conditions: [{type: Programmed, status: 'True'}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, status: {conditions: [{type: Established, status: 'True'}]}}"),
    Case(outcome: "failed", yaml: "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, status: {conditions: [{type: NamesAccepted, status: 'False'}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}"),
    Case(outcome: "waiting", yaml: "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, status: {conditions: [{type: Available, status: 'False', reason: FailedDiscoveryCheck}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: Namespace, status: {phase: Active}}"),
    Case(outcome: "ready", yaml: "{apiVersion: v1, kind: ConfigMap}"),
    Case(outcome: "ready", yaml: "{apiVersion: policy/v1, kind: PodDisruptionBudget, status: {conditions: [{type: DisruptionAllowed, status: 'False'}]}}"),
    Case(outcome: "ready", yaml: "{apiVersion: example.org/v1, kind: Thing}"),
    Case(outcome: "waiting", yaml: "{apiVersion: example.org/v1, kind: Thing, status: {conditions: [{type: Ready, status: 'False', message: soon}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: example.org/v1, kind: Thing, status: {conditions: [{type: Reconciling, status: 'True'}]}}"),
    Case(outcome: "failed", yaml: "{apiVersion: example.org/v1, kind: Thing, status: {conditions: [{type: Stalled, status: 'True'}]}}"),
    Case(outcome: "waiting", yaml: "{apiVersion: example.org/v1, kind: Thing, metadata: {generation: 3}, status: {observedGeneration: 2}}"),
  ]

  @Test(arguments: cases) func rule(_ example: Case) throws {
    let readiness = KubernetesObject(try YAML.value(example.yaml)).readinessOfKind
    let outcome =
      switch readiness {
      case .ready: "ready"
      case .waiting: "waiting"
      case .failed: "failed"
      }
    #expect(outcome == example.outcome, "\(readiness)")
  }

  @Test func ownConditionsAndFields() throws {
    let object = KubernetesObject(
      try YAML.value("{status: {phase: Running, count: 3, conditions: [{type: Synced, status: 'False', reason: Busy}], list: [{ip: 10.0.0.1}]}}"))
    func readiness(_ condition: ReadinessCondition) -> Readiness { condition.readiness(object) }
    let synced = ReadinessCondition.StatusCondition(type: "Synced")
    #expect(readiness(ReadinessCondition(conditions: [synced])) == .waiting("Synced=False (Busy), and is to be True"))
    #expect(readiness(ReadinessCondition(conditions: [.init(type: "Synced", status: "False")])) == .ready)
    #expect(readiness(ReadinessCondition(conditions: [.init(type: "Other")])) == .waiting("it has no condition Other yet"))
    let fields = [
      try FieldExpectation("status.phase", matches: "^Run"), try FieldExpectation("status.count", matches: "3"),
      try FieldExpectation("status.list[0].ip", matches: #"^(\d+(\.|$)){4}"#), try FieldExpectation("status.list", matches: "*"),
    ]
    #expect(readiness(ReadinessCondition(fields: fields)) == .ready)
    #expect(
      readiness(ReadinessCondition(fields: [try FieldExpectation("status.phase", matches: "^Done$")]))
        == .waiting(#"status.phase is "Running", and is to match "^Done$""#))
    #expect(readiness(ReadinessCondition(fields: [try FieldExpectation("status.none", matches: "*")])) == .waiting("status.none is not there yet"))
    #expect(throws: ObjectError.self) { try FieldExpectation("a[", matches: "*") }
    #expect(throws: ObjectError.self) { try FieldExpectation("a", matches: "(") }
  }
}
