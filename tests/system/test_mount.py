# SPDX-License-Identifier: MIT
"""
Where the Catalog is mounted, and on what kind of site: addresses that a web server rewrites, error pages of its own, paths that a
proxy takes off, files that lie beside the shop. With the files of deploy/, and a site's own lines around them.
"""
import re

import pytest

from harness import http_client
from harness.catalog import Site
from harness.paths import DEPLOY, not_sanitized
from harness.shapes import SHAPES, by_apache, by_apache_proxy, by_htaccess, by_lighttpd, by_nginx
from harness.shop import EIGHT, change
from harness.webserver import Nginx
from harness.workshop import give_to_web

pytestmark = not_sanitized("addresses, which unit tests give the sanitizers")

PEOPLE = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
FILES = ["/robots.txt", "/favicon.ico", "/.well-known/security.txt"]

# A site of its own around a file of deploy/: rewrites, one page for what is not there, and a directory for the renewal of
# certificates. {prefix} is where the Catalog is.
LIGHTTPD = """
server.modules += ( "mod_rewrite", "mod_alias" )
server.document-root := var.catalog + "/../docroot"
server.error-handler-404 = "{prefix}/"
include "{deploy}/lighttpd/{file}"
url.rewrite-once = ( "^{prefix}/index\\.php$" => "{prefix}/", "^{prefix}/sale/products$" => "{prefix}/products?tag=new" )
alias.url += ( "/.well-known/acme-challenge/" => var.catalog + "/../acme/" )
"""
APACHE = """
DocumentRoot ${{CATALOG}}/../docroot
Include {deploy}/apache/{file}
RewriteEngine On
RewriteRule "^{prefix}/index\\.php$" "{prefix}/" [PT]
RewriteRule "^{prefix}/sale/products$" "{prefix}/products?tag=new" [PT]
ErrorDocument 404 {prefix}/
Alias "/.well-known/acme-challenge" "${{CATALOG}}/../acme"
"""
NGINX = """
include {deploy}/nginx/{file};
location /.well-known/acme-challenge/ {{ alias web/acme/; }}
rewrite ^{prefix}/index\\.php$ {prefix}/ last;
rewrite ^{prefix}/sale/products$ {prefix}/products?tag=new last;
error_page 404 = {prefix}/;
"""
# Of a shared host, in the .htaccess, before the lines of the file; and the host's own.
HTACCESS = """
RewriteEngine On
RewriteRule ^index\\.php$ catalog.fcgi/ [L]
RewriteRule ^sale/products$ catalog.fcgi/products?tag=new [L]
"""
HOST = 'Alias "/.well-known/acme-challenge" "${WEB}/acme"\n'


def site_of(template, file, prefix=""):
    return template.format(deploy=DEPLOY, file=file, prefix=prefix)


SITES = {
    "lighttpd-fastcgi": by_lighttpd(site_of(LIGHTTPD, "fastcgi.conf")),
    "lighttpd-prefix": by_lighttpd(site_of(LIGHTTPD, "prefix.conf", "/catalog"), "/catalog"),
    "lighttpd-cgi": by_lighttpd(site_of(LIGHTTPD, "cgi.conf")),
    "apache-fcgid": by_apache(site_of(APACHE, "fcgid.conf"), "FCGID"),
    "apache-fcgid-prefix": by_apache(site_of(APACHE, "fcgid.conf", "/catalog"), "FCGID", base="/catalog",
                                     CATALOG_PREFIX="/catalog"),
    "apache-cgid": by_apache(site_of(APACHE, "cgi.conf"), "CGID"),
    "apache-proxy": by_apache_proxy(site_of(APACHE, "proxy-fcgi.conf")),
    "apache-proxy-prefix": by_apache_proxy(site_of(APACHE, "proxy-fcgi.conf", "/catalog"), "/catalog",
                                           CATALOG_PREFIX="/catalog"),
    "apache-htaccess-fcgid": by_htaccess("FCGID", lines=HTACCESS, host_lines=HOST),
    "apache-htaccess-cgid": by_htaccess("CGID", lines=HTACCESS, host_lines=HOST),
    "nginx": by_nginx(site_of(NGINX, "catalog.conf")),
    "nginx-prefix": by_nginx(site_of(NGINX, "prefix.conf", "/catalog"), "/catalog"),
}


@pytest.fixture(scope="module")
def run_site(workshop, keys, discountd):
    """run_site(shape, name, …settings) runs the Catalog on a site until the tests of this file end."""
    started = []

    def make(shape, name, **settings):
        directory = workshop.new(name)
        shop = directory / "web" / "shop"
        shop.mkdir(parents=True)
        site = Site(shop, keys, discountd.port, **settings)
        change(site, EIGHT)
        (directory / "web" / "docroot").mkdir()
        (directory / "web" / "acme").mkdir()
        (directory / "web" / "acme" / "token").write_text("the token")
        give_to_web(directory)
        started.append(shape(directory, site))
        # The document root is beside the shop, but nginx's, and a shared host's is the directory of the .htaccess.
        for root in (directory / "web" / "docroot", directory / "empty", shop):
            (root / ".well-known").mkdir(parents=True)
            for file in FILES:
                (root / file[1:]).write_text(f"the site's own {file}")
                give_to_web(root / file[1:])
        return started[-1]
    yield make
    for running in started:
        running.stop()


@pytest.fixture(scope="module", params=SITES)
def web(request, run_site):
    return run_site(SITES[request.param], request.param).web


def style_of(answer):
    return re.search(r'<link rel="stylesheet" href="([^"]+)"', answer.body.decode()).group(1)


def beside(web, path, **more):
    """An address of the whole site."""
    return http_client.request(f"http://127.0.0.1:{web.port}{path}", **more)


# ---- Addresses that were rewritten ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/index.php", "/products", "/sale/products", "/products/mug"])
def test_a_page_finds_its_style_at_every_address(web, path):
    answer = web.request(path, headers=[PEOPLE])
    assert answer.status == 200, answer.body
    assert style_of(answer).startswith(f"{web.base}/style-")
    assert beside(web, style_of(answer)).status == 200


def test_a_rewritten_address_is_what_it_was_rewritten_to(web):
    answer = web.request("/sale/products")
    assert [name for name in (b"mug", b"can", b"rake") if name in answer.body] == [b"mug", b"can"]
    assert f"<{web.base}/openapi.json>" in answer.header("Link")


def test_an_error_page_of_the_site_finds_its_style(web):
    """The site answers what is not there with the shop's first page."""
    if web.base == "/shop":
        pytest.skip("what is not there is the Catalog's")
    answer = beside(web, "/.well-known/nothing", headers=[PEOPLE])
    assert answer.status in (200, 404)
    assert style_of(answer).startswith(f"{web.base}/style-")
    assert beside(web, style_of(answer)).status == 200


# ---- What a site has besides -------------------------------------------------------------------------------------------


def test_what_renews_a_certificate_is_where_the_site_has_it(web):
    answer = beside(web, "/.well-known/acme-challenge/token")
    assert (answer.status, answer.body) == (200, b"the token")


@pytest.mark.parametrize("file", FILES)
def test_files_of_the_site_are_the_web_servers(web, file):
    path = file if web.base != "/shop" else f"/shop{file}"
    answer = beside(web, path)
    assert (answer.status, answer.body) == (200, f"the site's own {file}".encode())


@pytest.mark.parametrize("name", ["nginx", "apache-htaccess-fcgid", "apache-htaccess-cgid"])
def test_without_a_file_the_catalog_says_what_search_engines_read(run_site, name):
    running = run_site(SITES[name], f"{name}-without")
    directory = running.site.path.parent.parent
    for root in (directory / "web" / "docroot", directory / "empty", running.site.path):
        (root / "robots.txt").unlink()
    answer = running.web.request("/robots.txt")
    assert (answer.status, answer.header("Content-Type").split(";")[0]) == (200, "text/plain")
    assert answer.body.startswith(f"User-agent: *\nDisallow: {running.web.base}/products.csv\n".encode())


@pytest.mark.parametrize("path", ["/robots.txt.x", "/a/robots.txt", "/a/.well-known/x", "/catalog.conf", "/var/catalog.db",
                                  "/.htaccess"])
def test_no_other_file_is_sent(web, path):
    answer = web.request(path)
    assert answer.status in (403, 404)
    assert b"CATALOG_" not in answer.body and b"SQLite" not in answer.body and b"Rewrite" not in answer.body


# ---- Paths that a proxy takes off --------------------------------------------------------------------------------------

STRIPPING = """
location /outlet/ {{ proxy_pass http://127.0.0.1:{port}{base}/; {more} }}
"""
ROOTS = ["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-cgid", "apache-proxy", "nginx", "apache-htaccess-fcgid"]


@pytest.fixture(scope="module")
def behind(run_site, workshop):
    """behind(shape, lines, …settings) is nginx with the Catalog at /outlet, whose path it takes off."""
    started = []

    def make(name, more, **settings):
        inner = run_site(SHAPES[name], name, **settings).web
        directory = workshop.new("proxy")
        started.append(Nginx(directory, STRIPPING.format(port=inner.port, base=inner.base, more=more), directory / "none",
                             "/outlet"))
        return started[-1]
    yield make
    for each in started:
        each.stop()


def look_around(web):
    """That pages, links and redirects of the Catalog lead through the proxy; the first page's Cache-Control."""
    answer = web.request("/products/mug", headers=[PEOPLE])
    assert style_of(answer).startswith("/outlet/style-") and beside(web, style_of(answer)).status == 200
    assert "</outlet/openapi.json>" in web.request("/products").header("Link")
    moved = web.request("/products/cafe")
    assert (moved.status, moved.header("Location")) == (301, "/outlet/products/moka-pot")
    return answer.header("Cache-Control")


@pytest.mark.parametrize("shape", ROOTS)
def test_the_owners_base_is_where_links_lead(behind, shape):
    web = behind(shape, "", CATALOG_BASE_PATH="/outlet")
    assert "public" in look_around(web)


@pytest.mark.parametrize("shape", ROOTS)
def test_a_trusted_proxy_says_where_links_lead(behind, shape):
    web = behind(shape, "proxy_set_header X-Forwarded-Prefix /outlet;", CATALOG_TRUSTED_PROXIES="127.0.0.1")
    assert "private" in look_around(web)
    stranger = behind(shape, "proxy_set_header X-Forwarded-Prefix /outlet;", CATALOG_TRUSTED_PROXIES="192.0.2.1")
    answer = stranger.request("/products/mug", headers=[PEOPLE])
    assert not style_of(answer).startswith("/outlet") and "public" in answer.header("Cache-Control")


# ---- Variables and conditions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/a.cgi", "/a.fcgi", "/a%2ecgi", "/a/b.fcgi", "/catalog.cgi"])
def test_a_path_that_ends_like_a_script_is_nothing(web, path):
    answer = web.request(path)
    assert answer.status == 404 and b"urn:catalog:problem:not-found" in answer.body


@pytest.mark.parametrize("name, path", [("apache-proxy", "/catalog.fcgi"), ("nginx-plain", "/a.cgi"), ("nginx-plain", "/a/b.fcgi"),
                                        ("lighttpd-plain", "/a.cgi"), ("lighttpd-plain", "/a.fcgi")])
def test_a_whole_path_as_the_scripts_name_is_a_path(run_site, name, path):
    assert run_site(SHAPES[name], name).web.request(path).status == 404


def test_an_answer_to_somebody_who_showed_a_password_is_private(web):
    password = ("Authorization", "Basic am86c2VjcmV0")
    for path in ("/products", "/products/cafe", "/categories", "/openapi.json", "/pictures/tent.svg"):
        assert "public" in web.request(path).header("Cache-Control"), path
        answer = web.request(path, headers=[password])
        assert answer.header("Cache-Control").startswith("private"), path
        assert web.request(path, headers=[password, PEOPLE]).header("Cache-Control").startswith("private"), path


def test_what_a_condition_does_not_name_is_refused(web):
    tag = web.request("/products").header("ETag")
    for method in ("GET", "HEAD"):
        assert web.request("/products", method=method, headers=[("If-Match", tag)]).status == 200
        assert web.request("/products", method=method, headers=[("If-Match", "*")]).status == 200
        refused = web.request("/products", method=method, headers=[("If-Match", '"another"'), ("If-None-Match", tag)])
        assert refused.status == 412
        assert web.request("/products", method=method, headers=[("If-Match", tag), ("If-None-Match", tag)]).status == 304
    old = ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")
    assert web.request("/products", headers=[old]).status == 412
    assert web.request("/products", headers=[old, ("If-Match", tag)]).status == 200
    assert web.request("/products", headers=[("If-Unmodified-Since", "Fri, 31 Dec 2100 00:00:00 GMT")]).status == 200
    for path, status in (("/nothing", 404), ("/products/cafe", 301), ("/products/", 301)):
        assert web.request(path, headers=[("If-Match", '"another"')]).status == status


@pytest.mark.parametrize("path", ["/products/", "/categories/", "/products/?limit=2", "/products/mug/", "/categories/home/"])
def test_a_slash_too_many_leads_on(web, path):
    for method in ("GET", "HEAD"):
        answer = web.request(path, method=method)
        words, _, query = path.partition("?")
        assert answer.status == 301
        assert answer.header("Location").endswith(web.base + words[:-1] + (f"?{query}" if query else ""))


def test_whoever_takes_pages_and_text_alike_gets_a_page(web):
    lynx = ("Accept", "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01")
    for path, status in (("/", 200), ("/products", 200), ("/nothing", 404)):
        answer = web.request(path, headers=[lynx])
        assert (answer.status, answer.header("Content-Type")) == (status, "text/html; charset=utf-8")
    for accept in ([], [("Accept", "*/*")], [("Accept", "text/plain")]):
        assert web.request("/", headers=accept).body == b"It is working."


# Debian's parameters, and then some of the site's own.
NGINX_TWICE = """
location / {
    include /etc/nginx/fastcgi_params;
    fastcgi_param SCRIPT_NAME "";
    fastcgi_param PATH_INFO $uri;
    fastcgi_param QUERY_STRING limit=1;
    fastcgi_pass catalog;
}
"""


def test_the_last_of_two_variables_counts(run_site):
    web = run_site(by_nginx(NGINX_TWICE), "nginx-twice").web
    assert web.request("/products?limit=2").body.count(b'"id":') == 1


# The Catalog in the place of what is not there, and nothing else: no rewrite, no FallbackResource.
ERROR_DOCUMENT = """
Alias /shop ${CATALOG}
<Directory ${CATALOG}>
    Require all granted
    Options +ExecCGI
    AddHandler %s .fcgi
    CGIPassAuth On
    ErrorDocument 404 /shop/catalog.fcgi
</Directory>
"""


@pytest.mark.parametrize("handler, module", [("fcgid-script", "FCGID"), ("cgi-script", "CGID")])
def test_an_error_document_knows_the_address_and_its_query(run_site, handler, module):
    web = run_site(by_apache(ERROR_DOCUMENT % handler, module, base="/shop"), f"apache-error-{module}").web
    answer = web.request("/products?limit=2&sort=-price")
    assert answer.status == 200 and answer.body.count(b'"id":') == 2
    assert "</shop/products?sort=-price&limit=2" in answer.header("Link")
    page = web.request("/products/mug", headers=[PEOPLE])
    assert style_of(page).startswith("/shop/style-") and beside(web, style_of(page)).status == 200
