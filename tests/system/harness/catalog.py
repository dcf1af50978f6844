# SPDX-License-Identifier: MIT
"""The Catalog: a site's directory, catalog.fcgi on a socket of its own, and catalog.fcgi as a CGI program."""
import os
import shutil
import socket
import subprocess
import time

from harness.fastcgi import Connection, get
from harness.http_client import Answer
from harness.paths import BIN
from harness.process import SANITIZER, Process, as_user, environment, run
from harness.workshop import give_to_web, web_user


class Site:
    """A directory as deploy/README.md lays it out: catalog.fcgi, catalog.conf, keys/, var/catalog.db."""

    def __init__(self, directory, keys, discount_port, **settings):
        self.path = directory
        self.program = directory / "catalog.fcgi"
        self.var = directory / "var"
        shutil.copy(BIN / "catalog.fcgi", self.program)
        self.var.mkdir()
        (directory / "keys").mkdir()
        for name in ("ca.crt", "catalog.crt", "catalog.key"):
            shutil.copy(keys.file(name), directory / "keys" / name)
        done = run([BIN / "catalogctl", "init", "--demo", self.var / "catalog.db"])
        assert done.returncode == 0, done.stderr
        self.configure(discount_port, **settings)

    def configure(self, discount_port, **settings):
        """Writes catalog.conf. With a deadline that no busy machine breaks; who tests the deadline, or has no Discount, sets one. Sites share one
        Discount: who tests what it is told of a shop switches that on."""
        lines = {"CATALOG_DATABASE": "var/catalog.db", "DISCOUNT_SERVICE_HOST": f"127.0.0.1:{discount_port}",
                 "CATALOG_TRUST_LOCAL": "on", "CATALOG_DEADLINE_MS": 30000,
                 "CATALOG_TELL_SHOP": "off"} | settings
        (self.path / "catalog.conf").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        give_to_web(self.path)


class Catalog(Process):
    """catalog.fcgi with a listening unix socket as descriptor 0; it answers when this returns."""

    def __init__(self, site, name="catalog.socket", **settings):
        self.socket_path = site.var / name
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.socket_path))
            os.chmod(self.socket_path, 0o660)
            give_to_web(self.socket_path)
            listening.listen(128)
            super().__init__([site.program], site.path, env=environment(**settings), stdin=listening, user=web_user())
        self.wait_until_ready(self.is_answering)

    def is_answering(self):
        try:
            with Connection(self.socket_path) as connection:
                connection.send(get("/"))
                return connection.answer().endswith(b"It is working.")
        except (EOFError, ConnectionError):
            return False


class Cgi:
    """catalog.fcgi run as a CGI program (RFC 3875) for each request, by hand; asked like a web site."""

    def __init__(self, site):
        self.site = site

    def request(self, path, method="GET", headers=(), body=None, chunked=False, variables=()):
        """What http_client.request() does. `variables` are more CGI variables, or others."""
        path, _, query = path.partition("?")
        cgi = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_METHOD": method,
               "SCRIPT_NAME": "/cgi-bin/catalog.fcgi", "PATH_INFO": path, "REQUEST_URI": f"/cgi-bin/catalog.fcgi{path}",
               "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        if body is not None and not chunked:
            cgi["CONTENT_LENGTH"] = str(len(body))
        for name, value in headers:
            name = "HTTP_" + name.upper().replace("-", "_")
            cgi[name] = f"{cgi[name]}, {value}" if name in cgi else value
        began = time.monotonic()
        done = subprocess.run([*as_user(web_user()), str(self.site.program)], cwd="/", env=environment(**(cgi | dict(variables))),
                              input=body or b"", capture_output=True, timeout=60, check=False)
        seconds = time.monotonic() - began
        complaints = done.stderr.decode(errors="replace")
        assert done.returncode == 0, complaints
        assert not SANITIZER.search(complaints), complaints
        head, _, text = done.stdout.partition(b"\r\n\r\n")
        lines = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n")]
        status = dict(lines).get("Status", "200 OK").split(" ", 1)
        return Answer(int(status[0]), status[1], lines, text, seconds)
