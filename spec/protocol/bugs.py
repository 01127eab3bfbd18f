# SPDX-License-Identifier: GPL-2.0-only
"""BUG_ON and WARN_ON, for protocols that have them in their text."""

from checker.language import atomic, check, demand, routine

no_bug = demand("no-bug", "A condition that the protocol itself says never holds, by BUG_ON or WARN_ON, does not hold.")


@routine
def bug_on(condition: bool) -> None:
    """BUG_ON(condition), include/asm-generic/bug.h."""
    with atomic("a look at a value that was computed before"):
        check(not condition, no_bug, "BUG_ON")


@routine
def warn_on(condition: bool) -> None:
    """WARN_ON(condition), include/asm-generic/bug.h."""
    with atomic("a look at a value that was computed before"):
        check(not condition, no_bug, "WARN_ON")
