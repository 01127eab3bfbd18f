# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine from outside, where things go wrong: compilers, caches, limits, signals, checkpoints."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.command import stackproof
from tests.support.sampling import always

PROJECT = Path(__file__).resolve().parents[2]
SMALL = ("check", "models/dks.py", "--set", "C=2", "--set", "T=2", "--set", "S=3", "--reduce", "none")
LARGE = ("check", "models/dks.py", "--set", "C=3", "--set", "T=3", "--set", "S=3", "--reduce", "none")
STATES = 42_483
VIOLATED = {"I2": 9, "I3": 9}
COMPILED = (*SMALL, "--engine", "compiled", "--format", "json")


class Place:
    """A folder for everything that a run leaves behind: cache, temporary files, checkpoints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def own(self, **changes: str) -> dict[str, str]:
        return {"STACKPROOF_CACHE": str(self.cache), "TMPDIR": str(self.temporary), "COLUMNS": "110", **changes}

    def environment(self, **changes: str) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(PROJECT), **self.own(**changes)}

    def run(self, *arguments: str, address_space: int | None = None, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end; nothing may be left in the folder for temporary files, and no traceback printed."""

        def limit() -> None:
            if address_space is not None:
                resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))

        if address_space is None and "--max-memory" not in arguments:
            done = stackproof(*arguments, **self.own(**changes))
        else:
            done = subprocess.run(
                [sys.executable, "-m", "checker", *arguments],
                cwd=PROJECT,
                env=self.environment(**changes),
                capture_output=True,
                text=True,
                timeout=120,
                preexec_fn=limit,
            )
        assert "Traceback" not in done.stderr
        self.left_nothing()
        return done

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "checker", *arguments],
            cwd=PROJECT,
            env=self.environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def left_nothing(self) -> None:
        assert list(self.temporary.iterdir()) == []

    def compiler(self, text: str) -> str:
        """A program that is called as a compiler."""
        path = self.folder / "compiler"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def found_in(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["exit_status"] == done.returncode
    return found


def is_right(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The outcome of SMALL, searched to its end."""
    found = found_in(done)
    assert done.returncode == 1
    assert found["statistics"]["states"] == STATES
    assert {p["id"]: p["length"] for p in found["properties"] if p["verdict"] == "VIOLATED"} == VIOLATED
    return found


def is_partial(found: dict[str, Any], stopped: str) -> None:
    """A search that was stopped claims nothing that it did not see."""
    assert stopped in found["stopped"]
    assert {p["verdict"] for p in found["properties"]} <= {"UNKNOWN", "VIOLATED"}
    assert found["exit_status"] == (1 if any(p["verdict"] == "VIOLATED" for p in found["properties"]) else 3)


# -- compilers --

COMPILERS = {
    "none": (None, "$CC is '/nowhere/cc'"),
    "fails": ("echo 'x.c:1: error: no' >&2; exit 1", "failed with status 1: x.c:1: error: no"),
    "says nothing": ("exit 3", "failed with status 3: it says nothing"),
    "is killed": ("kill -9 $$", "was killed by signal 9"),
    "makes nothing": ("exit 0", "made no library"),
    "makes garbage": ('while [ "$1" != -o ]; do shift; done; echo garbage > "$2"', "made is not a library"),
    "makes half": ('while [ "$1" != -o ]; do shift; done; printf "\\177ELF\\2\\1\\1" > "$2"', "cannot be loaded"),
    "makes another": (
        'while [ "$1" != -o ]; do shift; done; echo "int x;" > "$2.c"; exec cc -shared -fPIC -o "$2" "$2.c"',
        "cannot be loaded: it was made from something else",
    ),
}


@pytest.mark.parametrize("kind", COMPILERS)
def test_a_compiler_that_is_of_no_use(place: Place, kind: str) -> None:
    text, reason = COMPILERS[kind]
    compiler = place.compiler(text) if text is not None else "/nowhere/cc"
    done = place.run(*SMALL, "--engine", "compiled", CC=compiler)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "error: the compiled engine cannot be used: " in done.stderr
    assert reason in done.stderr
    assert not place.cache.exists()


@pytest.mark.parametrize("kind", always(COMPILERS, lambda kind: kind == "makes garbage"))
def test_the_portable_engine_serves_where_a_compiler_is_of_no_use(place: Place, kind: str) -> None:
    text, reason = COMPILERS[kind]
    compiler = place.compiler(text) if text is not None else "/nowhere/cc"
    # Longer, so that the compiler is asked before the portable engine is done.
    served = place.run(*SMALL, "--set", "FAIL=1", CC=compiler)
    assert "138,413 states" in served.stdout
    remarks = [line for line in served.stdout.splitlines() if "the portable engine searched, the compiled one cannot: " in line]
    assert len(remarks) == 1
    assert reason in remarks[0]
    assert not place.cache.exists()


def test_no_compiler_on_the_path(place: Place) -> None:
    environment = {"PATH": str(place.folder)}
    done = place.run(*SMALL, "--engine", "compiled", **environment)
    if "ziglang" not in done.stderr and done.returncode == 1:
        pytest.skip("the wheel ziglang serves")
    assert done.returncode == 2
    assert "no C compiler: install gcc or clang" in done.stderr
    assert "no C compiler" in place.run(*SMALL, **environment).stdout


def test_a_compiler_that_hangs_is_stopped_with_all_it_started(place: Place) -> None:
    marker = "86399.25"
    compiler = place.compiler(f"sleep {marker} & sleep {marker}; wait")
    found = found_in(place.run(*SMALL, "--engine", "compiled", "--timeout", "1.5", "--format", "json", CC=compiler))
    is_partial(found, "the limit of 1.5 seconds")
    is_right(place.run(*SMALL, "--format", "json", CC=compiler))
    child = place.start(*SMALL, "--engine", "compiled", CC=compiler)
    wait_for(lambda: sleepers(marker) == 2)
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=30)
    assert (child.returncode, len(errors.strip().splitlines())) == (3, 1)
    assert "interrupted" in errors
    place.left_nothing()
    wait_for(lambda: sleepers(marker) == 0)


def at_work_in(folder: Path) -> bool:
    """Whether a process has a file of that folder among its arguments."""
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            if any(word.startswith(f"{folder}/") for word in process.info["cmdline"] or ()):
                return True
    return False


def sleepers(marker: str) -> int:
    count = 0
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            count += process.info["cmdline"] == ["sleep", marker]
    return count


def wait_for(condition: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


# -- the cache --


def test_a_cache_that_cannot_be_used(place: Place) -> None:
    place.cache.write_text("a file")
    is_right(place.run(*COMPILED))
    assert place.cache.read_text() == "a file"
    is_right(place.run(*COMPILED, STACKPROOF_CACHE="/proc/nowhere"))


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the library of SMALL."""
    place = Place(tmp_path_factory.mktemp("compiled"))
    is_right(place.run(*COMPILED))
    return place.cache


@pytest.fixture
def filled(place: Place, compiled_once: Path) -> Place:
    """A place whose cache has the library of SMALL."""
    shutil.copytree(compiled_once, place.cache)
    return place


DAMAGE: dict[str, Callable[[bytes, bytes], tuple[bytes, bytes]]] = {
    "cut": lambda library, digest: (library[:1000], digest),
    "empty": lambda library, digest: (b"", digest),
    "another byte": lambda library, digest: (library[:5000] + b"\xff" + library[5001:], digest),
    "no digest": lambda library, digest: (library, b""),
    "digest of other bytes": lambda library, digest: (library, b"\xff\xfe"),
    "another library": lambda library, digest: with_digest(another_library()),
    "the beginning of a library": lambda library, digest: with_digest(b"\x7fELF"),
}


def another_library() -> bytes:
    """One that was made from something else."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", str(other), "-"], input=b"int search_new;", check=True)
        return other.read_bytes()


def with_digest(library: bytes) -> tuple[bytes, bytes]:
    return library, hashlib.sha256(library).hexdigest().encode()


@pytest.mark.parametrize("damage", always(DAMAGE, lambda damage: damage in ("another byte", "another library")))
def test_a_damaged_cache(filled: Place, damage: str) -> None:
    library, digest = sorted(filled.cache.iterdir(), key=lambda path: path.suffix, reverse=True)
    assert (library.suffix, digest.suffix) == (".so", ".sha256")
    for path, content in zip((library, digest), DAMAGE[damage](library.read_bytes(), digest.read_bytes()), strict=True):
        path.write_bytes(content)
    is_right(filled.run(*COMPILED))
    assert hashlib.sha256(library.read_bytes()).hexdigest() == digest.read_text()


@pytest.mark.slow
def test_a_folder_in_place_of_a_library(filled: Place) -> None:
    library = next(filled.cache.glob("*.so"))
    library.unlink()
    library.mkdir()
    is_right(filled.run(*COMPILED))


def notes_on_the_cache(place: Place) -> list[str]:
    return [note for note in is_right(place.run(*COMPILED))["notes"] if "cache" in note]


WRITABLE = [("*.so", 0o666), ("*.sha256", 0o620), (".", 0o777), (".", 0o770)]


@pytest.mark.parametrize(("name", "mode"), always(WRITABLE, lambda case: case[1] in (0o666, 0o777)))
def test_a_cache_that_somebody_else_can_write_to_is_not_loaded_from(filled: Place, name: str, mode: int) -> None:
    before = sorted(filled.cache.iterdir())
    path = next(filled.cache.glob(name)) if name != "." else filled.cache
    path.chmod(mode)
    (note,) = notes_on_the_cache(filled)
    assert f"{path}: others can write to it" in note
    assert sorted(filled.cache.iterdir()) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("name", always(("*.so", "."), lambda name: name == "*.so"))
def test_a_cache_of_somebody_else_is_not_loaded_from(filled: Place, name: str) -> None:
    path = next(filled.cache.glob(name)) if name != "." else filled.cache
    os.chown(path, 12345, -1)
    (note,) = notes_on_the_cache(filled)
    assert f"{path}: it belongs to user 12345" in note


def test_a_link_in_the_cache_is_not_followed(filled: Place) -> None:
    library = next(filled.cache.glob("*.so"))
    elsewhere = filled.folder / "elsewhere.so"
    library.rename(elsewhere)
    library.symlink_to(elsewhere)
    assert notes_on_the_cache(filled) == []
    assert not library.is_symlink()


@pytest.mark.slow
def test_runs_that_fill_the_same_cache(place: Place) -> None:
    children = [place.start(*COMPILED) for _ in range(4)]
    for child in children:
        output, _ = child.communicate(timeout=100)
        assert child.returncode == 1
        assert json.loads(output)["statistics"]["states"] == STATES
    place.left_nothing()
    assert sorted(path.suffix for path in place.cache.iterdir()) == [".sha256", ".so"]
    is_right(place.run(*COMPILED))


def test_no_place_for_temporary_files(place: Place) -> None:
    shutil.rmtree(place.temporary)
    place.temporary.write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "checker", *SMALL, "--engine", "compiled"],
        cwd=PROJECT, env=place.environment(TMPDIR=str(place.temporary), TMP="/nowhere", TEMP="/nowhere"), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode in (1, 2)  # Python may find another place by itself
    assert "Traceback" not in done.stderr


# -- signals --


ENGINES = (("--engine", "portable"), ("--engine", "compiled", "--threads", "1"), ("--engine", "compiled", "--threads", "2"), ())


@pytest.mark.parametrize("after", always((0.5, 0.9, 1.6, 2.5), lambda after: after == 1.6))
@pytest.mark.parametrize("engine", always([(engine,) for engine in ENGINES], lambda case: case[0] in ENGINES[2:]), ids=str)
@pytest.mark.parametrize("number", always((signal.SIGINT, signal.SIGTERM), lambda number: number is signal.SIGINT))
def test_interrupted_at_any_moment(place: Place, engine: tuple[str, ...], number: signal.Signals, after: float) -> None:
    child = place.start(*LARGE, *engine, "--format", "json")
    time.sleep(after)
    child.send_signal(number)
    output, errors = child.communicate(timeout=60)
    assert "Traceback" not in errors or "checker/" not in errors  # Python itself may be interrupted before it is there
    if child.returncode == -number or "Traceback" in errors:
        assert output == ""
    elif output:
        is_partial(json.loads(output), "interrupted")
    else:
        assert child.returncode == 3
        assert len(errors.strip().splitlines()) == 1
    place.left_nothing()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_reports(place: Place, number: signal.Signals) -> None:
    child = place.start(*SMALL, "--format", "json")
    assert child.stdout is not None
    begin = child.stdout.read(1)  # more is to come than a pipe holds
    child.send_signal(number)
    time.sleep(0.3)
    found = json.loads(begin + child.stdout.read())
    assert found["stopped"] is None
    assert child.wait(timeout=60) == found["exit_status"] == 1
    child.communicate()


@pytest.mark.parametrize("rounds", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_killed_at_any_moment(place: Place, rounds: int) -> None:
    """What a killed run leaves behind makes no later run wrong."""
    chance = random.Random(1)
    checkpoint = place.folder / "checkpoint"
    arguments = ("--engine", "compiled", "--format", "json")
    for _ in range(rounds):
        how = ("--resume", str(checkpoint)) if checkpoint.exists() else ("--checkpoint", str(checkpoint))
        child = place.start(*SMALL, *arguments, "--checkpoint-every", "0", *how)
        time.sleep(chance.uniform(0.4, 1.6))
        child.kill()
        child.communicate()
    wait_for(lambda: not at_work_in(place.temporary))  # a compiler that was at work ends by itself
    shutil.rmtree(place.temporary)
    place.temporary.mkdir()
    is_right(place.run(*SMALL, *arguments))
    if checkpoint.exists():
        is_right(place.run(*SMALL, *arguments, "--resume", str(checkpoint)))


# -- limits --


@pytest.mark.parametrize("threads", always(("1", "2"), lambda threads: threads == "2"))
def test_limits(place: Place, threads: str) -> None:
    for limit, stopped in (
        (("--max-states", "100000"), "the limit of 100,000 states"),
        (("--timeout", "1"), "the limit of 1 seconds"),
        (("--max-memory", "90M"), "the limit of 90 MiB of memory"),
    ):
        done = place.run(*LARGE, "--engine", "compiled", "--threads", threads, "--format", "json", *limit)
        is_partial(found_in(done), stopped)


@pytest.mark.slow
def test_an_address_space_that_is_too_small(place: Place) -> None:
    """mmap, malloc, threads and compilers fail somewhere: what is said is right, or that there is no memory."""
    is_right(place.run(*COMPILED))
    place.run(*LARGE, "--engine", "compiled", "--max-states", "1")
    outcomes = set()
    for megabytes in (90, 130, 180, 240, 320):
        done = place.run(
            *LARGE,
            "--engine",
            "compiled",
            "--threads",
            "2",
            "--format",
            "json",
            "--max-states",
            "3000000",
            address_space=megabytes << 20,
        )
        assert done.returncode in (1, 2, 3), (megabytes, done.stderr)
        if done.stdout:
            found = found_in(done)
            is_partial(found, "")
            outcomes.add(found["stopped"])
    assert "out of memory" in outcomes


# -- checkpoints --


def test_a_search_in_pieces(place: Place) -> None:
    file = place.folder / "checkpoint"
    begun = found_in(place.run(*SMALL, "--format", "json", "--max-states", "9000", "--threads", "1", "--checkpoint", str(file)))
    is_partial(begun, "the limit of 9,000 states")
    done = place.run(*SMALL, "--max-states", "20000", "--resume", str(file))
    assert f"go on with --resume {file}" in done.stderr
    assert "I2 violated" in done.stdout
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
        ((*SMALL, "--reduce", "partial-order", "--checkpoint", "{}"), "no partial-order reduction"),
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


# -- models that the compiled engine cannot take --

WIDE = '''# SPDX-License-Identifier: GPL-2.0-only
"""A model of a test."""
from typing import Annotated
from checker.language import Array, Range, action, array, demand, invariant
rule = demand("rule", "test")
Big = Annotated[int, Range(0, 1 << {bits})]
a: Array[Big] = array({count})
n: Annotated[int, Range(0, 60)] = 0
@action
def step() -> None:
    global n
    n = n + 1 if n < 60 else 0
    {body}
@invariant("rule", "n is {{n}}")
def holds() -> bool:
    """Test."""
    return n < 61
'''


@pytest.mark.parametrize(
    ("bits", "count", "body", "reason"),
    [(60, 80, "a[n] = n", "a state has"), (62, 2, "a[0] = (a[0] * 4 + 1) % 7 if a[0] * a[1] * 8 > 9 else 1", "")],
    ids=["too wide", "beyond 64 bits"],
)
def test_the_portable_engine_serves(place: Place, bits: int, count: int, body: str, reason: str) -> None:
    model = place.folder / "model.py"
    model.write_text(WIDE.format(bits=bits, count=count, body=body))
    done = place.run("check", str(model), "--engine", "compiled")
    assert done.returncode == 2
    assert "the compiled engine cannot be used: " + reason in done.stderr
    served = place.run("check", str(model))
    assert served.returncode == 0, served.stderr


@pytest.mark.parametrize("command", always(("check models/dks.py --set S=2", "list", "gate nowhere.py"), lambda c: c != "list"))
def test_no_solver_is_loaded_that_is_not_asked_for(command: str) -> None:
    code = (
        "import sys; from checker.cli.main import load, run; load(sys.argv[1:]); run(sys.argv[1:]); "
        "print(*sorted({'z3', 'bitwuzla'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == ""
