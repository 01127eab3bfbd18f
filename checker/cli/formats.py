# SPDX-License-Identifier: GPL-2.0-only
"""The options --format and --output: in which formats a command tells what it found, and where each goes.

The first --output is for the first --format, and so on, so that one search gives several files. A format without a file is the
only thing on standard output; where each has one, the usual text stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from checker import writing
from checker.cli.ending import last_words
from checker.language.errors import UsageError
from checker.report.formats.document import Document
from checker.report.formats.from_error import document_of_error, document_of_interruption
from checker.report.formats.names import DOCUMENTS, LINES, TEXT
from checker.report.text.style import plain
from checker.result.verdict import Status

STANDARD_OUTPUT = Path("-")

Command = TypeVar("Command", bound=Callable[..., int])
Own = Mapping[str, Callable[[], str]]
"""Formats in which a command has more to tell than the document has, by name."""


@dataclass(frozen=True)
class Outputs:
    """Each format that was asked for, with the file that it goes to; None is standard output."""

    wanted: tuple[tuple[str, Path | None], ...]

    @property
    def text(self) -> bool:
        """Whether the usual text goes to standard output."""
        return all(name == TEXT for name, file in self.wanted if file is None)

    @property
    def documents(self) -> bool:
        """Whether any format other than text was asked for."""
        return any(name != TEXT for name, _ in self.wanted)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are written."""
        return tuple(file for _, file in self.wanted if file is not None)

    def tell(self, line: str) -> None:
        """Print a line of the usual text, where it goes to standard output."""
        if self.text:
            print(plain(line), flush=True)

    def write(self, document: Callable[[], Document], own: Own, leave_out: Collection[str] = ()) -> None:
        """Write all but the text, the files first. UsageError where a file cannot be written."""
        if not self.documents:
            return
        found = document()
        for name, file in sorted(self.wanted, key=lambda wanted: wanted[1] is None):
            if name == TEXT or name in leave_out:
                continue
            text = own[name]() if name in own else DOCUMENTS[name](found)
            if file is None:
                print(text, end="")
                continue
            try:
                writing.write(file, text)
            except OSError as error:
                raise UsageError(f"cannot write it: {error.strerror}; name another file", file) from None

    @contextmanager
    def told(self, command: str, own: Own) -> Iterator[None]:
        """For the work of a command: if it is interrupted before anything was found, or the input is wrong, each format says so
        as well. own: what the formats of its own are where it was interrupted; they have no word for a wrong input."""
        try:
            yield
        except KeyboardInterrupt:
            with last_words():
                self.write(lambda: document_of_interruption(command), own)
            raise
        except UsageError as error:
            wrong = error
            with last_words():
                self.write(lambda: document_of_error(command, wrong), {}, leave_out=own)
            if any(file is None and name in LINES for name, file in self.wanted):
                raise Told(Status.USAGE.value) from None
            raise


class Told(click.exceptions.Exit):
    """Ends a command whose error stands in what it has written already."""


def format_options(command: Command) -> Callable[..., int]:
    """Gives a command the options, and in place of them `outputs`."""

    def with_outputs(formats: tuple[str, ...], files: tuple[Path, ...], **others: object) -> int:
        return command(outputs=_outputs(formats, files), **others)

    with_outputs.__doc__ = command.__doc__
    with_outputs.__name__ = command.__name__
    if hasattr(command, "__click_params__"):
        with_outputs.__click_params__ = command.__click_params__  # type: ignore[attr-defined]
    found: Callable[..., int] = with_outputs
    for option in reversed(OPTIONS):
        found = option(found)
    return found


OPTIONS = (
    click.option(
        "--format",
        "formats",
        type=click.Choice([TEXT, *DOCUMENTS]),
        multiple=True,
        metavar="NAME",
        help=f"Output format: {', '.join([TEXT, *DOCUMENTS])}. Default: {TEXT}. May be repeated, with an --output each.",
    ),
    click.option(
        "--output",
        "files",
        type=click.Path(path_type=Path, allow_dash=True, dir_okay=False),
        multiple=True,
        metavar="FILE",
        help="Write the format to FILE, and the usual text to standard output. The first --output belongs to the first --format.",
    ),
)


def _outputs(formats: tuple[str, ...], files: tuple[Path, ...]) -> Outputs:
    if len(files) > len(formats):
        raise UsageError(f"--output {files[len(formats)]} has no format; put --format NAME before it")
    named = [None if file == STANDARD_OUTPUT else file for file in files]
    wanted = tuple(zip(formats, [*named, *[None] * (len(formats) - len(files))], strict=True))
    on_output = [name for name, file in wanted if file is None]
    if len(on_output) > 1:
        raise UsageError(f"{' and '.join(on_output)} cannot both go to standard output; give each but one an --output FILE")
    for name, file in wanted:
        if file is None:
            continue
        if name == TEXT:
            raise UsageError("text goes to standard output; leave out its --output, or redirect it")
        try:
            writing.check_writable(file)
        except OSError as error:
            raise UsageError(f"cannot write it: {error.strerror}; name another file", file) from None
    outputs = Outputs(wanted)
    if (twice := writing.named_twice(outputs.files)) is not None:
        raise UsageError(f"two formats are to go to {twice}; name a file for each")
    return outputs
