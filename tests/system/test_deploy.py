# SPDX-License-Identifier: MIT
"""What deploy/ promises beside the contract's answers."""
import os
import stat

import pytest

from harness.catalog import Site
from harness.contract import CUSTOMER_1
from harness.paths import DEPLOY
from harness.process import children, descendants, environment, pid_exists, run, wait_until
from harness.shapes import SHAPES

CUSTOMER = [("X-USER-ID", "1")]


@pytest.fixture
def run_shape(request, workshop, keys, discountd):
    """run_shape(name, …settings) runs the Catalog in a shape until the test ends."""
    def make(name, **settings):
        directory = workshop.new(name)
        shop = directory / "web" / "shop"
        shop.mkdir(parents=True)
        running = SHAPES[name](directory, Site(shop, keys, discountd.port, CATALOG_DEADLINE_MS=5000, **settings))
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
    wait_until(lambda: len(programs(running.web)) == 2, 5, "a master and a process")
    sockets = [each for each in running.site.var.iterdir() if stat.S_ISSOCK(each.stat().st_mode)]
    assert len(sockets) == 1
    assert running.web.is_running()


@pytest.mark.parametrize("shape", ["apache-fcgid", "apache-htaccess-fcgid"])
def test_mod_fcgid_has_one_process_of_each_catalog_it_starts(run_shape, shape):
    running = run_shape(shape, CATALOG_PROCESSES=4)
    assert running.web.request("/products", headers=CUSTOMER).body == CUSTOMER_1
    started = programs(running.web)
    assert started and [children(pid) for pid in started] == [[]] * len(started)


@pytest.mark.parametrize("shape", ["lighttpd-fastcgi", "lighttpd-cgi", "apache-fcgid", "apache-cgid", "apache-htaccess-fcgid"])
def test_a_stopped_web_server_leaves_no_catalog_behind(run_shape, shape):
    running = run_shape(shape)
    answer = running.web.request("/products", headers=CUSTOMER)
    assert answer.body == CUSTOMER_1, (answer, running.web.log())
    left = programs(running.web)
    running.web.stop()
    wait_until(lambda: not [pid for pid in left if pid_exists(pid)], 10, "the Catalog ends")


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
