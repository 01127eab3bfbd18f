# SPDX-License-Identifier: GPL-2.0-only
"""The page: an index of findings and each finding, as one file that needs nothing else and asks no network for anything.

The templates, the style sheet and the script are files of this package. The page forbids itself all but its own script and
style sheet, which it names by their hashes (Content-Security-Policy), so that text of others that got into its markup would still
not run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from jinja2 import Environment, PackageLoader, StrictUndefined

from checker.report.finding import short
from checker.report.html.embed import Json, data_block, hash_source, visible
from checker.report.html.finding import Line, came_from, decisive_lines, finding_json
from checker.report.html.sources import Sources
from checker.report.html.summary import Summary
from checker.report.told import told_trace
from checker.result.review import Cause

SCRIPTS = ("elements.js", "state.js", "source.js", "lanes.js", "main.js")
"""The parts of the script, in the order in which they are put together."""


@dataclass(frozen=True)
class Entry:
    """A finding as the index and the head of its section have it. number: from 1. sentence: what is wrong. place: where to look
    first, `file:line`; came_from: where that line stands in a mail. shown_by: each property with the configuration and the
    steps."""

    number: int
    identity: str
    properties: tuple[str, ...]
    sentence: str
    why: str
    place: str
    brief_place: str
    came_from: str
    shown_by: tuple[tuple[str, str, int], ...]
    story: tuple[Line, ...]
    steps: int


def page(title: str, causes: tuple[Cause, ...], summary: Summary | None = None) -> str:
    """The page as HTML text. title: of all of it, as the model's name. summary: of a whole check; None for stored traces."""
    causes = tuple(replace(cause, trace=told_trace(cause.trace)) for cause in causes)
    sources = Sources()
    findings: list[Json] = [finding_json(cause, sources) for cause in causes]
    environment = Environment(
        loader=PackageLoader("checker.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    style = _text(environment, "report.css")
    script = _text(environment, "begin.js") + "".join(_text(environment, name) for name in SCRIPTS) + "})();\n"
    return environment.get_template("report.html").render(
        title=title,
        entries=tuple(_entry(number, cause) for number, cause in enumerate(causes, 1)),
        summary=summary,
        policy=f"default-src 'none'; script-src {hash_source(script)}; style-src {hash_source(style)}; "
        "base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        data=data_block({"findings": findings, "sources": sources.json()}),
    )


def _text(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _entry(number: int, cause: Cause) -> Entry:
    shown_by = tuple((s.property, str(s.configuration), s.length) for s in cause.symptoms)
    position = cause.position
    return Entry(
        number,
        cause.identity,
        cause.properties,
        " ".join(cause.trace.violation.message.split()),
        cause.why,
        f"{position.file}:{position.line}",
        short(position),
        came_from(cause, position),
        shown_by,
        decisive_lines(cause),
        len(cause.trace.steps),
    )
