# SPDX-License-Identifier: MIT
"""Where the project's things are."""
import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _for_everybody(folder):
    """
    The folder itself, or for root a copy of it that everybody may read: the web servers give up root, and the checkout may
    stand where only root may go.
    """
    if os.geteuid() != 0:
        return folder
    top = Path(tempfile.mkdtemp(prefix="catalog-files-", dir="/tmp"))
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    copy = shutil.copytree(folder, top / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [top, copy, *copy.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    return copy


DEPLOY = _for_everybody(ROOT / "deploy")
HARNESS = _for_everybody(ROOT / "tests" / "system" / "harness")

# The programs under test: BIN_DIR=build/sanitize/bin tests the sanitizer build.
BIN = (ROOT / os.environ.get("BIN_DIR", "build/release/bin")).resolve()


def is_sanitized():
    """Whether the programs carry AddressSanitizer, which makes them several times slower."""
    return b"__asan_init" in (BIN / "catalog.fcgi").read_bytes()


def not_sanitized(reason):
    """Marks tests of which a sanitizer sees nothing that other tests do not show it."""
    return pytest.mark.skipif(is_sanitized(), reason=reason)
