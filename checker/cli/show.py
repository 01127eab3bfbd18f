# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof show TRACE.json`: a stored counterexample as text or picture."""

from __future__ import annotations

from pathlib import Path

import click

from checker import writing
from checker.cli.html_page import write_trace
from checker.cli.options.configuration import inputs_of, of_c_options
from checker.cli.replaying import PATCH, as_it_is_now, load_model_of, replay_command
from checker.cli.terminal.output import wants_colour
from checker.cli.terminal.pager import page
from checker.language.errors import UsageError
from checker.language.tree import Program
from checker.report.formats.names import TEXT, TRACES
from checker.report.picture.picture import picture
from checker.report.picture.svg import PictureError, draw
from checker.report.text.screen import terminal_width
from checker.report.text.trace_text import text_report
from checker.trace.places import Gone
from checker.trace.store import load_trace

STDOUT = Path("-")


@click.command(short_help="Print or draw a stored counterexample.")
@click.argument("trace", type=click.Path(path_type=Path))
@click.option(
    "--svg",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the picture to FILE instead; - is stdout.",
)
@click.option(
    "--dot",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write the picture's Graphviz source to FILE instead; - is stdout.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    metavar="FILE",
    help="Write the run to FILE instead, as a page for a browser; - is stdout.",
)
@click.option("--all", "whole", is_flag=True, help="Print every step, also those that do not matter to the violation.")
@click.option("--no-pager", is_flag=True, help="Print straight to the terminal.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([TEXT, *TRACES]),
    default=TEXT,
    show_default=True,
    help="Format on standard output, or in --output: itf for other tools of formal methods, mermaid for Markdown.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
    metavar="FILE",
    help="Write the format to FILE instead; - is stdout.",
)
@PATCH
@of_c_options
def show(
    trace: Path,
    whole: bool,
    no_pager: bool,
    svg: Path | None,
    dot: Path | None,
    html: Path | None,
    format_: str,
    output: Path | None,
    patch: Path | None,
    base: Path | None,
    manifest: Path | None,
    config: Path | None,
) -> int:
    """Show the counterexample stored in TRACE, without replaying it (see `stackproof replay`).

    Steps that do not matter to the violation are folded into a line, unless --all is given. On a terminal a text that is longer
    than the screen goes through $STACKPROOF_PAGER or $PAGER, or less.
    """
    named_files = [path for path in (svg, dot, html, output) if path is not None]
    if writing.named_twice(named_files) is not None:
        raise UsageError("two of --svg, --dot, --html and --output name one file; give each a file of its own")
    stored = load_trace(trace)
    inputs = inputs_of(patch, base, manifest, config)
    program: Program | None = None  # the trace can be read without its model, only less well
    named = patch is not None or inputs.options
    try:
        found = load_model_of(stored, patch, inputs)
        stored, program = as_it_is_now(stored, found), found
    except Gone as gone:
        if named:
            raise UsageError(f"the model text has changed: {gone}; leave out --patch to see the trace as it is", trace) from None
    except (UsageError, OSError):
        if named:
            raise
    sources = {} if program is None else program.sources
    if dot is not None:
        _write(dot, picture(stored, sources))
    if svg is not None:
        try:
            _write(svg, draw(stored, sources))
        except PictureError as error:
            raise UsageError(f"{error.message}; --dot FILE writes what Graphviz can draw elsewhere") from None
    if html is not None:
        write_trace(html, stored, program)
    if format_ in TRACES:
        _write(output or STDOUT, TRACES[format_](stored), "it")
    elif output is not None:
        raise UsageError("--output is for a --format other than text; redirect the text")
    if not named_files and format_ == TEXT:
        text = text_report(
            stored,
            replay=replay_command(trace, patch, inputs),
            sources=sources,
            width=terminal_width(),
            colour=wants_colour(),
            fold=not whole,
        )
        page(text, not no_pager)
    return 0


def _write(path: Path, text: str, what: str = "the picture") -> None:
    if path == STDOUT:
        print(text, end="")
        return
    try:
        writing.write(path, text)
    except OSError as error:
        raise UsageError(f"cannot write {what}: {error.strerror}; name another file", path) from None
