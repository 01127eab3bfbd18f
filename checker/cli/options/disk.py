# SPDX-License-Identifier: GPL-2.0-only
"""The option that lets a search go on in a file where memory ends."""

from __future__ import annotations

from pathlib import Path

import click

from checker.explicit.compiled.on_disk import Disk
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.language.errors import UsageError
from checker.symbolic.solvers.solvers import SOLVERS

DISK = click.option(
    "--disk",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep states in a file in DIR, and in memory only what --max-memory allows: slower, and exact. The file has no name: it "
    "is gone with the search.",
)


def disk_of(folder: Path | None, engine: str, reductions: frozenset[str], named: frozenset[str]) -> Disk | None:
    """What was asked for with --disk. UsageError where the folder cannot be used, and for what such a search does not do. named:
    the parameters that the user has named. An engine that stores no states has been refused."""
    if folder is None:
        return None
    assert engine not in SOLVERS
    if engine == "portable":
        raise UsageError("the portable engine has no states on disk; leave out --engine portable, or --disk")
    if PARTIAL_ORDER in reductions:
        raise UsageError(f"a search on disk has no {PARTIAL_ORDER} reduction; leave it out of --reduce, or leave out --disk")
    for name, what in REFUSED.items():
        if name in named:
            raise UsageError(f"a search on disk has no {what}; leave it out, or leave out --disk")
    try:
        with Disk(folder).opened():
            pass
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}; give a folder that can be written to with --disk") from None
    return Disk(folder)


REFUSED = {"hash_compaction": "hash compaction", "checkpoint": "checkpoints", "resume": "checkpoints", "address": "cluster"}
