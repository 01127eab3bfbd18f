# SPDX-License-Identifier: GPL-2.0-only
"""Which part of a state belongs to whom: the discipline that partial-order reduction assumes, and checks.

The transitions of a system are divided among *agents*: the processors, or in a system without them the instances of the
record that its actions take first. An agent *claims* its own instance, and what the references in claimed instances point to,
along a fixed set of variables (*edges*). What one agent alone claims is *its own*. docs/internals/soundness/partial-order.md says
what follows from that; nothing here has to be a good guess for a verdict to be right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.language.tree import ReferenceType


class Mode(Enum):
    """What agents may do with a cell that is another's own: nothing; read it; read and write it."""

    EXCLUSIVE = "exclusive"
    READABLE = "readable"
    SHARED = "shared"


@dataclass(frozen=True)
class Edge:
    """A variable of a record, whose references are claims: what claims an instance of `source` claims the instance of
    `target` that the variable points to, tagged or not."""

    variable: str
    source: str
    target: str


@dataclass(frozen=True)
class Discipline:
    """agents: the record whose instances they are. records: those that can be claimed, each after what it is claimed through.
    modes: of each variable of these records, and of the frames of their instances (`frames_of`). owners: the record whose
    instances the cells of each of these names belong to."""

    agents: str
    records: tuple[str, ...]
    edges: tuple[Edge, ...]
    modes: dict[str, Mode] = field(hash=False)
    owners: dict[str, str] = field(hash=False)

    def relaxed(self, name: str, mode: Mode) -> Discipline:
        """The discipline that demands less of a variable."""
        return replace(self, modes={**self.modes, name: mode})

    def without(self, variable: str) -> Discipline:
        """The discipline without an edge; records that are then out of reach are nobody's."""
        edges = [edge for edge in self.edges if edge.variable != variable]
        reached = [self.agents]
        for record in self.records:
            if record not in reached and any(edge.target == record and edge.source in reached for edge in edges):
                reached.append(record)
        kept = tuple(edge for edge in edges if edge.source in reached)
        modes = {name: mode for name, mode in self.modes.items() if self.owners[name] in reached}
        return Discipline(self.agents, tuple(reached), kept, modes, self.owners)


def frames_of(record: str) -> str:
    """The name under which a discipline knows the frames of a record's instances."""
    return f"frames of {record}"


def agent_of(system: ir.System, agents: str, action: ir.Action, arguments: tuple[int, ...]) -> int | None:
    """The agent that an action with its arguments belongs to: the first argument that is one. None: to none."""
    count, alignment, _ = system.arenas[agents]
    for parameter, value in zip(action.parameters, arguments, strict=True):
        if parameter.type == ReferenceType(agents):
            number, tag = divmod(value, alignment)
            return number - 1 if not tag and 1 <= number <= count else None
    return None


def guess(system: ir.System) -> Discipline | None:
    """The strictest discipline, to begin with. None if the system has no agents, or a single one."""
    agents = _agents(system)
    if agents is None or system.arenas[agents].instances < 2:
        return None
    edges = _edges(system, agents)
    records = _sources_first(agents, edges)
    owners: dict[str, str] = {}
    for variable in system.variables.values():
        if variable.constant:
            continue
        if variable.record is not None:
            if variable.record in records:
                owners[variable.name] = variable.record
        elif _is_one_for_each(system, variable, agents):
            owners[variable.name] = agents
        elif variable.dimensions and variable.keys[0] in records:
            owners[variable.name] = variable.keys[0]
    owners.update({frames_of(record): record for record in records if record in system.owners})
    return Discipline(agents, records, edges, dict.fromkeys(owners, Mode.EXCLUSIVE), owners)


def _edges(system: ir.System, agents: str) -> tuple[Edge, ...]:
    """The reference variables of every record that can be reached from the agents, nearest first, but for those that would lead
    back."""
    references: dict[str, list[Edge]] = {}
    for variable in system.variables.values():
        if variable.record is not None and isinstance(variable.type, ReferenceType):
            references.setdefault(variable.record, []).append(Edge(variable.name, variable.record, variable.type.record))
    edges: list[Edge] = []
    reached = [agents]
    for record in reached:  # grows while it is walked
        for edge in references.get(record, ()):
            if not _leads(edges, edge.target, edge.source):
                edges.append(edge)
                if edge.target not in reached:
                    reached.append(edge.target)
    return tuple(edges)


def _leads(edges: Sequence[Edge], source: str, target: str) -> bool:
    """Whether edges lead from one record to another, or it is the same."""
    return source == target or any(edge.source == source and _leads(edges, edge.target, target) for edge in edges)


def _sources_first(agents: str, edges: Sequence[Edge]) -> tuple[str, ...]:
    """The records that edges lead to, each after those that lead to it."""
    records = [agents]
    waiting = list(dict.fromkeys(edge.target for edge in edges))
    while waiting:
        record = next(r for r in waiting if all(edge.source in records for edge in edges if edge.target == r))
        records.append(record)
        waiting.remove(record)
    return tuple(records)


def _is_one_for_each(system: ir.System, variable: ir.Variable, agents: str) -> bool:
    """Whether a variable that belongs to no instance seems to have a part for each agent. An exchange of instances has to take
    that part along: a plain array stays where it is when agents are exchanged, and one that is indexed by another record goes
    with that."""
    if not variable.dimensions:
        return False
    reduced = () if system.symmetry is None else (*system.symmetry.tabled, *system.symmetry.unordered)
    key = variable.keys[0]
    if key == agents:
        return True
    return variable.dimensions[0] == system.arenas[agents].instances and agents not in reduced and key not in reduced


def _agents(system: ir.System) -> str | None:
    if system.processors is not None:
        return system.processors.record
    first: Counter[str] = Counter()
    for action in system.actions:
        for parameter in action.parameters:
            if isinstance(parameter.type, ReferenceType):
                first[parameter.type.record] += 1
                break
    return first.most_common(1)[0][0] if first else None


# -- in a state --


@dataclass(frozen=True, eq=False)
class Claims:
    """What is whose in a state. For each agent: held, the instances of each record that it claims, a bit each; own, those that no
    other agent claims; cells, the bits of the state that are its own and that no other may write; exclusive, those of them that
    no other may read either; key, held and own as one value."""

    held: tuple[dict[str, int], ...]
    own: tuple[dict[str, int], ...]
    cells: tuple[int, ...]
    exclusive: tuple[int, ...]
    key: tuple[tuple[tuple[int, int], ...], ...]


class Claimer:
    """Reads off states who claims what."""

    def __init__(self, system: ir.System, layout: Layout, discipline: Discipline) -> None:
        self.system = system
        self.layout = layout
        self.discipline = discipline
        self.agents = system.arenas[discipline.agents].instances
        self.edge_cells = 0
        for edge in discipline.edges:
            if not system.variables[edge.variable].constant:
                self.edge_cells |= self._bits(edge.variable)
        self.masks = {
            record: [self._instance(record, index) for index in range(system.arenas[record].instances)]
            for record in discipline.records
        }
        self.known: dict[int, Claims] = {}

    def _bits(self, name: str) -> int:
        layout = self.layout.cells[name]
        return ((1 << layout.width * len(self.system.variables[name].initial)) - 1) << layout.offset

    def _instance(self, record: str, index: int) -> tuple[int, int]:
        """The bits of an instance that only its owner may write, and those that only its owner may read."""
        cells = exclusive = 0
        for name, mode in self.discipline.modes.items():
            if mode is Mode.SHARED or self.discipline.owners[name] != record:
                continue
            bits = self.bits_of(name, index)
            cells |= bits
            if mode is Mode.EXCLUSIVE:
                exclusive |= bits
        return cells, exclusive

    def bits_of(self, name: str, index: int) -> int:
        """The bits of an instance's cells of one name."""
        if name.startswith("frames of "):
            frames = self.layout.frames[name.removeprefix("frames of ")]
            return ((1 << frames.stride) - 1) << frames.base(index, 0)
        variable = self.system.variables[name]
        layout = self.layout.cells[name]
        width = layout.width * len(variable.initial) // variable.dimensions[0]
        return ((1 << width) - 1) << (layout.offset + index * width)

    def claims(self, state: int) -> Claims:
        """Who owns what in a state."""
        key = state & self.edge_cells
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._claims(state)
        return found

    def targets(self, variable: str, index: int, state: int) -> list[int]:
        """The instances that an edge of one instance points to."""
        declared = self.system.variables[variable]
        size = len(declared.initial) // declared.dimensions[0]
        assert isinstance(declared.type, ReferenceType)
        count, alignment, _ = self.system.arenas[declared.type.record]
        found = []
        for cell in range(index * size, (index + 1) * size):
            if declared.constant:
                reference = declared.initial[cell]
            else:
                layout = self.layout.cells[variable]
                reference = (state >> (layout.offset + cell * layout.width) & ((1 << layout.width) - 1)) + declared.low
            if 1 <= reference // alignment <= count:
                found.append(reference // alignment - 1)
        return found

    def _claims(self, state: int) -> Claims:
        claimed: list[dict[str, int]] = []
        for agent in range(self.agents):
            held = dict.fromkeys(self.discipline.records, 0)
            held[self.discipline.agents] = 1 << agent
            for record in self.discipline.records:
                for edge in self.discipline.edges:
                    if edge.source != record:
                        continue
                    for index in range(self.system.arenas[record].instances):
                        if held[record] >> index & 1:
                            for target in self.targets(edge.variable, index, state):
                                held[edge.target] |= 1 << target
            claimed.append(held)
        own = []
        for agent in range(self.agents):
            mine = dict(claimed[agent])
            for other in range(self.agents):
                if other != agent:
                    for record in mine:
                        mine[record] &= ~claimed[other][record]
            own.append(mine)
        cells, exclusive = [], []
        for mine in own:
            bits = [self.masks[r][i] for r, held in mine.items() for i in range(self.system.arenas[r].instances) if held >> i & 1]
            cells.append(_union(b for b, _ in bits))
            exclusive.append(_union(b for _, b in bits))
        key = tuple(
            tuple((held[record], mine[record]) for record in self.discipline.records)
            for held, mine in zip(claimed, own, strict=True)
        )
        return Claims(tuple(claimed), tuple(own), tuple(cells), tuple(exclusive), key)

    def keeps(self, agent: int, before: int, after: int) -> bool:
        """Whether a transition of an agent that changes nothing but what is the agent's own loses no claim of the agent, in this
        state and in any other in which what is its own now is the same."""
        if not (before ^ after) & self.edge_cells:
            return True
        claims, later = self.claims(before), self.claims(after)
        for edge in self.discipline.edges:
            if self.system.variables[edge.variable].constant:
                continue
            held = claims.held[agent][edge.source] | later.held[agent][edge.source]
            if held & ~claims.own[agent][edge.source] or (held and self.discipline.modes[edge.variable] is Mode.SHARED):
                return False  # what is claimed through these depends on cells that others may change
        return all(not held & ~later.held[agent][record] for record, held in claims.held[agent].items())

    def name_at(self, bit: int) -> str:
        """The name, in the discipline's modes, of the cell that has a bit."""
        for name in self.discipline.modes:
            for index in range(self.system.arenas[self.discipline.owners[name]].instances):
                if self.bits_of(name, index) >> bit & 1:
                    return name
        raise AssertionError("a bit that is nobody's own")


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
