"""Renders charts with Helm, by the package `helm-sdkpy`, which has Helm's own library in it but no rendering of its own: it
installs. So a cluster is played to it that has nothing and takes nothing: Helm renders a chart, writes the record of the release,
is refused, and the record is what was rendered.

Reads one request, `{"chart": PATH, "kubernetes": VERSION, "versions": [...], "values": [VALUES, ...]}`, and answers a list with, for
each of VALUES, either `error` or `manifest`, `hooks`, `notes`, `definitions` (what lies in `crds/`, as sent), and always the `versions`
that `.Capabilities.APIVersions` had: those that were asked for, and the kinds that the chart turned out to need.
"""

import asyncio
import base64
import gzip
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import helm_sdkpy

KUBECONFIG = """apiVersion: v1
kind: Config
current-context: c
clusters: [{{name: c, cluster: {{server: "http://127.0.0.1:{port}"}}}}]
users: [{{name: u, user: {{}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
"""
# The record is the only text of its kind in a request, whatever that is written in.
RECORD = re.compile(rb"H4sI[A-Za-z0-9+/=]+")
VERSION = re.compile(r"^/(?:api|apis)/([^/]+|[^/]+/[^/]+)$")
# Kinds that every cluster has, and that templates may look for.
LOOKED_UP = set(
    "APIService ClusterRole ClusterRoleBinding ConfigMap CronJob CustomResourceDefinition DaemonSet Deployment Endpoints Ingress IngressClass "
    "Job MutatingWebhookConfiguration Namespace NetworkPolicy Node PersistentVolume PersistentVolumeClaim Pod PriorityClass ReplicaSet Role "
    "RoleBinding Secret Service ServiceAccount StatefulSet StorageClass ValidatingWebhookConfiguration".split())
# Kinds of objects that it made, and kinds that a template looked for.
UNKNOWN = re.compile(r'no matches for kind "(?P<kind>[^"]+)" in version "(?P<version>[^"]+)"|unstructured: (?P<of>[^ ,]+), Kind=(?P<named>\w+)')


class Cluster(BaseHTTPRequestHandler):
    """Knows the kinds it is told to know, has no objects, and takes none."""

    protocol_version = "HTTP/1.1"
    kubernetes = ""
    versions = []
    record = None
    definitions = []

    def log_message(self, *_):
        pass

    def answer(self, status, document, content="application/json"):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", content)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, code, reason):
        self.answer(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code, "message": reason})

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path.endswith(("/secrets", "/configmaps")):
            self.answer(200, {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": []})
        elif path == "/version":
            major, minor = self.kubernetes[1:].split(".")[:2]
            self.answer(200, {"major": major, "minor": minor, "gitVersion": self.kubernetes})
        # Who asks for something but kinds does not say how long it may take.
        elif "timeout=" not in query:
            self.refuse(404, "NotFound")
        elif path in ("/api", "/apis"):
            content = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            self.answer(200, discovery(self.versions, path == "/api"), content)
        elif version := VERSION.match(path):
            kinds = LOOKED_UP | {known.split("/")[-1] for known in self.versions if known.rpartition("/")[0] == version[1]}
            resources = [{"name": plural(k), "singularName": k.lower(), "namespaced": True, "kind": k, "verbs": ["get"]} for k in sorted(kinds)]
            self.answer(200, {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version[1], "resources": resources})
        else:
            self.refuse(404, "NotFound")

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if b"helm.sh/release.v1" in body and (packed := RECORD.search(body)):
            Cluster.record = json.loads(gzip.decompress(base64.b64decode(packed[0])))
            self.refuse(403, "Forbidden")
        elif "/customresourcedefinitions" in self.path:
            Cluster.definitions.append(json.loads(body))
            self.answer(201, Cluster.definitions[-1])
        else:
            self.refuse(403, "Forbidden")

    do_POST = do_PATCH = do_PUT = take


def plural(kind):
    return kind.lower() + "s"


def discovery(versions, core):
    """The document that tells which groups, versions and kinds there are."""
    groups = {}
    for version in versions:
        parts = version.split("/")
        kind = parts.pop() if parts[-1][:1].isupper() else None
        group = parts[0] if len(parts) == 2 else ""
        if (group == "") != core:
            continue
        kinds = groups.setdefault(group, {}).setdefault(parts[-1], [])
        if kind:
            kinds.append({
                "resource": plural(kind), "singularResource": kind.lower(),
                # Into everything else Helm writes the release's namespace, which tells nothing of the chart.
                "scope": "Cluster" if kind == "CustomResourceDefinition" else "Namespaced",
                "responseKind": {"group": group, "version": parts[-1], "kind": kind}, "verbs": ["create", "get", "list"],
            })
    return {
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
        "items": [
            {"metadata": {"name": group}, "versions": [{"version": v, "resources": k, "freshness": "Current"} for v, k in kinds.items()]}
            for group, kinds in groups.items()
        ],
    }


def install(port, chart, values):
    """Gives Helm's message of why it could not install the chart."""
    config = helm_sdkpy.Configuration(kubeconfig=KUBECONFIG.format(port=port))
    Cluster.record, Cluster.definitions = None, []
    try:
        asyncio.run(helm_sdkpy.Install(config).run("rel", chart, values, wait=False, timeout=60, server_side_apply=True))
        return "nothing was refused"
    except helm_sdkpy.HelmError as error:
        return str(error)


def render(port, chart, versions, values):
    Cluster.versions = list(versions)
    while True:
        message = install(port, chart, values)
        if Cluster.record is not None:
            record = Cluster.record
            return {
                "manifest": record.get("manifest", ""), "hooks": record.get("hooks") or [],
                "notes": record.get("info", {}).get("notes", ""), "definitions": Cluster.definitions, "versions": Cluster.versions,
            }
        found = [match.groupdict() for match in UNKNOWN.finditer(message)]
        needed = {m["version"] or m["of"] for m in found} | {f"{m['version'] or m['of']}/{m['kind'] or m['named']}" for m in found}
        needed -= set(Cluster.versions)
        if not needed:
            return {"error": message, "versions": Cluster.versions}
        Cluster.versions = Cluster.versions + sorted(needed)


def main():
    request = json.load(sys.stdin)
    Cluster.kubernetes = request["kubernetes"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cluster)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answers = [render(server.server_port, request["chart"], request["versions"], values) for values in request["values"]]
    server.shutdown()
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
