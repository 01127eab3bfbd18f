# SPDX-License-Identifier: GPL-2.0-only
"""What is known of the answers of the kernel's services, compared with the kernel."""

from __future__ import annotations

from checker.language.front.load import load_program
from checker.language.tree import BoolType, Choose
from checker.language.walking import nodes
from checker.project import PROJECT
from checker.verify.causes.answers import FAILING


def test_each_service_that_may_answer_otherwise_has_its_words() -> None:
    routines = dict(load_program(PROJECT / "models" / "rfc_v1.py", {}, None).routines)
    for called in range(1, 8):
        routines |= load_program(
            PROJECT / "tests" / "kernel" / "models" / "calls_allocators.py", {"CALLED": called}, None
        ).routines
    services = (routine for routine in routines.values() if routine.position.file.startswith("spec/kernel/mm/"))
    chosen = {
        one.name for one in services if any(isinstance(n, Choose) and isinstance(n.type, BoolType) for n in nodes(one.body))
    }
    assert chosen == FAILING.keys()
