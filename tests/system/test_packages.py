# SPDX-License-Identifier: MIT
"""deploy/packages/install, among commands of Debian that only pretend, in a root of their own."""
import pytest

from harness.paths import ROOT
from harness.process import environment, run

# Says no as often as `refusals` has lines, then installs what the test says comes with its packages.
APT_GET = """#!/bin/sh
echo "$*" >>"$PLACE/calls"
if [ -s "$PLACE/refusals" ]; then
    head -n 1 "$PLACE/refusals" >&2
    sed -i 1d "$PLACE/refusals"
    exit 100
fi
case "$*" in *' install '*) cd "$DPKG_ROOT" && touch $COMES ;; esac
"""
COMMANDS = {
    "apt-get": APT_GET,
    "dpkg-query": "#!/bin/sh\nexit 1\n",
    # As Debian's does it refuses what has no script.
    "update-rc.d": '#!/bin/sh\n[ -e "$DPKG_ROOT/etc/init.d/$1" ] && echo "$*" >>"$PLACE/services"\n',
    "id": "#!/bin/sh\necho 0\n",
}
LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt)\n"


class Machine:
    """A pretended Debian."""

    def __init__(self, path):
        self.path = path
        self.root = path / "root"
        for directory in ("usr/sbin", "etc/init.d", "usr/lib/systemd/system"):
            (self.root / directory).mkdir(parents=True)
        (path / "bin").mkdir()
        for name, text in COMMANDS.items():
            (path / "bin" / name).write_text(text)
            (path / "bin" / name).chmod(0o755)
        (path / "list.txt").write_text("curl # to ask\nlighttpd\n")

    def install(self, refusals="", comes="etc/init.d/lighttpd", patience=60):
        (self.path / "refusals").write_text(refusals)
        variables = environment(PLACE=self.path, DPKG_ROOT=self.root, COMES=comes, PATIENCE_S=patience)
        variables["PATH"] = f"{self.path / 'bin'}:{variables['PATH']}"
        return run([ROOT / "deploy" / "packages" / "install", self.path / "list.txt"], env=variables)

    def lines(self, name):
        path = self.path / name
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(workshop):
    return Machine(workshop.new("machine"))


def test_what_is_missing_is_installed(machine):
    assert machine.install().returncode == 0
    update, install = machine.lines("calls")
    assert update.endswith(" update") and install.endswith(" install --yes --no-install-recommends curl lighttpd")


def test_another_apt_is_waited_for_and_named(machine):
    done = machine.install(refusals=LOCKED * 2)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("waits up to 60 s for another apt: E: Could not get lock /var/lib/apt/lists/lock") == 1
    assert len(machine.lines("calls")) == 4


def test_another_apt_is_not_waited_for_for_ever(machine):
    done = machine.install(refusals=LOCKED * 100, patience=0)
    assert done.returncode == 1 and LOCKED in done.stderr
    assert len(machine.lines("calls")) == 1


def test_what_is_wrong_otherwise_is_told_at_once(machine):
    done = machine.install(refusals="E: Unable to locate package curl\n")
    assert (done.returncode, len(machine.lines("calls"))) == (1, 1)
    assert "Unable to locate package curl" in done.stderr


def test_a_web_server_that_comes_new_is_not_started_at_boot(machine):
    done = machine.install()
    assert machine.lines("services") == ["lighttpd disable"]
    assert "systemctl enable lighttpd" in done.stderr


def test_a_web_server_that_only_systemd_starts_is_not_started_at_boot(machine):
    enabled = machine.root / "etc" / "systemd" / "system" / "multi-user.target.wants"
    enabled.mkdir(parents=True)
    done = machine.install(comes="usr/lib/systemd/system/caddy.service etc/systemd/system/multi-user.target.wants/caddy.service "
                                 "etc/systemd/system/multi-user.target.wants/cron.service")
    assert done.returncode == 0, done.stderr
    assert [each.name for each in enabled.iterdir()] == ["cron.service"]


def test_a_web_server_that_was_there_stays_enabled(machine):
    (machine.root / "etc" / "init.d" / "nginx").touch()
    assert machine.install(comes="etc/init.d/lighttpd etc/init.d/nginx").returncode == 0
    assert machine.lines("services") == ["lighttpd disable"]


def test_no_policy_is_left_behind(machine):
    assert machine.install().returncode == 0
    assert list((machine.root / "usr" / "sbin").iterdir()) == []
