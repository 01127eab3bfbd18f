# SPDX-License-Identifier: GPL-2.0-only
"""Other checkers on the benchmark protocol, by a script that is not part of the project.

DIR/run.py TOOL:VARIANT C T S FAIL LATE prints one JSON object: `states`, `transitions`, `build` and `wall` (seconds), `peak_mb`; or `missing`
(a program), or `error`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from .cases import Case
from .measurement import Measurement, Wrong
from .ours import LONGEST, run

VARIANTS = ("spin:dfs-full", "spin:dfs-full-hc", "spin:dfs-por", "murphi:full-1", "murphi:sym-1", "tlc:full-1")
EXTRA_STATES = 2
"""SPIN counts states of its first process too."""


@dataclass(frozen=True)
class Peer:
    """One variant of one tool. folder: where run.py is."""

    name: str
    folder: Path

    def takes(self, case: Case) -> bool:
        return case.row is not None

    def measure(self, case: Case) -> Measurement:
        assert case.row is not None
        script = self.folder / "run.py"
        command = [sys.executable, str(script), self.name, *map(str, case.row), "--timeout", str(LONGEST)]
        status, out, err, _, _ = run(command)
        if status or not out.strip():
            last = err.strip().splitlines()[-1:] or ["it prints nothing"]
            return Measurement(failure=f"{script.name} failed with status {status}: {last[0]}")
        found = json.loads(out.splitlines()[-1])
        if "states" not in found:
            why = (
                f"{found['missing']} is not installed" if "missing" in found else " ".join(found.get("error", "").split())[-120:]
            )
            return Measurement(failure=why or "no figures")
        self._check(case, found["states"])
        peak = int(found["peak_mb"] * 2**20)
        build, wall = found["build"], found["wall"]
        return Measurement(found["states"], found["transitions"], wall, build + wall, None, peak, parts={"build": build})

    def _check(self, case: Case, states: int) -> None:
        """Wrong if a tool counts what cannot be: then something else was measured than was meant."""
        known = case.known.states
        variant = self.name.partition(":")[2]
        if variant.startswith("full") or variant == "dfs-full":
            right = known <= states <= known + (EXTRA_STATES if self.name.startswith("spin") else 0)
        elif variant.endswith("-hc"):
            right = known * 0.99 <= states <= known + EXTRA_STATES
        else:
            right = states <= known + EXTRA_STATES
        if not right:
            raise Wrong(f"{case.name}: {self.name}: {states} states, known {known}")
