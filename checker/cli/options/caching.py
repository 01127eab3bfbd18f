# SPDX-License-Identifier: GPL-2.0-only
"""The option of commands that can use outcomes of earlier searches."""

from __future__ import annotations

import click

from checker.verify.known.store import Outcomes, open_outcomes

no_cache = click.option("--no-cache", is_flag=True, help="Search again, without the cache.")


def outcomes_of(without: bool) -> tuple[Outcomes | None, str]:
    """The user's cache of outcomes, or None; and why there is none, where one was wanted. without: none is wanted."""
    if without:
        return None, ""
    found = open_outcomes()
    return (found, "") if isinstance(found, Outcomes) else (None, found)
