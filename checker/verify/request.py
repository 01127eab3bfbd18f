# SPDX-License-Identifier: GPL-2.0-only
"""What a user asks for: which models, at which sizes, with which events and properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.language.errors import UsageError
from checker.language.front.inputs import NOTHING, Inputs
from checker.language.tree import Setting


@dataclass(frozen=True)
class Request:
    """What to check: settings of parameters (others at their defaults), events (None: all), properties (None: all).
    liveness_states: the most states in which to look for liveness, None for any number. inputs: what reading the model takes."""

    model: Path
    settings: Mapping[str, Setting]
    events: tuple[str, ...] | None
    properties: tuple[str, ...] | None = None
    liveness_states: int | None = None
    inputs: Inputs = NOTHING


def model_paths(paths: Iterable[Path]) -> list[Path]:
    """The model files that a list of files and folders names. Of a folder those whose names do not begin with _."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(sorted(file for file in path.glob("*.py") if not file.name.startswith("_")))
        else:
            found.append(path)
    if not found:
        raise UsageError("there is no model there; name a model file or a folder with models")
    return found


def skipped_paths(paths: Iterable[Path]) -> list[Path]:
    """The files in folders that model_paths leaves out and a reader may take for models."""
    folders = [path for path in paths if path.is_dir()]
    return sorted(file for folder in folders for file in folder.glob("_*.py") if file.name != "__init__.py")
