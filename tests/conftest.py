# SPDX-License-Identifier: GPL-2.0-only
"""What all tests share.

Golden files are expected output kept beside the tests: `pytest --update-golden` writes them anew; read the diff. Tests
marked `slow` run with `pytest --slow` only; of a test with many slow cases that runs one in SAMPLE. `pytest --all` runs
all of them, and those marked `exhaustive`.
"""

from __future__ import annotations

import gc
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("machines with much else to do", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("machines with much else to do")
pytest.register_assert_rewrite("tests.support")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell ignores Ctrl-C in what it starts in the background; the commands that tests interrupt would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

DAYS = 7
"""How long a compiled engine is kept."""


@pytest.fixture(autouse=True)
def _outcomes_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds outcomes of searches that another one has run: each has a secret of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.getbasetemp() / "states" / secrets.token_hex(8)))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew instead of comparing")
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too, of many like cases a sample")
    parser.addoption("--all", action="store_true", help="run all tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "frozenset({" in item.nodeid or " at 0x" in item.nodeid:
            raise pytest.UsageError(f"{item.nodeid}: a name that differs from process to process: sort it")
    if config.getoption("--all"):
        return
    for item in items:
        if item.get_closest_marker("exhaustive") is not None:
            item.add_marker(pytest.mark.skip(reason="exhaustive: run with --all"))
    slow = [item for item in items if item.get_closest_marker("slow") is not None]
    if not config.getoption("--slow"):
        for item in slow:
            item.add_marker(pytest.mark.skip(reason="slow: run with --slow"))
        return
    if config.getoption("--update-golden"):
        return
    from tests.support.sampling import sampled  # not before its asserts are rewritten

    cases: dict[str, list[pytest.Item]] = {}
    for item in slow:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, like in cases.items():
        chosen = sampled(name, len(like))
        for number, item in enumerate(like):
            if number not in chosen:
                item.add_marker(pytest.mark.skip(reason="one of many: run with --all"))


def pytest_configure(config: pytest.Config) -> None:
    """Compiled engines are shared by all tests and processes of a run, and kept for later runs: apart from those of the user.
    So are compiled Python files, whatever the user prefers: without them each start of stackproof takes half a second more."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    folder = config.rootpath / ".pytest_cache" / "compiled"
    os.environ.setdefault("STACKPROOF_CACHE", str(folder))
    if not hasattr(config, "workerinput") and folder.is_dir():
        old = time.time() - DAYS * 24 * 3600
        for file in folder.iterdir():
            if file.stat().st_mtime < old:
                file.unlink(missing_ok=True)


def pytest_collection_finish() -> None:
    """A quarter of the time went to Python's search for garbage, of which trees and systems leave little: look seldom, and not
    at what was loaded up to here."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden(name, text): the text is that of the file `golden/name` beside the test's own file."""
    folder = Path(request.path).parent / "golden"

    def compare(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            folder.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.is_file(), f"{path} is missing: run pytest --update-golden, and read what it wrote"
        assert text == path.read_text(encoding="utf-8"), f"differs from {path}; if it should: pytest --update-golden"

    return compare
