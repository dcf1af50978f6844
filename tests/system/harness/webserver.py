# SPDX-License-Identifier: MIT
"""Real web servers, each with one configuration around the Catalog, and real proxies in front of one."""
import os

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
        if "LD_PRELOAD" in os.environ:
            defines["LD_PRELOAD"] = os.environ["LD_PRELOAD"]
        words = [word for name, value in defines.items() for word in ("-C", f"Define {name} {value}")]
        super().__init__(["/usr/sbin/apache2", "-d", directory, "-f", HARNESS / "apache.conf", "-D", "FOREGROUND",
                          "-E", "/dev/stderr", *words], directory)
        self.wait_until_ready(self.is_answering)


class Nginx(WebServer):
    """nginx around server-level configuration text, and text for all servers; the upstream "catalog" is the given socket."""

    def __init__(self, directory, shape, socket, base="", keepalive=True, http=""):
        self.port = ports.free_port()
        self.base = base
        empty = directory / "empty"
        empty.mkdir()
        give_to_web(directory)
        configuration = directory / "nginx.conf"
        configuration.write_text((HARNESS / "nginx.conf").read_text().format(
            user=f"user {web_user()};" if web_user() else "", port=self.port, empty=empty, shape=shape, socket=socket, http=http,
            again=f"{socket.parent}/./{socket.name}", keepalive="keepalive 16;" if keepalive else ""))
        super().__init__(["/usr/sbin/nginx", "-p", directory, "-c", configuration, "-e", "stderr"], directory)
        self.wait_until_ready(self.is_answering)


# ---- Proxies in front of a web server, with the files of deploy/proxy ------------------------------------------------------
# Each takes the cookie "session" for the proof of who the customer is; SECRET is what the Catalog knows it by.

SECRET = "what-only-the-proxy-knows"
PROXY = DEPLOY / "proxy"

NGINX_PROXY = """
daemon off; {user} worker_processes 1; pid nginx.pid; error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path body; fastcgi_temp_path fastcgi; proxy_temp_path proxy; scgi_temp_path scgi;
    uwsgi_temp_path uwsgi; underscores_in_headers on; ignore_invalid_headers off;
    map $customer $catalog_secret {{ "" ""; default "{secret}"; }}
    server {{
        listen 127.0.0.1:{port};
        set $customer $cookie_session;
        location / {{ proxy_pass http://127.0.0.1:{upstream}; include {proxy}/nginx.conf; }}
    }}
}}
"""
APACHE_PROXY = """
LoadModule headers_module ${{MODULES}}/mod_headers.so
LoadModule setenvif_module ${{MODULES}}/mod_setenvif.so
LoadModule proxy_http_module ${{MODULES}}/mod_proxy_http.so
SetEnvIf Cookie "session=([0-9]+)" CUSTOMER=$1
ProxyPass "/" "http://127.0.0.1:{upstream}/"
Define CATALOG_SECRET "{secret}"
Include {proxy}/apache.conf
"""
HAPROXY = """
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
backend catalog
    server web 127.0.0.1:{upstream}
frontend shop
    bind 127.0.0.1:{port}
    default_backend catalog
    http-request set-var(txn.customer) req.cook(session) if {{ req.cook(session) -m found }}
{lines}
"""
CADDY = """
{{
    admin off
    auto_https off
    storage file_system {directory}
}}
http://127.0.0.1:{port} {{
    bind 127.0.0.1
    map {{http.request.cookie.session}} {{customer}} {{
        ~^([0-9]+)$ "${{1}}"
        default ""
    }}
    import {proxy}/Caddyfile
    reverse_proxy 127.0.0.1:{upstream}
}}
"""


class NginxProxy(WebServer):
    def __init__(self, directory, upstream):
        self.port = ports.free_port()
        give_to_web(directory)
        path = directory / "nginx.conf"
        path.write_text(NGINX_PROXY.format(user=f"user {web_user()};" if web_user() else "", port=self.port, proxy=PROXY,
                                           upstream=upstream, secret=SECRET))
        super().__init__(["/usr/sbin/nginx", "-p", directory, "-c", path, "-e", "stderr"], directory)
        self.wait_until_ready(self.is_answering)


class ApacheProxy(Apache):
    def __init__(self, directory, upstream):
        (directory / "web").mkdir()
        path = directory / "proxy.conf"
        path.write_text(APACHE_PROXY.format(upstream=upstream, secret=SECRET, proxy=PROXY))
        super().__init__(directory, path, ["PROXY"])


class HaproxyProxy(WebServer):
    def __init__(self, directory, upstream):
        self.port = ports.free_port()
        path = directory / "haproxy.cfg"
        path.write_text(HAPROXY.format(port=self.port, upstream=upstream, lines=(PROXY / "haproxy.cfg").read_text()))
        super().__init__(["/usr/sbin/haproxy", "-db", "-f", path], directory, env=environment(CATALOG_SECRET=SECRET))
        self.wait_until_ready(self.is_answering)


class CaddyProxy(WebServer):
    def __init__(self, directory, upstream):
        self.port = ports.free_port()
        path = directory / "Caddyfile"
        path.write_text(CADDY.format(port=self.port, upstream=upstream, proxy=PROXY, directory=directory))
        super().__init__(["/usr/bin/caddy", "run", "--config", path, "--adapter", "caddyfile"], directory,
                         env=environment(CATALOG_SECRET=SECRET, HOME=directory))
        self.wait_until_ready(self.is_answering)


PROXIES = {"nginx": NginxProxy, "apache": ApacheProxy, "haproxy": HaproxyProxy, "caddy": CaddyProxy}
