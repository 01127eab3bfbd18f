# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a patch, in a model and compiled: do they do the same?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.language.c.assemble.protocol import CProtocol
from checker.language.c.binding.manifest import read_manifest
from checker.language.c.patch.reading import read_c_source
from checker.language.front.c_text import BESIDE, built_in_manifest
from checker.language.python import load as python
from spec.c.domains import STACKS, api_of

from ..compiled import built_and_run
from .machine import Machine
from .states import BYTES, OPERATIONS, Operation, Sizes, operation
from .text import compilable, hooks, routines_of

FLAGS = ("-std=gnu11", "-O0", "-w", "-pipe")
TOGETHER = 5000
"""Operations of one run of the compiled program."""


@dataclass
class Compared:
    """What came of operations. operations: how many of each hook. services: how many calls of each. different: the first ones
    that differ, each with what the compiled function did and what the model did."""

    operations: Counter[str] = field(default_factory=Counter)
    services: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    different: list[tuple[Operation, str, str]] = field(default_factory=list)

    def add(self, more: Compared) -> None:
        self.operations += more.operations
        self.services += more.services
        self.results += more.results
        self.different += more.different

    def text(self) -> Iterator[str]:
        yield f"{self.operations.total():,} operations, {self.services.total():,} calls of services, {len(self.different):,} different"
        yield from (f"  {count:>9,}  {name}" for name, count in self.operations.most_common())
        yield from (f"  {count:>9,}  {name}()" for name, count in self.services.most_common())
        for each, compiled, translated in self.different[:3]:
            yield f"{OPERATIONS[each.kind].hook}: {each}\ncompiled {compiled}\nin the model {translated}"


class Patch:
    """A patch with its functions in both forms. path: of the patch or mail."""

    def __init__(self, path: Path, compiler: str, sizes: Sizes | None = None) -> None:
        self.sizes = sizes or Sizes()
        built_in = built_in_manifest(STACKS.name)
        manifest = read_manifest(built_in, built_in.name)
        if (beside := path.with_name(BESIDE)).is_file():
            manifest = read_manifest(beside, beside.name, manifest)
        if manifest.predicates:  # what the kernel asks by address has no byte that could be chosen
            self.sizes = replace(self.sizes, bytes=BYTES[:1])
        else:
            manifest = replace(manifest, fault_bytes=("first", "last"))
        protocol = CProtocol(read_c_source(path.read_bytes(), path.name), manifest, api_of(STACKS.name))
        settings = {"CPUS": self.sizes.cpus, "TASKS": self.sizes.tasks, "STACK_PAGES": self.sizes.stack_pages}
        self.program = python.load_foreign(path, protocol, settings)
        marks = any(field.name == "dynamic_stack_grown" for field in self.program.records["Task"].fields)
        self.sizes = replace(self.sizes, marks=marks)
        self.compiler = compiler
        self.source = compilable(protocol.definitions, self.program, self.sizes)
        self.kinds = hooks(protocol.definitions, self.program)
        self.machine = Machine(self.program, routines_of(protocol.definitions, self.program), self.sizes)

    def compare(self, numbers: Sequence[int]) -> Compared:
        """Run the operations of these numbers in both forms."""
        found = Compared()
        for first in range(0, len(numbers), TOGETHER):
            some = [operation(number, self.kinds, self.sizes) for number in numbers[first : first + TOGETHER]]
            given = "\n".join(" ".join(map(str, each.numbers())) for each in some)
            lines = built_and_run(self.source, self.compiler, FLAGS, given + "\n").splitlines()
            assert len(lines) == len(some), (len(lines), len(some))
            for each, compiled in zip(some, lines, strict=True):
                translated = self.machine.run(each)
                hook = OPERATIONS[each.kind].hook
                found.operations[hook] += 1
                found.services.update(word.split(",")[0] for word in compiled.split() if "," in word)
                found.results[f"{hook}: {compiled.split()[-2]}"] += 1
                if compiled != translated:
                    found.different.append((each, compiled, translated))
        return found
