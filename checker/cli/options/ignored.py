# SPDX-License-Identifier: GPL-2.0-only
"""Options of `check` that would make no difference: each is refused, so that nobody takes it for granted."""

from __future__ import annotations

import click
from click.core import ParameterSource

from checker.language.errors import UsageError
from checker.symbolic.solvers.solvers import SOLVERS

STORES = ("threads", "reductions", "hash_compaction", "checkpoint", "resume", "disk", "max_states", "liveness_states")
"""Options that say how states are stored and expanded, by the names of their parameters."""


def given() -> frozenset[str]:
    """The parameters of the command that is run which the user has named."""
    context = click.get_current_context()
    return frozenset(n for n in context.params if context.get_parameter_source(n) is ParameterSource.COMMANDLINE)


def refuse_ignored(engine: str, named: frozenset[str]) -> None:
    """UsageError for an option among those named that the engine, or another option, leaves without effect."""
    if engine in SOLVERS:
        refused = [_option(name) for name in STORES if name in named]
        if refused:
            raise UsageError(f"the engine {engine} stores no states; leave out {' and '.join(refused)}")
    elif "depth" in named:
        raise UsageError("only a solver takes a depth; add --engine bitwuzla or --engine z3, or leave out --depth")
    if "hash_compaction" in named and engine == "portable":
        raise UsageError("the portable engine has no hash compaction; leave out --engine or --hash-compaction")
    if "threads" in named and engine == "portable":
        raise UsageError("the portable engine has one thread; leave out --engine or --threads")
    if "checkpoint_every" in named and not named & {"checkpoint", "resume"}:
        raise UsageError("nothing is written every so often; add --checkpoint FILE, or leave out --checkpoint-every")


def _option(name: str) -> str:
    return "--reduce" if name == "reductions" else "--" + name.replace("_", "-")
