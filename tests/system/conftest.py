# SPDX-License-Identifier: MIT
"""
The system tests: the programs as they are installed, behind real web servers, against a gRPC that is not ours.
Everything listens on loopback, on ports and in directories of its own. Whatever a process writes to its log is read
after each test: sanitizer reports, crashes, and error lines that the test did not expect make it fail.
"""
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

# Python's gRPC wants to stop its threads before each fork, and gives up the process when it cannot. Here every child execs.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

from harness import process, wire  # noqa: E402  (the path first)
from harness.catalog import Site  # noqa: E402
from harness.discount import Discountd  # noqa: E402
from harness.keys import make_keys  # noqa: E402
from harness.pace import Pace  # noqa: E402
from harness.workshop import Workshop  # noqa: E402


# What every Linux has, and what a chroot may lack: debootstrap makes them, other tools do not.
PREREQUISITES = ["/dev/fd", "/dev/null", "/dev/ptmx", "/dev/stderr", "/dev/stdin", "/dev/urandom", "/proc/self/stat"]


def pytest_sessionstart():
    """Says what this machine lacks, instead of a hundred failures that do not."""
    missing = [path for path in PREREQUISITES if not Path(path).exists()]
    if missing:
        pytest.exit(f"missing here: {' '.join(missing)}; a chroot needs /proc, /dev and /dev/pts mounted", returncode=1)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """A file of tests in which there is none is a mistake."""
    report = (yield).get_result()
    is_file = isinstance(collector, pytest.Module) and not isinstance(collector, pytest.Package)
    if is_file and report.passed and not report.result:
        report.outcome = "failed"
        report.longrepr = f"{collector.path} has no test"


# Files that take longest begin first: each is one process's work, and the last to begin is waited for.
LONG = ["test_cut_answers", "test_catalog_import", "test_faults", "test_page", "test_injected_failures", "test_openapi", "test_leases",
        "test_catalog_paging", "test_catalog_csv", "test_discountd_life", "test_discountctl_files", "test_shared_cache", "test_makefile",
        "test_recipes", "test_import_crash", "test_discountctl", "test_live", "test_clock", "test_deploy", "test_catalog_hostile",
        "test_catalog_import_hostile", "test_admin", "test_contract", "test_discountctl_service", "test_discountctl_what_if",
        "test_crash", "test_status", "test_slow_clients", "test_property", "test_discountctl_history", "test_discountd_hostile"]


def pytest_collection_modifyitems(items):
    """Sorts files, and leaves the tests of a file in their order."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def workshop():
    """Directories; gone at the end of the session, unless something failed."""
    made = Workshop()
    yield made
    problems = [line for each in process.started for line in each.find_problems()]
    for each in process.started:
        if each.is_running():
            problems.append(f"{each.name} was never stopped")
            each.kill()
    if problems:
        pytest.fail("\n".join([*problems, f"logs are in {made.path}"]))
    if not made.is_kept:
        made.remove()


@pytest.fixture(autouse=True)
def clean_logs(workshop):
    """Fails a test during which a process logged what it should not have."""
    yield
    problems = [line for each in process.started for line in each.find_problems()]
    if problems:
        workshop.is_kept = True
        pytest.fail("\n".join([*problems, f"logs are in {workshop.path}"]))


@pytest.fixture(scope="session", autouse=True)
def messages(workshop):
    """The contract's message classes."""
    wire.generate(workshop.new("proto"))
    return wire.messages


@pytest.fixture(scope="session")
def keys(workshop):
    """One authority for the session; a test that changes keys takes keys.copy()."""
    return make_keys(workshop.new("keys"))


@pytest.fixture(scope="session")
def discountd(workshop, keys):
    """A discountd for every test that only asks; who stops or breaks one starts their own."""
    server = Discountd(workshop.new("discountd"), keys)
    yield server
    server.stop()


@pytest.fixture
def start(request):
    """start(Class, …) makes a process and stops it when the test ends, last started first."""
    def make(kind, *words, **more):
        made = kind(*words, **more)
        request.addfinalizer(made.stop)
        return made
    return make


@pytest.fixture
def pace(start, workshop):
    """A bound in time is held against how slow this machine is meanwhile: pace.slack_s() goes on top."""
    return start(Pace, workshop.new("pace"))


@pytest.fixture
def make_site(workshop, keys):
    """make_site(discount_port, …settings) is a new site's directory."""
    def make(discount_port, **settings):
        return Site(workshop.new("site"), settings.pop("keys", keys), discount_port, **settings)
    return make
