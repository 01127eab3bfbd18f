# SPDX-License-Identifier: GPL-2.0-only
"""Random small concurrent systems, as model text: some with actions only, some with processors, tasks and interrupts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_STATE = """
Bit = Annotated[int, Range(0, 1)]
Third = Annotated[int, Range(-1, 1)]
Wide = Annotated[int, Range(0, 1 << 33)]
class Colour(Enum):
    RED = 1
    BLUE = 2
class Bits(IntFlag):
    A = 1
    B = 4
@struct
class Pair:
    low: Third = 0
    up: Array[Third] = array(2)
@record(count=2, alignment=2, allocated=True)
class Page:
    use: Third = 0
    rows: Array[Array[Third]] = array(2, array(2))
    link: "Page | None" = None
p: Page | None = None
flag: bool = False
count: Third = 0
colour: Colour = Colour.RED
bits: Bits = Bits(0)
wide: Wide = 0
far: Wide = 1
slots: Array[Page | None] = array(2)
grid: Array[Array[Third]] = array(2, array(2))
beside: Per[Page, Array[bool]] = per(Page, array(2))
pairs: Array[Pair] = array(2, Pair(low=1))
lone: Pair = Pair()
seen: Ghost[bool] = False
failed = demand("failed", "test")
"""
_TASKS = """
@record(count={tasks}, frames=2, alignment=2)
class Task:
    word: Bit = 0
@record(count={cpus}, frames=2)
class Cpu:
    task: Task = null(Task)
    word: Bit = 0
pending: Per[Cpu, bool] = per(Cpu, False)
@executes
def running(cpu: Cpu) -> Task | None:
    return cpu.task
"""
NO_OUT_OF_RANGE = 'no_out_of_range = demand("no-out-of-range", "test")'
READS_TWICE = ("count //= count", "count %= 2 - count")
"""Statements that compute with two values that they read in a routine."""

_GLOBALS = "    global p, flag, count, colour, bits, wide, far, seen"


@dataclass
class Writer:
    """Writes one system. chance: decides everything. cpus: how many processors, 0 for a system of actions only."""

    chance: random.Random
    cpus: int = 0
    tasks: int = 0
    lines: list[str] = field(default_factory=list)
    numbers: int = 0

    def system(self) -> str:
        """The whole text, without its imports."""
        chance = self.chance
        self.cpus = chance.choice((0, 1, 1, 2))
        self.tasks = chance.randint(1, 2)
        self.lines.append(_STATE)
        if chance.random() < 0.85:
            self.lines.append('no_wild_pointer = demand("no-wild-pointer", "test")')
        if chance.random() < 0.6:
            self.lines.append('no_deadlock = demand("no-deadlock", "test")')
        if self.cpus:
            self.lines.append(_TASKS.format(cpus=self.cpus, tasks=self.tasks))
            self.lines += ["@function", "def reads(page: Page | None) -> bool:", "    if page is None:", "        return flag"]
            self.lines.append("    return page.use == count")
            for name in ("helper", "inner"):
                self.routine(name)
            self.routine("handler")
            self.routine("main")
        for number in range(chance.randint(0, 2) if self.cpus else chance.randint(2, 5)):
            self.action(number)
        if self.cpus or chance.random() < 0.4:
            self.boot()
        for number in range(chance.randint(1, 2)):
            self.invariant(number)
        if chance.random() < 0.2:
            self.constraint()
        if chance.random() < 0.3:
            self.lines.append(NO_OUT_OF_RANGE)
        return "\n".join([*self.lines, ""])

    def line(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    # -- code --

    def routine(self, name: str) -> None:
        noinline = name in ("helper", "inner") and self.chance.random() < 0.6
        self.line(0, "@routine(noinline=True)" if noinline else "@routine")
        parameter = "k: Bit" if name in ("helper", "handler") else ""
        self.line(0, f"def {name}({parameter}) -> {'Bit' if name == 'helper' else 'None'}:")
        self.lines.append(_GLOBALS)
        local = ["k"] if parameter else []
        if name == "inner":
            self.line(1, "word = count")
            self.line(1, "count = word")
        elif name == "main" and self.chance.random() < 0.5:
            self.line(1, "while True:")
            self.body(2, self.chance.randint(1, 3), local, name)
            self.line(2, "flag = not flag" if self.chance.random() < 0.7 else "require(flag)")
        else:
            self.body(1, self.chance.randint(2, 5) if name == "main" else self.chance.randint(1, 3), local, name)
        if name == "helper":
            self.line(1, self.chance.choice(("return k", "return 1", "return 1 - k", "return count + 1")))

    def body(self, indent: int, count: int, integers: list[str], where: str, atomic: bool = False) -> None:
        integers = list(integers)
        for _ in range(count):
            self.statement(indent, integers, where, atomic)

    def integer(self, integers: list[str], plain: bool) -> str:
        """plain: a local or a constant."""
        options = ["0", "1", *integers * 2]
        if not plain:
            options += [
                "count",
                "p.use",
                "slots[0].use",
                "int(flag)",
                "int(bits)",
                "grid[count][1]",
                "p.rows[1][count]",
                "pairs[count].low",
            ]
        return self.chance.choice(options)

    def condition(self, integers: list[str], plain: bool, frames: bool) -> str:
        options = [f"{self.integer(integers, plain)} == {self.integer(integers, plain)}"]
        if not plain:
            options += ["flag", "not flag", "p is None", "p", "slots[1]", "count < 1", "colour == Colour.RED", "bits & Bits.B"]
            options += ["p.link is None", "address(p) & 1", "is_allocated(p)", "wide == 0", "far + wide > 1"]
            options += ["not p or p.use != 1", "p is not None and p.use == 0"]
        if frames and self.cpus:
            owner = self.chance.choice(("instance(Cpu, 0)", f"instance(Task, {self.tasks - 1})"))
            options += [f"in_routine({owner}, {self.chance.choice(('helper', 'inner', 'handler'))})", f"has_frames({owner})"] * 2
            options += ["reads(p)", "all(cpu.word == 0 for cpu in every(Cpu))", "in_routine(instance(Cpu, 0).task, helper)"]
        if frames and not plain:
            options += ["count in (0, 1)", "p.use not in (count, 1)", "-1 < count <= p.use", "p in (None, slots[0])"]
        if not plain and self.chance.random() < 0.3:
            joined = self.chance.choice(("and", "or"))
            return f"({self.chance.choice(options)}) {joined} ({self.chance.choice(options)})"
        return self.chance.choice(options)

    def statement(self, indent: int, integers: list[str], where: str, atomic: bool) -> None:
        """One statement. where: the routine it stands in, or "action"."""
        chance = self.chance
        at_once = atomic or where == "action"
        kind = chance.choice(
            ("store", "store", "store", "page", "page", "slot", "if", "local", "require", "check", "atomic", "call", "choose")
        )
        if kind == "store":
            self.line(indent, self.stored(integers, at_once))
        elif kind == "page":
            self.line(indent, self.of_a_page(integers))
        elif kind == "slot":
            self.line(indent, self.of_a_slot(integers))
        elif kind == "if" and indent < 4:
            self.line(indent, f"if {self.condition(integers, False, at_once)}:")
            self.body(indent + 1, chance.randint(1, 2), integers, where, atomic)
            if chance.random() < 0.4:
                self.line(indent, "else:")
                self.body(indent + 1, 1, integers, where, atomic)
        elif kind == "local":
            self.numbers += 1
            name = f"v{self.numbers}"
            self.line(indent, f"{name} = {self.integer(integers, False)}")
            integers.append(name)
        elif kind == "require":
            self.line(indent, f"require({self.condition(integers, False, True)})")
        elif kind == "check":
            self.line(indent, f'check({self.condition(integers, False, True)}, failed, "count is {{count}}")')
        elif kind == "atomic" and not at_once:
            self.line(indent, 'with atomic("test"):')
            self.body(indent + 1, chance.randint(1, 2), integers, where, True)
        elif kind == "call" and self.cpus and not at_once and where in ("main", "handler"):
            self.call(indent, integers, where)
        elif kind == "choose":
            self.line(
                indent,
                chance.choice(
                    (
                        "count = choose((-1, 1, count))",
                        "flag = choose((False, True))",
                        "p = choose(page for page in every(Page) if is_allocated(page))",
                        "colour = choose(Colour)",
                    )
                ),
            )
        elif chance.random() < 0.1:
            self.line(indent, 'halt("test")')
        else:
            self.line(indent, "flag = False")

    def stored(self, integers: list[str], at_once: bool) -> str:
        """A statement that stores into a variable."""
        chance = self.chance
        return chance.choice(
            (
                f"count = {self.integer(integers, False)}",
                "count = (count + 2) % 3 - 1",
                "flag = not flag",
                "flag = True",
                f"flag = bool({self.condition(integers, False, at_once)})",
                "colour = Colour.BLUE",
                "bits |= Bits.B",
                "bits ^= Bits.A",
                "wide = 1 << 33",
                "far = 3",
                "seen = True",
                "count += 1" if chance.random() < 0.2 else "count //= 2",
                "count = 2" if chance.random() < 0.2 else "count = wide // (count + 2) % 2",
                f"grid[{self.integer(integers, True)}][count] = {self.integer(integers, True)}",
                "grid[1][0] = 1 - grid[1][0]" if chance.random() < 0.5 else "grid[p.use][slots[1].use] = 1",
                "pairs[1].up[0] = count" if chance.random() < 0.5 else "lone.up[p.use] = count",
                READS_TWICE[0] if chance.random() < 0.2 else READS_TWICE[1],
            )
        )

    def of_a_page(self, integers: list[str]) -> str:
        """A statement on the page that `p` refers to."""
        return self.chance.choice(
            (
                "p = allocate(Page)",
                "free(p)",
                "p = None",
                f"p.use = {self.integer(integers, False)}",
                "p.link = p",
                "p.rows[count][1] = 1",
                "beside[p][count] = flag",
                "p = p.link",
                "p = slots[0]",
            )
        )

    def of_a_slot(self, integers: list[str]) -> str:
        """A statement that moves a reference from or to a slot."""
        return self.chance.choice(
            (
                "slots[0] = p",
                "slots[0] = allocate(Page)",
                "slots[1] = reference(Page, address(p) | 1)",
                "p = reference(Page, address(slots[1]) & ~1)",
                f"slots[{self.integer(integers, True)}] = p",
                "slots[count] = None",
            )
        )

    def call(self, indent: int, integers: list[str], where: str) -> None:
        """A call, or a statement on the processor or the frame that runs."""
        chance = self.chance
        self.numbers += 1
        name = f"v{self.numbers}"
        self.line(
            indent,
            chance.choice(
                (
                    "inner()",
                    f"{name} = helper({self.integer(integers, True)})",
                    f"count = helper({self.integer(integers, True)})",
                    "processor(Cpu).word = 1",
                    "pending[processor(Cpu)] = True",
                    "frame_owner(Task).word = 1" if where == "main" else "frame_owner(Cpu).word = 1",
                    f"flag = frame_owner({chance.choice(('Cpu', 'Task'))}) is None",
                    f"processor(Cpu).task = {chance.choice(('null(Task)', f'instance(Task, {self.tasks - 1})'))}",
                )
            ),
        )
        if self.lines[-1].strip().startswith(name):
            integers.append(name)

    def action(self, number: int) -> None:
        chance = self.chance
        self.line(0, "@action(interrupt=True)" if chance.random() < 0.3 else "@action")
        parameter = chance.choice(("", "", "k: Bit", "cpu: Cpu" if self.cpus else "page: Page", "k: Third, flag_: bool"))
        self.line(0, f"def act{number}({parameter}) -> None:")
        self.lines.append(_GLOBALS)
        integers = ["k"] if parameter.startswith("k") else []
        for _ in range(chance.randint(0, 2)):
            self.line(1, f"require({self.condition(integers, False, True)})")
        if parameter == "cpu: Cpu" and chance.random() < 0.7:
            self.line(1, chance.choice(("require(not pending[cpu])", "require(has_frames(cpu) or cpu.task is not None)")))
            self.line(1, "pending[cpu] = True")
            self.line(1, f"enter(cpu, handler, {chance.choice(('0', '1', 'cpu.word', 'count'))})")
        elif parameter == "page: Page" and chance.random() < 0.5:
            self.line(1, chance.choice(("require(is_allocated(page))", "require(page is not p)")))
            self.line(1, chance.choice(("free(page)", "page.use = 1", "p = page")))
        else:
            self.body(1, chance.randint(1, 2), integers, "action")

    def boot(self) -> None:
        chance = self.chance
        self.lines += ["@initial", "def boot() -> None:", _GLOBALS]
        if chance.random() < 0.5:
            self.line(1, "p = allocate(Page)")
        if chance.random() < 0.3:
            self.line(1, "slots[0] = allocate(Page)")
        for task in range(self.tasks if self.cpus else 0):
            self.line(1, f"enter(instance(Task, {task}), main)")
        for cpu in range(self.cpus):
            if cpu < self.tasks and chance.random() < 0.9:
                self.line(1, f"instance(Cpu, {cpu}).task = instance(Task, {cpu})")
            if chance.random() < 0.2:
                self.line(1, f"enter(instance(Cpu, {cpu}), handler, {chance.choice(('1', 'choose((0, 1))'))})")
        self.choices()

    def choices(self) -> None:
        """What the initial states differ in, if anything."""
        chance = self.chance
        options = [
            "count = choose((-1, 0, 1, 1))",
            "flag = choose((False, True))",
            "colour = choose(Colour)",
            "far = choose((1, 5))",
            "p = choose(page for page in every(Page) if is_allocated(page))",
            "slots[choose((0, 1))] = p",
        ]
        if self.cpus:
            options += ["instance(Cpu, 0).task = choose(every(Task))", "instance(Cpu, 0).word = choose((0, 1))"]
            options += ["pending[choose(every(Cpu))] = True"]
        for option in chance.sample(options, chance.choice((0, 0, 1, 2, 3))):
            self.line(1, option)
        if chance.random() < 0.2:
            self.line(1, chance.choice(("require(not flag or count != 0)", "require(count <= 0)", "require(p is None)")))
        if len(self.lines) and self.lines[-1] == _GLOBALS:
            self.line(1, "pass")

    def invariant(self, number: int) -> None:
        parameter = self.chance.choice(("", "page: Page", "k: Bit"))
        self.line(0, f'@invariant("rule-{number}", "count is {{count}}")')
        self.line(0, f"def rule{number}({parameter}) -> bool:")
        self.line(1, '"""Test."""')
        test = self.condition(["k"] if parameter == "k: Bit" else [], False, True)
        if parameter == "page: Page":
            test = self.chance.choice((f"not is_allocated(page) or {test}", "page.use == 0 or page is p", test))
        if self.chance.random() < 0.4:
            self.line(1, f"if {self.condition([], False, True)}:")
            self.line(2, f"return {self.chance.choice(('True', 'True', 'False'))}")
        if self.chance.random() < 0.7:
            easy = (
                "count == 0",
                "not flag",
                "p is None",
                "wide == 0",
                "colour == Colour.RED",
                "not is_allocated(instance(Page, 0))",
            )
            test = f"{self.chance.choice(easy)} or {test}"
        self.line(1, f"return bool({test})" if self.chance.random() < 0.8 else f"return bool(not seen or ({test}))")

    def constraint(self) -> None:
        options = ["count <= 0", "not flag", "colour != Colour.RED", "wide < 3", "flag or p is None", "p is None or count == 0"]
        options += ["all(not is_allocated(page) for page in every(Page))"]
        if self.cpus:
            options += ["not in_routine(instance(Task, 0), inner)", "instance(Cpu, 0).word == 0"]
        for number in range(self.chance.choice((1, 1, 2))):
            self.lines += [f'@constraint("bound {number}")', f"def bound{number}() -> bool:"]
            self.line(1, f"return bool({self.chance.choice(options)})")


def random_system(chance: random.Random) -> str:
    """The text of a random system, without its imports."""
    return Writer(chance).system()
