# SPDX-License-Identifier: GPL-2.0-only
"""A model's source text -> the syntax tree of the whole program."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from checker.language import tree
from checker.language.constants import mark_constants
from checker.language.dormant import without_dormant
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.foreign import Declared, ForeignText
from checker.language.frame_owners import with_frame_owners
from checker.language.python.conditions import Conditions
from checker.language.python.declare.decorators import CONDITIONS, DEMANDED
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.embedding import KernelOfModules, module_of
from checker.language.python.further import further_errors, told
from checker.language.python.hooks import demanded, dropped, find_implementations
from checker.language.python.initial import initial, initial_codes
from checker.language.python.recorded import expectations, recorded, stated
from checker.language.python.runs import RunConditions
from checker.language.python.source.modules import OWN, Roots, Texts, check_with_python, display_path, is_kernel, load_modules
from checker.language.python.source.symbols import Code
from checker.language.python.steps import StepCode, check_recursion, executes
from checker.language.python.wording import Wording, wording
from checker.language.symmetry import check_symmetry


def load_program(
    path: Path | str,
    settings: Mapping[str, tree.Setting] | None = None,
    events: Iterable[str] | None = None,
    texts: Texts | None = None,
    roots: Roots = OWN,
) -> tree.Program:
    """Read a model with everything it imports, for one setting of its parameters (others keep their defaults) and one set
    of events (None: all). texts: to read in place of files. ModelError or UsageError if it is not a program of the language."""
    chosen = None if events is None else frozenset(events)
    return _program(lambda: _Loader(Path(path), settings or {}, chosen, texts, roots=roots))[1]


def load_worded(path: Path | str, texts: Texts | None = None, roots: Roots = OWN) -> tuple[tree.Program, Wording]:
    """The program with all events, and what its properties and assumptions say. As load_program."""
    loader, program = _program(lambda: _Loader(Path(path), {}, None, texts, roots=roots))
    return program, wording(program, loader.symbols, loader.whole)


def load_foreign(
    path: Path,
    text: ForeignText,
    settings: Mapping[str, tree.Setting] | None = None,
    events: Iterable[str] | None = None,
    roots: Roots = OWN,
) -> tree.Program:
    """The kernel, with a protocol that is written in another language. path: of the protocol. Else as load_program."""
    chosen = None if events is None else frozenset(events)
    return _program(lambda: _Loader(path, settings or {}, chosen, None, text, roots))[1]


def load_foreign_worded(path: Path, text: ForeignText, roots: Roots = OWN) -> tuple[tree.Program, Wording]:
    """As load_worded, of a protocol that is written in another language."""
    loader, program = _program(lambda: _Loader(path, {}, None, None, text, roots))
    return program, wording(program, loader.symbols, loader.whole)


def _program(make: Callable[[], _Loader]) -> tuple[_Loader, tree.Program]:
    """A loader, and the program that it reads. A ModelError has with it what else is wrong with the text."""
    loader = make()
    try:
        return loader, loader.program()
    except ModelError as first:
        again = make()  # one that has read nothing, as what is half read is in error where nothing is wrong
        first.others = told(first, again.further())
        raise


class _Loader:
    """Reads one model. whole: the modules of which all definitions are part of the program, not just what is imported by name.
    foreign: the protocol, where that is not Python."""

    def __init__(
        self,
        path: Path,
        settings: Mapping[str, tree.Setting],
        events: frozenset[str] | None,
        texts: Texts | None,
        foreign: ForeignText | None = None,
        roots: Roots = OWN,
    ) -> None:
        if is_kernel(path, roots):
            raise UsageError("this is a part of the kernel, not a model; name a model that imports it", path)
        self.path = path
        self.foreign = foreign
        self.roots = roots
        self.modules = load_modules(path, texts, module_of(path, foreign, roots) if foreign else None, roots)
        self.main = self.modules.main
        read = [module for module in self.modules.modules.values() if foreign is None or module is not self.main]
        self.sources = {module.display: module.text for module in read} | dict(foreign.sources if foreign else {})
        self.symbols = Symbols(self.modules, settings, events)
        self.kernel = KernelOfModules(self.symbols)
        self.declared = Declared()
        if foreign:
            self.symbols.settings.given = lambda name: foreign.constant(name, self.kernel)
            self.symbols.settings.names = foreign.names
        self.whole = [m for m in self.modules.modules.values() if m is self.main or m.of_kernel]

    def program(self) -> tree.Program:
        with quoting(self.sources):
            used = with_frame_owners(self._used(self._codes()))
            check_symmetry(used)
            for module in self.modules.modules.values():
                if not module.of_kernel and (module is not self.main or self.foreign is None):
                    check_with_python(module)  # the kernel's own text is checked when it is written
            return mark_constants(without_dormant(used))

    def further(self) -> list[ModelError]:
        """All errors of the text, each definition read by itself."""
        found = further_errors(self.symbols, self.whole)
        if self.foreign is not None and not found:
            found = self.foreign.further(self.kernel)
        for error in found:
            error.quote(self.sources)
        return found

    def _codes(self) -> list[Code]:
        """All code of the program, with what every name means and which code implements each hook."""
        for module in self.whole:
            for name, definition in module.definitions.items():
                self.symbols.resolve(module, name, definition if isinstance(definition, ast.AST) else ast.Pass())
        codes = [code for module in self.whole for code in self.symbols.all_code(module)]
        self.symbols.code.implementations = find_implementations(self.symbols, codes)
        self._check_settings()
        if self.foreign:
            self.declared = self.foreign.declare(self.kernel)
            self.symbols.extend(self.declared.variables, self.declared.fields)
            self.kernel.check(self.declared)
            self.symbols.code.foreign |= {function.name for function in self.declared.functions}
            self.symbols.code.implementations |= self.declared.implementations
        return codes

    def _check_settings(self) -> None:
        """UsageError for a value or event that is asked for and that the model does not have."""
        settings = self.symbols.settings
        known, events = settings.parameters, settings.events
        for name in settings.settings:
            if name not in known:
                has = ", ".join(known) or "none"
                raise UsageError(f"{self.path} has no parameter {name}; it has {has}{similar(name, known)}")
        for name in sorted(settings.enabled_events or ()):
            if name not in events:
                if not events:
                    raise UsageError(f"{self.path} declares no events, and its actions may always happen; leave out --events")
                raise UsageError(f"{self.path} has no event {name}; it has {', '.join(events)}{similar(name, events)}")

    def _used(self, codes: Sequence[Code]) -> tree.Program:
        """The program, of which dormant code is still a part."""
        symbols = self.symbols
        conditions = Conditions(symbols)
        in_states = [code for code in codes if {"invariant", "lemma"} & set(code.decorators)]
        in_runs = [code for code in codes if not code.decorators.keys().isdisjoint(DEMANDED)]
        for code in codes:
            if not code.decorators.keys().isdisjoint(CONDITIONS):
                conditions.declare(code)
        processor, owner_of = executes(symbols, [code for code in codes if "executes" in code.decorators])
        steps = StepCode(symbols, conditions.property_of, processor)
        actions = {code.name: steps.action(code) for code in codes if "action" in code.decorators}
        invariants = tuple(map(conditions.invariant, in_states))
        on_runs = RunConditions(symbols, processor)
        eventualities = tuple(on_runs.eventuality(code, conditions.properties[code.name]) for code in in_runs)
        assumptions = tuple(on_runs.assumption(code) for code in codes if "fair" in code.decorators)
        constraints = tuple(conditions.constraint(code) for code in codes if "constraint" in code.decorators)
        for function in self.declared.functions:
            steps.add(function)
        for routine in self.declared.routines:
            steps.add(routine)
        begin, begin_locals = initial(steps, initial_codes(symbols, codes))
        begin = (*begin, *self.declared.initial)
        steps.translate_used()
        steps.check_unused(codes)
        check_recursion(steps.functions)
        steps.check_processors(steps.functions)
        of_state = tuple(e for e in eventualities if e.demanded.of_state)
        at_once = (steps.routines, actions, invariants, constraints, begin, owner_of, of_state)
        on_runs.check_calls(steps.functions, (eventualities, assumptions), at_once)
        return dataclasses.replace(
            self._declared(),
            functions=steps.functions,
            routines=steps.routines,
            actions=actions,
            invariants=invariants,
            initial=begin,
            initial_locals=begin_locals,
            processor=processor,
            executes=owner_of,
            unused=tuple(
                (code.name, code.module.position(code.node))
                for code in codes
                if code.module is self.main and code.is_routine and code.name not in steps.routines
            ),
            eventualities=eventualities,
            assumptions=assumptions,
            constraints=constraints,
            demanded=demanded(symbols.code.implementations, steps.functions, [*steps.routines.values(), *actions.values()]),
            dropped=dropped(symbols),
            left_out=self.declared.left_out + tuple(p for name in (*steps.routines, *actions) for p in steps.left_out[name]),
        )

    def _declared(self) -> tree.Program:
        """The program without its code."""
        symbols, settings = self.symbols, self.symbols.settings
        return tree.Program(
            model=display_path(self.path, self.roots),
            doc=self.main.doc,
            parameters=tuple(settings.parameters.values()),
            events=tuple(settings.events.values()),
            records={
                name: dataclasses.replace(record, fields=tuple(symbols.fields(name).values()), more=symbols.what_to_raise(name))
                for name, record in symbols.records.items()
            },
            variables=dict(symbols.variables),
            functions={},
            routines={},
            actions={},
            properties=dict(symbols.properties.declared),
            invariants=(),
            initial=(),
            initial_locals=(),
            processor=None,
            executes=None,
            expectations=expectations(self.main, settings.events) + self._ladder(),
            sources=self.sources,
            stated=next((texts for model in self.modules.lineage() if (texts := stated(model))), ()) + self.declared.stated,
            origins=self.foreign.origins if self.foreign else {},
            recorded=recorded(self.main),
            translation=self.declared.translation,
        )

    def _ladder(self) -> tuple[tree.Expectation, ...]:
        """The configurations that a protocol in another language wants looked at, without outcomes."""
        begin = tree.Position(self.main.display, 1, 1)
        return tuple(
            tree.Expectation(settings, events, None, None, None, None, True, begin) for settings, events in self.declared.ladder
        )
