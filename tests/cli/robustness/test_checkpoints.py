# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine goes on from checkpoints, and refuses those that it cannot go on from."""

from __future__ import annotations

import json
import signal
import time

import pytest

from checker.project import PROJECT
from tests.support.place import SMALL, Place, found_in, is_partial, is_right, wait_for


def test_a_search_in_pieces(place: Place) -> None:
    file = place.folder / "checkpoint"
    begun = found_in(place.run(*SMALL, "--format", "json", "--max-states", "9000", "--threads", "1", "--checkpoint", str(file)))
    is_partial(begun, "the limit of 9,000 states")
    done = place.run(*SMALL, "--max-states", "20000", "--resume", str(file))
    assert f"go on with --resume {file}" in done.stderr
    assert "error: I2: " in done.stdout
    found = is_right(place.run(*SMALL, "--format", "json", "--threads", "2", "--resume", str(file)))
    assert (found["statistics"]["transitions"], found["statistics"]["depth"], found["statistics"]["frontier"]) == (88_640, 62, 0)


@pytest.mark.slow
def test_a_search_that_ran_out_of_memory_goes_on(place: Place) -> None:
    """States that found no room are not lost: with more memory all are found, and counted once."""
    file = place.folder / "checkpoint"
    large = ("check", "models/dks.py", "--set", "C=2", "--set", "T=3", "--set", "S=3", "--reduce", "none", "--format", "json")
    place.run(*large, "--max-states", "1", "--engine", "compiled")  # fills the cache
    arguments = ("--checkpoint", str(file))
    stops = 0
    for megabytes in (250, 300, 350, 3000):
        done = place.run(*large, *arguments, "--threads", "2", address_space=megabytes << 20)
        if file.exists():
            arguments = ("--resume", str(file))
        stops += done.stdout != "" and json.loads(done.stdout)["stopped"] == "out of memory"
    assert stops > 0
    found = found_in(done)
    assert (found["stopped"], found["statistics"]["states"], found["statistics"]["transitions"]) == (None, 5_099_515, 11_364_666)


@pytest.mark.slow
def test_an_interrupted_search_goes_on(place: Place) -> None:
    file = place.folder / "checkpoint"
    large = ("check", "models/dks.py", "--set", "C=2", "--set", "T=3", "--set", "S=3", "--reduce", "none", "--format", "json")
    child = place.start(*large, "--checkpoint", str(file))
    wait_for(lambda: list(place.cache.glob("*.sha256")), 60)
    time.sleep(0.8)
    child.send_signal(signal.SIGTERM)
    output, errors = child.communicate(timeout=60)
    if json.loads(output)["stopped"] is not None:
        is_partial(json.loads(output), "interrupted")
        assert "a checkpoint with" in errors
        found = found_in(place.run(*large, "--resume", str(file)))
        assert found["statistics"]["states"] == 5_099_515


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*SMALL, "--engine", "portable", "--checkpoint", "{}"), "the portable engine has no checkpoints"),
        ((*SMALL, "--hash-compaction", "--checkpoint", "{}"), "with hash compaction there are no checkpoints"),
        (("check", "models/rfc_v1.py", "--checkpoint", "{}"), "a checkpoint is of one configuration"),
        ((*SMALL, "--resume", "{}"), "the checkpoint cannot be read: No such file"),
        ((*SMALL, "--resume", "models/dks.py"), "models/dks.py is not a checkpoint"),
        ((*SMALL, "--checkpoint", "models/dks.py"), "models/dks.py is not a checkpoint"),
        ((*SMALL, "--checkpoint", "/nowhere/below"), "no checkpoint can be written there"),
        (
            (*SMALL, "--reduce", "partial-order", "--checkpoint", "{}"),
            "a search with partial-order reduction cannot have checkpoints",
        ),
    ],
)
def test_checkpoints_that_cannot_be(place: Place, arguments: tuple[str, ...], message: str) -> None:
    done = place.run(*(argument.replace("{}", str(place.folder / "file")) for argument in arguments))
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (PROJECT / "models" / "dks.py").read_text().startswith("# SPDX")


def test_a_checkpoint_that_is_damaged_or_of_another_search(place: Place) -> None:
    file = place.folder / "checkpoint"
    place.run(*SMALL, "--max-states", "9000", "--checkpoint", str(file))
    content = file.read_bytes()
    for changed, message in (
        (content[:-1], "its body is not as long as its header says"),
        (content[:-7] + b"x" + content[-6:], "damaged"),
        (content[:40], "truncated"),
    ):
        file.write_bytes(changed)
        done = place.run(*SMALL, "--resume", str(file))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert message in done.stderr
    file.write_bytes(content)
    done = place.run(*SMALL, "--set", "LATE=1", "--resume", str(file))
    assert done.returncode == 2
    assert "of another search" in done.stderr
