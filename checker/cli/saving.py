# SPDX-License-Identifier: GPL-2.0-only
"""Saving a counterexample: its trace, and its picture."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from checker.language.errors import UsageError
from checker.report.svg import PictureError, write_picture
from checker.trace.data import Trace
from checker.trace.store import save_trace


def save_counterexample(trace: Trace, folder: Path, stem: str, sources: Mapping[str, str]) -> list[Path]:
    """Write STEM.json and STEM.svg into the folder; the files written. Without a program that draws, the DOT file is written
    and said so. Raises UsageError if the folder cannot be written to."""
    stored, drawn = folder / f"{stem}.json", folder / f"{stem}.svg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_trace(trace, stored)
        dot = write_picture(trace, drawn, sources)
    except OSError as error:
        raise UsageError(f"{folder}: error: cannot be written: {error.strerror}") from None
    except PictureError as error:
        print(error, file=sys.stderr)
        return [stored]
    dot.unlink(missing_ok=True)
    return [stored, drawn]
