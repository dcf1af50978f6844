# SPDX-License-Identifier: MIT
"""The Makefile, as far as it decides by itself what is to be made."""
import os
import shutil

import pytest

from harness.paths import BIN, ROOT
from harness.process import run


@pytest.mark.skipif(BIN.parent.name != "release", reason="nothing is linked statically into this build")
def test_a_library_that_was_updated_is_linked_again(workshop):
    """dpkg lets a file keep the date at which it was made, which may be before that of a program that lacks it."""
    place = workshop.new("build")
    for name in ("bin", "obj/fcgi-catalog", "obj/discount", "obj/common", "obj/proto", "gen"):
        shutil.copytree(BIN.parent / name, place / "release" / name)
    for archive in BIN.parent.glob("*.a"):
        shutil.copy2(archive, place / "release")

    def links():
        done = run(["make", "-n", "all", f"BUILD={place}"], ROOT)
        assert done.returncode == 0, done.stderr
        return [line.split("LINK")[1].strip(' "') for line in done.stdout.splitlines() if "LINK" in line]
    assert links() == []
    library = place / "liblately.a"
    library.touch()
    os.utime(library, (0, 0))
    with (place / "release" / "bin" / "discountd.linked").open("a") as linked:
        linked.write(f"\n{library}:\n")
    assert links() == [str(place / "release" / "bin" / "discountd")]
