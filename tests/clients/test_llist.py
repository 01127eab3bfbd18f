# SPDX-License-Identifier: GPL-2.0-only
"""llist: one consumer holds, two meet the ABA that Linux documents; each property notices what it is there for; the counts are
those of a search written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from checker.explicit.engines import Method, explore
from checker.explicit.search.results import Limits, Result
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError, UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.clients.by_hand import Client, search
from tests.support.command import stackproof
from tests.support.judges.brute.comparison import compare

FOLDER = PROJECT / "models" / "llist"
TEXT = (FOLDER / "llist.c").read_text(encoding="utf-8")
ONE, TWO = ((FOLDER / f"{name}.toml").read_text(encoding="utf-8") for name in ("one_consumer", "two_consumers"))
BEFORE_CLIENTS = TWO[: TWO.index("\n# It holds")]
PROPERTIES = {"taken-once", "listed-free", "listed-once", "none-lost", "no-deadlock", "no-wild-pointer"}
ADDER = Client(0, "task", ("add",), 2, 2)
ADDER_IN_IRQ = Client(0, "irq", ("add",), 1, 1)
CONSUMER = Client(0, "task", ("add", "del_first"), 3, 1)


def written(folder: Path, text: str, manifest: str) -> tuple[Path, Inputs]:
    """Both as files."""
    (folder / "llist.c").write_text(text, encoding="utf-8")
    (folder / "clients.toml").write_text(manifest, encoding="utf-8")
    return folder / "llist.c", Inputs(manifest=folder / "clients.toml")


def loaded(folder: Path, cpus: int, manifest: str, text: str = TEXT) -> Program:
    model, inputs = written(folder, text, manifest)
    return load_program(model, {"CPUS": cpus}, (), inputs)


def searched(program: Program, engine: str = "portable") -> Result:
    found = explore(lower(program), frozenset(program.properties), Method(engine), Limits()).result
    assert found.stopped is None
    assert found.error is None
    return found


def violated(result: Result) -> dict[str, int]:
    return {name: len(finding.path) for name, finding in result.findings.items()}


def with_clients(*clients: Client) -> str:
    """A manifest that has these."""
    return BEFORE_CLIENTS + "".join(
        f'\n[[clients]]\ncontext = "{each.context}"\ncpus = [{each.cpu}]\ncalls = {list(each.calls)}\ntimes = {each.times}\n'
        f"nodes = {each.nodes}\n"
        for each in clients
    )


def test_one_consumer_holds(tmp_path: Path) -> None:
    for cpus, states, transitions in ((1, 2_350, 2_717), (2, 327_735, 709_386)):
        program = loaded(tmp_path, cpus, ONE)
        assert set(program.properties) == PROPERTIES, "the properties of another domain are loaded"
        result = explore(lower(program), PROPERTIES, Method(reductions=frozenset({"symmetry"})), Limits()).result
        assert (result.statistics.states, result.statistics.transitions, violated(result)) == (states, transitions, {})


def test_two_consumers_meet_the_aba(tmp_path: Path) -> None:
    model, inputs = written(tmp_path, TEXT, TWO)
    run = check_configuration(Request(model, {"CPUS": 2}, (), inputs=inputs), Method("portable"), Limits())
    found = {each.property: each.trace for each in run.verdicts if each.trace is not None}
    assert found.keys() == {"taken-once", "listed-free", "listed-once", "none-lost"}
    assert all(trace.steps for trace in found.values())
    messages = {name: trace.violation.message for name, trace in found.items()}
    assert messages["none-lost"] == "node1 was added and never taken, but is not on the list"
    assert messages["listed-once"] == "the list that begins with node0 has a cycle"
    calls = {value for trace in found.values() for step in trace.steps for name, value in step.arguments if name == "call"}
    assert calls == {"add", "del_first"}, "a call has its name in the text"


@pytest.mark.parametrize("engine", ["portable", "compiled"])
@pytest.mark.parametrize(
    ("cpus", "clients"),
    [
        (1, (Client(0, "task", ("add", "del_first"), 2, 1),)),
        (1, (CONSUMER, ADDER_IN_IRQ, Client(0, "nmi", ("add",), 1, 1))),
        (2, (Client(0, "task", ("add", "del_first"), 6, 2), Client(1, "task", ("del_first",), 2))),
        (2, (Client(0, "task", ("add", "del_first"), 2, 1), ADDER_IN_IRQ, Client(1, "irq", ("del_first", "add"), 2, 1))),
        (1, (Client(0, "task", ("del_first",), 1, 2), Client(0, "irq", ("add", "del_first"), 6))),
    ],
    ids=["a task", "three contexts", "the ABA", "tasks and interrupts", "an interrupt alone"],
)
def test_the_counts_are_those_of_a_search_written_by_hand(
    cpus: int, clients: tuple[Client, ...], engine: str, tmp_path: Path
) -> None:
    expected = search(clients, cpus)
    found = searched(loaded(tmp_path, cpus, with_clients(*clients)), engine)
    assert (found.statistics.states, found.statistics.transitions) == (expected.states, expected.transitions)
    assert violated(found) == expected.violated


def test_brute_force_finds_the_same(tmp_path: Path) -> None:
    program = loaded(tmp_path, 1, with_clients(Client(0, "task", ("add", "del_first"), 2, 1), ADDER_IN_IRQ))
    compare(program, most=2_000)


IN_TEXT: Mapping[str, tuple[str, str, tuple[Client, ...], str]] = {
    "an add that is not atomic": (
        "} while (!try_cmpxchg(&head->first, &first, new_first));",
        "} while (0);\n\tWRITE_ONCE(head->first, new_first);",
        (ADDER, ADDER_IN_IRQ),
        "none-lost",
    ),
    "a node that leads to itself": ("new_last->next = first;", "new_last->next = new_first;", (ADDER,), "listed-once"),
    "a node that stays on the list": (
        "} while (!try_cmpxchg(&head->first, &entry, next));",
        "} while (next != READ_ONCE(entry->next));",
        (CONSUMER,),
        "listed-free",
    ),
    "a node that two get": (
        "} while (!try_cmpxchg(&head->first, &entry, next));",
        "} while (0);\n\tWRITE_ONCE(head->first, next);",
        (CONSUMER, Client(0, "irq", ("del_first",), 1)),
        "taken-once",
    ),
    "an empty list": ("if (entry == NULL)", "if (0)", (CONSUMER,), "no-wild-pointer"),
    "an add that never ends": ("return !first;", "while (1)\n\t\t;", (ADDER,), "no-deadlock"),
}


@pytest.mark.parametrize(("old", "new", "clients", "name"), IN_TEXT.values(), ids=IN_TEXT)
def test_each_property_notices_what_it_is_there_for(
    old: str, new: str, clients: tuple[Client, ...], name: str, tmp_path: Path
) -> None:
    assert TEXT.count(old) == 1
    assert not violated(searched(loaded(tmp_path, 1, with_clients(*clients)))), "it has to hold without the change"
    found = violated(searched(loaded(tmp_path, 1, with_clients(*clients), TEXT.replace(old, new))))
    assert name in found


REFUSED: Mapping[str, tuple[str, str, str]] = {
    "another context": ('context = "irq"', 'context = "softirq"', "it is task, irq, nmi"),
    "no call": ('calls = ["add", "del_first", "del_all"]', "calls = []", "at least one call"),
    "an unknown call": ('calls = ["add", "add_two"]', 'calls = ["push"]', "client_code does not define `push`"),
    "a call of another kind": (
        'calls = ["add", "add_two"]',
        'calls = ["llist_add_batch"]',
        "does not take a client and nothing else",
    ),
    "too many nodes": ("times = 2\nnodes = 2", "times = 2\nnodes = 6", "8 in all"),
    "no nodes": ("nodes = ", "# nodes = ", "0 in all"),
    "too often": ("times = 3", "times = 9", "times is 1 to 8"),
    "a negative CPU": ("cpus = [1]", "cpus = [-1]", "CPUs are counted from 0"),
    "a CPU twice": ("cpus = [1]", "cpus = [1, 0, 1]", "name each CPU once"),
    "an unknown domain": ('domain = "clients"', 'domain = "client"', "there is no domain 'client'"),
    "a domain that is no text": ('domain = "clients"', "domain = 1", "`domain` is a text"),
    "an unknown key": ("times = 3", "time = 3", "did you mean `times`?"),
    "a function that is not there": ('taken_for = "llist_add_batch"', 'taken_for = "llist_add"', "does not define llist_add"),
}


@pytest.mark.parametrize(("old", "new", "message"), REFUSED.values(), ids=REFUSED)
def test_a_manifest_that_is_wrong_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in ONE
    with pytest.raises(UsageError) as refused:
        loaded(tmp_path, 2, ONE.replace(old, new))
    assert message in str(refused.value)


def test_a_manifest_without_clients_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        loaded(tmp_path, 2, BEFORE_CLIENTS)
    assert "clients.toml: error: [[clients]]: nobody calls the protocol" in str(refused.value)


def test_an_error_in_the_code_of_clients_has_its_line(tmp_path: Path) -> None:
    old = "client_takes(client, node);"
    with pytest.raises(UsageError) as refused:
        loaded(tmp_path, 2, TWO.replace(old, "client_take(client, node);"))
    line = TWO.splitlines().index("\t\t" + old) + 1
    assert f"clients.toml:{line}:" in str(refused.value)
    assert "`client_take` is not known" in str(refused.value)


def test_what_a_file_says_now_counts(tmp_path: Path) -> None:
    assert loaded(tmp_path, 2, ONE).records["Client"].count == 4
    assert loaded(tmp_path, 2, TWO).records["Client"].count == 2, "the manifest is another one under the same name"


def test_a_proof_about_c_text_is_compared_with_it(tmp_path: Path) -> None:
    model, inputs = written(tmp_path, TEXT, with_clients(Client(0, "task", ("add",), 1, 1)))
    assert inputs.manifest is not None
    given, certificate = ("--manifest", str(inputs.manifest)), str(tmp_path / "certificate")
    proved = stackproof("prove", str(model), *given, "--property", "no-wild-pointer", "--certificates", certificate)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    accepted = stackproof("certify", certificate, "--model", str(model), *given)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    model.write_text(TEXT.replace("return !first;", "return first;"), encoding="utf-8")
    refused = stackproof("certify", certificate, "--model", str(model), *given)
    assert refused.returncode == 1
    assert "llist.c: not the text that was proved" in refused.stdout
    assert stackproof("certify", certificate, "--model", str(model)).returncode == 2, "without its manifest it is no model"


BELONGS = "belongs to the domain 'stacks', and the manifest is for the domain 'clients'; leave it out"
NO_SERVICE = "cannot be called in the domain 'clients': the kernel has no"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("alloc_pages(GFP_KERNEL, 0)", f"`alloc_pages` {BELONGS}"),
        ("task_stack_page(current)", f"`task_stack_page` {BELONGS}"),
        ("client_takes(GFP_KERNEL, 0)", f"`GFP_KERNEL` {BELONGS}"),
        ("preempt_disable()", f"`preempt_disable` {NO_SERVICE}"),
        ("local_irq_disable()", f"`local_irq_disable` {NO_SERVICE}"),
    ],
)
def test_what_another_domain_has_is_refused_where_it_is_called(call: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        loaded(tmp_path, 1, ONE, TEXT.replace("return !first;", f"{call}; return !first;"))
    line = next(number for number, text in enumerate(TEXT.splitlines(), 1) if "return !first;" in text)
    assert str(refused.value).startswith(f"{tmp_path / 'llist.c'}:{line}:")
    assert message in str(refused.value)


def test_a_text_may_define_what_another_domain_has(tmp_path: Path) -> None:
    own = TEXT.replace("return !first;", "return alloc_pages(!first, GFP_KERNEL);")
    loaded(tmp_path, 1, ONE, "#define GFP_KERNEL 1\nstatic int alloc_pages(int x, int y)\n{\n\treturn x && y;\n}\n\n" + own)
