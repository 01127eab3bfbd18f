# SPDX-License-Identifier: GPL-2.0-only
"""The event boot: what a protocol does in fork_init, and how the other CPUs come up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.kernel.trying import Tried
from tests.support.command import stackproof
from tests.support.judges.brute.comparison import compare
from tests.support.judges.compiled import agree
from tests.support.sampling import always

PATCH = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
PANICS = """+	if (cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:dynamic_stack",
+			      dynamic_stack_cpu_prepare,
+			      dynamic_stack_cpu_dead) < 0)
+		panic("no pages for kernel stacks\\n");
"""
GOES_ON = """+	cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:dynamic_stack",
+			  dynamic_stack_cpu_prepare,
+			  dynamic_stack_cpu_dead);
+
"""


@pytest.mark.parametrize(
    ("at_boot", "later", "events", "violated"),
    [
        (1, 0, ("boot",), frozenset()),
        (0, 0, ("boot",), frozenset({"online-full"})),
        (1, 0, ("boot", "oom"), frozenset({"online-full"})),
        (1, 1, ("boot",), frozenset({"service-context"})),
        (1, 2, ("boot",), frozenset({"service-context"})),
        (0, 0, (), frozenset()),
    ],
)
@pytest.mark.parametrize("cpus", [1, 2])
def test_the_pool_is_what_the_protocol_makes_it(
    cpus: int, at_boot: int, later: int, events: tuple[str, ...], violated: frozenset[str]
) -> None:
    """Nobody else fills it with the event. What runs at boot is refused elsewhere, where a panic would end runs in silence."""
    tried = Tried("boots", (cpus, 1, 2), events, violated, {"AT_BOOT": at_boot, "LATER": later})
    assert tried.found() == violated


def test_allocations_do_not_sleep_at_boot() -> None:
    """They are GFP_KERNEL on the stack of an idle task, which is legal there only."""
    assert Tried("boots", (2, 1, 2), ("boot", "sleep")).found() == frozenset()


def changed(folder: Path, old: str, new: str) -> Path:
    text = PATCH.read_text(encoding="utf-8")
    assert text.count(old) == 1
    assert old.count("\n") == new.count("\n")
    file = folder / PATCH.name
    file.write_text(text.replace(old, new), encoding="utf-8")
    (folder / "manifest.toml").write_bytes(PATCH.with_name("manifest.toml").read_bytes())
    return file


def test_a_patch_that_does_not_look_at_the_result_boots_with_a_short_pool(tmp_path: Path) -> None:
    events = ("boot", "oom")
    for file, violated in ((PATCH, set()), (changed(tmp_path, PANICS, GOES_ON), {"online-full"})):
        run = check_configuration(
            Request(file, {"CPUS": 2, "TASKS": 1, "STACK_PAGES": 3}, events), Method("portable", 1), Limits()
        )
        assert set(run.violated) == violated


def test_what_is_assumed_of_boot_is_said_without_the_event_only() -> None:
    growing = PROJECT / "tests" / "language" / "c" / "fixtures" / "growing.patch"
    assumed = "fork_init fills the pool of the boot CPU"
    said = [any(assumed in each for each in load_program(growing, {}, events).stated) for events in (("oom",), ("oom", "boot"))]
    assert said == [True, False]


BOOTED = [
    ("hardened", (1, 1, 2), ("oom", "boot")),
    ("rfc_v1", (2, 1, 3), ("oom", "boot")),
    ("rfc_v1", (2, 1, 2), ("touch", "boot")),
]


@pytest.mark.parametrize(
    ("model", "sizes", "events"), always(BOOTED, lambda case: case[0] == "hardened" and len(case[2]) == 2), ids=str
)
def test_the_engines_and_brute_force_agree(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> None:
    settings = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    program = load_program(PROJECT / "models" / f"{model}.py", settings, events)
    compare(program, 3000)
    result = agree(program)
    assert result.stopped is None and result.error is None


def test_the_reference_does_not_have_it_and_says_so() -> None:
    done = stackproof("conform", "models/rfc_v1.py", "--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "oom,boot")
    assert done.returncode == 2
    assert done.stderr == "error: the reference implementation has no event boot; leave it out, or use `stackproof check`\n"


GROWING = PROJECT / "tests" / "language" / "c" / "fixtures" / "growing.patch"
BEHIND = " \tscs_init();\n }\n"
ONCE_MORE = """\
@@ -40,3 +212,4 @@ void __init fork_init(void)
 \tbefore();
+\tstack_pool_prepare(smp_processor_id());
 \tafter();
 }
"""
RETURN = "+\treturn 0;\n"


@pytest.mark.parametrize(
    ("old", "new", "events", "message"),
    [
        (BEHIND, BEHIND + ONCE_MORE, ("boot",), "statements are added to fork_init in two places; put them together"),
        (
            RETURN,
            RETURN.replace("return 0", 'panic("cpu"); return 0'),
            ("touch",),
            "`panic` is known in what runs at boot only, with the event boot; take it out",
        ),
        (
            "BP_PREPARE_DYN",
            "AP_ONLINE_DYN",
            ("boot",),
            "only callbacks of the state CPUHP_BP_PREPARE_DYN are called at boot here; leave out the event boot",
        ),
    ],
    ids=["two places", "not at boot", "another state"],
)
def test_what_is_refused(old: str, new: str, events: tuple[str, ...], message: str, tmp_path: Path) -> None:
    text = GROWING.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "growing.patch"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=f": error: {re.escape(message)}"):
        load_program(file, {}, events)
