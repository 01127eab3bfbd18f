# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine where its cache, or the folder for temporary files, cannot be used or is not to be trusted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.support.place import COMPILED, SMALL, STATES, Place, is_right
from tests.support.sampling import always


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
