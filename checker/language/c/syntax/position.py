# SPDX-License-Identifier: GPL-2.0-only
"""Places in C text, and what all nodes of its syntax tree have."""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.language.tree import Position as FilePosition


@dataclass(frozen=True, order=True)
class Position(FilePosition):
    """A place in a C file, as it is after the patch. Prints as `file:line:column`.

    file: as the patch has it. line: from 1. column: from 1, in bytes of UTF-8; a tab counts as one. mail_line: the line in the
    mail or patch, None where the text is that of a base file. added: the patch adds the line. definition: of text that comes
    from a macro, the place in the macro's definition; the position itself is then that of the outermost use.
    """

    mail_line: int | None = field(default=None, compare=False)
    added: bool = field(default=False, compare=False)
    definition: Position | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Node:
    """A part of C text. position: where it begins; of an operation, the place of its operator."""

    position: Position


@dataclass(frozen=True)
class Type(Node):
    """qualifiers: const, volatile, _Atomic and the kernel's address spaces (__percpu, __user, __rcu, __iomem), as written."""

    qualifiers: tuple[str, ...]


@dataclass(frozen=True)
class Expression(Node):
    pass


@dataclass(frozen=True)
class Statement(Node):
    pass
