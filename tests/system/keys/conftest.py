# SPDX-License-Identifier: MIT
"""Sets of keys to work with."""

import shutil

import pytest

from keys_program import succeed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A set that was made once, to copy from."""
    path = tmp_path_factory.mktemp("made") / "keys"
    succeed("make", "--dir", path)
    return path


@pytest.fixture
def keys(made, tmp_path):
    """A set of one's own, in a path with spaces and with signs that shells and settings files treat specially."""
    path = tmp_path / "my $keys # 'here'"
    shutil.copytree(made, path)
    return path
