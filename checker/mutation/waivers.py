# SPDX-License-Identifier: GPL-2.0-only
"""The list of mutants that may survive, each with its reason: a file beside the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from checker.language.errors import UsageError
from checker.language.python.source.modules import display_path, read_source


@dataclass(frozen=True)
class Waiver:
    """mutant: its name. line: of the file, from 1."""

    mutant: str
    reason: str
    line: int


@dataclass(frozen=True)
class Waivers:
    """file: as messages show it."""

    file: str
    entries: tuple[Waiver, ...]

    def reason(self, mutant: str) -> str | None:
        """Why a mutant may survive; None if it may not."""
        return next((entry.reason for entry in self.entries if entry.mutant == mutant), None)


def waivers_path(model: Path, is_c: bool = False) -> Path:
    """Where the waivers of a model are; is_c: of a patch or C file."""
    return model.with_name(f"{model.name}.waivers") if is_c else model.with_suffix(".waivers")


def load_waivers(path: Path) -> Waivers:
    """Read a list of waivers; a file that is not there is an empty one. UsageError with file:line where it makes no sense."""
    file = display_path(path)
    return Waivers(file, tuple(_parse(read_source(path), file)) if path.exists() else ())


def _parse(text: str, file: str) -> list[Waiver]:
    found: dict[str, tuple[int, list[str]]] = {}
    reason: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        words = " ".join(line.split())
        if not words or line.startswith("#"):
            continue
        if not line[0].isspace():
            if words in found:
                raise UsageError(f"this mutant is waived in line {found[words][0]} already; remove one", f"{file}:{number}:1")
            reason = []
            found[words] = (number, reason)
        elif reason is None:
            raise UsageError("a reason stands below the name of a mutant, which is not indented", f"{file}:{number}:1")
        else:
            reason.append(words)
    for name, (number, lines) in found.items():
        if not lines:
            raise UsageError(f"why may `{name}` survive? give the reason below it, indented", f"{file}:{number}:1")
    return [Waiver(name, " ".join(lines), number) for name, (number, lines) in found.items()]
