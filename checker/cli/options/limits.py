# SPDX-License-Identifier: GPL-2.0-only
"""The limits of a search, and its checkpoints, as options ask for them."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from checker.explicit.compiled.checkpoint import CheckpointError, check_place
from checker.explicit.compiled.resuming import Checkpoints, header_of
from checker.explicit.search.results import Limits


def limits(max_states: int | None, max_memory: int | None, timeout: float | None) -> Limits:
    """The limits asked for. Without --max-memory, three quarters of the machine's memory."""
    return Limits(max_states, psutil.virtual_memory().total * 3 // 4 if max_memory is None else max_memory, timeout)


def checkpoints_of(file: Path | None, minutes: float, resume: Path | None) -> Checkpoints | None:
    """What was asked for with --checkpoint and --resume. Raises CheckpointError where no checkpoint can be written."""
    wanted = file or resume
    if wanted is None:
        return None
    if resume is not None:
        header_of(resume)
    elif file is not None and file.exists():
        header_of(file)
        raise CheckpointError(f"{file} is a checkpoint already; go on from it with --resume, or remove it")
    check_place(wanted)
    return Checkpoints(wanted, minutes * 60, resume, lambda line: print(line, file=sys.stderr))
