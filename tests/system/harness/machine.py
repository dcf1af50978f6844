# SPDX-License-Identifier: MIT
"""
A machine for one recipe: all that is installed here, with systemd as its first process, in namespaces and on an overlay of
its own. What is done there is gone with it.
"""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.process import wait_until

SYSTEMD = Path("/lib/systemd/systemd")

# Debian's units that a machine of this kind has no use for, and whatever packages have enabled.
BOOT = r"""
set -e
mount -t tmpfs scratch "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mkdir -p "$1/root/checkout"
mount --bind "$2" "$1/root/checkout"
cd "$1/root"
mount -t proc proc proc
for directory in run tmp root; do mount -t tmpfs "$directory" "$directory"; done
mount --rbind /dev dev
mount -t sysfs -o ro sysfs sys || mount --rbind /sys sys
mount -t tmpfs cgroups sys/fs/cgroup
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
else
    mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
    mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
fi
rm -rf etc/systemd/system/*.wants
echo 0123456789abcdef0123456789abcdef > etc/machine-id
for unit in systemd-udevd systemd-udev-trigger systemd-logind systemd-networkd systemd-resolved systemd-timesyncd \
            systemd-journal-flush systemd-binfmt systemd-modules-load systemd-sysctl systemd-random-seed; do
    ln -sf /dev/null "etc/systemd/system/$unit.service"
done
exec env -i container=tests PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /lib/systemd/systemd --log-target=null --unit=basic.target
"""


class Machine:
    """It runs when this returns. `files` are in its /checkout."""

    def __init__(self, directory, files):
        self.directory = directory
        scratch = directory / "scratch"
        scratch.mkdir()
        self.log = (directory / "machine.log").open("wb")
        # pylint: disable-next=consider-using-with
        self.popen = subprocess.Popen(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--ipc", "--uts", "--kill-child", "--mount-proc", "bash", "-c", BOOT,
             "boot", scratch, files], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)
        try:
            wait_until(self._is_up, 60, "the machine has booted")
            self.type("ip link set lo up 2>/dev/null || ifconfig lo up")
        except BaseException:
            self.stop()
            raise

    def _first(self):
        """The pid, here, of the machine's first process."""
        path = Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children")
        found = path.read_text().split() if path.exists() else []
        return found[0] if found else None

    def _is_up(self):
        assert self.popen.poll() is None, (self.directory / "machine.log").read_text(errors="replace")
        # What systemctl prints, not its status: entered a moment before the root changes, it takes this for a chroot, and
        # answers 0 to whatever it is asked.
        return self._first() and self.type("systemctl is-active basic.target", is_checked=False).stdout == "active\n"

    def type(self, script, user=None, is_checked=True, seconds=60):
        """Types a script, in /checkout, as root or as somebody else; each line must work."""
        inside = ["nsenter", "--target", self._first(), "--mount", "--net", "--pid", "--ipc", "--uts", "--root", "--wd"]
        words = ["bash", "-e", "-o", "pipefail", "-c", f"cd /checkout 2>/dev/null || :\n{script}"]
        done = subprocess.run(
            [*inside, *(["runuser", "-u", user, "--"] if user else []), *words], capture_output=True, text=True, timeout=seconds,
            stdin=subprocess.DEVNULL, check=False,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                 "HOME": f"/home/{user}" if user else "/root"})
        if is_checked:
            assert done.returncode == 0, f"{script}\n--- said\n{done.stdout}\n{done.stderr}\n{self._journal()}"
        return done

    def _journal(self):
        return self.type("journalctl --no-pager --lines=60 _TRANSPORT=stdout _TRANSPORT=journal _TRANSPORT=syslog; cat /var/log/nginx/error.log /var/log/apache2/error.log "
                         "/var/log/lighttpd/error.log 2>/dev/null || :", is_checked=False).stdout

    def stop(self):
        """With its first process all others of the machine end, and its mounts."""
        first = self._first()
        if first:
            os.kill(int(first), 9)
        self.popen.kill()
        self.popen.wait()
        self.log.close()
        shutil.rmtree(self.directory / "scratch", ignore_errors=True)


def why_not():
    """What is missing here to have such a machine; None: nothing."""
    if os.geteuid() != 0:
        return "only root can make a machine"
    if not SYSTEMD.exists():
        return "there is no systemd"
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            ["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-e", "-c",
             "mount -t tmpfs scratch . && cd \"$PWD\" && mkdir upper work root && "
             "mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root"],
            cwd=directory, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"no namespaces or overlays here: {done.stderr.strip()}"
