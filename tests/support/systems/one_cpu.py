# SPDX-License-Identifier: GPL-2.0-only
"""A CPU and what starts it, for small systems."""

from __future__ import annotations

ONE_CPU = """
@record(count=1, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
"""
STARTS = """
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
"""
