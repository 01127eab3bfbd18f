# SPDX-License-Identifier: GPL-2.0-only
"""One attempt to prove some properties together: a prover's answers, down to a certificate that the second solver has read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from checker.counting import counted
from checker.result.verdict import Verdict, VerdictKind, inconclusive
from checker.symbolic.bmc.problem import VIOLATED, stated_lemmas, targets
from checker.symbolic.bmc.question import STATE, Stopped
from checker.symbolic.certificate.certificate import INITIATION, SAFETY, Claim, Lemma, files
from checker.symbolic.kinduction.k_induction import InductionMessage, InductionProblem, Inductive, NotInductive
from checker.symbolic.kinduction.unrolled_certificate import CONSECUTION, unrolled_files
from checker.symbolic.lemmas.features import Sampled
from checker.symbolic.lemmas.holders import counted_text
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.proof_problem import lemmas, printed, proof_problem
from checker.symbolic.lemmas.proof_question import Failed, GivenUp, Grown, Proved
from checker.symbolic.lemmas.readable import counterexample_lines
from checker.symbolic.process import induction_messages, proof_messages, spacer_messages
from checker.symbolic.relation.counting import Counted
from checker.symbolic.relation.transition import Relation
from checker.symbolic.spacer.spacer_problem import printed as bits_printed
from checker.symbolic.spacer.spacer_problem import spacer_lemmas, spacer_problem
from checker.symbolic.spacer.spacer_question import Safe, Unsafe
from checker.verify.proof.certificates import digest
from checker.verify.proof.second_reading import second_reading
from checker.verify.subject import Loaded, assumptions_of

UNSAFE = "the solver finds a run that violates something, which the samples do not have; `stackproof check` can find and show it"

LATER = "the solver finds a run that breaks it, which the samples do not have; `stackproof check` can find and show it"


class Attempt:
    """One proof of some properties together. stated: the lemmas of the model that may be used; those that are among the
    properties are to be shown if that can be. left: the seconds that there are left, None for any number. memory: bytes."""

    def __init__(
        self,
        loaded: Loaded,
        properties: frozenset[str],
        stated: frozenset[str],
        left: Callable[[], float | None],
        memory: int | None,
        folder: Path | None,
        tell: Callable[[str], None],
    ) -> None:
        self.program = loaded.program
        self.subject = loaded.subject
        self.properties = properties
        self.stated = stated
        self.left = left
        self.memory = memory
        self.folder = folder
        self.tell = tell
        self.invariant: tuple[str, ...] = ()
        self.counterexample: tuple[str, ...] = ()
        self.certificate: Path | None = None
        self.counted: tuple[Counted, ...] = ()
        self.given_up: dict[str, tuple[str, ...]] = {}

    def of(self, name: str, otherwise: Verdict) -> Verdict:
        """The verdict on one property, from that on all together."""
        if name in self.given_up and otherwise.kind is not VerdictKind.ERROR:
            return Verdict(name, VerdictKind.UNKNOWN, f"not proved, and not used: {self.given_up[name][0]}")
        return Verdict(name, otherwise.kind, otherwise.detail, otherwise.trace)

    def give_up(self, name: str, *why: str) -> None:
        """Without one of the stated lemmas. why: a reason, and lines that show it."""
        self.given_up[name] = why
        self.properties -= {name}
        self.stated -= {name}
        self.tell(f"the lemma {name} is given up: {why[0]}")

    def prove(self, relation: Relation, names: Names, sampled: Sampled) -> Verdict:
        """The verdict on all of them."""
        problem = proof_problem(relation, self.properties, sampled, self.stated)
        with closing(proof_messages(problem, self.left(), self.memory)) as told:
            for message in told:
                match message:
                    case Grown(count, shown, counterexamples, checks):
                        self.tell(
                            f"{shown} of {counted(count, 'lemma')} shown, {counted(counterexamples, 'counterexample')}, "
                            f"{counted(checks, 'question')}"
                        )
                    case GivenUp(why):
                        name = why.target.removeprefix(VIOLATED)
                        self.give_up(
                            name, "a step breaks it in a state that satisfies the rest", *self.shown(relation, names, why)
                        )
                    case Proved():
                        clauses = lemmas(relation.fields.terms, sampled.features, message.clauses)
                        text = [counted_text(relation.fields.system, names, entry) for entry in self.counted]
                        text += [printed(sampled.features, clause) for clause in message.clauses]
                        return self.certify(relation, message.targets, message.valid, clauses, text)
                    case Failed():
                        return self.failed(relation, names, message)
                    case Stopped(why):
                        return inconclusive(why)
        raise AssertionError("the solver's process says nothing at its end")

    def prove_by_spacer(self, relation: Relation, names: Names) -> Verdict:
        """The verdict on all of them, with an invariant of Spacer's."""
        with closing(spacer_messages(spacer_problem(relation, self.properties), self.left(), self.memory)) as told:
            for message in told:
                match message:
                    case Safe(clauses):
                        text = [bits_printed(relation, names, clause) for clause in clauses]
                        return self.certify(relation, (), True, spacer_lemmas(relation, clauses), text)
                    case Unsafe():
                        return Verdict("", VerdictKind.UNKNOWN, UNSAFE)
                    case Stopped(why):
                        return inconclusive(why)
        raise AssertionError("the solver's process says nothing at its end")

    def prove_by_induction(self, relation: Relation, most: int) -> Verdict:
        """The verdict on all of them, by k-induction with k up to `most`."""
        while True:
            claim = self.to_be_kept(relation)
            made = [unrolled_files(relation, claim, k) for k in range(1, most + 1)]
            answer = self.induction(made)
            if isinstance(answer, Inductive):
                shown = made[answer.k - 1] if answer.k > 1 else files(relation, claim, ())
                return self.accepted(claim, shown, [f"no state with: {name}" for name in claim.kept], answer.k)
            if isinstance(answer, Stopped):
                return inconclusive(answer.why)
            if not self.without_what_fails(relation, claim, most):
                return Verdict("", VerdictKind.UNKNOWN, UNSAFE if answer.early else f"no k-induction with k <= {most}")

    def to_be_kept(self, relation: Relation) -> Claim:
        """The properties, with the lemmas that the model states."""
        found = [target for target, _ in targets(relation, self.properties)]
        kept = [target.name for target in found if target.kind == STATE]
        kept += stated_lemmas(relation, self.stated - self.properties)
        return Claim(tuple(kept), tuple(target.name for target in found))

    def without_what_fails(self, relation: Relation, claim: Claim, most: int) -> bool:
        """Give up the stated lemmas that do not follow from all together; whether there are any."""
        found = False
        for name in sorted(self.stated):
            if VIOLATED + name in claim.kept:
                made = [unrolled_files(relation, Claim(claim.kept, ()), k, VIOLATED + name) for k in range(1, most + 1)]
                answer = self.induction(made)
                if isinstance(answer, NotInductive):
                    self.give_up(name, LATER if answer.early else f"no k-induction with k <= {most}")
                    found = True
        return found

    def induction(self, made: Sequence[Mapping[str, str]]) -> InductionMessage:
        """What Z3 says of these questions, for k = 1, 2, ..."""
        problem = InductionProblem(tuple((one[INITIATION], one[CONSECUTION], one[SAFETY]) for one in made))
        with closing(induction_messages(problem, self.left(), self.memory)) as told:
            for message in told:
                if message is not None:
                    return message
        raise AssertionError("the solver's process says nothing at its end")

    def certify(
        self,
        relation: Relation,
        kept: tuple[str, ...],
        valid: bool,
        parts: Sequence[Lemma],
        text: Sequence[str],
    ) -> Verdict:
        """PROVED, if the second solver accepts the certificate. kept: the targets that the invariant itself excludes; valid:
        whether it says that a state is valid; parts: the lemmas that it has besides, with their text."""
        excluded = tuple(target.name for target, _ in targets(relation, self.properties))
        claim = Claim(kept, excluded, valid)
        made = files(relation, claim, parts)
        return self.accepted(claim, made, [*(f"no state with: {name}" for name in kept), *text])

    def accepted(self, claim: Claim, made: Mapping[str, str], text: Sequence[str], k: int = 1) -> Verdict:
        """PROVED, if the second solver says `unsat` of these files. text: the invariant."""
        if not self.properties:
            return Verdict("", VerdictKind.UNKNOWN, "none of the lemmas that were asked for is shown")
        self.invariant = tuple(text)
        self.tell(f"{counted(len(self.invariant), 'part')} of an invariant; the second solver reads {counted(len(made), 'file')}")
        manifest = self.manifest(claim) | ({"k": k} if k > 1 else {})
        refused = second_reading(self.folder, manifest, "\n".join(self.invariant) + "\n", made, self.left)
        if refused is not None:
            self.invariant = ()
            return Verdict("", VerdictKind.UNKNOWN, refused)
        self.certificate = self.folder
        scope = f"runs of any length{self.subject.configuration.at}, whichever free instance is allocated"
        return Verdict("", VerdictKind.PROVED, scope + (f", by induction over {k} states" if k > 1 else ""))

    def manifest(self, claim: Claim) -> dict[str, object]:
        configuration = self.subject.configuration
        return {
            "model": self.subject.model,
            "settings": dict(configuration.settings),
            "events": list(configuration.events),
            "properties": [name for name in self.program.properties if name in self.properties],
            "assumptions": list(assumptions_of(self.program)),
            "lemmas": [name for name in self.program.properties if name in self.stated and VIOLATED + name in claim.kept],
            "kept": list(claim.kept),
            "excluded": list(claim.excluded),
            "valid": claim.valid,
            "counted": [dataclasses.asdict(entry) for entry in self.counted],
            "sources": {name: digest(text) for name, text in sorted(self.subject.sources.items())},
        }

    def failed(self, relation: Relation, names: Names, failed: Failed) -> Verdict:
        self.counterexample = self.shown(relation, names, failed)
        return Verdict("", VerdictKind.UNKNOWN, f"induction fails: {failed.target}; see the counterexample to induction")

    def shown(self, relation: Relation, names: Names, failed: Failed) -> tuple[str, ...]:
        """A counterexample to induction, as lines."""
        transition = relation.transitions[failed.inputs[0]]
        who = f"processor {transition.processor}" if transition.action is None else transition.action.name
        lines = counterexample_lines(relation.fields, names, failed.target, failed.state, failed.after, failed.matters)
        return (f"A step of: {who}", *lines) if failed.after is not None else tuple(lines)
