# SPDX-License-Identifier: GPL-2.0-only
"""Random small systems of workers that mostly mind their own business, as model text: for tests of partial-order reduction.

Each worker has a place, cells of its own and perhaps a box that it holds; some steps look at other workers, at shared cells or into
boxes that others hold."""

from __future__ import annotations

import random

from tests.support.random.random_systems import NO_OUT_OF_RANGE

_STATE = """
Place = Annotated[int, Range(0, {last})]
Two = Annotated[int, Range(0, 2)]
@record(count=2, alignment={alignment})
class Box:
    value: Two = 0
    full: bool = False
@struct
class Seat:
    taken: bool = False
    by: Array[Two] = array(2, 1)
@record(count={workers}{frames})
class Worker:
    pc: Place = 0
    own: Two = 0
    box: Box | None = None
    spare: Box | None = None
    cells: Array[Two] = array(2)
    rows: Array[Array[bool]] = array(2, array(2))
    seat: Seat = Seat()
shared: Two = 0
log: Per[Worker, Two] = per(Worker, 0)
met: Per[Worker, Per[Worker, bool]] = per(Worker, per(Worker))
seats: Per[Worker, Seat] = per(Worker, Seat())
hall: Seat = Seat()
failed = demand("failed", "test")
"""
_PROCESSORS = """
@executes
def nothing_else(w: Worker) -> Worker | None:
    return None
@initial
def start() -> None:
    global shared
    for number in range({workers}):
        enter(instance(Worker, number), main){choices}
@routine(noinline=True)
def inner(k: Two) -> Two:
    me = {me}(Worker)
    return me.own
"""


def random_workers(chance: random.Random) -> str:
    """The text of a random system, without its imports."""
    routines = chance.random() < 0.4
    last = chance.randint(1, 3)
    workers = 2 if routines else chance.randint(2, 3)
    frames = ", frames=2" if routines else ""
    lines = [_STATE.format(last=last, workers=workers, frames=frames, alignment=chance.choice((1, 2)))]
    for name in ("no-wild-pointer", "no-deadlock"):
        if chance.random() < 0.7:
            lines.append(f'{name.replace("-", "_")} = demand("{name}", "test")')
    if routines:
        me = chance.choice(("processor", "frame_owner"))
        lines.append(_PROCESSORS.format(workers=workers, me=me, choices="\n    ".join(["", *_choices(chance)])))
        lines += ["@routine", "def main() -> None:", "    global shared", "    w = processor(Worker)", "    me = w"]
        if chance.random() < 0.6:
            lines.append("    while True:")
            lines += ["        w.pc = 0", *_body(chance, 2, chance.randint(3, 6), last, True)]
        else:
            lines += _body(chance, 1, chance.randint(3, 8), last, True)
    elif chance.random() < 0.3:
        lines += [
            "@initial",
            "def start() -> None:",
            "    global shared",
            *(f"    {line}" for line in _choices(chance) or ["pass"]),
        ]
    for number in range(chance.randint(0, 1) if routines else chance.randint(3, 6)):
        lines.append("@action(interrupt=True)" if chance.random() < 0.1 else "@action")
        lines += [f"def act{number}(w: Worker) -> None:", "    global shared"]
        lines.append(f"    require(w.pc == {chance.randint(0, last)})")
        if chance.random() < 0.25:
            lines.append(f"    require({_condition(chance)})")
        lines += _body(chance, 1, chance.randint(1, 3), last, False)
        if chance.random() < 0.8:
            lines.append(f"    w.pc = {chance.randint(0, last)}")
    for number in range(chance.randint(1, 3)):
        lines += [f'@invariant("rule-{number}", "test")', f"def rule{number}(w: Worker) -> bool:", '    """Test."""']
        joined = " or ".join(f"({_condition(chance)})" for _ in range(chance.randint(2, 4)))
        lines.append(f"    return bool({joined})")
    if chance.random() < 0.3:
        lines.append(NO_OUT_OF_RANGE)
    return "\n".join([*lines, ""])


def _choices(chance: random.Random) -> list[str]:
    """What the initial states differ in, if anything."""
    options = (
        "instance(Worker, 0).own = choose((0, 1))",
        "instance(Worker, 1).box = choose(every(Box))",
        "instance(Worker, 1).spare = choose(every(Box))",
        "instance(Box, 0).full = choose((False, True))",
        "log[choose(every(Worker))] = 1",
        "shared = choose((0, 2))",
    )
    return chance.sample(options, chance.choice((0, 0, 1, 2)))


def _condition(chance: random.Random) -> str:
    found = chance.choice(
        (
            f"w.pc == {chance.randint(0, 1)}",
            f"w.own < {chance.randint(1, 2)}",
            "w.box is None",
            "w.box is not None and w.box.full",
            f"w.cells[0] == {chance.randint(0, 1)}",
            "w.cells[0] <= w.own",
            f"shared == {chance.randint(0, 2)}",
            "log[w] == 0",
            "not w.rows[1][0]",
            "w.seat.by[w.cells[0] % 2] == 1",
            "met[w][instance(Worker, 0)]",
            "seats[w].taken",
            "hall.by[0] == 1",
            "any(met[o][w] for o in every(Worker))",
            f"instance(Worker, {chance.randint(0, 1)}).own == {chance.randint(0, 1)}",
            f"all(o.pc != {chance.randint(0, 1)} for o in every(Worker) if o is not w)",
            "any(o.box is instance(Box, 0) for o in every(Worker))",
            "sum(o.own for o in every(Worker)) < 3",
            f"instance(Box, {chance.randint(0, 1)}).value == {chance.randint(0, 1)}",
            "all(o.box is not w.box for o in every(Worker) if o is not w)",
            "w.box.value == w.own",
        )
    )
    return f"not ({found})" if chance.random() < 0.2 else found


def _body(chance: random.Random, indent: int, count: int, last: int, routine: bool) -> list[str]:
    found: list[str] = []
    for _ in range(count):
        space = "    " * indent
        atomic = routine and chance.random() < 0.35
        kind = chance.random()
        if kind < 0.55:
            statement = _of_itself(chance, last)
        elif kind < 0.8:
            statement = _of_a_box(chance)
            atomic = routine
        elif kind < 0.92:
            statement = _of_all(chance)
        elif kind < 0.96:
            statement = f'check({_condition(chance)}, failed, "test")'
            atomic = routine
        elif routine:
            found.append(f"{space}w.own = inner(1)")
            continue
        else:
            statement = 'halt("test")' if chance.random() < 0.3 else "w.own = 0"
        test = f"if {_condition(chance)}:" if (atomic or not routine) and chance.random() < 0.3 else ""
        if atomic:
            found.append(f'{space}with atomic("test"):')
            space += "    "
        if test:
            found.append(space + test)
            space += "    "
        found.append(space + statement)
    return found


def _of_itself(chance: random.Random, last: int) -> str:
    """A statement on what is a worker's own."""
    return chance.choice(
        (
            f"w.own = {chance.randint(0, 2)}",
            "w.own = 2 - w.own",
            f"w.cells[{chance.randint(0, 1)}] = w.own",
            f"w.cells[1] = {chance.randint(0, 1)}",
            f"w.pc = {chance.randint(0, last)}",
            f"log[w] = {chance.randint(0, 1)}",
            f"w.rows[{chance.randint(0, 1)}][0] = True",
            "w.seat.by[1] = w.own",
            "met[w][instance(Worker, 1)] = True",
            "seats[w].taken = not seats[w].taken",
            "seats[w].by[0] = 0",
        )
    )


def _of_a_box(chance: random.Random) -> str:
    """A statement on boxes."""
    return chance.choice(
        (
            f"w.box = instance(Box, {chance.randint(0, 1)})",
            "w.box = choose(b for b in every(Box) if not any(o.box is b for o in every(Worker)))",
            "w.box = None",
            "w.box = w.spare",
            "w.spare = w.box",
            f"w.box.value = {chance.randint(0, 2)}",
            "w.box.full = not w.box.full",
        )
    )


def _of_all(chance: random.Random) -> str:
    """A statement on what workers share."""
    return chance.choice(
        (
            f"shared = {chance.randint(0, 2)}",
            "shared = w.own",
            f"instance(Worker, {chance.randint(0, 1)}).own = {chance.randint(0, 1)}",
            f"instance(Box, {chance.randint(0, 1)}).value = 1",
            "w.own = choose((0, 1))",
            f"w.own = w.own + {chance.randint(0, 1)}" if chance.random() < 0.2 else "w.own = shared",
        )
    )
