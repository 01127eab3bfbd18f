# SPDX-License-Identifier: GPL-2.0-only
"""Nothing that is translated is left out in silence: each statement of a patch is taken away, and then has a call of an unknown
function beside it. Both must be noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.c import syntax
from checker.language.c.assemble.changed import Changed
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.raising import plain
from checker.language.errors import ModelError
from checker.language.front.inputs import Inputs
from checker.language.front.load import c_protocol, load_program
from checker.mutation.c.rewriting import replaced
from checker.mutation.c.wording import statement as shown
from tests.language.c.fixtures import GROWING
from tests.support.rfc_mail import WITH_MAIL, rfc_mail

TEXTS = [pytest.param(lambda: GROWING, id="sample"), pytest.param(rfc_mail, id="RFC", marks=WITH_MAIL)]
"""What holds for our sample has to hold for the RFC's mail too."""

CONFIGURATIONS: tuple[tuple[dict[str, tree.Setting], tuple[str, ...]], ...] = (
    ({"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch",)),
    ({"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("touch", "oom")),
    ({"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("fork", "charge-fail")),
    ({"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("fork", "oom")),
    ({"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("fork", "area-oom")),
    ({"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2}, ("oom", "hotplug")),
)

_SAYS_NOTHING = (syntax.Compound, syntax.Empty, syntax.Label, syntax.Case, syntax.Default)
_LEAVES = (syntax.Return, syntax.Break, syntax.Continue, syntax.Goto)


@cache
def program(path: Path, number: int) -> tree.Program:
    return load_program(path, *CONFIGURATIONS[number])


@cache
def counts(path: Path, number: int) -> tuple[int, int]:
    statistics = Search(lower(program(path, number))).run().statistics
    return statistics.states, statistics.transitions


@cache
def functions(path: Path) -> dict[str, syntax.FunctionDefinition]:
    """The functions of a text that are translated, by name."""
    text, translation = c_protocol(path, Inputs()), program(path, 0).translation
    assert text is not None and translation is not None
    found = {function.name: text.definitions.function(function.name) for function in translation.functions}
    return {name: function for name, function in found.items() if function is not None}


def statements(path: Path, function: syntax.FunctionDefinition) -> Iterator[syntax.Statement]:
    """The statements that say something, but for those that the program tells as left out."""
    told = set(program(path, 0).left_out)
    left_out = {id(part) for node in walk(function.body) if plain(node.position) in told for part in walk(node)}
    for part in walk(function.body):
        if id(part) in left_out:
            continue
        if isinstance(part, syntax.Declaration) and part.initialiser is None:
            continue
        if isinstance(part, syntax.Statement) and not isinstance(part, _SAYS_NOTHING):
            yield part


def without(function: syntax.FunctionDefinition, statement: syntax.Statement) -> syntax.FunctionDefinition:
    if isinstance(statement, syntax.Declaration):
        return replaced(function, statement, replace(statement, initialiser=None))
    return replaced(function, statement, syntax.Empty(statement.position))


def with_call(function: syntax.FunctionDefinition, statement: syntax.Statement) -> syntax.FunctionDefinition:
    """With a call of an unknown function behind a statement; before it, where nothing behind it is reached."""
    at = statement.position
    call = syntax.ExpressionStatement(at, syntax.Call(at, syntax.Name(at, "unheard_of"), ()))
    if isinstance(statement, syntax.Declaration):  # its name has to be known in the rest of the block
        assert statement.initialiser is not None
        value = syntax.Comma(at, call.expression, statement.initialiser)
        return replaced(function, statement, replace(statement, initialiser=value))
    pair = (call, statement) if isinstance(statement, _LEAVES) else (statement, call)
    return replaced(function, statement, syntax.Compound(at, pair, at))


def noticed(path: Path, changed: Changed) -> str | None:
    """How a change is noticed: it is refused, the search ends in a model error, or a search has other counts."""
    for number, (settings, events) in enumerate(CONFIGURATIONS):
        try:
            found = load_program(path, settings, events, Inputs(changed=changed))
        except ModelError as error:
            assert error.position.line > 0
            return f"{error.position}: {error.message}"
        if found.routines == program(path, number).routines:
            continue  # nothing that these events reach
        result = Search(lower(found)).run()
        if result.error is not None:
            return "a model error"
        if (result.statistics.states, result.statistics.transitions) != counts(path, number):
            return f"other counts with {events}"
    return None


NO_OTHER_FAULT = "only levels that are not mapped fault, of stacks that are there"
EQUIVALENT = {
    "dynamic_stack_fault: if (!area)": NO_OTHER_FAULT,
    "dynamic_stack_fault: if (have >= THREAD_SIZE >> PAGE_SHIFT)": NO_OTHER_FAULT,
    "dynamic_stack_fault: if (address >= at)": NO_OTHER_FAULT,
    "dynamic_stack_fault: return false": NO_OTHER_FAULT,
    "dynamic_stack_fault: address = PAGE_ALIGN_DOWN(address)": "a fault is at the first byte of its page, [fault] bytes",
}
"""The statements of the sample without which the counts are the same, with the reason."""

EQUIVALENT_OF_RFC = {
    "dynamic_stack_refill_pages": 4,  # messages of the kernel's, and the tests before them
    "dynamic_stack_fault": 10,  # NO_OTHER_FAULT, the first byte, messages, marks for instrumentation
    "free_vmap_stack": 1,  # kfree(vm_area->pages): the modelled kfree(vm_area) frees the array too, docs/limitations.md
}
"""How many there are in each function of the RFC, each text of them once."""


def silent(path: Path) -> set[str]:
    """The statements that can be taken away without a difference."""
    return {
        f"{name}: {shown(statement)}"
        for name, function in functions(path).items()
        for statement in statements(path, function)
        if noticed(path, Changed(function=without(function, statement))) is None
    }


@pytest.mark.slow
def test_each_statement_of_the_sample_makes_a_difference() -> None:
    assert silent(GROWING) == EQUIVALENT.keys()


@pytest.mark.slow
@WITH_MAIL
def test_each_statement_of_the_rfc_makes_a_difference() -> None:
    assert Counter(name.partition(":")[0] for name in silent(rfc_mail())) == EQUIVALENT_OF_RFC


@pytest.mark.parametrize("path_of", TEXTS)
def test_an_unknown_call_is_refused_wherever_it_stands(path_of: Callable[[], Path]) -> None:
    path = path_of()
    settings, events = CONFIGURATIONS[0]
    for function in functions(path).values():
        for statement in statements(path, function):
            with pytest.raises(ModelError, match="`unheard_of` is not known") as refused:
                load_program(path, settings, events, Inputs(changed=Changed(function=with_call(function, statement))))
            assert refused.value.position == plain(statement.position)


@pytest.mark.parametrize("path_of", TEXTS)
def test_each_bound_statement_makes_a_difference(path_of: Callable[[], Path]) -> None:
    path = path_of()
    text, translation = c_protocol(path, Inputs()), program(path, 0).translation
    assert text is not None and translation is not None
    bound = {each.position for each in translation.bound if each.hooks}
    found = 0
    for piece in text.definitions.pieces:
        for each in piece.statements:
            place = each.statement.position
            if plain(place) in bound:
                found += 1
                assert noticed(path, Changed(left_out=place)) is not None, place
    assert found == len(bound) > 0
