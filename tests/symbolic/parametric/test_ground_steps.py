# SPDX-License-Identifier: GPL-2.0-only
"""The formulas for any number of instances allow the portable engine's steps and see what is wrong in them; and bugs that are
planted in the translation are noticed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import checker.symbolic.parametric.ground_expressions as ground_expressions
from checker.ir import system as ir
from checker.language.tree import Position
from checker.symbolic.parametric.all_sizes import Obligation
from checker.symbolic.parametric.ground_expressions import GroundFlow, Quantified, Standing
from checker.symbolic.parametric.ground_state import Ground, Place
from checker.symbolic.parametric.ground_step import GroundCode
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term
from checker.verify.request import Request
from tests.support.judges.ground.comparison import GroundComparison
from tests.support.sampling import some
from tests.support.systems.small_programs import HEADER

ROOT = Path(__file__).parents[3]
SIZES = Path(__file__).parent / "sizes"

MODEL = """
no_wild_pointer = demand("no-wild-pointer", "test")
CPUS = parameter(2, 1, 3, "CPUs")
SPARE = parameter(1, 0, 2, "tasks that run nowhere")
TASKS = CPUS + SPARE
Signed = Annotated[int, Range(-4, 3)]
Up = Annotated[int, Range(0, 5)]
@record(count=TASKS, alignment=4, symmetric=True)
class Page:
    use: Signed = 0
    cells: Array[Up] = array(3)
@record(count=TASKS, symmetric=True, frames=2)
class Task:
    page: "Page | None" = None
    inside: bool = False
@record(count=CPUS, symmetric=True, frames=2)
class Cpu:
    current: "Task | None" = None
    seen: Up = 0
@executes
def runs(cpu: Cpu) -> Task | None:
    return cpu.current
total: Up = 0
a: Signed = 0
b: Signed = -1
@initial
def start() -> None:
    for index in range(CPUS):
        cpu = instance(Cpu, index)
        task = instance(Task, index)
        cpu.current = task
        task.page = instance(Page, index)
        enter(task, main)
    for index in range(SPARE):
        task = instance(Task, CPUS + index)
        task.page = instance(Page, CPUS + index)
        enter(task, main)
@routine(noinline=True)
def twice(x: Up, y: Up) -> Up:
    before = total
    if before > 2:
        return x
    return y
@routine
def main() -> None:
    global total
    while True:
        cpu = processor(Cpu)
        task = cpu.current
        page = task.page
        k = choose(i for i in range(3) if i != page.cells[0])
        page.cells[k] = k
        found = twice(k, 5 - k)
        processor(Cpu).seen = found
        if processor(Cpu).seen > 3:
            total = k + 2
        else:
            total = 0
        with atomic("test"):
            if page is not None and page.use < 2:
                page.use = page.use + 1
@routine
def beat() -> None:
    global total
    total = 1
@action
def interrupt(cpu: Cpu) -> None:
    require(not has_frames(cpu) and cpu.seen == 2)
    enter(cpu, beat)
@action
def switch(cpu: Cpu, task: Task) -> None:
    require(not has_frames(cpu) and cpu.current is not task and not any(other.current is task for other in every(Cpu)))
    cpu.current = task
@action
def mark(task: Task) -> None:
    require(task.page is not None and not address(task.page) & 3)
    task.page = reference(Page, address(task.page) | 2)
@action
def clear(task: Task) -> None:
    require(bool(address(task.page) & 2) and task.inside)
    task.page = reference(Page, address(task.page) & ~2)
@action
def inside(task: Task) -> None:
    require(sum(1 for other in every(Task) if other.inside) < 2)
    task.inside = True
@action
def outside() -> None:
    require(all(task.inside or task.page is None or bool(address(task.page) & 2) for task in every(Task)))
    leaver = choose(one for one in every(Task) if one.inside)
    leaver.inside = False
@action
def compare(x: Up) -> None:
    global a, b
    require(a < x - 2)
    check(a + b > -3, rule, "{a}")
    old = a
    a = b if x > 2 else -1 - b
    b = old - 1 if old > -3 else x - 3
@invariant("calm", "{page} is used too often")
def calm(page: Page) -> bool:
    '''A page is used often.'''
    return page.use < 1 or page.cells[1] == 0
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ground") / "model.py"
    path.write_text(HEADER + MODEL)
    return path


def differences(
    model: Path,
    settings: dict[str, int],
    count: int,
    viewed: bool = True,
    exact: bool = False,
    events: tuple[str, ...] = (),
    properties: frozenset[str] | None = None,
    each: int = 3,
) -> list[str]:
    return GroundComparison(Request(model, settings, events), viewed, exact, properties).differences(count, each)


@pytest.mark.parametrize(
    ("name", "size", "exact"),
    [("one_token", "TASKS", True), ("third", "TASKS", True), ("spin", "CPUS", True), ("pool", "TASKS", False)],
)
@pytest.mark.parametrize("instances", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 3))])
def test_small_models(name: str, size: str, exact: bool, instances: int) -> None:
    assert differences(SIZES / f"{name}.py", {size: instances}, 40, exact=exact, each=20) == []


@pytest.mark.parametrize(("cpus", "spare"), [pytest.param(1, 0, marks=pytest.mark.slow), (2, 1)])
def test_one_of_everything(model: Path, cpus: int, spare: int) -> None:
    assert differences(model, {"CPUS": cpus, "SPARE": spare}, 1000, viewed=spare == 0, each=1 if spare == 0 else 2) == []


def test_nothing_else_is_allowed(model: Path) -> None:
    assert differences(model, {"CPUS": 1, "SPARE": 1}, 100, viewed=False, exact=True) == []


# -- planted bugs --


def else_branch(patch: pytest.MonkeyPatch) -> None:
    """A branch is dropped."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        if isinstance(i, ir.If):
            never = ir.Require(ir.Constant(0), Position("", 0, 0))
            i = dataclasses.replace(i, otherwise=(never,))
        return instruction(self, i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def write_left_out(patch: pytest.MonkeyPatch) -> None:
    """A store to an array in an instance is forgotten."""
    write = GroundCode.write

    def wrong(self: GroundCode, name: str, place: Place, value: Integer, flow: GroundFlow) -> None:
        if len(place) < 2:
            write(self, name, place, value, flow)

    patch.setattr(GroundCode, "write", wrong)


def frame_condition(patch: pytest.MonkeyPatch) -> None:
    """A store to one instance changes the others."""
    same = Ground.same
    patch.setattr(Ground, "same", lambda self, a, b: self.terms.true if len(a) == 1 else same(self, a, b))


def option_lost(patch: pytest.MonkeyPatch) -> None:
    """A guard that is too strong: the last of the values to choose from is not among them."""
    chosen = GroundCode.chosen

    def wrong(self: GroundCode, i: ir.Choose, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        yield from list(chosen(self, i, flow))[: 2 if i.values is None else None]

    patch.setattr(GroundCode, "chosen", wrong)


def quantifier_of_the_others(patch: pytest.MonkeyPatch) -> None:
    """`any` is said to hold because of the instances of which its body does not."""
    instantiate = GroundCode.instantiate

    def wrong(self: GroundCode, each: Quantified, instances: list[Integer]) -> None:
        def body(instance: Integer) -> tuple[Integer, Term]:
            value, raised = each.body(instance)
            return self.integers.operation("not", [value]), raised

        instantiate(self, dataclasses.replace(each, body=body) if each.over.kind == "any" else each, instances)

    patch.setattr(GroundCode, "instantiate", wrong)


def counted_twice(patch: pytest.MonkeyPatch) -> None:
    """Each instance counts twice in a sum."""
    patch.setattr(ground_expressions, "_saturated", lambda integers, value: integers.operation("+", [value, value]))


def another_processor(patch: pytest.MonkeyPatch) -> None:
    """`processor()` in a step is another one than the one that steps."""
    init = GroundCode.__init__

    def wrong(self: GroundCode, ground: Ground, processor: Integer | None = None, standing: Standing | None = None) -> None:
        if processor is not None:
            other = ground.instance("Cpu", "other")
            ground.demands.append(ground.terms.negation(ground.integers.equal(other, processor)))
            processor = other
        init(self, ground, processor, standing)

    patch.setattr(GroundCode, "__init__", wrong)


def tag_lost(patch: pytest.MonkeyPatch) -> None:
    """References are written without their tags."""
    write = GroundCode.write

    def wrong(self: GroundCode, name: str, place: Place, value: Integer, flow: GroundFlow) -> None:
        if name == "Task.page":
            value = self.integers.operation("&", [value, self.integers.constant(~3)])
        write(self, name, place, value, flow)

    patch.setattr(GroundCode, "write", wrong)


def result_lost(patch: pytest.MonkeyPatch) -> None:
    """What a call returns does not come to the frame below."""
    put = GroundCode.put

    def wrong(
        self: GroundCode, record: str, owner: Integer, depth: int, frame: list[tuple[str, str, Integer]], flow: GroundFlow
    ) -> None:
        put(self, record, owner, depth, [part for part in frame if part[1] != ir.RESULT], flow)

    patch.setattr(GroundCode, "put", wrong)


def arguments_exchanged(patch: pytest.MonkeyPatch) -> None:
    """A call's arguments come in the wrong order."""
    entered = GroundCode.entered

    def wrong(
        self: GroundCode, procedure: str, arguments: tuple[ir.Expression, ...], flow: GroundFlow
    ) -> list[tuple[str, str, Integer]]:
        return entered(self, procedure, arguments[::-1], flow)

    patch.setattr(GroundCode, "entered", wrong)


def wild_pointer_lost(patch: pytest.MonkeyPatch) -> None:
    """A wild pointer ends the way, and nobody is told."""

    def wrong(self: GroundCode, flow: GroundFlow, condition: Term, outcome: str) -> None:
        flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(condition))

    patch.setattr(GroundCode, "ends", wrong)


def violation_lost(patch: pytest.MonkeyPatch) -> None:
    """A check that fails ends the way, and nobody is told."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        return instruction(self, ir.Require(i.test, i.position) if isinstance(i, ir.Check) else i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def views_of_before(patch: pytest.MonkeyPatch) -> None:
    """Lemmas after a step are said of the state before it."""
    looked = Obligation.looked
    patch.setattr(Obligation, "looked", lambda self, view, state, chosen: looked(self, view, 0, chosen))


def demands_of_before(patch: pytest.MonkeyPatch) -> None:
    """Invariants after a step are said of the state before it."""
    demand = Obligation.demand
    patch.setattr(Obligation, "demand", lambda self, of, state, chosen: demand(self, of, 0, chosen))


PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], str]] = [
    (else_branch, "(main)"),
    (write_left_out, "(main)"),
    (frame_condition, "inside"),
    (option_lost, "(main)"),
    (quantifier_of_the_others, "switch"),
    (counted_twice, "inside"),
    (another_processor, "(main)"),
    (tag_lost, "mark"),
    (result_lost, "(twice)"),
    (arguments_exchanged, "(main)"),
    (wild_pointer_lost, "(main)"),
    (violation_lost, "compare"),
    (views_of_before, "(main)"),
    (demands_of_before, "(main)"),
]
"""Each with the kinds of steps that are enough to notice it."""


@pytest.mark.parametrize(("plant", "where"), some(PLANTED, 3), ids=lambda part: getattr(part, "__name__", part))
def test_a_planted_bug_is_caught(
    plant: Callable[[pytest.MonkeyPatch], None], where: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these makes formulas too strong, which may prove what is wrong."""
    plant(monkeypatch)
    comparison = GroundComparison(Request(model, {"CPUS": 2, "SPARE": 1}, ()), plant is views_of_before, exact=False)
    comparison.kinds = {key: kind for key, kind in comparison.kinds.items() if where in kind.name}
    assert comparison.differences(1000, 2) != [], "nobody noticed"


@pytest.mark.slow
def test_nothing_is_caught_without_a_bug(model: Path) -> None:
    comparison = GroundComparison(Request(model, {"CPUS": 2, "SPARE": 1}, ()), viewed=True, exact=False)
    comparison.kinds = {key: kind for key, kind in comparison.kinds.items() if "(main)" in kind.name}
    assert comparison.differences(1000, 2) == []
    assert len(comparison.formulas) > 5


def guard_dropped(patch: pytest.MonkeyPatch) -> None:
    """A `require` is left out."""
    instruction = GroundCode.instruction

    def wrong(self: GroundCode, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        if isinstance(i, ir.Require):
            yield "", flow
        else:
            yield from instruction(self, i, flow)

    patch.setattr(GroundCode, "instruction", wrong)


def witness_dropped(patch: pytest.MonkeyPatch) -> None:
    """A quantifier may hold without an instance that bears witness."""
    over = GroundCode.over

    def wrong(self: GroundCode, e: ir.Over, flow: GroundFlow) -> Integer:
        before = len(self.ground.demands)
        found = over(self, e, flow)
        del self.ground.demands[before:]
        return found

    patch.setattr(GroundCode, "over", wrong)


@pytest.mark.parametrize("plant", [guard_dropped, witness_dropped], ids=lambda plant: plant.__name__)
def test_a_planted_weakness_is_caught(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """These only cost proofs."""
    plant(monkeypatch)
    assert differences(SIZES / "one_token.py", {"TASKS": 2}, 20, exact=True, each=20) != [], "nobody noticed"


# -- the kernel --

FEW = frozenset({"single-hole", "area-agrees"})


@pytest.mark.slow
def test_rfc_v1_at_one_processor() -> None:
    settings = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}
    assert differences(ROOT / "models/rfc_v1.py", settings, 8, viewed=False, events=("touch",), properties=FEW) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cpus", "count"), [("rfc_v1", 1, 1000), ("rfc_v1", 2, 3000), ("hardened", 1, 1000), ("hardened", 2, 3000)]
)
def test_kernel_models(name: str, cpus: int, count: int) -> None:
    settings = {"CPUS": cpus, "TASKS": 2, "STACK_PAGES": 2}
    assert differences(ROOT / f"models/{name}.py", settings, count, viewed=False, events=("touch",), properties=FEW, each=1) == []
