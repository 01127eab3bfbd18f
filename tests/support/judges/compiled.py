# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine held against the portable one: verdicts, counts, depths, lengths, paths."""

from __future__ import annotations

from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.search.results import Finding, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.tree import Program
from tests.support.judges.confirming import all_replay

BOTH = frozenset({"pages", "symmetry"})


def agree(
    program: Program, threads: tuple[int, ...] = (1, 2), reduced_by: tuple[frozenset[str], ...] = (frozenset({"pages"}), BOTH)
) -> Result:
    """Search with both engines, plainly and with each of these reductions; assert that they say the same, and that the replayer
    confirms what the compiled one found."""
    system = lower(program)
    expected = agree_with(program, system, frozenset(), threads)
    for reductions in reduced_by if system.symmetry is not None else ():
        reduced = agree_with(program, system, reductions, (1,))
        if expected.error is None and reduced.error is None:
            assert lengths(reduced) == lengths(expected)
    return expected


def lengths(result: Result) -> dict[str, tuple[str, int]]:
    return {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}


def agree_with(program: Program, system: System, reductions: frozenset[str], threads: tuple[int, ...]) -> Result:
    portable = Search(system, None, reductions)
    expected = portable.run()
    for number, compact in [*((number, False) for number in threads), (1, True)]:
        generated = generate(portable.transitions, portable.canonical, compact)
        build = Build(generated.source)
        try:
            library = build.library()
        finally:
            build.close()
        telling = Search(system, None, portable.reductions)
        keep = number == 1 and not compact
        compiled = CompiledSearch(telling, generated, library, frozenset(program.properties), number, 0, keep=keep)
        result = compiled.run()
        assert (result.error is None) == (expected.error is None)
        all_replay(program, telling, result)
        if expected.error is not None:
            assert len(result.error.path) == len(expected.error.path)
            assert lengths(result) == lengths(expected), "a model error hides nothing that is as near"
            continue
        assert outcome(result) == outcome(expected)
        assert compiled.states == (portable.states if keep else [])
        if number == 1:
            assert {name: path_of(finding) for name, finding in result.findings.items()} == {
                name: path_of(finding) for name, finding in expected.findings.items()
            }
    return expected


def path_of(finding: Finding) -> tuple[object, ...]:
    """The counterexample itself: one thread finds the same one as the portable engine."""
    return finding.arguments, finding.position, [(step.choices, step.state) for step in finding.path]


def outcome(result: Result) -> tuple[object, ...]:
    s = result.statistics
    return s.states, s.transitions, s.depth, s.frontier, lengths(result), result.reasons, result.stopped, set(result.unreached)
