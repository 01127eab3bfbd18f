# SPDX-License-Identifier: GPL-2.0-only
"""BUG_ON and WARN_ON, for protocols that have them in their text."""

from checker.language import atomic, check, demand, routine

no_bug = demand("no-bug", "The protocol itself says, by BUG_ON or WARN_ON, that this condition never holds.")


@routine
def bug_on(condition: bool) -> None:
    """BUG_ON(condition), include/asm-generic/bug.h."""
    with atomic("a look at a value that was computed before"):
        check(not condition, no_bug, "the condition of BUG_ON() holds")


@routine
def warn_on(condition: bool) -> None:
    """WARN_ON(condition), include/asm-generic/bug.h."""
    with atomic("a look at a value that was computed before"):
        check(not condition, no_bug, "the condition of WARN_ON() holds")
