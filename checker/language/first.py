# SPDX-License-Identifier: GPL-2.0-only
"""Where `first` may stand when it takes an instance of a symmetric record.

It takes one of several instances by their order, which is against the symmetry unless they could not be distinguished. The engine
looks at that in the states it meets (docs/internals/soundness/symmetry.md, "Candidates"). So that what it looks at is what
`first` looks at, the condition has to be about the state alone, and the state still that before the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.walking import called_functions, nodes, walk


def check_first(program: tree.Program, action: tree.Action, symmetric: dict[str, int]) -> None:
    """ModelError for a `first` over a symmetric record in the action that does not stand as it has to."""
    for taken in _taken(action.body, symmetric):
        assert isinstance(taken.type, tree.ReferenceType)
        record = taken.type.record
        bound = {node.local.name for node in nodes(taken) if isinstance(node, tree.Binding)}
        if any(isinstance(node, tree.LocalRead) and node.name not in bound for node in nodes(taken)):
            raise ModelError(
                taken.position,
                f"instances of {record} are symmetric, and there the condition of `first` mentions its own name only",
            )
        if _written_before(program, action.body, taken) is not False:
            raise ModelError(
                taken.position,
                f"instances of {record} are symmetric, and there `first` comes before what changes the state, and in no loop",
            )
        parameters = [binding for binding in action.parameters if binding.local.type == taken.type]
        if parameters or sum(_is_source(node, record) for body in _bodies(program, action) for node in nodes(body)) > 1:
            raise ModelError(
                taken.position,
                f"instances of {record} are symmetric, and there `first` is the action's only way to come by one that nothing "
                f"refers to: no parameter, choose, allocate, free or other `first` of {record} beside it",
            )


def _taken(statements: Sequence[tree.Statement], symmetric: dict[str, int]) -> Iterator[tree.Quantifier]:
    for s in walk(statements):
        if isinstance(s, tree.Assign) and isinstance(s.target, str) and isinstance(s.value, tree.Quantifier):
            quantifier = s.value
            if quantifier.kind == "first" and isinstance(quantifier.type, tree.ReferenceType):
                if quantifier.type.record in symmetric:
                    yield quantifier


def _bodies(program: tree.Program, action: tree.Action) -> Iterator[object]:
    """The code of an action, with that of the routines that it calls."""
    yield action.body
    seen: set[str] = set()
    waiting = list(called_functions(action.body))
    while waiting:
        name = waiting.pop()
        if name not in seen and name in program.routines:
            seen.add(name)
            yield program.routines[name].body
            waiting += called_functions(program.routines[name].body)


def _is_source(node: object, record: str) -> bool:
    """Whether this gives a reference to an instance that nothing may refer to, or makes one such."""
    match node:
        case tree.Quantifier(kind="first", type=tree.ReferenceType(name)) | tree.Choose(type=tree.ReferenceType(name)):
            return name == record
        case tree.Allocate(record=name) | tree.Free(record=name):
            return name == record
    return False


def _written_before(program: tree.Program, statements: Sequence[tree.Statement], taken: tree.Quantifier) -> bool | None:
    """Whether anything before the expression may change the state, or it stands in a loop; None if it is not in here."""
    written = False
    for s in statements:
        inside = any(node is taken for node in nodes(s))
        if isinstance(s, tree.If) and inside:
            written = written or _writes(program, s.test)
            for branch in (s.then, s.otherwise):
                found = _written_before(program, branch, taken)
                if found is not None:
                    return written or found
        if inside:
            return written or not isinstance(s, tree.Assign)
        written = written or _writes(program, s)
    return None


def _writes(program: tree.Program, part: object) -> bool:
    """Whether code may change the state."""
    if any(name in program.routines for name in called_functions(part)):
        return True
    for node in nodes(part):
        if isinstance(node, (tree.Free, tree.Enter, tree.Allocate)):
            return True
        if isinstance(node, tree.Assign) and isinstance(node.target, tree.Place):
            return True
    return False
