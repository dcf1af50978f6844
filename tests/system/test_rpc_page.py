# SPDX-License-Identifier: MIT
"""The manual page of the RPC layer: it names what the headers have, and its examples compile and talk to each other."""
import re
import shlex
import subprocess

import pytest

from harness.keys import make_keys
from harness.paths import ROOT, not_sanitized
from harness.process import Process, run

PAGE = (ROOT / "common/rpc/catalog-rpc.3").read_text()
HEADERS = ["runtime.h", "server.h", "client.h", "keyset.h", "status.h"]

pytestmark = not_sanitized("the page is about the release build")


def header(name):
    """A header without its comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / "common/rpc" / name).read_text(), flags=re.S)


def example(title):
    """The C text of an example, as man shows it."""
    text = re.search(rf"^\.SS A {title}\n\.EX\n(.*?)^\.EE", PAGE, re.S | re.M)[1]
    return text.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")


@pytest.mark.parametrize("name", HEADERS)
def test_every_function_of_the_public_headers_is_on_the_page(name):
    synopsis = PAGE[:PAGE.index(".SH DESCRIPTION")]
    functions = set(re.findall(r"\b(?:rpc|keyset)_\w+(?=\()", re.sub(r"\(\*\w+\)", "", header(name))))
    assert functions and not {each for each in functions if f"{each}(" not in synopsis}


def test_every_code_is_on_the_page_with_its_number():
    codes = re.findall(r"\b(RPC_\w+) = (\d+)", header("status.h"))
    assert len(codes) == 17
    assert not [code for code in codes if f"{code[0]} \" ({code[1]})" not in PAGE and f'{code[0]} " ({code[1]})' not in PAGE]


def test_every_file_that_the_layer_needs_is_on_the_page():
    needed, left = set(), [*(ROOT / "common/rpc").glob("*.[ch]")]
    while left:
        for name in re.findall(r'#include "common/(\w+)\.h"', left.pop().read_text()):
            if name not in needed:
                needed.add(name)
                left += [file for file in (ROOT / "common").glob(f"{name}.[ch]")]
    listed = re.search(r"^the files (.*?)\.$", PAGE, re.M)[1]
    assert set(re.split(r", | and ", listed)) == needed


def test_every_function_that_is_answered_for_gRPC_core_is_on_the_page():
    answered = re.search(r"^INTERPOSE +:= (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()
    assert sorted(re.findall(r"wrap=(\w+)", PAGE)) == sorted(answered)
    [word] = re.findall(r"^#ifdef (\w+)$", (ROOT / "common" / "rpc" / "interpose.h").read_text(), re.M)
    assert f"-D{word}" in PAGE


@pytest.fixture(scope="module")
def programs(workshop):
    """The two examples, compiled as the page says."""
    directory = workshop.new("page")
    command = re.search(r"^cc .*?(?=^\.EE)", PAGE, re.S | re.M)[0].replace("\\e\n", "\\\n").replace("\\-", "-")
    for title in ("server", "client"):
        source = directory / f"{title}.c"
        source.write_text(example(title))
        done = subprocess.run(command.replace("server.c", f"{shlex.quote(str(source))} -Wall -Wextra -Werror "
                                              f"-o {shlex.quote(str(directory / title))}"),
                              shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    make_keys(directory / "keys")
    return directory


def test_the_examples_compile_and_talk_to_each_other(programs, start):
    server = start(Process, [programs / "server"], programs)
    answers = []

    def is_answered():
        answers.append(run([programs / "client"], programs).stdout)
        return answers[-1] == "49999 cents\n"
    server.wait_until_ready(is_answered)
