# SPDX-License-Identifier: GPL-2.0-only
"""The machine against docs/reference/language.md, and against the state counts of the DKS benchmark."""

from __future__ import annotations

from pathlib import Path

from checker.trace.machine import Machine, Transition
from checker.trace.record import run, transitions
from checker.trace.state import Kind
from tests.trace.small_models import TWO_CPUS, done, machine_of, program_of, stands


def test_a_step_is_one_access_and_the_local_computation_after_it(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
h: Small = 0
@routine
def main() -> None:
    global g, h
    unused = 1
    x = g + 1
    h = x * 2
    g += 1
""",
    )
    assert stands(machine) == [("main", "def main() -> None:")]
    done(machine)
    assert stands(machine) == [("main", "h = x * 2")]
    done(machine)
    assert machine.cells() == {"cpu0.own": "0", "g": "3", "h": "8"}
    assert stands(machine) == [("main", "g += 1")]
    done(machine)
    assert machine.cells()["g"] == "3"
    done(machine)
    assert machine.cells()["g"] == "4"
    assert machine.owner(0) is None
    assert machine.step(0).kind is Kind.NOT_POSSIBLE
    assert not machine.spoiled


def test_a_load_and_a_store_can_be_interleaved(tmp_path: Path) -> None:
    text = """
g: Small = 0
@routine
def main() -> None:
    global g
    g += 1
"""
    machine = Machine(program_of(tmp_path, TWO_CPUS + text))
    for processor in (0, 1, 0, 1):
        done(machine, processor)
    assert machine.cells()["g"] == "1"


def test_the_value_comes_before_the_place_and_the_place_before_the_load_of_op_assign(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
i: Annotated[int, Range(0, 1)] = 0
g: Small = 4
values: Array[Small] = array(2, 1)
@routine
def main() -> None:
    global i
    values[i] = g
    values[i] += g
    i = 1
    g_is_written()
@routine
def g_is_written() -> None:
    global g
    g = 0
""",
    )
    columns = []
    for _ in range(7):
        columns.append(stands(machine)[-1][1])
        done(machine)
    assert columns == [
        "def main() -> None:",
        "i] = g",
        "values[i] = g",
        "i] += g",
        "values[i] += g",
        "g",
        "values[i] += g",
    ]
    assert machine.cells()["values[0]"] == "8"


def test_inlined_calls_nest_in_the_frame(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
@function
def twice(x: Small) -> Small:
    return x * 2 if x < g else x
@routine
def inner(x: Small) -> Small:
    return twice(x)
@routine
def main() -> None:
    global g
    x = inner(2)
    g = x
""",
    )
    done(machine)
    assert stands(machine) == [("main", "g = x")]
    machine = run(machine.program, [])
    assert not machine.in_routine(("Cpu", 0), "inner")
    done(machine)
    done(machine)
    assert machine.cells()["g"] == "4"


def test_the_chain_names_calls_and_the_access(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
@routine
def inner() -> None:
    global g
    g = 1
    g = 2
@routine
def main() -> None:
    global g
    g = 0
    inner()
    g = 3
""",
    )
    done(machine)
    assert stands(machine) == [("main", "inner()"), ("inner", "g = 1")]
    assert machine.in_routine(("Cpu", 0), "inner")
    done(machine)
    done(machine)
    assert stands(machine) == [("main", "g = 3")]
    assert not machine.in_routine(("Cpu", 0), "inner")


def test_a_push_and_a_return_end_the_step(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
@routine(noinline=True)
def outlined(x: Small) -> Small:
    y = x + g
    return y + 1
@routine
def main() -> None:
    global g
    g = 1
    x = outlined(2) + 3
    g = x
""",
    )
    done(machine)
    assert stands(machine) == [("outlined", "def outlined(x: Small) -> Small:")]
    assert machine.in_routine(("Cpu", 0), "main")
    assert [call.routine for call in machine.state.frames["Cpu", 0][0].chain] == ["main"]
    done(machine)
    assert stands(machine) == [("main", "outlined(2) + 3")]
    assert not machine.in_routine(("Cpu", 0), "outlined")
    done(machine)
    assert machine.cells()["g"] == "7"
    assert machine.owner(0) is None


def test_a_fresh_frame_that_pushes_at_once_uses_up_a_step(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
@routine(noinline=True)
def empty() -> None:
    pass
@routine
def main() -> None:
    global g
    empty()
    g = 0
""",
    )
    done(machine)
    assert stands(machine) == [("empty", "def empty() -> None:")]
    done(machine)
    assert stands(machine) == [("main", "empty()")]
    assert machine.cells()["g"] == "3"
    done(machine)
    assert machine.cells()["g"] == "0"


def test_atomic_blocks_are_one_step_and_may_return(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 3
@routine
def inner() -> Small:
    global g
    with atomic("test"):
        g += 1
        for i in range(3):
            if i == 1:
                continue
            if i == 2:
                break
            g += 1
        return g
@routine
def main() -> None:
    global g
    x = inner()
    g = x + 1
""",
    )
    done(machine)
    assert machine.cells()["g"] == "5"
    done(machine)
    assert machine.cells()["g"] == "6"


def test_ghost_and_constant_reads_are_local(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
limit: Small = 4
seen: Ghost[Small] = 0
g: Small = 0
@routine
def main() -> None:
    global g, seen
    g = 1
    g = limit
    seen = 5
""",
    )
    done(machine)
    assert stands(machine) == [("main", "g = limit")]
    done(machine)
    assert machine.cells() == {"cpu0.own": "0", "limit": "4", "seen": "5", "g": "4"}
    assert machine.owner(0) is None


def test_loops_evaluate_their_domain_once_and_while_its_test_every_time(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 2
h: Small = 0
@routine
def main() -> None:
    global g, h
    for i in range(g):
        h += 1
        g = 0
    while g < 2:
        g += 1
    for value in (3, 4):
        h = value
""",
    )
    while machine.owner(0) is not None:
        done(machine)
    assert machine.cells()["g"] == "2"
    assert machine.cells()["h"] == "4"


# --- frames ----------------------------------------------------------------------------------------------------------

TASKS = """
@record(count=2, frames=2)
class Task:
    pass
@record(count=2, frames=1)
class Cpu:
    task: Task | None = None
log: Small = 0
@executes
def current(cpu: Cpu) -> Task | None:
    return cpu.task
@routine
def work() -> None:
    global log
    log = 1
    log = 2
@routine
def irq(value: Small) -> None:
    global log
    log = value
@action
def run(cpu: Cpu, task: Task) -> None:
    cpu.task = task
@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    require(not has_frames(cpu) and cpu.task is not None and in_routine(cpu.task, work))
    enter(cpu, irq, 7)
@initial
def start() -> None:
    enter(instance(Task, 0), work)
"""


def test_a_processor_steps_its_own_frames_first(tmp_path: Path) -> None:
    machine = Machine(program_of(tmp_path, TASKS))
    assert machine.owner(0) is None
    assert machine.act("interrupt", [1]).kind is Kind.NOT_POSSIBLE
    assert machine.act("run", [1, 2]).kind is Kind.DONE
    assert machine.owner(0) is None
    assert machine.act("run", [1, 1]).kind is Kind.DONE
    assert machine.owner(0) == ("Task", 0)
    done(machine)
    assert machine.act("interrupt", [1]).kind is Kind.DONE
    assert machine.owner(0) == ("Cpu", 0)
    assert machine.act("interrupt", [1]).kind is Kind.NOT_POSSIBLE
    done(machine)
    assert machine.cells()["log"] == "7"
    assert stands(machine) == [("work", "log = 2")]
    assert machine.act("run", [2, 1]).kind is Kind.DONE
    done(machine, 1)
    assert machine.cells()["log"] == "2"
    assert machine.act("interrupt", [1]).kind is Kind.NOT_POSSIBLE


def test_arguments_outside_their_domain_are_not_possible(tmp_path: Path) -> None:
    machine = Machine(program_of(tmp_path, TASKS))
    assert machine.act("run", [3, 1]).kind is Kind.NOT_POSSIBLE


def test_all_transitions_of_a_state(tmp_path: Path) -> None:
    program = program_of(tmp_path, TASKS)
    found = transitions(program, [Transition(None, "run", (2, 1))])
    assert [transition for transition, _ in found] == [
        Transition(1),
        *(Transition(None, "run", (cpu, task)) for cpu in (1, 2) for task in (1, 2)),
        Transition(None, "interrupt", (2,)),
    ]
