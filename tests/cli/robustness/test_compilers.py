# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine where a compiler is of no use, and models that it cannot take."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import psutil
import pytest

from checker.project import PROJECT
from tests.support.place import SMALL, Place, found_in, is_partial, is_right, wait_for
from tests.support.sampling import always

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
    remarks = [
        line
        for line in served.stdout.splitlines()
        if "searched by the slower portable engine, as the compiled one cannot: " in line
    ]
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


def sleepers(marker: str) -> int:
    count = 0
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):
            count += process.info["cmdline"] == ["sleep", marker]
    return count


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
def test_no_solver_and_no_front_end_is_loaded_that_is_not_asked_for(command: str) -> None:
    code = (
        "import sys; from checker.cli.main import load, run; load(sys.argv[1:]); run(sys.argv[1:]); "
        "print(*sorted({'z3', 'bitwuzla', 'checker.language.c.parse'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command.split()], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == ""
