# SPDX-License-Identifier: MIT
"""What deploy/ promises beside the contract's answers."""
import configparser
import contextlib
import os
import re
import signal
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.catalog import Catalog, Site
from harness.contract import CUSTOMER_1
from harness.echo import Echo
from harness.paths import DEPLOY, not_sanitized
from harness.process import children, descendants, environment, pid_exists, run, wait_until
from harness.shapes import SHAPES
from harness.shop import stock
from harness.webserver import Nginx

pytestmark = not_sanitized("the files of deploy/")

CUSTOMER = [("X-USER-ID", "1")]


@pytest.fixture
def run_shape(request, workshop, keys, discountd):
    """run_shape(name, …settings) runs the Catalog in a shape until the test ends; `products` are for stock()."""
    def make(name, products=None, **settings):
        directory = workshop.new(name)
        shop = directory / "web" / "shop"
        shop.mkdir(parents=True)
        site = Site(shop, keys, discountd.port, **settings)
        if products:
            stock(site, **products)
        running = SHAPES[name](directory, site)
        request.addfinalizer(running.stop)
        return running
    return make


def programs(web):
    """The processes of the Catalog below a web server."""
    def is_catalog(pid):
        try:
            return os.readlink(f"/proc/{pid}/exe").endswith("/catalog.fcgi")
        except OSError:
            return False
    return [pid for pid in descendants(web.pid) if is_catalog(pid)]


@pytest.mark.parametrize("shape", ["lighttpd-prefix", "apache-fcgid-prefix", "apache-cgid-prefix", "apache-proxy-prefix",
                                   "nginx-prefix"])
def test_a_prefix_is_a_whole_segment(run_shape, shape):
    web = run_shape(shape).web
    assert web.request("").body == web.request("/").body == b"It is working."
    assert web.request("ue").status in (403, 404)
    web.base = ""
    assert web.request("/products").status in (403, 404)


def test_lighttpd_starts_one_catalog_with_one_process_on_a_socket_of_its_user(run_shape):
    running = run_shape("lighttpd-fastcgi")
    assert running.web.request("/products", headers=CUSTOMER).body == CUSTOMER_1
    wait_until(lambda: len(programs(running.web)) == 3, 5, "a master, a process, and the master's heir")
    sockets = [each for each in running.site.var.iterdir() if stat.S_ISSOCK(each.stat().st_mode)]
    assert len(sockets) == 1
    assert stat.S_IMODE(sockets[0].stat().st_mode) & 0o022 == 0
    assert running.web.is_running()


def test_the_units_socket_is_for_the_web_servers_group_alone():
    """Whoever can connect to it may claim to be anybody."""
    unit = configparser.ConfigParser()
    unit.read(DEPLOY / "systemd" / "catalog.socket")
    assert int(unit["Socket"]["SocketMode"], 8) & 0o007 == 0
    assert (unit["Socket"]["SocketUser"], unit["Socket"]["SocketGroup"]) == ("catalog", "www-data")


def test_the_standalone_lighttpd_listens_on_this_machine_alone(run_shape):
    web = run_shape("lighttpd-fastcgi").web
    with open("/proc/net/tcp", encoding="ascii") as four, open("/proc/net/tcp6", encoding="ascii") as six:
        lines = [line.split() for line in [*four, *six]]
    listening = {address for _, local, _, state, *_ in lines if state == "0A"
                 for address, port in [local.split(":")] if port == f"{web.port:04X}"}
    loopback = {"0100007F", "00000000000000000000000001000000"}
    assert "0100007F" in listening and listening <= loopback


@pytest.mark.parametrize("shape", ["apache-fcgid", "apache-htaccess-fcgid"])
def test_mod_fcgid_has_one_process_of_each_catalog_it_starts(run_shape, shape):
    running = run_shape(shape, CATALOG_PROCESSES=4)
    assert running.web.request("/products", headers=CUSTOMER).body == CUSTOMER_1
    started = programs(running.web)
    assert started and [children(pid) for pid in started] == [[]] * len(started)


def test_mod_fcgid_starts_processes_anew_however_many_were_killed(run_shape, pace):
    running = run_shape("apache-fcgid")
    killed, waited = set(), []
    with ThreadPoolExecutor(8) as callers:
        while len(killed) < 60:
            answers = list(callers.map(lambda _: running.web.request("/", seconds=60), range(16)))
            assert {answer.status for answer in answers} <= {200, 500}
            waited += [answer.seconds for answer in answers]
            alive = set(programs(running.web)) - killed
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            killed |= alive
    wait_until(lambda: running.web.request("/", seconds=60).status == 200, 8, "an answer again")
    assert max(waited) < 8 + pace.slack_s(), sorted(waited)[-8:]


@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-cgid", "apache-htaccess-fcgid"])
def test_a_stopped_web_server_leaves_no_catalog_behind(run_shape, shape):
    running = run_shape(shape)
    answer = running.web.request("/products", headers=CUSTOMER)
    assert answer.body == CUSTOMER_1, (answer, running.web.log())
    left = programs(running.web)
    running.web.stop()
    wait_until(lambda: not [pid for pid in left if pid_exists(pid)], 10, "the Catalog ends")


def files_held(web):
    """How many bytes of files the web server's own processes have open, beside its standard ones."""
    program = os.readlink(f"/proc/{web.pid}/exe")
    held = {}
    for pid in [web.pid, *descendants(web.pid)]:
        try:
            own = [] if os.readlink(f"/proc/{pid}/exe") != program else os.listdir(f"/proc/{pid}/fd")
            for status in [os.stat(f"/proc/{pid}/fd/{fd}") for fd in own if int(fd) > 2]:
                if stat.S_ISREG(status.st_mode):
                    held[status.st_dev, status.st_ino] = status.st_size
        except FileNotFoundError:
            pass
    return sum(held.values())


def written(site):
    """How many bytes lighttpd has put into its server.upload-dirs; a file of it may go at any moment."""
    with os.scandir(site.var) as entries:
        names = [each.path for each in entries if each.name.startswith("lighttpd-")]
    total = 0
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            total += os.stat(name).st_size
    return total


@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "lighttpd-prefix", "lighttpd-cgi", "nginx", "nginx-prefix", "apache-proxy",
                                   "apache-fcgid", "apache-cgid"])
def test_a_download_passes_through_the_web_server_at_its_readers_pace(run_shape, shape):
    running = run_shape(shape, products={"first": 1000, "count": 10_000, "words": "x" * 1000})
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(20)
        reader.connect(("127.0.0.1", running.web.port))
        reader.sendall(f"GET {running.web.base}/products.csv HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        read = len(reader.recv(1))
        until = time.monotonic() + 1
        while time.monotonic() < until:
            assert files_held(running.web) + written(running.site) < 3_000_000
            time.sleep(0.05)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        while part := reader.recv(1 << 20):
            read += len(part)
    assert read > 10_000_000


def test_nginx_hands_on_the_host_that_was_asked_for(workshop, start):
    """By the address, where that has one, and not what else the client says (RFC 9112, 3.2.2)."""
    for name in ("catalog", "prefix"):
        echo = start(Echo, workshop.new("echo") / "echo.socket")
        web = start(Nginx, workshop.new("nginx"), f"include {DEPLOY}/nginx/{name}.conf;", echo.socket_path)
        with socket.create_connection(("127.0.0.1", web.port), timeout=10) as connection:
            connection.sendall(b"GET http://shop.example/catalog/ HTTP/1.1\r\nHost: else.example\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert re.findall(rb"^HTTP_HOST=(.*?)\r?$", answer, re.MULTILINE) == [b"shop.example"], answer


@pytest.mark.parametrize("shape", ["apache-proxy", "apache-proxy-prefix"])
def test_apache_asks_a_catalog_that_is_back_at_once(run_shape, shape):
    running = run_shape(shape)
    assert running.web.request("/products").status == 200
    running.processes[1].stop()
    assert [running.web.request("/products").status for _ in range(3)] == [503] * 3
    (running.site.var / "catalog.socket").unlink()
    running.processes.append(Catalog(running.site))
    assert running.web.request("/products").status == 200


def test_no_web_server_keeps_away_from_the_catalog_after_a_failure():
    """For a minute, or two seconds, as they would by themselves. What makes them do so is too rare to be made here: files are read."""
    fastcgi = [(DEPLOY / "lighttpd" / f"{name}.conf").read_text() for name in ("fastcgi", "prefix")]
    assert all(text.count('"bin-path"') == text.count('"disable-time" => 0,') == 1 for text in fastcgi)
    passes = re.findall(r"^ *ProxyPass .* \"unix:.*", (DEPLOY / "apache" / "proxy-fcgi.conf").read_text(), re.MULTILINE)
    assert len(passes) == 2 and all(" retry=0" in each for each in passes)
    for name in ("catalog", "prefix"):
        assert "fastcgi_next_upstream error timeout;" in (DEPLOY / "nginx" / f"{name}.conf").read_text()
    servers = re.findall(r"^ *server unix:.*", (DEPLOY / "nginx" / "upstream.conf").read_text(), re.MULTILINE)
    assert len(servers) == 4 and all(" max_fails=0" in each for each in servers)


# ---- deploy/packages/install -----------------------------------------------------------------------------------------


INSTALL = DEPLOY / "packages" / "install"


@pytest.fixture
def nobody(workshop):
    """The environment of somebody who is not root and may not sudo, and for whom apt-get is a trap."""
    directory = workshop.new("bin")
    for name, body in (("id", "echo 1000"), ("sudo", "exit 1"), ("apt-get", "touch \"$0.ran\"")):
        (directory / name).write_text(f"#!/bin/sh\n{body}\n")
        (directory / name).chmod(0o755)
    return environment() | {"PATH": f"{directory}:{os.environ['PATH']}"}, directory


def test_install_does_nothing_when_nothing_is_missing(workshop, nobody):
    lists = workshop.new("lists")
    (lists / "one.txt").write_text("# comment\nbash\n\n")
    (lists / "two.txt").write_text("coreutils # comment\n")
    done = run([INSTALL, lists / "one.txt", lists / "two.txt"], env=nobody[0])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (nobody[1] / "apt-get.ran").exists()


def test_install_without_root_prints_the_one_line_that_helps(workshop, nobody):
    path = workshop.new("lists") / "list.txt"
    path.write_text("bash\nno-such-package-b\nno-such-package-a\n")
    done = run([INSTALL, path], env=nobody[0])
    assert done.returncode == 1
    assert "    sudo apt-get install --no-install-recommends no-such-package-a no-such-package-b\n" in done.stderr
    assert not (nobody[1] / "apt-get.ran").exists()


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_the_lists_of_packages_are_lists_of_packages(name):
    words = [line.split("#")[0].split() for line in (DEPLOY / "packages" / name).read_text().splitlines()]
    assert all(len(each) <= 1 for each in words)
    assert all(word[0][0].isalnum() for word in words if word)
