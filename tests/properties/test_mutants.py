# SPDX-License-Identifier: GPL-2.0-only
"""The controls hold every property's formula in place: whatever part of one is taken out, a control comes out differently.

A mutant of a formula has one condition in it replaced by true or by false. A weaker formula has to miss a planted fault or find it
later, a stronger one has to find fault with a sound protocol or find a planted fault sooner. The formulas on runs are tested in
test_mutants_on_runs.py, and what the engine itself demands, which is not a formula of a model, in test_engine_demands.py.
"""

from __future__ import annotations

import pytest

from tests.properties.control import Control
from tests.properties.formula_mutants import ON_RUNS, always_held, lasso_length, length_of, mutant, places, program_of, survivors
from tests.properties.recorded_controls import RECORDED
from tests.support.sampling import always

FORMULAS = sorted({control.identifier for control in RECORDED} - {"no-deadlock", *ON_RUNS})

LATER = "a weaker formula, which looks when the fault, or the switch, is over; what it misses is still there then"
ON_ITS_WAY_OUT = "an NMI in a fault while another CPU, or a softirq, takes a stack apart: many thousands of states"
TWO_TASKS = "a CPU goes down with a marked task on it: 2 CPUs and 2 tasks, 80,513 states, which are too many here"
REPLACES = "no sound control puts a page in the place of another, or of itself"
OTHER_PLACES = "no control refills there; tests/kernel/test_places.py has models that do"
NO_SLEEPING_LOCK = "no control has a spinlock_t with PREEMPT_RT"
EQUIVALENT = {
    "free-context": {
        "preemption_disabled: Unary -> True: not sleeps_when_taken(lock) for lock in every(RawSpinlock))": NO_SLEEPING_LOCK,
        "preemption_disabled: Call -> False: sleeps_when_taken(lock) for lock in every(RawSpinlock))": NO_SLEEPING_LOCK,
    },
    "charge-once": {
        "in_protocol: InRoutine -> False: in_routine(task, schedule_start)": "no control takes a charged page out of a stack there",
    },
    "mark-earned": {
        "mark_earned: Compare -> True: stack.pte[level] is not None and stack.pte[level].memcg is None "
        "for level in range(STACK_PAGES))": "it looks into no page where all that there are are charged, and is violated by that",
        "fault_active: Compare -> True: cpu.stack is task and in_stack_fault(cpu) for cpu in every(Cpu))": LATER,
        "is_being_left: Compare -> True: cpu.previous is task and in_routine(cpu.stack, switch_finished) for cpu in every(Cpu))": LATER,
        "is_leaving: InRoutine -> False: in_routine(task, schedule_irqs_off) or in_routine(task, switch_prepare)": OTHER_PLACES,
        "is_leaving: InRoutine -> False: in_routine(task, switch_prepare)": OTHER_PLACES,
    },
    "no-wild-pointer": {
        'set_pte_at: IsAllocated -> True: is_allocated(page), no_wild_pointer, "{page}, which is free, is mapped at level '
        '{level} of {stack}")': "the check of zeroed looks into the page then",
    },
    "tag-live": {
        "tag_live: Unary -> False: not is_at_rest(cpu))": TWO_TASKS,
        "tag_live: Call -> True: is_at_rest(cpu))": TWO_TASKS,
        "in_scheduler: Conditional -> False: if in_routine(task, __schedule) or in_routine(task, finish_task_switch):": TWO_TASKS,
        "in_scheduler: Logical -> False: in_routine(task, __schedule) or in_routine(task, finish_task_switch):": TWO_TASKS,
        "in_scheduler: InRoutine -> False: in_routine(task, __schedule) or in_routine(task, finish_task_switch):": TWO_TASKS,
        "in_scheduler: InRoutine -> False: in_routine(task, finish_task_switch):": TWO_TASKS,
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
    "live-page": {
        "live_page: Compare -> True: page is not None and page.dirty": "it follows a NULL pointer then, which violates it as well",
        "set_pte_at: Compare -> False: stack.pte[level] is None or stack.pte[level] is page or not has_frames_in(stack, level),": (
            "no sound control maps a level above one that is mapped already"
        ),
        "set_pte_at: Compare -> False: stack.pte[level] is page or not has_frames_in(stack, level),": REPLACES,
        "set_pte_at: Call -> True: has_frames_in(stack, level),": REPLACES,
        "set_pte_at: Unary -> False: not has_frames_in(stack, level),": REPLACES,
    },
    "statistics-zero": {
        "statistics_of_gone_task: Compare -> False: task.state is not TaskState.TASK_DEAD or task.stack_vm_area is not None "
        "or not statistics_of_task(task)": "no control counts anything for a child that has no stack yet, or for an idle task",
    },
    "refill-owed": {
        "is_leaving: InRoutine -> False: in_routine(task, schedule_irqs_off) or in_routine(task, switch_prepare)": OTHER_PLACES,
        "is_leaving: InRoutine -> False: in_routine(task, switch_prepare)": OTHER_PLACES,
        "will_refill: Compare -> False: task is None:": "without it the invariant follows a NULL pointer, which violates it as False does",
    },
}
"""Mutants that no control tells from the original, and why."""

SWITCHED = ("is_switched: ", "is_being_left: ", "is_leaving: ", "is_listed_later: ")
IN_DESIGNS = {"single-hole": SWITCHED, "area-agrees": SWITCHED}
"""Functions of a formula that excuse what controls do not do, change a stack as it is switched: designs in tests/designs do. What is
left of them in a mutant is judged there."""


LONG = {
    "area-agrees",
    "single-hole",
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
    "statistics-zero",
    "live-page",
    "lock-held",
    "service-context",
}
"""Formulas with many mutants, or whose controls are large."""


@pytest.mark.parametrize("name", always(FORMULAS, lambda name: name not in LONG))
def test_no_mutant_of_the_formula_survives(name: str) -> None:
    found = [mutant for mutant in survivors(name) if not mutant.startswith(IN_DESIGNS.get(name, ("-",)))]
    assert sorted(found) == sorted(EQUIVALENT.get(name, ()))


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
