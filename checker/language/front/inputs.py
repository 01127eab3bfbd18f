# SPDX-License-Identifier: GPL-2.0-only
"""What reading a model takes beside its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from checker.language.errors import UsageError
from checker.language.python.source.modules import OWN, Roots

if TYPE_CHECKING:
    from checker.language.c.assemble.changed import Changed

STANDARD_INPUT = Path("-")
"""The model that stands for what comes on standard input."""


@dataclass(frozen=True)
class Inputs:
    """texts: of models in Python, to read in place of files, by resolved path. For C text: base, the tree or file that a patch
    was made for; manifest, one that overrides the built-in one key by key; config, a kernel's .config. standard_input: what
    came there, for the model `-`. changed: a change of C text that is made when it is read. roots: the folders in which spec and
    models are looked for."""

    texts: Mapping[Path, str] = field(default_factory=dict)
    base: Path | None = None
    manifest: Path | None = None
    config: Path | None = None
    standard_input: bytes | None = None
    changed: Changed | None = None
    roots: Roots = OWN

    @property
    def options(self) -> tuple[str, ...]:
        """What a command line has to say for the same, but for what came on standard input."""
        given = {"--base": self.base, "--manifest": self.manifest, "--config": self.config}
        return tuple(word for option, path in given.items() if path is not None for word in (option, str(path)))

    def refuse_options_of_c(self, path: Path) -> None:
        """UsageError if an option is given that a model in Python does not take. path: of that model."""
        for option in ("base", "manifest", "config"):
            if getattr(self, option) is not None:
                raise UsageError(f"--{option} is for patches and C files, and this is a model in Python; leave it out", path)


NOTHING = Inputs()
