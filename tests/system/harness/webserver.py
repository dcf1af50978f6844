# SPDX-License-Identifier: MIT
"""Real web servers, each with one configuration around the Catalog."""
from harness import http_client, ports
from harness.paths import DEPLOY, HARNESS
from harness.process import Process, environment
from harness.workshop import give_to_web, web_user


class WebServer(Process):
    """A web server on a free port of 127.0.0.1; `base` is the path below which the Catalog is."""

    base = ""

    def request(self, path, **more):
        return http_client.request(self.url(path), **more)

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{self.base}{path}"

    def is_answering(self):
        return ports.is_open(self.port)


class Lighttpd(WebServer):
    """lighttpd, by deploy/lighttpd/standalone.conf; `shape` is a file beside that one or of one's own."""

    def __init__(self, site, shape, base=""):
        self.port = ports.free_port()
        self.base = base
        super().__init__(
            ["/usr/sbin/lighttpd", "-D", "-f", DEPLOY / "lighttpd" / "standalone.conf"], site.var, user=web_user(),
            env=environment(CATALOG=site.path, CATALOG_PORT=self.port, CATALOG_SHAPE=shape))
        self.wait_until_ready(self.is_answering)


class Apache(WebServer):
    """Apache around one configuration file. `modules` are of FCGID, CGID, PROXY; `defines` go before the file."""

    def __init__(self, directory, shape, modules, base="", **defines):
        self.port = ports.free_port()
        self.base = base
        var = directory / "var"
        var.mkdir()
        give_to_web(directory)
        defines |= {"PORT": self.port, "SHAPE": shape, "VAR": var, "WEB": directory / "web"}
        defines |= {f"WITH_{module}": 1 for module in modules}
        if web_user():
            defines["WEB_USER"] = web_user()
        words = [word for name, value in defines.items() for word in ("-C", f"Define {name} {value}")]
        super().__init__(["/usr/sbin/apache2", "-d", directory, "-f", HARNESS / "apache.conf", "-D", "FOREGROUND",
                          "-E", "/dev/stderr", *words], directory)
        self.wait_until_ready(self.is_answering)


class Nginx(WebServer):
    """nginx around server-level configuration text; the upstream "catalog" is the given socket."""

    def __init__(self, directory, shape, socket, base="", keepalive=True):
        self.port = ports.free_port()
        self.base = base
        empty = directory / "empty"
        empty.mkdir()
        give_to_web(directory)
        configuration = directory / "nginx.conf"
        configuration.write_text((HARNESS / "nginx.conf").read_text().format(
            user=f"user {web_user()};" if web_user() else "", port=self.port, empty=empty, shape=shape, socket=socket,
            again=f"{socket.parent}/./{socket.name}", keepalive="keepalive 16;" if keepalive else ""))
        super().__init__(["/usr/sbin/nginx", "-p", directory, "-c", configuration, "-e", "stderr"], directory)
        self.wait_until_ready(self.is_answering)
