# SPDX-License-Identifier: MIT
"""keys/ca killed, interrupted and run by many at once."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from keys_program import CA, LEAVES, SET, files_in, handshake, load, refuse, revoked_serials, run_ca, status, succeed


def path_with_mv(tmp_path, script):
    """A PATH whose mv is this script; the real one is /bin/mv."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "mv").write_text(f"#!/bin/bash\n{script}\n")
    (tools / "mv").chmod(0o755)
    return {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}


def test_killed_before_the_decision_make_leaves_no_file(tmp_path):
    killed = run_ca("make", "--dir", tmp_path / "keys", env=path_with_mv(tmp_path, "kill -9 $PPID"))
    assert killed.returncode == -signal.SIGKILL
    assert files_in(tmp_path / "keys") == set()
    succeed("make", "--dir", tmp_path / "keys")
    assert status(tmp_path / "keys")[0] == 0
    assert not (tmp_path / "keys" / "db" / "work").exists()


# The commit is `mv -T`; the files come after it. This one moves two of them and kills who called it.
TWO_FILES_THEN_DEATH = '[ "$1" = -T ] && exec /bin/mv "$@"; shift 2; /bin/mv -f -- "$1" "$2" "${@: -1}"; kill -9 $PPID'


@pytest.mark.parametrize("command", [["status"], ["make"], ["renew"], ["revoke", "admin"]])
def test_killed_after_the_decision_the_next_command_finishes(tmp_path, command):
    keys = tmp_path / "keys"
    killed = run_ca("make", "--dir", keys, env=path_with_mv(tmp_path, TWO_FILES_THEN_DEATH))
    assert killed.returncode == -signal.SIGKILL
    assert len(files_in(keys)) == 2
    result = run_ca(*command, "--dir", keys)
    assert result.returncode == (1 if command == ["make"] else 0), result.stderr
    assert files_in(keys) == SET
    assert not (keys / "db" / "committed").exists()
    assert status(keys)[0] == (1 if command[0] == "revoke" else 0)
    handshake(keys, check_list=True)


def test_renewal_that_was_killed_half_way_is_finished(keys, tmp_path):
    old = {name: load(keys / f"{name}.crt") for name in LEAVES}
    killed = run_ca("renew", "--dir", keys, env=path_with_mv(tmp_path, TWO_FILES_THEN_DEATH))
    assert killed.returncode == -signal.SIGKILL
    assert status(keys)[0] == 0
    assert all(load(keys / f"{name}.crt") != old[name] for name in LEAVES)


def test_each_key_is_moved_just_before_its_certificate(keys, tmp_path):
    order = tmp_path / "order"
    succeed("renew", "--dir", keys, env=path_with_mv(
        tmp_path, f'printf "%s\\n" "${{@##*/}}" >>"{order}"; exec /bin/mv "$@"'))
    moved = [name for name in order.read_text().split("\n") if re.fullmatch(r"[a-z]+\.(key|crt)", name)]
    assert moved == [f"{name}.{end}" for name in sorted(LEAVES) for end in ("key", "crt")]


def test_killed_at_any_moment_make_leaves_nothing_or_all(tmp_path):
    outcomes = set()
    for step in range(12):
        keys = tmp_path / str(step)
        process = subprocess.Popen([CA, "make", "--dir", keys], start_new_session=True, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        # Not a wait for something: the moment itself is what varies.
        time.sleep(0.04 * step)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        decided = files_in(keys) == SET or (keys / "db" / "committed").exists()
        assert decided or files_in(keys) == set()
        if decided:
            assert status(keys)[0] == 0
        else:
            succeed("make", "--dir", keys)
        assert files_in(keys) == SET
        outcomes.add(decided)
    assert False in outcomes


def test_interrupted_make_clears_its_work_away(tmp_path):
    keys = tmp_path / "keys"
    interrupted = run_ca("make", "--dir", keys, env=path_with_mv(tmp_path, "kill -TERM $PPID; sleep 0.2"))
    assert interrupted.returncode != 0
    assert files_in(keys) == set()
    assert not (keys / "db" / "work").exists()


def test_failing_openssl_is_one_line_and_changes_nothing(keys, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    real = shutil.which("openssl")
    (tools / "openssl").write_text(
        f'#!/bin/bash\n[ "$1" = req ] && {{ echo "....+" >&2; echo "no entropy" >&2; exit 1; }}\nexec {real} "$@"\n')
    (tools / "openssl").chmod(0o755)
    before = {name: (keys / name).read_bytes() for name in SET}
    line = refuse("renew", "--dir", keys, env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})
    assert line == "keys/ca: openssl req: no entropy\n"
    assert {name: (keys / name).read_bytes() for name in SET} == before
    assert not (keys / "db" / "work").exists()


def test_of_many_makes_at_once_one_wins(tmp_path):
    keys = tmp_path / "keys"
    crowd = [subprocess.Popen([CA, "make", "--dir", keys], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
             for _ in range(4)]
    errors = [process.communicate(timeout=60)[1] for process in crowd]
    assert sorted(process.returncode for process in crowd) == [0, 1, 1, 1], errors
    assert status(keys)[0] == 0


def test_revocations_at_once_are_all_kept(keys):
    names = ["ann", "bob", "cy", "dee"]
    for name in names:
        succeed("issue", name, "--dir", keys)
    crowd = [subprocess.Popen([CA, "revoke", name, "--dir", keys], stdout=subprocess.DEVNULL) for name in names]
    assert [process.wait(timeout=60) for process in crowd] == [0] * 4
    assert revoked_serials(keys) == {load(keys / f"{name}.crt").serial_number for name in names}
