# SPDX-License-Identifier: GPL-2.0-only
"""C text as a protocol: what the kernel's front end takes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from functools import cached_property

from checker.language.c import syntax
from checker.language.c.assemble import clients
from checker.language.c.assemble.accounting import account
from checker.language.c.assemble.bindings import Bound, bind
from checker.language.c.assemble.boot import EVENT as BOOT
from checker.language.c.assemble.boot import bind_boot
from checker.language.c.assemble.changed import Changed
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.assemble.further import Errors, further_errors, unaccounted
from checker.language.c.assemble.locks import COUNTS, FoundLock, count, find_locks
from checker.language.c.assemble.removed import account_for_removed
from checker.language.c.assemble.telling import translation
from checker.language.c.assemble.variables import Variables, declared
from checker.language.c.assemble.works import bind_work, is_shared
from checker.language.c.binding.manifest import Manifest
from checker.language.c.source import CSource
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.items import Item
from checker.language.c.translate.names import Sizes
from checker.language.c.translate.ranges import narrowed
from checker.language.c.translate.table import Api
from checker.language.errors import ModelError, UsageError
from checker.language.foreign import Declared, Kernel

_BUGS = ("BUG", "BUG_ON", "WARN", "WARN_ON", "WARN_ONCE", "WARN_ON_ONCE", "VM_BUG_ON", "VM_WARN_ON", "VM_WARN_ON_ONCE")


class CProtocol:
    """A protocol written in C: foreign.ForeignText.

    source: the text. manifest: what its names are to the kernel. api: the table of the manifest's domain. is_whole: it is the
    text as it was given, with no change.
    """

    def __init__(self, source: CSource, manifest: Manifest, api: Api) -> None:
        self.source = source
        self.manifest = manifest
        self.api = api
        self.definitions = Definitions(source, manifest, api.bound_names())
        self.is_whole = True

    def changed(self, change: Changed) -> CProtocol:
        """The same protocol with one change. Its lines are not accounted for again: they are those of the text."""
        found = copy.copy(self)
        found.definitions = self.definitions.changed(change)
        found.is_whole = False
        return found

    @property
    def doc(self) -> str:
        return "; ".join(self.source.subjects) or f"C text: {self.source.name}"

    @cached_property
    def imports(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {self.manifest.kernel: ()}
        for hook in self.manifest.hooks:
            name = self.definitions.declaration(hook.function, self.manifest.path).name
            if hook.missing is not None and self.definitions.function(name) is None:
                module, _, routine = hook.missing.partition(": ")
                found[module] = (routine,)
        if self.definitions.mentions(_BUGS):
            found["spec.protocol.bugs"] = ("no_bug",)
        return found

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The text of each file as far as it is known, with empty lines for those that are not; and of the manifest."""
        found = dict(self.manifest.texts)
        for file in self.source.files:
            lines: list[str] = []
            for fragment in file.fragments:
                for line in fragment.lines:
                    lines += [""] * (line.number - 1 - len(lines))
                    lines.append(line.text)
            found[file.path] = "\n".join(lines) + "\n"
        return found

    @cached_property
    def origins(self) -> Mapping[str, Mapping[int, str]]:
        return {
            file.path: {
                line.number: f"{self.source.short_name}:{line.mail_line}"
                for fragment in file.fragments
                for line in fragment.lines
                if line.mail_line is not None
            }
            for file in self.source.files
        }

    def constant(self, name: str, kernel: Kernel) -> int | None:
        sizes = self.sizes(kernel)
        for variable in self.definitions.variables:
            bound = self.manifest.data.get(variable.name)
            if bound is not None and bound.length == name and isinstance(variable.type, syntax.ArrayType):
                assert variable.type.length is not None
                return sizes.evaluate(variable.type.length)
        if name in COUNTS:
            cpus = sizes.size("CPUS")
            return count(self.locks(sizes), COUNTS[name], cpus) or None
        if name == "IRQ_WORK_SHARED":
            return 1 if is_shared(self.definitions.variables, self.definitions.structs) else None
        decided = clients.constants(self.manifest, sizes.size("CPUS")).get(name)
        if decided is not None:
            return decided
        expression = self.definitions.kernel_sizes.get(name)
        return None if expression is None else sizes.evaluate(expression)

    def names(self, type_: str) -> tuple[str, ...]:
        return clients.calls_of(self.manifest) if type_ == clients.CALL else ()

    def sizes(self, kernel: Kernel) -> Sizes:
        return Sizes(kernel, self.manifest, self.definitions.sizes, self.definitions.typedefs, self.definitions.enum_of)

    def locks(self, sizes: Sizes) -> list[FoundLock]:
        return find_locks(self.definitions.variables, self.definitions.structs, sizes.c_type, sizes.size("CPUS"))

    def declare(self, kernel: Kernel) -> Declared:
        try:
            return self._declared(kernel)
        except UsageError as error:
            if error.at is not None or isinstance(error, ModelError):
                raise
            raise UsageError(error.message, self.manifest.path) from None  # a name of the kernel's that only the manifest has

    def further(self, kernel: Kernel) -> list[ModelError]:
        errors = Errors()
        if self.is_whole:
            with errors.keeping():
                functions, variables = self._functions(kernel)
                bound = further_errors(functions, self.definitions, self.manifest, errors)
                if not errors.found:
                    bind_work(functions, self.definitions, variables.works, bound)
                    bind_boot(functions, self.definitions, self.manifest, bound)
                    unaccounted(functions, self.definitions, self.manifest, bound, errors)
        return errors.found

    def _functions(self, kernel: Kernel) -> tuple[Functions, Variables]:
        """What translates functions, with all that the text declares, and that."""
        sizes, definitions = self.sizes(kernel), self.definitions
        items: dict[tuple[str | None, str], Item] = {}
        functions = Functions(sizes, self.api, definitions.callee, items)
        variables = declared(functions, definitions.variables, definitions.added_members, definitions.structs, self.locks(sizes))
        items |= variables.items
        return functions, variables

    def _declared(self, kernel: Kernel) -> Declared:
        definitions = self.definitions
        functions, variables = self._functions(kernel)
        if variables.new.get("Task"):
            functions.assume("a fork does not copy the members that the text adds to struct task_struct")
        bound = bind(functions, definitions, self.manifest)
        bind_work(functions, definitions, variables.works, bound)
        bind_boot(functions, definitions, self.manifest, bound)
        if self.is_whole:
            account(self.definitions, functions, bound, self.manifest)
            account_for_removed(self.source, self.definitions, functions, self.manifest)
        return Declared(
            variables=tuple(variables.new.pop(None, [])),
            fields={str(record): tuple(new) for record, new in variables.new.items()},
            initial=(*variables.initial, *clients.initial(kernel, self.manifest, functions.size("CPUS"))),
            implementations=bound.implementations,
            routines=tuple(narrowed((*functions.routines(bound.routines), *bound.routines), {r.name for r in bound.routines})),
            functions=tuple(bound.functions),
            left_out=tuple(functions.switched_off),
            stated=self._stated(functions, bound),
            translation=translation(self.source, self.definitions, functions, bound),
            ladder=tuple((tuple(rung.sizes.items()), rung.events) for rung in self.manifest.ladder),
        )

    def _stated(self, functions: Functions, bound: Bound) -> tuple[str, ...]:
        """What the verdict assumes, each one sentence."""
        found = [*self.manifest.assumptions, *functions.assumed, *bound.boot]
        found += clients.left_out(self.manifest, functions.size("CPUS"))
        for hook in self.manifest.hooks:
            if hook.hook in bound.missing and hook.missing is not None:
                found.append(f"{bound.missing[hook.hook]} is the kernel's own, as the text does not have it")
        registered = [callback.hook for each in self.manifest.registered for callback in each.hooks]
        boots = functions.kernel.constant(BOOT).value if self.manifest.boot else 0
        for boot in self.manifest.boot:
            if boots and boot.hook not in bound.implementations:
                found.append(f"the text adds nothing to {boot.function}(), so that the machine boots without it")
        if not boots and not bound.boot and (not self.source.subjects or bound.implementations.keys().isdisjoint(registered)):
            found += [
                f"no statement of the text does this, and the initial state has it: {boot.assumed}" for boot in self.manifest.boot
            ]
        return tuple(found)
