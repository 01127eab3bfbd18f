# SPDX-License-Identifier: GPL-2.0-only
"""Names of a model that read like names which the engines make: no two different things share one. Random models with such names
are searched by all engines and by brute force, and proved."""

from __future__ import annotations

import random

from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.result.verdict import VerdictKind
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.readable import readable_places
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.terms.smtlib import quoted
from checker.trace.state import State
from checker.verify.proof.certify import check_against_model
from checker.verify.proof.prove import INDUCTION, LEMMAS, prove_configuration
from checker.verify.request import Request
from tests.support.judges.agreement import Comparison
from tests.support.judges.brute.comparison import compare
from tests.support.judges.compiled import agree
from tests.support.seeds import seeds
from tests.support.systems.small_programs import HEADER, model_file

RECORDS = ("A", "A1", "A10", "A_1", "top_A", "frame0", "MOVES", "é")
PREFIXES = ("x", "x1", "x10", "a", "frame", "None", "x_", "é")
VALUES = ("s", "n", "v0", "v1", "H", "R", "K", "tape", "transition", "index_A", "T1", "value", "word", "get", "step_1")
VALUES += ("constant_x", "inside_f", "register", "e\u0301", "c", "x0", "part0", "root0", "next", "result", "A0")
FIELDS = ("frame0", "location", "slot0", "allocated", "x", "frame", "state")
CODES = ("inside_f", "f", "action_0_f_", "step_1", "holds_0", "main", "switch", "step", "top", "leave_f", "executes_0", "é", "é_")
IDS = (
    "error",
    "deadlock",
    "cut",
    "valid",
    "step",
    "no-error-1",
    "error-1",
    "a-cut",
    "arena",
    "keeps-0",
    "raises",
    "broken-error",
)

MODEL = """
@record(count={count}, frames=2, names={{"{prefix}": {count}}})
class {owner}:
    {field}: Small = 0
@record(count={others}, frames=2, names={{"{other_prefix}": {others}}})
class {processor}:
    {other_field}: bool = False
{one}: bool = False
{two}: Per[{processor}, bool] = per({processor}, False)
{three}: Array[Small] = array(2, 1)
{four}: Array[Small] = array(2, 3)
{first_id} = demand("{first}", "test")
@routine
def {work}() -> None:
    global {one}
    {local} = {three}[0]
    {other_local} = {four}[1]
    instance({owner}, {count} - 1).{field} = {local} + {other_local}
    {one} = True
@routine(noinline=True)
def {noise}({local}: Small) -> Small:
    for {other_local} in range(2):
        {three}[{other_local}] = {local}
    return {local}
@routine
def {handler}() -> None:
    {other_local} = {noise}(2)
    {two}[processor({processor})] = True
    check({other_local} == 2 and not {one}, {first_id}, "{{{one}}}")
@executes
def {running}(cpu: {processor}) -> {owner} | None:
    return instance({owner}, {count} - 1)
@action(interrupt=True)
def {interrupt}(cpu: {processor}) -> None:
    require(not has_frames(cpu) and not {two}[cpu])
    require({three}[1] == {free})
    enter(cpu, {handler})
@initial
def {boot}() -> None:
    enter(instance({owner}, {count} - 1), {work})
@invariant("{second}", "it is {{{one}}}")
def {invariant}() -> bool:
    '''Test.'''
    return not ({one} and any({two}[cpu] for cpu in every({processor})) and in_routine(instance({processor}, 0), {noise}))
@invariant("{third}", "it is {{{three}[0]}}")
def {other_invariant}(k: Small) -> bool:
    '''Test.'''
    return {three}[0] != k or k < 3
"""


def adversarial(chance: random.Random) -> str:
    """The text of a model with such names."""
    taken: list[str] = []

    def drawn(names: tuple[str, ...], count: int) -> list[str]:
        taken.extend(found := chance.sample([name for name in names if name not in taken], count))
        return found

    # Half of the models have an instance 10 of A beside an instance 0 of A1.
    owner, processor = ("A", "A1") if chance.random() < 0.5 else drawn(RECORDS, 2)
    prefix, other_prefix = chance.sample(PREFIXES, 2)
    one, two, three, four, local, other_local, first_id = drawn(VALUES, 7)
    work, noise, handler, running, interrupt, boot, invariant, other_invariant = drawn(CODES, 8)
    first, second, third = chance.sample(IDS, 3)
    return MODEL.format(
        **{name: value for name, value in locals().items() if isinstance(value, str)},
        count=chance.choice((1, 11)),
        others=chance.choice((1, 2)),
        field=chance.choice(FIELDS),
        other_field=chance.choice(FIELDS),
        free=chance.choice((1, 1, 1, 2)),
    )


@seeds(5, 25)
def test_all_engines_agree_whatever_the_names(seed: int) -> None:
    check_names(seed, compiled=False, proved=False)


@seeds(1, 150)
def test_the_compiled_engine_and_proofs_agree_whatever_the_names(seed: int) -> None:
    check_names(seed, compiled=True, proved=True)


def check_names(seed: int, compiled: bool, proved: bool) -> None:
    text = adversarial(random.Random(seed))
    note(text)
    model = model_file(HEADER + text)
    try:
        program = load_program(model)
        system = lower(program)
    except ModelError as error:
        event("refused: " + error.message.partition("`")[0])
        assume(False)
    printed_once(program)
    compare(program, 2_000)
    comparison = Comparison(system)
    search = Search(system)
    result = search.run()
    for state in search.states:
        if state < 1 << search.layout.mark:
            assert not comparison.differences(state)
    if compiled:
        agree(program, (1,))
    if proved:
        for engine in (LEMMAS, INDUCTION):
            folder = model.parent / "certificate"
            proving = prove_configuration(Request(model, {}, None), Limits(), folder, engine=engine)
            words = {verdict.property: verdict.kind for verdict in proving.run.verdicts}
            assert {name for name, word in words.items() if word is VerdictKind.VIOLATED} == set(result.findings)
            assert not any(verdict.detail.startswith("what the search found") for verdict in proving.run.verdicts)
            if VerdictKind.PROVED in words.values():
                check_against_model(folder, model)
            event(f"{engine}: {sorted(word.value for word in words.values())}")


def printed_once(program: Program) -> None:
    """Each cell of the replayer, each field of the solvers and each local there has a name of its own."""
    memory = State(program)
    assert len(memory.printed()) == len(memory.memory)
    system = lower(program)
    relation = step_relation(system, any_free=True)
    names = Names(program, system)
    assert len({field.name for field in relation.fields.fields}) == len(relation.fields.fields)
    places = readable_places(relation.fields, names)
    assert len({name for name, _ in places}) == len(places)
    for name, procedure in system.procedures.items():
        assert len({names.local(name, local) for local in procedure.locals}) == len(procedure.locals)


@given(st.lists(st.text(max_size=6), unique=True, max_size=20))
def test_symbols_differ_where_names_do(names: list[str]) -> None:
    symbols = [quoted(name) for name in names]
    assert len(set(symbols)) == len(names)
    assert all(symbol.isascii() and "|" not in symbol[1:-1] and len(symbol.splitlines()) == 1 for symbol in symbols)
