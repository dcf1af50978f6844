# SPDX-License-Identifier: MIT
"""Directories for the session's files, where a web server that gave up root can reach them too."""
import contextlib
import os
import pwd
import shutil
import tempfile
from pathlib import Path


def web_user():
    """The user that web servers and what they start run as: www-data when the tests run as root, else None."""
    return "www-data" if os.geteuid() == 0 else None


def give_to_web(path):
    """Makes the web servers' user the owner of a path and everything below."""
    user = web_user()
    if user is None:
        return
    entry = pwd.getpwnam(user)
    for each in [path, *Path(path).rglob("*")]:
        with contextlib.suppress(FileNotFoundError):  # whoever runs there already has files of a moment
            os.chown(each, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


class Workshop:
    """A directory of directories. Paths are short: a unix socket's may have 107 bytes."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="catalog-", dir="/tmp"))
        self.path.chmod(0o755)
        self.count = 0
        self.is_kept = False  # for its logs, when a test failed

    def new(self, name):
        self.count += 1
        directory = self.path / f"{self.count}-{name}"
        directory.mkdir()
        return directory

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)
