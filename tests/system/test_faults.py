# SPDX-License-Identifier: MIT
"""What a customer sees while something behind the Catalog breaks: never an error, never an unmarked list price."""
import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest

from harness import http2, ports, wire
from harness.catalog import Catalog, Cgi
from harness.contract import CUSTOMER_1, LIST
from harness.discount import Discountd
from harness.discountctl import RULES, Ctl, rule_file
from harness.http_client import request
from harness.keys import make_keys, sign
from harness.paths import DEPLOY
from harness.process import children, descendants, environment, has_name, pid_exists, run, serving, wait_until
from harness.webserver import Lighttpd, Nginx
from harness.wire import Server

DEADLINE_MS = 600
HEALED_S = 2.0

CUSTOMER = [("X-USER-ID", "1")]


class Load:
    """Customers who ask one after the other, a few at the same time, and every answer that they got."""

    def __init__(self, url, threads=4):
        self.answers = []
        self.errors = []
        self.is_over = threading.Event()
        self.url = url
        self.threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def _ask(self):
        while not self.is_over.is_set():
            try:
                self.answers.append(request(self.url, headers=CUSTOMER))
            except OSError as error:
                self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        self.wait_for_more()
        return self

    def wait_for_more(self, answers=40):
        """Waits for that many more answers."""
        goal = len(self.answers) + len(self.errors) + answers
        wait_until(lambda: len(self.answers) + len(self.errors) >= goal, 30, f"{answers} more answers")

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def bad(self):
        """Whatever is not a customer's answer with their prices."""
        return [a for a in self.answers if (a.status, a.body) != (200, CUSTOMER_1)] + self.errors


@pytest.fixture
def server(start, workshop, keys):
    """A discountd of the test's own."""
    return start(Discountd, workshop.new("discountd"), keys)


@pytest.fixture(params=["lighttpd", "nginx"])
def web(request, start, workshop, make_site, server):
    """The Catalog as deploy/ ships it behind lighttpd, and with two processes behind nginx; web.master is the pid of its master."""
    site = make_site(server.port)
    if request.param == "lighttpd":
        made = start(Lighttpd, site, "fastcgi.conf")
        made.catalog = made
        made.master = wait_until(lambda: children(made.pid), 10, "lighttpd starts the Catalog")[0]
    else:
        made_catalog = start(Catalog, site, CATALOG_PROCESSES=2)
        made = start(Nginx, workshop.new("nginx"), f"include {DEPLOY}/nginx/catalog.conf;", made_catalog.socket_path)
        made.catalog = made_catalog
        made.master = made_catalog.pid
    wait_until(lambda: made.request("/products", headers=CUSTOMER).body == CUSTOMER_1, 10, "a discounted answer")
    made.processes = 1 if request.param == "lighttpd" else 2
    made.program = site.program
    wait_until(lambda: len(serving(made.master)) == made.processes, 10, "its processes")
    return made


# ---- The Catalog's own processes -------------------------------------------------------------------------------------


def parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def program_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:  # it has ended meanwhile
        return ""


def masters(web):
    """Of the Catalog, whoever started it: the parents of its heirs."""
    heirs = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and has_name(each.name, "heir")]
    return [parent(heir) for heir in heirs if program_of(heir) == str(web.program) and parent(heir) > 1]


def replace(web, victims):
    """Kills those processes and waits for as many others."""
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(serving(web.master)) == web.processes and not set(victims) & set(children(web.master)), 15,
               "as many others")


def test_a_killed_process_of_the_catalog_costs_at_most_what_it_held(web):
    """nginx asks once more and hides it; lighttpd does not ask twice for what it has sent once."""
    kills = 3
    with Load(web.url("/products")) as load:
        for _ in range(kills):
            replace(web, serving(web.master)[:1])
            load.wait_for_more()
    lost = kills * len(load.threads) if isinstance(web, Lighttpd) else 0
    assert len(load.bad()) <= lost, web.log() + web.catalog.log()
    assert [a for a in load.answers if a.status == 200 and a.body != CUSTOMER_1] == []


def test_all_processes_of_the_catalog_killed_cost_at_most_what_they_held(web):
    """Who answers is gone, and with them what they were answering; everybody who asks later is answered."""
    with Load(web.url("/products")) as load:
        replace(web, serving(web.master))
        before = len(load.answers)
        load.wait_for_more()
        after = load.answers[before + len(load.threads):]
    assert [a.status for a in after if a.body != CUSTOMER_1] == []
    assert len(load.bad()) <= len(load.threads)


@pytest.fixture
def watched(web):
    """`web`, and at the test's end whoever became its Catalog's master meanwhile is told to end."""
    yield web
    for pid in masters(web):
        if pid != web.master:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda pid=pid: not pid_exists(pid), 10, "a master ends")


def test_the_catalogs_master_killed_again_and_again_costs_no_request(watched):
    """Its heir becomes the master, also when all who have the program's name are killed with it."""
    web = watched
    web.catalog.exit_is_checked = False
    victims = set()
    with Load(web.url("/products")) as load:
        for _ in range(3):
            master, = wait_until(lambda: [pid for pid in masters(web) if pid not in victims], 10, "a master with an heir")
            wait_until(lambda master=master: len(serving(master)) == web.processes, 10, "its processes")
            old = serving(master)
            os.kill(master, signal.SIGKILL)
            victims.add(master)
            wait_until(lambda old=old: not [pid for pid in old if pid_exists(pid)], 10, "its processes end")
            load.wait_for_more()
    assert load.bad() == [], web.log() + web.catalog.log()


def test_all_of_the_catalogs_name_killed_at_once_cost_at_most_what_they_held(watched):
    """pkill -9 catalog.fcgi"""
    web = watched
    web.catalog.exit_is_checked = False
    wait_until(lambda: masters(web), 10, "a master with an heir")
    with Load(web.url("/products")) as load:
        for pid in [web.master, *serving(web.master)]:
            os.kill(pid, signal.SIGKILL)
        load.wait_for_more()
    assert [a.status for a in load.answers if a.status == 200 and a.body != CUSTOMER_1] == []
    assert len(load.bad()) <= len(load.threads), web.log() + web.catalog.log()


@pytest.mark.parametrize("web", ["lighttpd"], indirect=True)
def test_a_catalog_whose_master_was_killed_ends_with_its_lighttpd(watched, start):
    """… and leaves no socket that the next one would take for somebody else's."""
    web = watched
    os.kill(web.master, signal.SIGKILL)
    wait_until(lambda: masters(web) not in ([], [web.master]), 10, "another master")
    web.stop()
    wait_until(lambda: not list(web.program.parent.glob("var/catalog.socket*")), 10, "the socket is gone")
    wait_until(lambda: masters(web) == [], 10, "it ends")


@pytest.mark.parametrize("web", ["lighttpd"], indirect=True)
def test_a_catalog_whose_lighttpd_and_master_were_killed_leaves_nobody_behind(watched):
    """Whoever went on serving would be found by the next lighttpd, and would have the settings of before."""
    web = watched
    wait_until(lambda: masters(web) == [web.master], 10, "a master with an heir")
    time.sleep(1.5)  # what ends within a second of the start is a launcher, and not missed
    web.kill()
    os.kill(web.master, signal.SIGKILL)
    wait_until(lambda: masters(web) == [] and not serving(web.master) and not list(web.program.parent.glob("var/catalog.socket*")), 10,
               "nobody is left, and no socket")


# ---- discountd's processes -------------------------------------------------------------------------------------------


def test_killed_workers_of_discountd_cost_no_request_and_no_price(web, server):
    with Load(web.url("/products")) as load:
        ready = server.count_log("worker-ready")
        os.kill(server.workers()[0], signal.SIGKILL)
        server.wait_for_log("worker-ready", times=ready + 1)
        load.wait_for_more()
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        server.wait_for_log("worker-ready", times=ready + 3, seconds=15)
        load.wait_for_more()
    assert load.bad() == []


def test_discountd_rolling_its_workers_costs_no_request_and_no_price(web, server):
    before = set(server.workers())
    with Load(web.url("/products")) as load:
        server.send(signal.SIGHUP)
        wait_until(lambda: len(server.workers()) == 2 and not before & set(server.workers()), 15, "new workers alone")
        load.wait_for_more()
    assert load.bad() == []


# Connects again and again, says how TLS begins and nothing more, and keeps the last 300 such connections.
FLOOD = """
import socket, sys
port, hello, held, made = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), [], 0
while True:
    try:
        held.append(socket.create_connection(("127.0.0.1", port)))
        held[-1].send(hello)
        made += 1
    except OSError:
        pass
    if len(held) > 300:
        held.pop(0).close()
    if made % 100 == 0:
        print(made, flush=True)
"""


def client_hello(keys):
    """The first bytes of a client without a certificate."""
    sent = ssl.MemoryBIO()
    tls = http2.tls_context(keys, None).wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return sent.read()


def test_connections_without_a_certificate_cost_a_connected_catalog_no_price(front, server, keys, record_property):
    """The flood has what processor time others leave: it is discountd that is looked at."""
    web = front(server.port, CATALOG_DEADLINE_MS=5000)
    wait_until(lambda: is_healed(web), 5, "a discounted answer")

    def answers_in(seconds):
        with Load(web.url("/products")) as load:
            before = len(load.answers)
            time.sleep(seconds)
            count = len(load.answers) - before
        assert load.bad() == []
        return count
    quiet = answers_in(4)
    with subprocess.Popen(["nice", "-n", "19", sys.executable, "-c", FLOOD, str(server.port), client_hello(keys).hex()],
                          stdout=subprocess.PIPE, text=True) as flood:
        try:
            flood.stdout.readline()
            beside = answers_in(4)
        finally:
            flood.kill()
            made = flood.communicate()[0].split()
    record_property("answers during it ÷ quiet; connections", (round(beside / quiet, 2), made[-1] if made else "few"))
    assert beside > 0


# ---- Discount away ---------------------------------------------------------------------------------------------------


@pytest.fixture
def front(start, make_site):
    """front(port) is a lighttpd with one process of the Catalog that asks a Discount at that port."""
    def make(port, **settings):
        settings = {"CATALOG_DEADLINE_MS": DEADLINE_MS} | settings
        return start(Lighttpd, make_site(port, **settings), "fastcgi.conf")
    return make


def ask(web):
    return web.request("/products", headers=CUSTOMER)


def is_healed(web):
    return ask(web).body == CUSTOMER_1


def assert_degraded(answer, pace, within=DEADLINE_MS / 1000):
    assert (answer.status, answer.body) == (200, LIST)
    assert answer.is_degraded
    assert answer.seconds < within + pace.slack_s()


def assert_degrades(web, pace):
    """As soon as no prices are lent any more; before, answers are right."""
    answer = wait_until(lambda: (answer := ask(web)).body != CUSTOMER_1 and answer, 1, "a degraded answer")
    assert_degraded(answer, pace)


def assert_degrades_at_once(web):
    """While Discount is known to be away nobody waits for it: in twenty tries this machine lets one through at once."""
    answers = [ask(web) for _ in range(20)]
    assert {(each.status, each.body, each.is_degraded) for each in answers} == {(200, LIST, True)}
    assert min(each.seconds for each in answers) < DEADLINE_MS / 2000


def assert_heals(web, pace):
    began = time.monotonic()
    wait_until(lambda: is_healed(web), 30, "a discounted answer again")
    assert time.monotonic() - began < HEALED_S + pace.slack_s()


def test_discount_never_there_degrades_within_the_deadline_and_later_at_once(front, pace):
    web = front(ports.free_port())
    assert_degraded(ask(web), pace)
    assert_degrades_at_once(web)


def test_discount_stopped_and_started_again_heals_and_logs_each_change_once(front, workshop, keys, pace):
    directory = workshop.new("discountd")
    server = Discountd(directory, keys)
    web = front(server.port)
    wait_until(lambda: is_healed(web), 5, "a discounted answer")
    changes = web.count_log("discount-degraded"), web.count_log("discount-restored")
    server.stop()
    assert_degraded(ask(web), pace)
    assert_degrades_at_once(web)
    again = Discountd(directory, keys, server.port)
    try:
        assert_heals(web, pace)
    finally:
        again.stop()
    assert (web.count_log("discount-degraded"), web.count_log("discount-restored")) == (changes[0] + 1, changes[1] + 1)


def test_discount_that_hangs_degrades_within_the_deadline_and_heals(front, server, pace):
    web = front(server.port)
    wait_until(lambda: is_healed(web), 5, "a discounted answer")
    everybody = [server.pid, *descendants(server.pid)]
    for pid in everybody:
        os.kill(pid, signal.SIGSTOP)
    try:
        assert_degrades(web, pace)
        assert_degrades_at_once(web)
    finally:
        for pid in everybody:
            os.kill(pid, signal.SIGCONT)
    assert_heals(web, pace)


def test_one_of_two_workers_stopped_holds_nobody_over_the_deadline(front, server, pace, record_property):
    """… and how long the customers of a Catalog that was connected to it see list prices is in the report."""
    web = front(server.port)
    wait_until(lambda: is_healed(web), 5, "a discounted answer")
    for pid in server.workers():
        degraded = []
        os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            while time.monotonic() - began < 6:
                answer = ask(web)
                if answer.body == CUSTOMER_1:
                    assert answer.seconds < DEADLINE_MS / 1000 + pace.slack_s()
                else:
                    assert_degraded(answer, pace)
                    degraded.append(time.monotonic() - began)
                time.sleep(0.01)
        finally:
            os.kill(pid, signal.SIGCONT)
        record_property("list prices until, s", round(max(degraded, default=0), 2))
        assert_heals(web, pace)


def test_a_rule_change_waits_for_a_stopped_worker_no_longer_than_for_a_dead_one(start, workshop, keys):
    """It is ended when it is not heard of. The best of some: discountctl itself may be connected to it, and fail."""
    directory = workshop.new("discountd")
    server = start(Discountd, directory, keys)
    server.expect("worker-killed")
    ctl = Ctl(directory, keys, server.port)
    seconds = []
    for number in range(10):
        # Each round replaces one. Who is stopped before it was ever ready is waited for by nobody.
        server.wait_for_log("worker-ready", times=2 + number)
        os.kill(server.workers()[0], signal.SIGSTOP)
        began = time.monotonic()
        done = ctl.run("import", "--prune", "-", stdin=RULES if seconds else rule_file())  # each that is made changes something
        if done.returncode == 0:
            seconds.append(time.monotonic() - began)
        else:
            os.kill(server.workers()[0], signal.SIGKILL)
        server.wait_for_log("worker-ready", times=3 + number, seconds=15)
        if len(seconds) == 2:
            break
    assert min(seconds) < 4, seconds  # a worker that only is slow has 5 s


def test_a_slow_discount_never_holds_a_request_over_the_deadline(front, keys, pace):
    def late(request_, context):
        time.sleep(3 * DEADLINE_MS / 1000)
        return wire.answer_many(request_, context)
    with Server(keys, {wire.MANY: late}) as slow:
        web = front(slow.port)
        with Load(web.url("/products"), threads=8) as load:
            load.wait_for_more()
    assert load.errors == []
    for answer in load.answers:
        assert_degraded(answer, pace)


def test_a_discount_that_refuses_is_degraded_at_once(front, keys, pace):
    def refuse(_request, context):
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
    with Server(keys, {wire.MANY: refuse, wire.ONE: refuse}) as server:
        web = front(server.port)
        assert_degraded(ask(web), pace)
        assert_degrades_at_once(web)
        web.wait_for_log("PERMISSION_DENIED")


@pytest.mark.parametrize("spoil", [
    lambda answer: answer.answers[0].quotes.pop(),
    lambda answer: answer.answers[0].quotes.add(),
    lambda answer: answer.answers.pop(),
    lambda answer: answer.answers.add(),
], ids=["a-quote-less", "a-quote-more", "an-answer-less", "an-answer-more"])
def test_an_answer_that_does_not_fit_the_question_is_not_used(front, keys, spoil, pace):
    def wrong(request_, context):
        answer = wire.answer_many(request_, context)
        if request_.asks:
            spoil(answer)
        return answer
    with Server(keys, {wire.MANY: wrong}) as server:
        web = front(server.port)
        for _ in range(5):
            assert_degraded(ask(web), pace)


def test_a_server_certificate_for_another_host_is_not_asked(front, keys, workshop, pace):
    own = keys.copy(workshop.new("host"))
    sign(own, "elsewhere", "spiffe://ecommerce/discount", "server", names=["discount.example", "192.0.2.1"])
    with Server(own, {wire.MANY: wire.answer_many}, name="elsewhere") as server:
        web = front(server.port)
        assert_degraded(ask(web), pace)
        assert_degrades_at_once(web)
        assert server.calls == []


def test_a_server_of_another_authority_is_not_asked(front, workshop, pace):
    with Server(make_keys(workshop.new("other")), {wire.MANY: wire.answer_many}, client_certificate=False) as server:
        web = front(server.port)
        assert_degraded(ask(web), pace)
        assert server.calls == []


class Stranger:
    """A TLS server of another authority that counts who comes."""

    def __init__(self, keys):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(keys.file("discount.crt"), keys.file("discount.key"))
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            self.visits += 1
            with contextlib.suppress(OSError), connection:
                self.context.wrap_socket(connection, server_side=True).read()

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()


def test_an_idle_catalog_that_does_not_trust_discount_logs_that_once(start, make_site, workshop):
    with contextlib.closing(Stranger(make_keys(workshop.new("other")))) as server:
        catalog = start(Catalog, make_site(server.port))
        catalog.wait_for_log("discount-degraded")
        wait_until(lambda: server.visits >= 25, 60, "the Catalog tries again and again")
        assert catalog.count_log("discount-degraded") == 1
        assert catalog.count_log(" grpc ") == 1, catalog.log()


# ---- Other Discount servers ------------------------------------------------------------------------------------------


def test_the_demos_server_that_knows_only_apply_discount_is_asked_for_each_product(front, keys):
    """One-way TLS, as the published demo has it."""
    with Server(keys, {wire.ONE: wire.answer_one}, client_certificate=False) as server:
        web = front(server.port, CATALOG_DEADLINE_MS=30000)
        wait_until(lambda: is_healed(web), 5, "a discounted answer")
        before = len(server.asks)
        assert [ask(web).body for _ in range(10)] == [CUSTOMER_1] * 10
        assert server.asks[before:] == [wire.ONE] * 30
    web.wait_for_log("discount-singles")


def test_a_python_server_that_knows_both_is_asked_once_for_all_products(front, keys):
    with Server(keys, {wire.ONE: wire.answer_one, wire.MANY: wire.answer_many}) as server:
        web = front(server.port, CATALOG_DEADLINE_MS=30000)
        wait_until(lambda: is_healed(web), 5, "a discounted answer")
        before = len(server.asks)
        assert [ask(web).body for _ in range(10)] == [CUSTOMER_1] * 10
        assert server.asks[before:] == [wire.MANY] * 10


def test_a_cgi_request_with_discount_away_is_answered_within_the_deadline(make_site, pace):
    """What the program takes besides is what a visitor's request takes, or half as much again: TLS is begun."""
    web = Cgi(make_site(ports.free_port(), CATALOG_DEADLINE_MS=DEADLINE_MS))
    visitor = max(web.request("/products").seconds for _ in range(3))
    assert_degraded(web.request("/products", headers=CUSTOMER), pace, within=DEADLINE_MS / 1000 + visitor)


CGI = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/catalog.fcgi", "PATH_INFO": "/products", "QUERY_STRING": "",
       "REMOTE_ADDR": "127.0.0.1", "HTTP_X_USER_ID": "1"}


def ask_program(site, **variables):
    """A CGI request by hand: how long it took, what was answered and what was logged."""
    began = time.monotonic()
    done = run([site.program], env=environment(**(CGI | variables)))
    return time.monotonic() - began, done.stdout, done.stderr


@pytest.mark.parametrize("spoil, name", [
    (lambda keys, other: (keys / "catalog.key").write_bytes(other.read("catalog.key")), "catalog.key"),
    (lambda keys, other: (keys / "ca.crt").write_text("nothing"), "ca.crt"),
    (lambda keys, other: (keys / "catalog.crt").unlink(), "catalog.crt"),
    (lambda keys, other: (keys / "catalog.crt").write_bytes(other.read("catalog.crt")[:200]), "catalog.crt"),
    (lambda keys, other: (keys / "ca.crt").write_bytes(other.read("ca.crt")), "catalog.crt"),
    (lambda keys, other: (keys / "ca.crt").write_bytes((keys / "ca.crt").read_bytes() + other.read("ca.crt")[:200]), "ca.crt"),
], ids=["anothers-key", "no-authority", "no-certificate", "half-a-certificate", "another-authority", "half-a-bundle"])
def test_a_cgi_request_with_broken_keys_does_not_wait_for_the_deadline(make_site, workshop, pace, discountd, spoil, name):
    site = make_site(discountd.port, CATALOG_DEADLINE_MS=60000)
    spoil(site.path / "keys", make_keys(workshop.new("others")))
    seconds, answer, log = ask_program(site)
    assert "Status: 200" in answer and "X-Discount-Status: degraded" in answer
    assert f"/{name}" in re.search(r"^.* keyset-refused .*$", log, re.M)[0]
    assert seconds < 10 + pace.slack_s()


def test_a_cgi_request_connects_to_discount_where_prices_are_a_customers(make_site):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        site = make_site(listening.getsockname()[1], CATALOG_DEADLINE_MS=300)
        listening.settimeout(0)
        for variables in ({"PATH_INFO": "/pictures/lamp.svg"}, {"PATH_INFO": "/categories"}, {"HTTP_X_USER_ID": ""},
                          {"REQUEST_METHOD": "OPTIONS"}, {"REMOTE_ADDR": "192.0.2.1"}):
            ask_program(site, **variables)
            with pytest.raises(BlockingIOError):
                listening.accept()
        for variables in ({}, {"PATH_INFO": "/products/1"}, {"REQUEST_METHOD": "HEAD"}):
            ask_program(site, **variables)
            listening.accept()[0].close()


def test_nobody_waits_for_discount_who_is_no_customer(front):
    web = front(ports.free_port())
    for headers in ([], [("X-USER-ID", "77")]):
        answers = [web.request("/products", headers=headers) for _ in range(5)]
        assert {(each.status, each.body, each.is_degraded) for each in answers} == {(200, LIST, False)}
        assert min(each.seconds for each in answers) < DEADLINE_MS / 2000
