# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof show TRACE.json`: a stored counterexample as text or picture."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from checker.cli.replaying import load_model_of, replay_command
from checker.language.errors import UsageError
from checker.report.check_text import terminal_width
from checker.report.picture import picture
from checker.report.svg import write_picture
from checker.report.text import text_report
from checker.trace.places import Gone, moved
from checker.trace.store import load_trace


@click.command()
@click.argument("trace", type=click.Path(path_type=Path))
@click.option("--svg", type=click.Path(path_type=Path), metavar="FILE", help="Write the picture there instead.")
@click.option("--dot", type=click.Path(path_type=Path), metavar="FILE", help="Write the picture's Graphviz text there instead.")
def show(trace: Path, svg: Path | None, dot: Path | None) -> int:
    """Show the counterexample stored in TRACE. It is not replayed: `stackproof replay` does that."""
    stored = load_trace(trace)
    sources: dict[str, str] = {}  # the trace can be read without its model, only less well
    with contextlib.suppress(UsageError, Gone):
        program = load_model_of(stored)
        stored = moved(stored, program)
        sources = program.sources
    if dot is not None:
        dot.write_text(picture(stored, sources), encoding="utf-8")
    if svg is not None:
        made = write_picture(stored, svg, sources)
        if made != dot:
            made.unlink(missing_ok=True)
    if svg is None and dot is None:
        print(text_report(stored, replay=replay_command(trace), sources=sources, width=terminal_width()))
    return 0
