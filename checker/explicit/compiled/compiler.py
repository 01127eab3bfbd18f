# SPDX-License-Identifier: GPL-2.0-only
"""C source -> a loaded library, by the machine's compiler, kept in a cache by the hash of everything that makes it."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from checker.caching import Untrusted
from checker.explicit.compiled.library_cache import KEY, from_cache, keep, load
from checker.explicit.search.interrupts import uninterrupted

FLAGS = ("-std=gnu11", "-O1", "-w", "-shared", "-fPIC")
NATIVE = "-march=native"
LIBRARY_MAGIC = (b"\x7fELF", b"\xcf\xfa\xed\xfe")
LONGEST = 600.0
"""Seconds that a compiler may take."""


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
        try:
            words = shlex.split(wanted)
        except ValueError:
            words = []
        program = shutil.which(words[0]) if words else None
        if program is None:
            raise CompilerError(f"$CC is {wanted!r}, which is not a program")
        return _compiler((program, *words[1:]), Path(program))
    for name in ("cc", "gcc", "clang"):
        program = shutil.which(name)
        if program is not None:
            return _compiler((program,), Path(program))
    if importlib.util.find_spec("ziglang") is not None:
        return Compiler((sys.executable, "-I", "-m", "ziglang", "cc"), "ziglang")
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


class Build:
    """A compilation on its way. It runs beside this process until `library` asks for what it made. refusal: why the cache was
    not used, if it is there and somebody else may have written to it."""

    def __init__(self, source: str, compiler: Compiler | None = None) -> None:
        """Begin. CompilerError if there is no compiler."""
        self.compiler = compiler or find_compiler()
        parts = (source, *self.compiler.command, self.compiler.identity, *FLAGS, NATIVE, _machine())
        self.key = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()
        self.process: subprocess.Popen[bytes] | None = None
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        self.refusal: str | None = None
        self.loaded: ctypes.CDLL | None = None
        try:
            self.loaded = from_cache(self.key)
        except Untrusted as why:
            self.refusal = str(why)
        if self.loaded is None:
            try:
                with uninterrupted():
                    self._start(f'{source}\nconst char {KEY}[] = "{self.key}";\n')
            except BaseException:
                self.close()
                raise

    def _start(self, source: str) -> None:
        self.begun = time.monotonic()
        try:
            self.folder = tempfile.TemporaryDirectory(prefix="stackproof-", ignore_cleanup_errors=True)
            text = Path(self.folder.name) / "search.c"
            text.write_text(source, encoding="utf-8")
            self.output = Path(self.folder.name) / "search.so"
            self.log = Path(self.folder.name) / "log"
            native = [] if "ziglang" in self.compiler.command else [NATIVE]
            command = [*self.compiler.command, *FLAGS, *native, "-o", str(self.output), str(text)]
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env={**os.environ, "TMPDIR": self.folder.name},
                )
        except OSError as error:
            raise CompilerError(f"{self.compiler.command[0]} cannot be run: {error.strerror}") from None

    def wait(self, seconds: float | None) -> bool:
        """Whether `library` will answer at once, within so many seconds. CompilerError if the compiler takes too long."""
        if self.process is None:
            return True
        left = self.begun + LONGEST - time.monotonic()
        try:
            self.process.wait(left if seconds is None else max(0.0, min(left, seconds)))
        except subprocess.TimeoutExpired:
            if time.monotonic() - self.begun < LONGEST:
                return False
            self.close()
            raise CompilerError(f"{' '.join(self.compiler.command)} did not end within {LONGEST:g} seconds") from None
        return True

    def library(self) -> ctypes.CDLL:
        """The library, when it is made. CompilerError if the compiler failed."""
        if self.loaded is not None:
            return self.loaded
        self.wait(None)
        assert self.process is not None
        status = self.process.wait()
        command = " ".join(self.compiler.command)
        if status < 0:
            raise CompilerError(f"{command} was killed by signal {-status}")
        if status:
            raise CompilerError(f"{command} failed with status {status}: {self._complaint()}")
        try:
            content = self.output.read_bytes()
        except OSError as error:
            raise CompilerError(f"{command} made no library: {error.strerror}") from None
        if not content.startswith(LIBRARY_MAGIC):
            raise CompilerError(f"what {command} made is not a library")
        try:
            self.loaded = load(self.output, self.key)
        except OSError as error:
            raise CompilerError(f"what {command} made cannot be loaded: {error}") from None
        keep(self.key, content)
        self.close()
        return self.loaded

    def _complaint(self) -> str:
        """What a compiler says of its failure, in one line."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        first = next((line for line in lines if "error" in line), lines[0] if lines else "it says nothing")
        return "".join(character for character in first.strip() if character.isprintable())[:300]

    def close(self) -> None:
        """Stop the compiler if it is at work, and leave no file behind but what is in the cache."""
        with uninterrupted():
            if self.process is not None and self.process.poll() is None:
                # Its session, since a compiler is several processes, which may outlive the first.
                with contextlib.suppress(OSError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            if self.folder is not None:
                self.folder.cleanup()
                self.folder = None
