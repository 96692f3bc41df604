"""Serves modules in every form on a free loopback port, until standard input ends: fixtures.py DIRECTORY

Makes Git repositories in DIRECTORY, prints the port, and answers as a module registry (/v1/), as a server of archives
(/archives/NAME.EXTENSION) and of pages that say where a module is (/pages/).
"""

import http.server
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import zipfile

directory = sys.argv[1]
VERSIONS = {
    "simple": ["1.0.0", "1.2.0", "1.2.1-beta", "2.0.0"],
    "glob": ["1.0.0"],
    "git": ["0.1.0"],
    "empty": [],
    "nowhere": ["1.0.0"],
    "nested": ["1.0.0"],
}


def git(repository, *arguments):
    environment = dict(
        os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b",
        GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")
    subprocess.run(["git", *arguments], cwd=repository, env=environment, check=True, stdout=subprocess.DEVNULL)


def write(repository, path, text):
    full = os.path.join(repository, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w") as file:
        file.write(text)


def make_repository():
    repository = os.path.join(directory, "repository")
    os.makedirs(repository)
    git(repository, "init", "-q", "-b", "main", ".")
    write(repository, "main.tf", 'output "v" {\n  value = "one"\n}\n')
    write(repository, "sub/main.tf", 'module "up" {\n  source = "../"\n}\noutput "v" {\n  value = module.up.v\n}\n')
    write(repository, "escapes/main.tf", 'module "out" {\n  source = "../../outside"\n}\n')
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "one")
    git(repository, "tag", "v1")
    write(repository, "main.tf", 'output "v" {\n  value = "two"\n}\n')
    git(repository, "commit", "-qam", "two")
    git(repository, "branch", "topic")
    plain = os.path.join(directory, "plain")
    write(plain, "main.tf", 'output "v" {\n  value = "plain"\n}\n')
    write(plain, ".hidden", "not copied\n")
    write(plain, "sub/main.tf", 'output "v" {\n  value = "plain sub"\n}\n')


def members(name, host):
    if name == "traversal":
        return {"../evil.tf": 'output "v" {}\n'}
    if name == "nested":
        return {
            "main.tf": 'module "inner" {\n  source = "./inner"\n}\nmodule "other" {\n  source  = "registry.example/acme/simple/test"\n'
            + '  version = "~> 1.0"\n}\n',
            "inner/main.tf": 'output "v" {\n  value = "inner"\n}\n',
        }
    return {"top/main.tf": 'output "v" {\n  value = "%s"\n}\n' % name, "top/sub/main.tf": 'output "v" {\n  value = "sub"\n}\n'}


def archive(name, extension, host):
    target = io.BytesIO()
    if extension == "zip":
        with zipfile.ZipFile(target, "w") as file:
            for path, text in members(name, host).items():
                file.writestr(path, text)
    else:
        with tarfile.open(fileobj=target, mode={"gz": "w:gz", "tgz": "w:gz", "xz": "w:xz", "bz2": "w:bz2"}[extension.split(".")[-1]]) as file:
            for path, text in members(name, host).items():
                entry = tarfile.TarInfo(path)
                entry.size = len(text)
                file.addfile(entry, io.BytesIO(text.encode()))
    return target.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.do_GET()

    def send(self, status, body=b"", kind="application/json", headers={}):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0]
        parts = path.strip("/").split("/")
        host = self.headers["Host"]
        if parts[0] == "v1" and len(parts) == 5 and parts[4] == "versions":
            if parts[1] == "secret" and self.headers.get("Authorization") != "Bearer sesame":
                return self.send(401)
            name = "simple" if parts[1] == "secret" else parts[2]
            if name == "broken":
                return self.send(500)
            if name not in VERSIONS:
                return self.send(404)
            versions = [{"version": version} for version in VERSIONS[name]]
            return self.send(200, json.dumps({"modules": [{"source": "x", "versions": versions}]}).encode())
        if parts[0] == "v1" and len(parts) == 6 and parts[5] == "download":
            locations = {
                "simple": f"/archives/{parts[4]}.zip//top",
                "glob": f"http://{host}/archives/glob.tgz//*?archive=tar.gz",
                "git": f"git::file://{directory}/repository//sub?ref=v1",
                "nested": "../../../../../archives/nested.tar.gz",
            }
            location = locations.get(parts[2])
            return self.send(204, headers={"X-Terraform-Get": location} if location else {})
        if parts[0] == "archives":
            name, _, extension = parts[1].partition(".")
            if name[0].isdigit():
                name, _, extension = parts[1].rpartition(".")
            return self.send(200, archive(name, extension, host), "application/octet-stream")
        if path == "/pages/header":
            return self.send(200, headers={"X-Terraform-Get": f"http://{host}/archives/header.zip//top"})
        if path == "/pages/meta":
            page = f'<html><head><meta name="terraform-get" content="http://{host}/archives/meta.zip//top" /></head></html>'
            return self.send(200, page.encode(), "text/html")
        if path == "/pages/nothing":
            return self.send(200, b"<html></html>", "text/html")
        self.send(404)


make_repository()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
