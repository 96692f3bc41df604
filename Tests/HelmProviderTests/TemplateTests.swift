import LabSupport
import ProviderKit
import Testing
import YAML

@testable import Charts
@testable import HelmProvider

/// `helm_template`.
@Suite struct TemplateTests {
  private static let chart = [
    "Chart.yaml": TestChart.metadata("web"),
    "templates/a.yaml": TestChart.configMap("a", "\"{{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.IsUpgrade }}\""),
    "templates/b.yaml": TestChart.configMap("b", "\"{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has \"x.io/v1/Y\" }}\""),
    "templates/test.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations: {helm.sh/hook: test}\n",
    "templates/NOTES.txt": "Hello {{ .Values.name }}", "values.yaml": "name: you\n", "crds/c.yaml": "kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: cs.x.io}\n",
  ]

  @Test func chartsAreShownWithoutACluster() async throws {
    let stage = try HelmStage(Self.chart)
    let state = try await stage.stage.read(
      "helm_template",
      stage.release(["namespace": "ns", "is_upgrade": true, "kube_version": "1.29", "api_versions": ["x.io/v1/Y"], "include_crds": true]))
    #expect(Set(state["manifests"].keys) == ["crds/c.yaml", "templates/a.yaml", "templates/b.yaml", "templates/test.yaml"])
    #expect(state["manifests"]["templates/a.yaml"].string == "---\n# Source: web/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: \"rel/ns/true\"\n")
    #expect(state["manifest"].string?.contains("key: \"v1.29.0 true\"") ?? false)
    #expect(state["notes"] == "Hello you" && state["version"] == "1.0.0")
    #expect(state["crds"].elements?.count == 1)
    #expect(stage.lab.log.isEmpty, "nobody asks the cluster")
    let some = try await stage.stage.read("helm_template", stage.release(["show_only": ["templates/a*"], "skip_tests": true]))
    #expect(some["manifests"].keys == ["templates/a.yaml"])
    let said = try await stage.stage.read("helm_template", stage.release(["crds": [], "notes": "mine"]))
    #expect(said["notes"] == "mine" && said["crds"].elements?.count == 0)
    let none = await problems { _ = try await stage.stage.read("helm_template", stage.release(["show_only": ["templates/x.yaml"]])) }
    #expect(none.contains("show_only[0]") && none.contains("templates/b.yaml"), "\(none)")
  }

  @Test func theClusterChecksWhenItIsToldTo() async throws {
    let stage = try HelmStage([
      "Chart.yaml": TestChart.metadata("web"),
      "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {found: {{ (lookup \"v1\" \"Namespace\" \"\" \"default\").metadata.name | quote }}}\n",
      "templates/b.yaml": "{{ if .Values.bad }}apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {prots: []}\n{{ end }}", "values.yaml": "bad: false\n",
    ])
    let state = try await stage.stage.read("helm_template", stage.release(["validate": true]))
    #expect(state["manifest"].string?.contains("found: \"default\"") ?? false)
    #expect(!stage.exists(configMaps + "/a"))
    let text = await problems {
      _ = try await stage.stage.read("helm_template", stage.release(["validate": true, "set": [["name": "bad", "value": "true"]]]))
    }
    #expect(text.contains("web/templates/b.yaml makes v1/Service/default/s") && text.contains("prots"), "\(text)")
  }

  @Test func postRenderersChangeWhatWasRendered() async throws {
    let programs = Programs.scripted { program in
      let text = String(decoding: program.input, as: UTF8.self)
      if program.arguments == ["fail"] { return ProgramResult(exitCode: 3, standardError: Array("no".utf8)) }
      return ProgramResult(text: text.replacing("name: a", with: "name: z"))
    }
    let stage = try HelmStage(["Chart.yaml": TestChart.metadata("web"), "templates/a.yaml": TestChart.configMap("a", "v")], programs: programs)
    let state = try await stage.stage.read("helm_template", stage.release(["postrender": ["binary_path": "/bin/change"]]))
    #expect(state["manifest"].string?.contains("name: z") ?? false)
    let text = await problems {
      _ = try await stage.stage.read("helm_template", stage.release(["postrender": ["binary_path": "/bin/change", "args": ["fail"]]]))
    }
    #expect(text.contains("exit code 3") && text.contains("no"), "\(text)")
  }
}
