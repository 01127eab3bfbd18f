# SPDX-License-Identifier: GPL-2.0-only
"""DOT text to SVG, with a Graphviz program.

`graphviz-pure` first: it gives the same bytes on every machine, so that pictures can be kept in git. Else `dot`, whose
layout differs a little from one version and platform to the next.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from checker.language.errors import UsageError
from checker.report.picture.picture import picture
from checker.trace.data import Trace

PROGRAMS = ("graphviz-pure", "dot")
TIMEOUT = 60.0
"""Seconds. A trace of 40 steps takes less than one tenth of one."""

_GRAPHVIZ_FONT = 'font-family="Courier,monospace"'
_SVG_FONT = 'font-family="DejaVu Sans Mono,Menlo,Consolas,Liberation Mono,Courier New,monospace"'


class PictureError(UsageError):
    """A picture cannot be made: the message is one line that says why and what to do."""


def find_program() -> str | None:
    """The path of the first program there is, also when the environment it is installed in is not activated."""
    for program in PROGRAMS:
        found = shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))
        if found is not None:
            return found
    return None


def render_svg(dot: str, program: str, timeout: float = TIMEOUT) -> str:
    """The SVG text that the program at that path makes of a DOT text within `timeout` seconds; else PictureError."""
    name = Path(program).name
    try:
        run = subprocess.run(
            [program, "-Tsvg"],
            input=dot.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
            start_new_session=True,  # Ctrl-C is for us: what was found is still drawn
        )
    except subprocess.TimeoutExpired:
        raise PictureError(f"{name} did not end within {timeout:g} seconds") from None
    except OSError as error:
        raise PictureError(f"{name} cannot be run: {error.strerror or error}") from None
    if run.returncode != 0:
        lines = run.stderr.decode(errors="replace").strip().splitlines()
        status = f"killed by signal {-run.returncode}" if run.returncode < 0 else f"exit status {run.returncode}"
        raise PictureError(f"{name} failed ({status}): {lines[0] if lines else 'it does not say why'}")
    svg = run.stdout.decode(errors="replace")
    if "<svg" not in svg or not svg.rstrip().endswith("</svg>"):
        raise PictureError(f"{name} gave no complete SVG")
    # Many systems draw the font Courier thin and pale. Every fixed pitch font is as wide, so that any may stand in.
    return svg.replace(_GRAPHVIZ_FONT, _SVG_FONT)


def draw(trace: Trace, sources: Mapping[str, str] | None = None) -> str:
    """The picture of a trace as SVG text. sources: as for `picture`. PictureError if there is no program to draw it or that
    fails."""
    program = find_program()
    if program is None:
        raise PictureError("there is no Graphviz to draw the picture; `pip install graphviz-pure`")
    try:
        return render_svg(picture(trace, sources), program)
    except PictureError as error:
        raise PictureError(f"the picture cannot be drawn: {error.message}") from None
