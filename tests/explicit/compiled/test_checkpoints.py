# SPDX-License-Identifier: GPL-2.0-only
"""Searches stopped anywhere and gone on with from a checkpoint end as searches without a pause; damaged files are refused."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.explicit.compiled import driver as compiled
from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.checkpoint import CheckpointError
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.resuming import Checkpoints, header_of
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.judges.in_pieces import Subject, dks, pieces
from tests.support.random.random_systems import random_system
from tests.support.sampling import always
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of


def outcome(result: Result) -> tuple[object, ...]:
    s = result.statistics
    found = {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}
    error = None if result.error is None else len(result.error.path)
    if error is not None:
        return (error,)
    return s.states, s.transitions, s.depth, s.frontier, found, result.reasons, result.stopped, set(result.unreached)


def paths(result: Result) -> dict[str, list[int]]:
    return {name: [step.state for step in finding.path] for name, finding in result.findings.items()}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls of the C code end at once."""
    monkeypatch.setattr(compiled, "SLICE", 0)


@pytest.mark.parametrize("threads", always([[1], [2], [1, 2], [2, 1, 3]], lambda threads: threads in ([1], [2, 1, 3])), ids=str)
@pytest.mark.parametrize("reductions", [frozenset(), frozenset({"pages", "symmetry"})], ids=["plain", "reduced"])
def test_dks_in_pieces(tmp_path: Path, hasty: None, threads: list[int], reductions: frozenset[str]) -> None:
    subject = Subject(dks(C=1, T=2, S=2, FAIL=1, LATE=1), reductions, pieces)
    whole = subject.run(1, Limits())
    assert whole.findings
    steps = [whole.statistics.states // 6, 3, 1]
    result, stops = subject.in_pieces(tmp_path / "file", steps, threads)
    assert stops > 8
    assert outcome(result) == outcome(whole)
    if threads == [1]:
        assert paths(result) == paths(whole)


def too_late(text: str) -> str:
    """Workers take more rows for every successor, as one does that finds that another worker has just stored the same state."""
    old = "int written = 0;"
    assert text.count(old) == 1
    return pieces(text).replace(old, old + " w->row_end = w->row; reserve_row(w);")


@pytest.mark.parametrize("threads", [[1], [2, 1]], ids=str)
def test_rows_that_were_taken_for_nothing(tmp_path: Path, hasty: None, threads: list[int]) -> None:
    subject = Subject(dks(C=1, T=2, S=2, FAIL=1, LATE=1), frozenset(), too_late)
    whole = subject.run(1, Limits())
    result, stops = subject.in_pieces(tmp_path / "file", [whole.statistics.states // 6, 3, 1], threads)
    assert stops > 8
    assert outcome(result) == outcome(whole)


@pytest.mark.parametrize(
    ("model", "sizes"),
    [
        ("rfc_v1.py", (1, 1, 3)),
        pytest.param("rfc_v1.py", (1, 2, 3), marks=pytest.mark.slow),
        pytest.param("rfc_v1_nr_fixed.py", (2, 1, 3), marks=pytest.mark.slow),
    ],
)
def test_kernel_models_in_pieces(tmp_path: Path, model: str, sizes: tuple[int, int, int]) -> None:
    settings_ = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    program = load_program(PROJECT / "models" / model, settings_, ("touch", "oom"))
    subject = Subject(program, frozenset({"pages"}) if lower(program).symmetry is not None else frozenset(), pieces)
    whole = subject.run(1, Limits())
    states = whole.statistics.states
    result, stops = subject.in_pieces(tmp_path / "file", [states // 7], [2, 1])
    assert stops >= 5
    assert outcome(result) == outcome(whole)


ENTERED_OVER_A_RESULT = """
@record(count=1, frames=2)
class Cpu:
    done: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@routine(noinline=True)
def give() -> Small:
    return 2
@routine
def main() -> None:
    processor(Cpu).done = give()
@routine
def strike() -> None:
    pass
@action
def begin(cpu: Cpu) -> None:
    require(not has_frames(cpu))
    enter(cpu, main)
@action(interrupt=True)
def interrupt(cpu: Cpu) -> None:
    require(has_frames(cpu))
    enter(cpu, strike)
"""


def test_a_frame_that_was_entered_stands_on_a_result(tmp_path: Path, hasty: None) -> None:
    subject = Subject(program_of(ENTERED_OVER_A_RESULT), frozenset(), pieces)
    whole = subject.run(1, Limits())
    result, stops = subject.in_pieces(tmp_path / "file", [1], [1])
    assert stops > 5
    assert outcome(result) == outcome(whole)


@seeds(2, 70)
def test_random_systems_in_pieces(tmp_path: Path, seed: int) -> None:
    check(tmp_path, seed)


def check(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    text = random_system(chance)
    note(text)
    try:
        program = program_of(text)
        search = Search(lower(program))
    except ModelError:
        assume(False)
    result = search.run(Limits(states=3000))
    assume(result.stopped is None and result.error is None and result.statistics.states > 2)
    subject = Subject(program, frozenset(), pieces)
    whole = subject.run(1, Limits())
    steps = [max(1, whole.statistics.states // chance.randint(2, 6)), 1]
    before = compiled.SLICE
    compiled.SLICE = 0
    try:
        result, _ = subject.in_pieces(folder / "file", steps, [chance.randint(1, 2), chance.randint(1, 3)])
    finally:
        compiled.SLICE = before
    assert outcome(result) == outcome(whole)


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_states_that_find_no_room_are_found_after_resuming(tmp_path: Path, threads: int) -> None:
    """Rows run out in the middle of an expansion; with more rows the search goes on with what it has."""
    program = dks(C=1, T=2, S=2, FAIL=1, LATE=1)
    result = Subject(program).run(1, Limits())
    whole, step = outcome(result), result.statistics.states // 6
    old = "q->most_rows = most_rows < UINT32_MAX - CHUNK ? most_rows : UINT32_MAX - CHUNK;"
    file = tmp_path / "file"
    room, stops = 0, 0
    while stops == 0 or result.stopped is not None:
        room += step
        # The key is that of the source as it was, so that these searches take each other's checkpoints.
        subject = Subject(program, frozenset(), lambda text, room=room: pieces(text).replace(old, f"q->most_rows = {room};"))
        subject.generated = Generated("the same", *list(vars(subject.generated).values())[1:])
        result = subject.run(threads, Limits(), file, resume=stops > 0)
        stops += result.stopped is not None
    assert stops > 3
    assert outcome(result) == whole


def test_checkpoints_now_and_then(tmp_path: Path, hasty: None) -> None:
    """One that was written in between, while the search went on, is as good as one at the end."""
    subject = Subject(dks(C=1, T=2, S=2, FAIL=1, LATE=1), frozenset(), pieces)
    whole = outcome(subject.run(1, Limits()))
    file = tmp_path / "file"
    kept: list[bytes] = []
    before = compiled.CompiledSearch._save

    def keep(search: CompiledSearch, how: str | None) -> None:
        before(search, how)
        if len(kept) < 300:
            kept.append(file.read_bytes())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled.CompiledSearch, "_save", keep)
        assert outcome(subject.run(2, Limits(), file, every=0.0)) == whole
    assert len(kept) > 20
    for content in kept[:: len(kept) // 10]:
        file.write_bytes(content)
        assert outcome(subject.run(2, Limits(), file, resume=True)) == whole


@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_every_damaged_byte_is_noticed(tmp_path: Path, hasty: None, every: int) -> None:
    """With --all; without, one of so many places and lengths."""
    subject = Subject(dks(C=1, T=1, S=2), frozenset(), pieces)
    file = tmp_path / "file"
    assert subject.run(1, Limits(states=12), file).stopped is not None
    content = file.read_bytes()
    chance = random.Random(1)
    header = content.index(b"}") + 60
    places = [*range(0, header, every), *(chance.randrange(len(content)) for _ in range(300 // every)), len(content) - 1]
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(CheckpointError):
            subject.run(1, Limits(), file, resume=True)
    for length in [
        *range(0, header, 3 * every),
        *(chance.randrange(len(content)) for _ in range(100 // every)),
        len(content) - 1,
    ]:
        file.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            subject.run(1, Limits(), file, resume=True)
    file.write_bytes(content + b"\0")
    with pytest.raises(CheckpointError):
        subject.run(1, Limits(), file, resume=True)
    file.write_bytes(content)
    assert subject.run(1, Limits(), file, resume=True).stopped is None


def test_that_of_another_search_is_refused(tmp_path: Path, hasty: None) -> None:
    subject = Subject(dks(C=1, T=1, S=2), frozenset(), pieces)
    file = tmp_path / "file"
    assert subject.run(1, Limits(states=10), file).stopped is not None
    others = [
        Subject(dks(C=1, T=1, S=3), frozenset(), pieces),
        Subject(dks(C=1, T=1, S=2)),
        Subject(dks(C=1, T=1, S=2), frozenset({"pages"}), pieces),
    ]
    for other in others:
        with pytest.raises(CheckpointError, match="of another search"):
            other.run(1, Limits(), file, resume=True)
    fewer = CompiledSearch(
        Search(subject.system), subject.generated, subject.library, frozenset({"I1"}), 1, 0, Checkpoints(None, 1.0, file, print)
    )
    with pytest.raises(CheckpointError, match="of another search"):
        fewer.run()
    assert header_of(file).states >= 10


WIDE = """
x: Annotated[int, Range(0, 6000)] = 0
y: Small = 0
@action
def jump() -> None:
    global x, y
    require(y < 1)
    x = choose(range(6000))
    y += 1
@invariant("rule", "x is {x}")
def holds() -> bool:
    \"\"\"Test.\"\"\"
    return not (x == 5999 and y == 1)
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_a_step_with_more_successors_than_the_table_has_slots(threads: int) -> None:
    subject = Subject(program_of(WIDE), frozenset(), pieces)
    assert outcome(subject.run(threads, Limits())) == outcome(Search(subject.system).run())


ERROR_IN_A_WIDE_LEVEL = """
Wide = Annotated[int, Range(0, 200)]
n: Wide = 0
depth: Small = 0
@action
def spread(k: Annotated[int, Range(1, 100)]) -> None:
    global n, depth
    require(depth == 0)
    n = k
    depth = 1
@action
def go() -> None:
    global n, depth
    require(depth == 1)
    depth = 9 if n > 1 else n + 9
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_a_checkpoint_loses_no_model_error(tmp_path: Path, hasty: None, threads: int) -> None:
    """The error is met early in a level, and the search stops before the level ends: what it can go on with still leads to it."""
    subject = Subject(program_of(ERROR_IN_A_WIDE_LEVEL), replace=pieces)
    file = tmp_path / "file"
    met = 0
    for limit in range(100, 210, 11):
        file.unlink(missing_ok=True)
        result = subject.run(threads, Limits(states=limit), file)
        met += result.error is not None
        if file.exists():
            assert result.error is None
            result = subject.run(threads, Limits(), file, resume=True)
        assert result.error is not None and len(result.error.path) == 2
    assert met
    file.unlink(missing_ok=True)
    subject.run(threads, Limits(), file, every=0.0)
    result = subject.run(threads, Limits(), file, resume=True)
    assert result.error is not None and len(result.error.path) == 2
