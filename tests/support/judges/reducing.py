# SPDX-License-Identifier: GPL-2.0-only
"""Reduced searches beside the search of all states."""

from __future__ import annotations

import re

from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from tests.support.judges.confirming import all_replay

SETS = (frozenset({"pages"}), frozenset({"symmetry"}), frozenset({"pages", "symmetry"}))


def reduce(
    program: Program, most: int | None = None, sets: tuple[frozenset[str], ...] = SETS
) -> tuple[Result, list[Result]] | None:
    """Asserts that each reduction finds what the search of all states finds, with shortest counterexamples that replay. Both
    results, or None with more states than `most`."""
    system = lower(program)
    full = Search(system).run(Limits(states=most))
    if full.stopped is not None:
        return None
    results = []
    for reductions in sets:
        search = Search(system, reductions=reductions)
        result = search.run()
        results.append(result)
        assert result.stopped is None
        all_replay(program, search, result)
        assert (result.error is None) == (full.error is None), (full.error, result.error)
        if full.error is not None and result.error is not None:
            assert len(result.error.path) == len(full.error.path)
            # What is as far from the initial state as the error may be met after it.
            assert violated(result, len(full.error.path) - 1) == violated(full, len(full.error.path) - 1)
            continue
        assert violated(result) == violated(full)
        assert result.reasons == full.reasons
        assert set(result.unreached) == set(full.unreached)
        assert result.statistics.states <= full.statistics.states
        assert result.statistics.depth <= full.statistics.depth
    return full, results


def violated(result: Result, most: int | None = None) -> dict[str, tuple[str, int]]:
    """Property -> kind and length of the counterexample, of those that are no longer than `most`."""
    lengths = {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}
    return {name: found for name, found in lengths.items() if most is None or found[1] <= most}


def symmetric(text: str) -> str:
    """A random system's text (random_systems.py) with symmetric records, and without most of what breaks their symmetry."""
    text = text.replace("count=2, alignment=2, allocated=True", "count=3, alignment=2, allocated=True, symmetric=True")
    text = text.replace('    link: "Page | None" = None\n', "")
    for old, new in (("p.link = p", "p.use = 1"), ("p = p.link", "p = slots[1]"), ("p.link is None", "slots[0] is p")):
        text = text.replace(old, new)
    text = text.replace("is_allocated(instance(Page, 0))", "any(is_allocated(x) for x in every(Page))")
    text = text.replace("frames=2, alignment=2)", "frames=2, alignment=2, symmetric=True)")
    text = re.sub(r"(@record\(count=\d, frames=2)\)", r"\1, symmetric=True)", text)
    head, boot, rest = text.partition("@initial")
    boot_code, invariant, tail = rest.partition("@invariant")
    parts = [head, boot + boot_code if boot else "", invariant + tail]
    for number in (0, 2):
        part = parts[number]
        part = re.sub(r"in_routine\(instance\(Cpu, 0\)(\.task)?, (\w+)\)", r"any(in_routine(c\1, \2) for c in every(Cpu))", part)
        part = re.sub(r"(in_routine|has_frames)\(instance\((\w+), \d\)", r"any(\1(x", part)
        part = re.sub(r"any\((in_routine\(x, \w+\)|has_frames\(x\))", r"any(\1 for x in every(Task))", part)
        part = re.sub(r"= instance\(Task, \d\)", "= choose(every(Task))", part)
        parts[number] = part
    return "".join(parts)
