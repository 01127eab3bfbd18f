# SPDX-License-Identifier: GPL-2.0-only
"""A change of a text that is made on its syntax tree, to see whether anything depends on what is changed."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.c import syntax


@dataclass(frozen=True)
class Changed:
    """function: takes the place of the text's function of that name. left_out: where a statement stands that the text adds to a
    function of the kernel, and that is taken for not being there."""

    function: syntax.FunctionDefinition | None = None
    left_out: syntax.Position | None = None
