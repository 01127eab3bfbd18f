# SPDX-License-Identifier: GPL-2.0-only
"""DOT text to SVG, with a Graphviz program.

`graphviz-pure` first: it gives the same bytes on every machine, so that pictures can be kept in git. Else `dot`, whose
layout differs a little from one version and platform to the next. The DOT file is always written, so that where there
is neither, or it fails, the picture can be drawn elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from checker.language.errors import UsageError
from checker.report.picture import picture
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
        run = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, timeout=timeout, check=False)
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


def write_picture(trace: Trace, path: Path | str, sources: Mapping[str, str] | None = None) -> Path:
    """Write the picture of a trace to an SVG file, and its DOT text beside it with the suffix `.dot`.

    sources: as for `picture`. Returns the path of the DOT file. PictureError, with the DOT file written, if there is no
    program to draw it or that fails; and if a file cannot be written.
    """
    svg_path = Path(path)
    dot_path = svg_path.with_suffix(".dot")
    dot = picture(trace, sources)
    _write(dot_path, dot)
    by_hand = f"to draw it: `pip install graphviz-pure`, then `graphviz-pure -Tsvg {dot_path} -o {svg_path}`"
    program = find_program()
    if program is None:
        raise PictureError(f"{dot_path}: error: only the DOT file is written, as there is no Graphviz; {by_hand}")
    try:
        svg = render_svg(dot, program)
    except PictureError as error:
        raise PictureError(f"{dot_path}: error: only the DOT file is written, as {error}; {by_hand}") from None
    _write(svg_path, svg)
    return dot_path


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PictureError(f"{path}: error: cannot write the picture: {error.strerror or error}") from None
