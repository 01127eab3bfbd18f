# SPDX-License-Identifier: GPL-2.0-only
"""What `stackproof gate` does with each model: compares it with its record, or writes the record anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from checker.cli.saving import Findings
from checker.cli.terminal.output import say
from checker.cli.unrecorded import has_record, wrongs
from checker.counting import counted
from checker.explicit.search.interrupts import uninterrupted
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.load import load_wording
from checker.language.python.wording import Wording
from checker.report.formats.document import Case, Document, Finding, Group, Level, Outcome
from checker.report.shell import argument, word
from checker.report.text.error_text import error_text
from checker.report.text.style import plain
from checker.result.verdict import PRECEDENCE, Run, Status
from checker.trace.data import Trace
from checker.verify.interrupted import was_interrupted
from checker.verify.record.file import RecordFile
from checker.verify.record.outcomes import Departure, changes, compare, complete, departures, outcome_of, stopped
from checker.verify.record.searching import Found, Programs
from checker.verify.record.wording import compare_wording, place_of_wording, position_of_wording

RECORD = "record"
VIOLATION = "violation"
"""The rules of what is not as a model records it, and of what must not be in a text without a record."""


class Gating:
    """Models held against their records. differing: configurations that are not as recorded; stopped: those of which that is not
    known, since their search did not end. reworded: models whose properties or assumptions are not those recorded. violated:
    configurations of texts without a record in which something is violated. verbose: tell
    of each configuration that is as recorded."""

    def __init__(self, save: Path | None, verbose: bool) -> None:
        self.save = save
        self.verbose = verbose
        self.as_recorded = 0
        self.differing = 0
        self.stopped = 0
        self.refused = 0
        self.reworded = 0
        self.violated = 0
        self.interrupted = False
        self.quiet = False
        self.cases: dict[str, list[Case]] = {}
        self.findings: list[Finding] = []

    def tell(self, *lines: str) -> None:
        """Print lines, unless standard output is for a format."""
        if lines and not self.quiet:
            print("\n".join(map(plain, lines)), flush=True)

    @property
    def document(self) -> Document:
        """What was found so far: a group for each model, with a case for each configuration."""
        groups = tuple(Group(name, tuple(cases)) for name, cases in self.cases.items())
        why = "interrupted: the rest was not checked" if self.interrupted else ""
        return Document("gate", self.status, groups, tuple(self.findings), why)

    def model(self, path: Path, program: tree.Program, runs: Iterator[Found]) -> bool:
        """Take the runs of a model; whether to go on with the next. Nothing is saved of a model that was not looked at to its
        end."""
        smallest: dict[str, Trace] = {}
        try:
            self.begin(path, program)
            for number in range(len(program.expectations)):
                found = next(runs)
                if isinstance(found, Run) and was_interrupted(found):
                    raise KeyboardInterrupt
                with uninterrupted():
                    self.take(number, found, program)
                for verdict in found.verdicts if isinstance(found, Run) else ():
                    if verdict.trace is not None:
                        _keep_smallest(smallest, verdict.property, verdict.trace)
            with uninterrupted():
                self.end(path, program)
        except KeyboardInterrupt:
            self.interrupted = True
            with uninterrupted():
                self.leave(program)
            return False
        if self.save is not None:
            findings = Findings(self.save / path.stem)
            for name, trace in smallest.items():
                findings.save(trace, name, program.sources)
            findings.finish()
        return True

    def begin(self, path: Path, program: tree.Program) -> None:
        """What comes before the configurations of a model."""

    def take(self, number: int, found: Found, program: tree.Program) -> None:
        """What came of a configuration. number: its entry in EXPECTED, from 0."""
        raise NotImplementedError

    def end(self, path: Path, program: tree.Program) -> None:
        """What comes after the configurations of a model."""

    def leave(self, program: tree.Program) -> None:
        """What comes in place of that where a model was not looked at to its end."""

    @property
    def status(self) -> Status:
        """The exit status."""
        reached = {
            Status.USAGE: self.refused,
            Status.VIOLATED: self.differing or self.reworded or self.violated,
            Status.INCONCLUSIVE: self.stopped or self.interrupted,
            Status.AS_DEMANDED: True,
        }
        return next(status for status in PRECEDENCE if reached.get(status))

    def summary(self) -> tuple[str, ...]:
        """The last lines."""
        raise NotImplementedError


class Comparing(Gating):
    """Without --update. updatable: models of which --update would write something, as they were named. alike: the runs of the
    model at hand that are as recorded. ends: what there is to say of those so far of which all is
    as it should be. wordings: what the models' properties and assumptions say."""

    def __init__(self, save: Path | None, wordings: Mapping[Path, Wording], verbose: bool = False) -> None:
        super().__init__(save, verbose)
        self.wordings = wordings
        self.updatable: list[str] = []
        self.path = ""
        self.alike: list[Run] = []
        self.ends: dict[str, None] = {}

    def begin(self, path: Path, program: tree.Program) -> None:
        self.alike = []
        self.path = word(argument(path if not path.is_absolute() or program.model == str(path) else program.model))
        differences = compare_wording(program, self.wordings[path]) if has_record(program) else []
        if differences:
            self.reworded += 1
            self.note()
            for difference in differences:
                self.tell(f"{place_of_wording(program)}: error: {difference}")
                self._case(position_of_wording(program), "properties and assumptions", Outcome.FAILED, [difference])

    def note(self) -> None:
        """--update would write something of this model."""
        if self.path not in self.updatable:
            self.updatable.append(self.path)

    def take(self, number: int, found: Found, program: tree.Program) -> None:
        expected = program.expectations[number]
        if isinstance(found, UsageError):
            raise found
        if isinstance(found, str):
            self.stopped += 1
            self.tell(f"{_place(expected)}: error: {found}")
            self._case(expected.position, f"line {expected.position.line}", Outcome.UNKNOWN, [found])
            return
        if not has_record(program):
            self._take_unrecorded(expected, found)
            return
        differences = departures(expected, found)
        outcome = Outcome.UNKNOWN if stopped(found) else Outcome.FAILED if differences else Outcome.PASSED
        self._case(
            expected.position, str(found.subject.configuration) or "the only one", outcome, [each.text for each in differences]
        )
        if stopped(found):
            self.stopped += 1
        elif differences:
            self.differing += 1
            if complete(found):
                self.note()
        else:
            self.alike.append(found)
            if not self.verbose:
                return
        for line in report(expected, found, differences):
            self.tell(line)

    def _take_unrecorded(self, expected: tree.Expectation, found: Run) -> None:
        """What came of a configuration of C text: nothing may be violated."""
        wrong = wrongs(found)
        bad = any(each.known for each in wrong)
        outcome = Outcome.FAILED if bad else Outcome.UNKNOWN if wrong else Outcome.PASSED
        name = str(found.subject.configuration) or "the only one"
        self.cases.setdefault(expected.position.file, []).append(Case(name, outcome, "; ".join(each.text for each in wrong)))
        for each in wrong:
            level = Level.ERROR if each.known else Level.WARNING
            self.findings.append(Finding(level, VIOLATION, each.position, f"{name}: {each.text}"))
            self.tell(f"{each.position.file}:{each.position.line}: error: {_configuration(found)}{each.text}")
        self.violated += bad
        self.stopped += bool(wrong) and not bad
        if not wrong:
            self.alike.append(found)
            if self.verbose:
                states = counted(found.statistics.states, "state")
                self.tell(f"{_place(expected)}: nothing violated: {_configuration(found)}{states}")

    def end(self, path: Path, program: tree.Program) -> None:
        self.leave(program)

    def leave(self, program: tree.Program) -> None:
        if self.alike and not self.verbose:
            self.tell(summary_of(program, self.alike))
        self.ends["all as recorded" if has_record(program) else "nothing violated"] = None
        self.alike = []

    def _case(self, position: tree.Position, name: str, outcome: Outcome, differences: list[str]) -> None:
        """Have it in the document: what differs is a finding each."""
        self.cases.setdefault(position.file, []).append(Case(name, outcome, "; ".join(differences)))
        level = Level.ERROR if outcome is Outcome.FAILED else Level.WARNING
        self.findings += [Finding(level, RECORD, position, f"{name}: {difference}") for difference in differences]

    def summary(self) -> tuple[str, ...]:
        found = []
        if self.reworded:
            found.append(f"not as recorded: properties or assumptions of {counted(self.reworded, 'model')}")
        if self.differing:
            found.append(f"not as recorded: {counted(self.differing, 'configuration')}")
        if self.stopped:
            found.append(f"not searched to the end: {counted(self.stopped, 'configuration')}")
        if self.interrupted:
            found.append("interrupted: the rest was not checked")
        if self.violated:
            found.append(f"violated, where nothing may be: {counted(self.violated, 'configuration')}")
        whole = "; ".join(found or self.ends)
        if self.updatable and not self.interrupted:
            return f"if this is as it should be, `stackproof gate --update {' '.join(self.updatable)}` writes it", whole
        return (whole,)


class Updating(Gating):
    """With --update. Each configuration is written as soon as it was searched. UsageError if a model cannot be written."""

    def __init__(self, save: Path | None, programs: Programs, verbose: bool = False) -> None:
        super().__init__(save, verbose)
        self.files = {path: RecordFile(path, program) for path, program in programs}
        self.updated = 0
        self.updated_wordings = 0
        self.left_alone = 0

    def begin(self, path: Path, program: tree.Program) -> None:
        self.file = self.files[path]
        self.left_alone = 0

    def take(self, number: int, found: Found, program: tree.Program) -> None:
        expected = self.file.program.expectations[number]
        if isinstance(found, Run) and complete(found):
            outcome = outcome_of(expected, found, list(program.properties))
            changed = changes(expected, outcome)
            if changed:
                self.file.record(number, outcome)
                self.updated += 1
                now = self.file.program.expectations[number]
                self.tell(f"{_place(now)}: updated: {_configuration(found)}{'; '.join(changed)}")
            else:
                self.as_recorded += 1
                if self.verbose:
                    self.tell(*report(expected, found, []))
            return
        self.left_alone += 1
        for line in self.unfinished(expected, found):
            self.tell(f"{_place(expected)}: left alone: {line}")

    def unfinished(self, expected: tree.Expectation, found: Found) -> list[str]:
        """Count a configuration that has no outcome; why it has none."""
        if isinstance(found, UsageError):
            self.refused += 1
            if found.at is not None:
                say(error_text(found))
            return [found.message]
        if isinstance(found, str):
            self.stopped += 1
            return [found]
        if reasons := stopped(found):
            self.stopped += 1
            return [f"{_configuration(found)}stopped by {'; '.join(reasons)}"]
        self.differing += 1
        return [f"{_configuration(found)}{difference}" for difference in compare(_unrecorded(expected), found)]

    def end(self, path: Path, program: tree.Program) -> None:
        now = load_wording(path)
        differences = compare_wording(self.file.program, now)
        if not differences:
            return
        if self.left_alone:
            self.reworded += 1
            self.tell(f"{place_of_wording(self.file.program)}: left alone, as are outcomes: {'; '.join(differences)}")
            return
        self.file.record_wording(now)
        self.updated_wordings += 1
        self.tell(f"{place_of_wording(self.file.program)}: updated: {'; '.join(differences)}")

    def summary(self) -> tuple[str, ...]:
        found = []
        if self.updated:
            found.append(f"updated: {counted(self.updated, 'configuration')}")
        if self.updated_wordings:
            found.append(f"updated: properties or assumptions of {counted(self.updated_wordings, 'model')}")
        if self.as_recorded:
            found.append(f"as recorded: {counted(self.as_recorded, 'configuration')}")
        unfinished = self.refused + self.stopped + self.differing
        if unfinished:
            found.append(f"left alone: {counted(unfinished, 'configuration')}")
        if self.reworded:
            found.append(f"left alone: properties or assumptions of {counted(self.reworded, 'model')}")
        if self.interrupted:
            found.append("interrupted: the rest was left alone")
        return ("; ".join(found),)


def _keep_smallest(smallest: dict[str, Trace], name: str, trace: Trace) -> None:
    """Of several counterexamples keep the one that needs the fewest events, and of those the shortest."""
    known = smallest.get(name)
    if known is None or (len(trace.events), len(trace.steps)) < (len(known.events), len(known.steps)):
        smallest[name] = trace


def _place(expected: tree.Expectation) -> str:
    return f"{expected.position.file}:{expected.position.line}"


def _configuration(run: Run) -> str:
    return f"{run.subject.configuration}: " if str(run.subject.configuration) else ""


def _error(departure: Departure) -> str:
    return "error: " if departure.worse else ""


def _word(departure: Departure) -> str:
    return "CHANGED" if departure.change is None else departure.change.value


def _unrecorded(expected: tree.Expectation) -> tree.Expectation:
    """An entry without outcome, so that only what has none is told."""
    return tree.Expectation(expected.settings, expected.events, None, None, None, None, expected.ladder, expected.position)


def report(expected: tree.Expectation, run: Run, differences: list[Departure]) -> list[str]:
    """The lines of one configuration."""
    if differences:
        return [f"{_place(expected)}: {_error(each)}{_word(each)} {_configuration(run)}{each.text}" for each in differences]
    outcome = ", ".join(f"{name} {length}" for name, length in run.violated.items()) or "none"
    states = counted(run.statistics.states, "state")
    return [f"{_place(expected)}: as recorded: {_configuration(run)}violated: {outcome}; {states}"]


def summary_of(program: tree.Program, runs: Sequence[Run]) -> str:
    """The line of a model. runs: of those of its configurations in which nothing is wrong; at least one."""
    many = counted(len(program.expectations), "configuration")
    if len(runs) < len(program.expectations):
        many = f"{len(runs)} of {many}"
    states = counted(sum(run.statistics.states for run in runs), "state")
    if not has_record(program):
        return f"{program.model}: nothing violated: {many}, {states}; C text has no record"
    return f"{program.model}: as recorded: {many}, {states}"
