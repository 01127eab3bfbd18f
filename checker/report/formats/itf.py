# SPDX-License-Identifier: GPL-2.0-only
"""A trace in ITF, the Informal Trace Format of Apalache (its ADR-015), which other tools of formal methods read.

Each cell is a variable. Numbers are `#bigint`s, as the format wants them; other values are text as the model prints them.
"""

from __future__ import annotations

import json
import re

from checker.report.characters import escaped
from checker.report.finding import columns, ending
from checker.report.formats.line import line
from checker.trace.data import Trace

DESCRIPTION = "https://apalache-mc.org/docs/adr/015adr-trace.html"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)


def itf(trace: Trace) -> str:
    """The trace as JSON, in ASCII. A lasso has `loop`: the state that follows the last one, which is not given twice. A run that
    ends stays in its last state."""
    states = [dict(trace.initial)]
    for step in trace.steps:
        states.append(states[-1] | {change.cell: change.after for change in step.changes})
    loop = None
    if trace.cycle is not None:
        loop = trace.cycle.start
        if not trace.ends:
            states.pop()
    names = list(dict.fromkeys(name for state in states for name in state))
    steps = [None, *trace.steps]
    found: dict[str, object] = {
        "#meta": {
            "format": "ITF",
            "format-description": DESCRIPTION,
            "source": trace.model,
            "status": "violation",
            "description": line(f"{ending(trace)}: {trace.violation.message}"),
            "processors": list(columns(trace)),
        },
        "params": [],
        "vars": [_name(name) for name in names],
        "states": [
            {"#meta": _meta(index, None if step is None else (step.name, step.column, str(step.at)))}
            | {_name(name): _value(state[name]) for name in names if name in state}
            for index, (state, step) in enumerate(zip(states, steps, strict=False))
        ],
    }
    if loop is not None:
        found["loop"] = loop
    return json.dumps(found, indent=1) + "\n"


def _meta(index: int, step: tuple[str, str | None, str] | None) -> dict[str, object]:
    return {"index": index} | ({} if step is None else {"action": step[0], "processor": step[1], "at": step[2]})


def _name(cell: str) -> str:
    """A cell as a variable: names that begin with # are the format's own."""
    found = cell.replace("\\", escaped("\\"))
    return escaped("#") + found[1:] if found.startswith("#") else found


def _value(text: str) -> object:
    if text in ("True", "False"):
        return text == "True"
    return {"#bigint": text} if _NUMBER.fullmatch(text) and text != "-0" else text
