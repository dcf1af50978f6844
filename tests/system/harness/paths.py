# SPDX-License-Identifier: MIT
"""Where the project's things are."""
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
HARNESS = ROOT / "tests" / "system" / "harness"

# The programs under test: BIN_DIR=build/sanitize/bin tests the sanitizer build.
BIN = (ROOT / os.environ.get("BIN_DIR", "build/release/bin")).resolve()


def is_sanitized():
    """Whether the programs carry AddressSanitizer, which makes them several times slower."""
    return b"__asan_init" in (BIN / "catalog.fcgi").read_bytes()
