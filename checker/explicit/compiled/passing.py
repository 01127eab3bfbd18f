# SPDX-License-Identifier: GPL-2.0-only
"""What the compiled engine asks about a state under partial order, answered by partial_order.py; passing.c remembers it.

The C code asks from any of its threads, and this answers one question at a time.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterable, Sequence

from checker.explicit.compiled.c.shared import ANSWER_WORDS, Asked
from checker.explicit.compiled.comparing import Comparing
from checker.explicit.reduction.agent_code import Candidate
from checker.explicit.reduction.partial_order import Reducer
from checker.explicit.reduction.visibility import Judged
from checker.ir.analysis.ownership import Claims

ASK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint64), ctypes.c_size_t
)
WORD = (1 << 64) - 1


class Passing:
    """Answers for one search. words: of a state. deadline: in time.monotonic's seconds, when the search is to stop; None: never.
    failed: what was raised while a question was answered; the search has failed then."""

    def __init__(self, reducer: Reducer, words: int) -> None:
        self.reducer = reducer
        self.words = words
        self.deadline: float | None = None
        self.failed: BaseException | None = None
        self.one_at_a_time = threading.Lock()
        self.numbers: dict[object, int] = {}
        self.callback = ASK(self._ask)
        self.records = {
            record: (offset, (1 << count) - 1)
            for record, offset, count in _placed(
                (record, reducer.system.arenas[record].instances) for record in reducer.discipline.records
            )
        }
        self.held_words = max(1, -(-sum(mask.bit_length() for _, mask in self.records.values()) // 64))
        self.actions = [c for agent in (*reducer.agents, None) for c in reducer.code.candidates[agent]]
        self.judged = {judged: number for number, judged in enumerate(reducer.visibility.judged)}
        self.locations = len(reducer.system.locations) if reducer.system.processors is not None else 0

    def begin(self, library: ctypes.CDLL, search: int) -> bool:
        """Let a search without states ask. False if there is no memory for it."""
        bodies = [judged.body for judged in self.judged]
        self.comparing = Comparing(library, self.reducer.system, self.reducer.layout, self.words, bodies)
        self.reducer.visibility.keeps = self._keeps
        first = [0]
        for agent in (*self.reducer.agents, None):
            first.append(first[-1] + len(self.reducer.code.candidates[agent]))
        edges = (ctypes.c_uint64 * self.words)(*self._words(self.reducer.claimer.edge_cells))
        numbers = (ctypes.c_uint * len(first))(*first)
        return bool(library.passing_begin(search, self.callback, edges, self.held_words, numbers))

    def _keeps(self, judged: Judged, demanded: int, own: int, before: int, after: int, never: dict[int, frozenset[int]]) -> bool:
        found = self.comparing.keeps(self.judged[judged], demanded, own, before, after, never)
        return self.reducer.visibility.kept(judged, demanded, own, before, after, never) if found is None else found

    def _ask(self, what: int, number: int, state: int | None, answer: ctypes._Pointer[ctypes.c_uint64], room: int) -> int:
        try:
            with self.one_at_a_time:
                if self.failed is not None or (self.deadline is not None and time.monotonic() > self.deadline):
                    return -1
                packed = 0 if state is None else int.from_bytes(ctypes.string_at(state, self.words * 8), "little")
                found = self._answer(Asked(what), number, packed)
                for place, word in enumerate(found):
                    answer[place] = word
                return len(found)
        except BaseException as error:  # what is raised here would be lost
            self.failed = error
            return -1

    def _answer(self, what: Asked, number: int, state: int) -> Sequence[int]:
        reducer = self.reducer
        match what:
            case Asked.ASK_CLAIMS:
                return self._claims(reducer.claimer.claims(state))
            case Asked.ASK_SUFFICIENT:
                changes = reducer.answer(number, state, reducer.claimer.claims(state)).changes or ()
                if 1 + len(changes) * self.words > ANSWER_WORDS:
                    changes = ()
                return [len(changes), *(word for change in changes for word in self._words(change))]
            case Asked.ASK_TOUCHED:
                met = reducer.code.met(self._candidate(number, state), state)
                return [word for bits in (met.reads, met.direct, met.writes) for word in self._words(bits)]
            case Asked.ASK_FORGET:
                reducer.forget(reducer.system.properties[number])
        return []

    def _candidate(self, number: int, state: int) -> Candidate:
        if number < len(self.actions):
            return self.actions[number]
        return self.reducer.code.next_step((number - len(self.actions)) // (self.locations + 1), state)

    def _claims(self, claims: Claims) -> list[int]:
        found: list[int] = []
        agents = self.reducer.agents
        for agent in agents:
            no_write, no_read = self._of_others(claims, agent)
            for bits in (claims.cells[agent], claims.exclusive[agent], no_write, no_read):
                found += self._words(bits)
            for held in (claims.held[agent], claims.own[agent]):
                bits = sum(held[record] << offset for record, (offset, _) in self.records.items())
                found += self._words(bits, self.held_words)
            found.append(self.numbers.setdefault(claims.key[agent], len(self.numbers)))
        for bits in self._of_others(claims, None):
            found += self._words(bits)
        return found

    def _of_others(self, claims: Claims, agent: int | None) -> tuple[int, int]:
        """The cells that who is this agent may not write, and not read."""
        no_write = no_read = 0
        for other in self.reducer.agents:
            if other != agent:
                no_write |= claims.cells[other]
                no_read |= claims.exclusive[other]
        return no_write, no_read

    def _words(self, bits: int, count: int | None = None) -> list[int]:
        return [bits >> 64 * number & WORD for number in range(self.words if count is None else count)]


def _placed(sizes: Iterable[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Each with the sum of the sizes before it."""
    found: list[tuple[str, int, int]] = []
    for name, size in sizes:
        found.append((name, sum(other for _, _, other in found), size))
    return found
