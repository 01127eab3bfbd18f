# SPDX-License-Identifier: GPL-2.0-only
"""C source -> a loaded library, by the machine's compiler, kept in a cache by the hash of everything that makes it.

A library from the cache is loaded only if its content is what was put there: its digest stands beside it. Files
come into the cache whole, by renaming, so that a compiler that is killed leaves nothing behind that would be used.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FLAGS = ("-std=gnu11", "-O1", "-w", "-shared", "-fPIC")
NATIVE = "-march=native"


class CompilerError(Exception):
    """There is no compiler, or it failed. The text is one line for the user."""


@dataclass(frozen=True)
class Compiler:
    """command: how to call it. identity: changes whenever another compiler would be called."""

    command: tuple[str, ...]
    identity: str


def find_compiler() -> Compiler:
    """$CC, or cc, gcc or clang, or the wheel `ziglang`. CompilerError if there is none."""
    wanted = os.environ.get("CC")
    if wanted is not None:
        words = shlex.split(wanted)
        program = shutil.which(words[0]) if words else None
        if program is None:
            raise CompilerError(f"$CC is {wanted!r}, which is no program")
        return _compiler((program, *words[1:]), Path(program))
    for name in ("cc", "gcc", "clang"):
        program = shutil.which(name)
        if program is not None:
            return _compiler((program,), Path(program))
    if importlib.util.find_spec("ziglang") is not None:
        return Compiler((sys.executable, "-m", "ziglang", "cc"), "ziglang")
    raise CompilerError("no C compiler: install gcc or clang, or `pip install ziglang`, or set $CC")


def _compiler(command: tuple[str, ...], program: Path) -> Compiler:
    status = program.resolve().stat()
    return Compiler(command, f"{program.resolve()} {status.st_size} {status.st_mtime_ns}")


@cache
def _machine() -> str:
    """What -march=native depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), platform.processor())
    return f"{platform.system()} {platform.machine()} {flags}"


def cache_folder() -> Path:
    """Where libraries are kept: $STACKPROOF_CACHE, else stackproof in $XDG_CACHE_HOME or ~/.cache."""
    own = os.environ.get("STACKPROOF_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "stackproof"


class Build:
    """A compilation on its way. It runs beside this process until `library` asks for what it made."""

    def __init__(self, source: str, compiler: Compiler | None = None) -> None:
        """Begin. CompilerError if there is no compiler."""
        self.compiler = compiler or find_compiler()
        parts = (source, *self.compiler.command, self.compiler.identity, *FLAGS, NATIVE, _machine())
        self.key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        self.process: subprocess.Popen[bytes] | None = None
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        self.cached = _from_cache(self.key)
        if self.cached is None:
            self._start(source)

    def _start(self, source: str) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="stackproof-")
        text = Path(self.folder.name) / "search.c"
        text.write_text(source, encoding="utf-8")
        self.output = Path(self.folder.name) / "search.so"
        native = [] if "ziglang" in self.compiler.command else [NATIVE]
        command = [*self.compiler.command, *FLAGS, *native, "-o", str(self.output), str(text)]
        self.log = Path(self.folder.name) / "log"
        try:
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        except OSError as error:
            raise CompilerError(f"{self.compiler.command[0]} cannot be run: {error.strerror}") from None

    def ready(self) -> bool:
        """Whether `library` will answer at once."""
        return self.process is None or self.process.poll() is not None

    def library(self) -> ctypes.CDLL:
        """The library, when it is made. CompilerError if the compiler failed."""
        if self.cached is not None:
            return _load(self.cached)
        assert self.process is not None
        status = self.process.wait()
        if status:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            first = next((line for line in lines if "error" in line), lines[0] if lines else "it says nothing")
            raise CompilerError(f"{' '.join(self.compiler.command)} failed with status {status}: {first.strip()}")
        library = _load(self.output)
        _keep(self.key, self.output)
        self.close()
        return library

    def close(self) -> None:
        """Stop the compiler if it is at work, and leave no file behind but what is in the cache."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.folder is not None:
            self.folder.cleanup()
            self.folder = None


def _load(path: Path) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise CompilerError(f"what the compiler made cannot be loaded: {error}") from None


def _from_cache(key: str) -> Path | None:
    """The library with this key, if it is there and whole."""
    library = cache_folder() / f"{key}.so"
    try:
        recorded = (cache_folder() / f"{key}.sha256").read_text(encoding="utf-8")
        found = hashlib.sha256(library.read_bytes()).hexdigest()
    except (OSError, UnicodeDecodeError):
        return None
    return library if found == recorded else None


def _keep(key: str, library: Path) -> None:
    """Put a library into the cache. A cache that cannot be written is done without."""
    content = library.read_bytes()
    try:
        cache_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(cache_folder() / f"{key}.so", content)
        _write(cache_folder() / f"{key}.sha256", hashlib.sha256(content).hexdigest().encode())
    except OSError:
        return


def _write(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise
