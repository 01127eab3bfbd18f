# SPDX-License-Identifier: GPL-2.0-only
"""How a module of this program is run in a Python process of its own that imports nothing from the current directory.

`python -m` and `python -c` put the current directory first on sys.path, so that a file `bitwuzla.py` that lies there, beside
somebody else's certificate perhaps, would be run in place of the package. So the process is told where to look: where
this one found its packages, without the current directory, and last of all where this program itself is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from checker.project import PROJECT

START = """
import sys
module, count = sys.argv[1], int(sys.argv[2])
sys.path[:] = sys.argv[3 : 3 + count]
sys.argv[:] = [module, *sys.argv[3 + count :]]
import runpy
runpy.run_module(module, run_name="__main__")
"""


def isolated(module: str, *arguments: str) -> list[str]:
    """The command that runs the module, as `python -m MODULE ARGUMENTS` would without the current directory."""
    places = search_path(sys.path, Path.cwd())
    quiet = ["-B"] if sys.dont_write_bytecode else []
    return [sys.executable, "-I", *quiet, "-c", START, module, str(len(places)), *places, *arguments]


def search_path(places: Sequence[str], current: Path) -> list[str]:
    """The places to import from: those given but for the current directory and what is relative to it, then this program's."""
    kept = [place for place in places if os.path.isabs(place) and Path(place).resolve() not in (current.resolve(), PROJECT)]
    return [*dict.fromkeys(kept), str(PROJECT)]
