# SPDX-License-Identifier: GPL-2.0-only
"""The controls hold every property's formula in place: whatever part of one is taken out, a control comes out differently.

A mutant of a formula has one condition in it replaced by true or by false. A weaker formula has to miss a planted fault or find it
later, a stronger one has to find fault with a sound protocol or find a planted fault sooner. The formula of no-deadlock and of most of
no-wild-pointer is the engine's own, and is tested at the end.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from functools import cache

import pytest

from checker.explicit.liveness.lassos import find_lassos
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.tree import Program
from tests.properties.recorded_controls import RECORDED, Control
from tests.support.sampling import always

ON_RUNS = ("fault-bounded", "null-retried", "refill-eventually", "task-runs")
FORMULAS = sorted({control.identifier for control in RECORDED} - {"no-deadlock", *ON_RUNS})

LATER = "a weaker formula, which looks when the fault, or the switch, is over; what it misses is still there then"
ON_ITS_WAY_OUT = "an NMI in a fault while another CPU, or a softirq, takes a stack apart: many thousands of states"
FREE_AND_MAPPED = "a free page is in a stack in controls of one-owner only, which are too large to take part here"
TWO_TASKS = "a CPU goes down with a marked task on it: 2 CPUs and 2 tasks, 80,513 states, which are too many here"
EQUIVALENT = {
    "charge-once": {
        "charge_once: Unary -> False: not is_allocated(page) or page.memcg is task:": FREE_AND_MAPPED,
        "charge_once: IsAllocated -> True: is_allocated(page) or page.memcg is task:": FREE_AND_MAPPED,
        "charge_once: Compare -> True: page.memcg is None and (task.on_cpu or task.state is not TaskState.TASK_RUNNING)": (
            "a page that is charged to another task is not in that one's stack, which the second invariant is about"
        ),
        "charged_to_its_stack: Compare -> False: area.pages[level] is page": "no control charges a page that is listed and not mapped",
    },
    "mark-earned": {
        "mark_earned: Compare -> True: stack.pte[level] is not None and stack.pte[level].memcg is None "
        "for level in range(STACK_PAGES))": "it looks into no page where all that there are are charged, and is violated by that",
        "fault_active: Compare -> True: cpu.stack is task and in_stack_fault(cpu) for cpu in every(Cpu))": LATER,
        "is_being_left: Compare -> True: cpu.previous is task and in_routine(cpu.stack, switch_finished) for cpu in every(Cpu))": LATER,
    },
    "no-wild-pointer": {
        'set_pte_at: IsAllocated -> True: is_allocated(page), no_wild_pointer, "{page}, which is free, is mapped at level '
        '{level} of {stack}")': "the check of zeroed looks into the page then",
    },
    "tag-live": {
        "tag_live: Unary -> False: not is_at_rest(cpu))": TWO_TASKS,
        "tag_live: Call -> True: is_at_rest(cpu))": TWO_TASKS,
        "in_scheduler: Logical -> False: in_routine(task, __schedule) or in_routine(task, finish_task_switch)": TWO_TASKS,
        "in_scheduler: InRoutine -> False: in_routine(task, __schedule) or in_routine(task, finish_task_switch)": TWO_TASKS,
        "in_scheduler: InRoutine -> False: in_routine(task, finish_task_switch)": TWO_TASKS,
        "is_at_rest: Logical -> True: cpu.stack is cpu.idle and not in_scheduler(cpu.idle) and not has_frames(cpu)": TWO_TASKS,
        "is_at_rest: Compare -> True: cpu.stack is cpu.idle and not in_scheduler(cpu.idle) and not has_frames(cpu)": TWO_TASKS,
        "is_at_rest: Unary -> True: not in_scheduler(cpu.idle) and not has_frames(cpu)": TWO_TASKS,
        "is_at_rest: Call -> False: in_scheduler(cpu.idle) and not has_frames(cpu)": TWO_TASKS,
        "is_at_rest: Unary -> True: not has_frames(cpu)": TWO_TASKS,
        "is_at_rest: HasFrames -> False: has_frames(cpu)": TWO_TASKS,
    },
    "handler-reentrant": {
        "stacks_with: Read -> True: area.in_vmap_tree and any(area.pte[level] is page or area.pages[level] is page "
        "for level in range(STACK_PAGES))": ON_ITS_WAY_OUT,
    },
    "refill-owed": {
        "will_refill: Compare -> False: task is None:": "without it the invariant follows a NULL pointer, which violates it as False does",
    },
}
"""Mutants that no control tells from the original, and why."""


MANY_STATES = 500
"""A sound model with more states takes part only where its control has to do with the property."""


@cache
def program_of(control: Control, planted: int) -> Program:
    return control.program(planted)


def lengths(name: str) -> Iterator[tuple[Program, int | None]]:
    """What the mutants of a property's formula are held against, with the length of its shortest violation, None where it holds: planted
    faults of the property's controls, and of others that violate it or bear on it; then sound models, also of all small controls."""
    taking_part = []
    for control in RECORDED:
        own = control.identifier == name
        found = {number: fault.length if own else fault.others.get(name) for number, fault in control.planted.items()}
        all_faults = own or name in control.bears_on
        faults = [(control, number, length) for number, length in found.items() if all_faults or length is not None]
        if faults or own or control.states < MANY_STATES:
            taking_part += [*faults, (control, 0, control.also.get(name))]
    taking_part.sort(key=lambda part: (part[1] == 0, part[0].identifier != name, part[0].states))
    for control, number, length in taking_part:
        yield program_of(control, number), length


def length_of(program: Program, name: str) -> int | None:
    """The length of the shortest violation of one property, None if it holds."""
    finding = Search(lower(program), frozenset({name})).run().findings.get(name)
    return None if finding is None else len(finding.path)


# --- mutants of expressions ------------------------------------------------------------------------------------------

Path = tuple[str | int, ...]
"""Where in a tree of dataclasses and tuples something is: names of fields and positions in tuples, from the root."""


def at(node: object, path: Path) -> object:
    for part in path:
        node = node[part] if isinstance(node, tuple) and isinstance(part, int) else getattr(node, str(part))
    return node


def put(node: object, path: Path, new: object) -> object:
    """The tree with something else at that place."""
    if not path:
        return new
    part, rest = path[0], path[1:]
    if isinstance(node, tuple) and isinstance(part, int):
        return (*node[:part], put(node[part], rest, new), *node[part + 1 :])
    assert dataclasses.is_dataclass(node)
    assert not isinstance(node, type)
    return dataclasses.replace(node, **{str(part): put(getattr(node, str(part)), rest, new)})


def conditions(node: object, path: Path = ()) -> Iterator[Path]:
    """The places of all conditions in a tree, without constants."""
    if isinstance(node, tree.Expression) and node.type == tree.BoolType() and not isinstance(node, tree.Constant):
        yield path
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from conditions(item, (*path, number))
    elif dataclasses.is_dataclass(node) and not isinstance(node, (type, tree.Position)):
        for part in dataclasses.fields(node):
            yield from conditions(getattr(node, part.name), (*path, part.name))


def checks(node: object, name: str, path: Path = ()) -> Iterator[Path]:
    """The places of all checks of a property in a routine's body."""
    if isinstance(node, tree.Check) and node.property == name:
        yield path
    if isinstance(node, tuple):
        for number, item in enumerate(node):
            yield from checks(item, name, (*path, number))
    elif isinstance(node, tree.Statement):
        for part in dataclasses.fields(node):
            yield from checks(getattr(node, part.name), name, (*path, part.name))


def called(program: Program, node: object) -> set[str]:
    """The functions that an expression uses, directly or not."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tree.Call) and item.callee not in found:
            found.add(item.callee)
            waiting.append(program.functions[item.callee].body)
        if isinstance(item, tuple):
            waiting.extend(item)
        elif dataclasses.is_dataclass(item) and not isinstance(item, (type, tree.Position)):
            waiting.extend(getattr(item, part.name) for part in dataclasses.fields(item))
    return found


Place = tuple[str, str, Path]
"""A condition of a program: in one of its functions, invariants or routines, of which name, and where in it."""


def places(program: Program, name: str) -> Iterator[Place]:
    """All conditions that make up a property's formula."""
    functions: set[str] = set()
    for invariant in program.invariants:
        if invariant.property == name:
            yield from (("invariants", invariant.name, ("body", *path)) for path in conditions(invariant.body))
            functions |= called(program, invariant.body)
    for function in sorted(functions):
        yield from (("functions", function, ("body", *path)) for path in conditions(program.functions[function].body))
    for part, codes in (("routines", program.routines), ("actions", program.actions)):
        for code in codes.values():
            for check in checks(code.body, name):
                statement = at(code.body, check)
                assert isinstance(statement, tree.Check)
                if isinstance(statement.condition, tree.Constant) and statement.condition.value:
                    continue
                if isinstance(statement.condition, tree.Constant):
                    # What must not be possible at all: the formula is what the action requires last.
                    check = max(path for path in ((n,) for n, s in enumerate(code.body) if isinstance(s, tree.Require)))
                    statement = at(code.body, check)
                    assert isinstance(statement, tree.Require)
                found = conditions(statement.condition)
                yield from ((part, code.name, ("body", *check, "condition", *path)) for path in found)


def owner(program: Program, place: Place) -> tree.Function | tree.Invariant | tree.Routine | tree.Action:
    part, name, _ = place
    if part == "invariants":
        return next(invariant for invariant in program.invariants if invariant.name == name)
    if part == "actions":
        return program.actions[name]
    return program.functions[name] if part == "functions" else program.routines[name]


def mutant(program: Program, place: Place, value: int) -> Program:
    """The program with a constant for that condition."""
    _, name, path = place
    whole = owner(program, place)
    old = at(whole, path)
    assert isinstance(old, tree.Expression)
    new = put(whole, path, tree.Constant(old.position, old.type, value))
    match new:
        case tree.Invariant():
            return dataclasses.replace(program, invariants=tuple(new if i.name == name else i for i in program.invariants))
        case tree.Function():
            return dataclasses.replace(program, functions={**program.functions, name: new})
        case tree.Routine():
            return dataclasses.replace(program, routines={**program.routines, name: new})
        case tree.Action():
            return dataclasses.replace(program, actions={**program.actions, name: new})
    raise TypeError(type(new))


def told(program: Program, place: Place, value: int) -> str:
    """A mutant as the record names it: the function and the text that the constant stands for."""
    expression = at(owner(program, place), place[2])
    assert isinstance(expression, tree.Expression)
    position = expression.position
    line = program.sources[position.file].splitlines()[position.line - 1]
    return f"{place[1]}: {type(expression).__name__} -> {bool(value)}: {line[position.column - 1 :]}"


def renamed(node: object, names: dict[str, str]) -> object:
    """The tree with calls to functions of other names."""
    if isinstance(node, tuple):
        return tuple(renamed(item, names) for item in node)
    if not dataclasses.is_dataclass(node) or isinstance(node, (type, tree.Position)):
        return node
    new = dataclasses.replace(node, **{f.name: renamed(getattr(node, f.name), names) for f in dataclasses.fields(node)})
    return dataclasses.replace(new, callee=names[new.callee]) if isinstance(new, tree.Call) and new.callee in names else new


def side_by_side(programs: dict[str, Program], name: str) -> Program:
    """One program with the invariants of that property from each of these, as a property of the name given to it.

    Invariants have no part in what is reached, so that one search serves all mutants of one."""
    original = next(iter(programs.values()))
    functions = dict(original.functions)
    invariants = []
    for key, program in programs.items():
        for invariant in program.invariants:
            if invariant.property == name:
                names = {function: f"{function}_{key}" for function in called(program, invariant.body)}
                for function, own in names.items():
                    functions[own] = renamed(program.functions[function], names)  # type: ignore[assignment]
                body = renamed(invariant.body, names)
                assert isinstance(body, tree.Expression)
                own = f"{invariant.name}_{key}"
                invariants.append(dataclasses.replace(invariant, property=key, name=own, body=body, message=()))
    properties = {key: dataclasses.replace(original.properties[name], identifier=key) for key in programs}
    return dataclasses.replace(
        original, functions=functions, invariants=tuple(invariants), properties={**original.properties, **properties}
    )


def lengths_of(programs: dict[str, tuple[Program, Place]], name: str) -> dict[str, int | None]:
    """The length of the shortest violation of one property in each of these mutants, which have been changed there."""
    apart = {key: program for key, (program, place) in programs.items() if place[0] in ("routines", "actions")}
    together = {key: program for key, (program, place) in programs.items() if key not in apart}
    found = {key: length_of(program, name) for key, program in apart.items()}
    if together:
        findings = Search(lower(side_by_side(together, name)), frozenset({*together, name})).run().findings
        # Under its own name the property is still raised by checks.
        for key in together:
            found[key] = min((len(findings[n].path) for n in (key, name) if n in findings), default=None)
    return found


def has_place(program: Program, other: Program, place: Place) -> bool:
    """Whether a condition of another program is one of this as well, where some events leave out what others need."""
    try:
        return told(program, place, 1) == told(other, place, 1)
    except (KeyError, StopIteration, AttributeError, IndexError, AssertionError):
        return False


def survivors(name: str) -> list[str]:
    """The mutants of a property's formula that no control tells from the original, as `told` names them."""
    own = [program_of(control, 0) for control in RECORDED if control.identifier == name]
    first = max(own, key=lambda program: sum(1 for _ in places(program, name)))
    alive = {f"mutant{n}": how for n, how in enumerate(itertools.product(places(first, name), (0, 1)))}
    assert alive
    for program, length in lengths(name):
        here = {key: how for key, how in alive.items() if has_place(program, first, how[0])}
        found = lengths_of({key: (mutant(program, *how), how[0]) for key, how in here.items()}, name)
        alive = {key: how for key, how in alive.items() if key not in here or found[key] == length}
        if not alive:
            break
    return [told(first, *how) for how in alive.values()]


LONG = {
    "one-owner",
    "charge-once",
    "mark-earned",
    "free-context",
    "capacity",
    "handler-reentrant",
    "tag-live",
    "zeroed",
    "remote-access",
    "no-sleep-atomic",
    "fault-resolved",
    "no-wild-pointer",
    "refill-owed",
}
"""Formulas with many mutants, or whose controls are large."""


@pytest.mark.parametrize("name", always(FORMULAS, lambda name: name not in LONG))
def test_no_mutant_of_the_formula_survives(name: str) -> None:
    assert sorted(survivors(name)) == sorted(EQUIVALENT.get(name, ()))


@pytest.mark.parametrize("control", always(RECORDED, lambda control: control.states < 150), ids=str)
def test_a_formula_that_is_always_true_misses_every_fault(control: Control) -> None:
    for number in control.planted:
        program = program_of(control, number)
        if control.identifier in ON_RUNS:
            assert lasso_length(always_held(program, control.identifier), control.identifier) is None
            continue
        without = program
        for invariant in program.invariants:
            if invariant.property == control.identifier:
                without = mutant(without, ("invariants", invariant.name, ("body",)), 1)
        for place in places(program, control.identifier):
            if place[0] == "routines" and place[2][-1] == "condition":
                without = mutant(without, place, 1)
            if place[0] == "actions" and place[2][-1] == "condition":
                without = mutant(without, place, int(control.identifier != "remote-access"))
        found = length_of(without, control.identifier)
        by_the_engine = control.identifier in ("no-deadlock", "no-wild-pointer")
        assert (found is not None) == by_the_engine, (str(control), number)


# --- conditions on runs ----------------------------------------------------------------------------------------------


def lasso_length(program: Program, name: str) -> int | None:
    """The length of the lasso that violates a property, None if it holds."""
    finding = find_lassos(lower(program, liveness=True), frozenset({name})).findings.get(name)
    return None if finding is None else len(finding.path)


def replaced(program: Program, demand: tree.Eventuality, path: Path, value: int) -> Program:
    """The program with a constant for a condition in a demand on runs."""
    old = at(demand, path)
    assert isinstance(old, tree.Expression)
    new = put(demand, path, tree.Constant(old.position, old.type, value))
    demands = tuple(new if other is demand else other for other in program.eventualities)
    return dataclasses.replace(program, eventualities=demands)  # type: ignore[arg-type]


def without_assumption(program: Program, name: str) -> Program:
    fewer = tuple(assumption for assumption in program.assumptions if assumption.name != name)
    assert len(fewer) == len(program.assumptions) - 1
    return dataclasses.replace(program, assumptions=fewer)


def always_held(program: Program, name: str) -> Program:
    for demand in program.eventualities:
        if demand.property == name:
            program = replaced(program, next(e for e in program.eventualities if e.name == demand.name), ("body",), 1)
    return program


@pytest.mark.parametrize("name", always(ON_RUNS, lambda name: name == "refill-eventually"))
def test_no_mutant_of_a_condition_on_runs_survives(name: str) -> None:
    """For null-retried nothing is assumed of allocations: else an attempt would be as good as its success, which shows in the slot."""
    controls = [control for control in RECORDED if control.identifier == name]
    demands = [demand for demand in program_of(controls[0], 0).eventualities if demand.property == name]
    mutants = 0
    for number, demand in enumerate(demands):
        for path in conditions(demand.body, ("body",)):
            for value in (0, 1):
                mutants += 1
                sound = [(control, 0, None) for control in controls]
                faults = [(control, planted, fault.length) for control in controls for planted, fault in control.planted.items()]
                for control, planted, length in [*sound, *faults]:
                    program = program_of(control, planted)
                    if name == "null-retried":
                        program = without_assumption(program, "allocations_succeed")
                    mine = [other for other in program.eventualities if other.property == name][number]
                    if lasso_length(replaced(program, mine, path, value), name) != length:
                        break
                else:
                    raise AssertionError(f"{demand.name}: {path} may be {bool(value)}")
    assert mutants >= 2


@pytest.mark.parametrize(
    ("name", "assumption"),
    [("refill-eventually", "allocations_succeed"), ("task-runs", "tasks_run"), ("task-runs", "idle_gives_way")],
)
def test_without_what_is_assumed_the_sound_model_is_at_fault(name: str, assumption: str) -> None:
    (control,) = [control for control in RECORDED if control.identifier == name]
    program = program_of(control, 0)
    assert lasso_length(program, name) is None
    assert lasso_length(without_assumption(program, assumption), name) is not None


# --- what the engine itself demands ----------------------------------------------------------------------------------


def control_of(name: str) -> Control:
    return next(control for control in RECORDED if control.identifier == name)


def with_action(program: Program, interrupt: bool, halts: bool) -> Program:
    """The program with an action that is always possible, and stops the machine or does nothing."""
    position = next(iter(program.actions.values())).position
    body = (tree.Halt(position, "test"),) if halts else ()
    return dataclasses.replace(
        program, actions={**program.actions, "other": tree.Action("other", (), (), body, interrupt, position)}
    )


def without(program: Program, name: str) -> Program:
    return dataclasses.replace(program, properties={n: p for n, p in program.properties.items() if n != name})


def test_what_is_an_interrupt_or_changes_nothing_is_no_way_out_of_a_deadlock() -> None:
    control = control_of("no-deadlock")
    for number, fault in control.planted.items():
        program = program_of(control, number)
        for interrupt, halts in ((True, True), (True, False), (False, False)):
            assert length_of(with_action(program, interrupt, halts), "no-deadlock") == fault.length
        assert length_of(with_action(program, interrupt=False, halts=True), "no-deadlock") is None


def test_a_deadlock_is_no_violation_where_it_is_not_demanded() -> None:
    control = control_of("no-deadlock")
    result = Search(lower(without(program_of(control, 1), "no-deadlock"))).run()
    assert "no-deadlock" not in result.findings
    assert result.statistics.states == control.planted[1].states


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_wild_pointer_that_no_property_forbids_is_a_model_error(number: int) -> None:
    control = control_of("no-wild-pointer")
    program = program_of(control, number)
    # The check of set_pte_at names the property; without it only the checker itself looks at pointers.
    place = next(place for place in places(program, "no-wild-pointer") if place[0] == "routines")
    result = Search(lower(without(mutant(program, place, 1), "no-wild-pointer"))).run()
    assert result.error is not None
    assert "wild pointer" in result.error.message
