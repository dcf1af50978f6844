# SPDX-License-Identifier: MIT
"""
Every way to put the Catalog behind a web server: the files of deploy/ as they are, and what people have besides.
A shape is a function that starts what it needs in a new directory, around a site in that directory's web/shop, and
hands back what to ask, and what was started.
"""
from dataclasses import dataclass, field

from harness.catalog import Catalog, Cgi, Site
from harness.paths import DEPLOY, is_sanitized
from harness.webserver import Apache, Lighttpd, Nginx

APACHE = DEPLOY / "apache"
NGINX = DEPLOY / "nginx"


@dataclass
class Running:
    """A shape that runs: `web` is asked; processes are stopped in their order."""

    web: object
    site: Site
    processes: list = field(default_factory=list)

    def stop(self):
        for process in self.processes:
            process.stop()


def by_lighttpd(shape, base=""):
    def start(directory, site):
        if "\n" in shape:
            (directory / "shape.conf").write_text(shape)
        web = Lighttpd(site, directory / "shape.conf" if "\n" in shape else shape, base)
        return Running(web, site, [web])
    return start


def by_apache(shape, *modules, base="", **defines):
    def start(directory, site):
        path = shape
        if isinstance(shape, str):
            path = directory / "shape.conf"
            path.write_text(shape)
        web = Apache(directory, path, modules, base, CATALOG=site.path, **defines)
        return Running(web, site, [web])
    return start


def by_apache_proxy(shape, base="", **defines):
    def start(directory, site):
        path = shape
        if isinstance(shape, str):
            path = directory / "shape.conf"
            path.write_text(shape)
        catalog = Catalog(site)
        web = Apache(directory, path, ["PROXY"], base, CATALOG=site.path, CATALOG_SOCKET=catalog.socket_path, **defines)
        return Running(web, site, [web, catalog])
    return start


def by_htaccess(*modules, lines="", host_lines=""):
    """A shared host: a directory of the web space with catalog.fcgi, its settings and data, and the .htaccess behind `lines`."""
    def start(directory, site):
        (site.path / ".htaccess").write_text(lines + (APACHE / "htaccess").read_text())
        host = directory / "host.conf"
        host.write_text("<Directory ${WEB}>\n  AllowOverride FileInfo Options AuthConfig\n  Require all granted\n"
                        "</Directory>\n" + host_lines)
        web = Apache(directory, host, modules, "/shop")
        return Running(web, site, [web])
    return start


def by_nginx(shape, base="", keepalive=True, http=""):
    def start(directory, site):
        catalog = Catalog(site)
        web = Nginx(directory, shape, catalog.socket_path, base, keepalive, http)
        return Running(web, site, [web, catalog])
    return start


def _by_hand(_directory, site):
    return Running(Cgi(site), site)


# lighttpd's own view of "/": SCRIPT_NAME is the first segment, PATH_INFO the rest.
LIGHTTPD_PLAIN = """
server.modules += ( "mod_fastcgi" )
fastcgi.server = ( "/" => (( "bin-path" => var.catalog + "/catalog.fcgi", "socket" => var.catalog + "/var/socket",
                             "max-procs" => 1, "check-local" => "disable" )) )
"""
# A script called by its name, as in a cgi-bin.
LIGHTTPD_SCRIPT = """
server.modules += ( "mod_alias", "mod_cgi" )
alias.url = ( "/cgi-bin/" => var.catalog + "/" )
$HTTP["url"] =~ "^/cgi-bin/catalog.fcgi" { cgi.assign = ( ".fcgi" => "" ) }
"""
# Only what is no file goes to the program, so nothing else may be kept there.
FALLBACK_RESOURCE = """
<Directory ${CATALOG}>
    Require all granted
    Options +ExecCGI
    AddHandler fcgid-script .fcgi
    CGIPassAuth On
    FallbackResource /shop/catalog.fcgi
    LimitRequestBody 131072
</Directory>
Alias /shop ${CATALOG}
"""
# A rewrite to the script, and mod_proxy_fcgi as its handler.
SET_HANDLER = """
Alias /shop ${CATALOG}
<Directory ${CATALOG}>
    Require all granted
    RewriteEngine On
    RewriteBase /shop
    RewriteRule ^(?!catalog\\.fcgi(?:/|$))(.*)$ catalog.fcgi/$1 [L]
    <Files catalog.fcgi>
        SetHandler "proxy:unix:${CATALOG_SOCKET}|fcgi://catalog"
    </Files>
</Directory>
"""
NGINX_SPLIT = """
location /shop {
    include /etc/nginx/fastcgi_params;
    fastcgi_split_path_info ^(/shop)(/.*)$;
    fastcgi_param PATH_INFO $fastcgi_path_info;
    fastcgi_param CATALOG_BASE_PATH /shop;
    fastcgi_pass catalog;
}
"""
# Debian's parameters only: the whole path is SCRIPT_NAME.
NGINX_PLAIN = """
location / {
    include /etc/nginx/fastcgi_params;
    fastcgi_pass catalog;
}
"""

# One of each way to be asked: the sanitizers see the same lines of the program behind all the others.
SANITIZED = ("cgi-by-hand", "lighttpd-fastcgi", "nginx-prefix")


def few(names):
    """The names of shapes, or with the sanitizers those of them that are SANITIZED."""
    return [name for name in names if name in SANITIZED] if is_sanitized() else list(names)


# What another site on the same nginx may want.
NGINX_ANY_HEADER = "underscores_in_headers on; ignore_invalid_headers off;"

SHAPES = {
    "cgi-by-hand": _by_hand,
    "lighttpd-fastcgi": by_lighttpd("fastcgi.conf"),
    "lighttpd-prefix": by_lighttpd("prefix.conf", "/catalog"),
    "lighttpd-cgi": by_lighttpd("cgi.conf"),
    "lighttpd-plain": by_lighttpd(LIGHTTPD_PLAIN),
    "lighttpd-script": by_lighttpd(LIGHTTPD_SCRIPT, "/cgi-bin/catalog.fcgi"),
    "apache-fcgid": by_apache(APACHE / "fcgid.conf", "FCGID"),
    "apache-fcgid-prefix": by_apache(APACHE / "fcgid.conf", "FCGID", base="/catalog", CATALOG_PREFIX="/catalog"),
    "apache-cgid": by_apache(APACHE / "cgi.conf", "CGID"),
    "apache-cgid-prefix": by_apache(APACHE / "cgi.conf", "CGID", base="/catalog", CATALOG_PREFIX="/catalog"),
    "apache-proxy": by_apache_proxy(APACHE / "proxy-fcgi.conf"),
    "apache-proxy-prefix": by_apache_proxy(APACHE / "proxy-fcgi.conf", "/catalog", CATALOG_PREFIX="/catalog"),
    "apache-proxy-handler": by_apache_proxy(SET_HANDLER, "/shop"),
    "apache-htaccess-fcgid": by_htaccess("FCGID"),
    "apache-htaccess-cgid": by_htaccess("CGID"),
    "apache-fallback": by_apache(FALLBACK_RESOURCE, "FCGID", base="/shop"),
    "nginx": by_nginx(f"include {NGINX}/catalog.conf;"),
    "nginx-no-keepalive": by_nginx(f"include {NGINX}/catalog.conf;", keepalive=False),
    "nginx-prefix": by_nginx(f"include {NGINX}/prefix.conf;", "/catalog"),
    "nginx-split": by_nginx(NGINX_SPLIT, "/shop"),
    "nginx-plain": by_nginx(NGINX_PLAIN),
}

# The files of deploy/, a shape for each, and nginx where the rest of the configuration takes any header. Their names are kept
# apart from SHAPES, as these prove one thing more and not all the others once again.
SHIPPED = {name: SHAPES[name] for name in (
    "lighttpd-fastcgi", "lighttpd-prefix", "lighttpd-cgi", "apache-fcgid", "apache-fcgid-prefix", "apache-cgid",
    "apache-proxy", "apache-proxy-prefix", "apache-htaccess-fcgid", "apache-htaccess-cgid", "nginx", "nginx-prefix")} | {
        "nginx-any-header": by_nginx(f"include {NGINX}/catalog.conf;", http=NGINX_ANY_HEADER),
        "nginx-prefix-any-header": by_nginx(f"include {NGINX}/prefix.conf;", "/catalog", http=NGINX_ANY_HEADER)}
