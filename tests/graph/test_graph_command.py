# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof graph` from outside: what it writes, what it refuses, what ends it early, and what hostile names become."""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest

from checker.report.graph.dot import dot_text
from checker.report.graph.graphml import graphml_text
from checker.report.picture.svg import find_program, render_svg
from tests.support.command import in_a_process, stackproof
from tests.support.place import Place

BUG = ("graph", "rfc_v1", "--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "switch-fault")
LARGE = ("graph", "dks", "--set", "C=3", "--set", "T=3", "--set", "S=3")
HOSTILE = ["</script><img src=x onerror=alert(1)>", '"]; evil [label="', "a\x00b\x1b[31m\x07\u202e", "\ud800", "]]>&amp;\\N\\l"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_graphml_is_read_back(tmp_path: Path) -> None:
    done = stackproof(*BUG, "--output", str(tmp_path / "bug.graphml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"switch-fault: 33 states, 36 transitions; 2 violating; no reductions; .*bug\.graphml$", done.stdout)
    graph = networkx.read_graphml(tmp_path / "bug.graphml", force_multigraph=True)
    assert isinstance(graph, networkx.MultiDiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (33, 36)
    assert graph.graph["title"].startswith("models/rfc_v1.py: 1 CPU")
    (first,) = [node for node, found in graph.nodes(data=True) if found["initial"]]
    wrong = [node for node, found in graph.nodes(data=True) if found["violates"] == "fault-resolved"]
    assert wrong
    run = networkx.shortest_path(graph, first, wrong[0])
    assert len(run) == 10  # the nine steps of the README
    refused = [graph.edges[a, b, 0]["label"] for a, b in itertools.pairwise(run)]
    assert refused[-1].startswith("cpu0: exc_page_fault exceptions.py:")
    assert refused[5] == "cpu0: switch_fault(cpu=cpu0, level=1) faults.py:94"
    assert graph.nodes[wrong[0]]["cell:cpu0.refused"] == "1"
    assert graph.nodes[first]["place:idle0"].startswith("cpu_idle life.py:")


@pytest.mark.parametrize("suffix", [".dot", ".gv", ".svg", ".graphml", ".xml"])
def test_the_suffix_says_the_kind(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"bug{suffix}"
    assert stackproof(*BUG, "--output", str(file)).returncode == 0
    begin = file.read_text()[:400]
    assert {".dot": "digraph", ".gv": "digraph", ".svg": "<svg", ".graphml": "graphml", ".xml": "graphml"}[suffix] in begin
    other = tmp_path / f"other{suffix}.txt"
    kind = {".gv": "dot", ".xml": "graphml"}.get(suffix, suffix[1:])
    assert stackproof(*BUG, "--output", str(other), "--format", kind).returncode == 0
    assert other.read_bytes() == file.read_bytes()


def test_standard_output_has_the_graph_alone() -> None:
    done = stackproof(*BUG)
    assert done.returncode == 0
    assert done.stdout.startswith("digraph states {") and done.stdout.endswith("}\n")
    assert done.stderr.startswith("models/rfc_v1.py: 1 CPU, 1 task, 2 stack pages; switch-fault: 33 states, 36 transitions")
    assert "violates fault-resolved" in done.stdout and "(initial)" in done.stdout
    assert stackproof(*BUG, "--output", "-", "--format", "graphml").stdout.startswith("<?xml")


def test_classes_and_components(tmp_path: Path) -> None:
    file = str(tmp_path / "classes.graphml")
    for by, wanted in (
        ("properties", {"", "violated: fault-resolved"}),
        ("cpu0.refused", {"cpu0.refused = 0", "cpu0.refused = 1"}),
        ("cpu?.refused", {"cpu0.refused = 0", "cpu0.refused = 1"}),
    ):
        assert stackproof(*BUG, "--output", file, "--by", by).returncode == 0
        graph = networkx.read_graphml(file)
        assert {found["class"] for _, found in graph.nodes(data=True)} == wanted
        assert sum(found["states"] for _, found in graph.nodes(data=True)) == 33
        assert sum(found["transitions"] for *_, found in graph.edges(data=True)) == 36
    for options in (("--components",), ("--by", "components"), ("--by", "places")):
        assert stackproof(*BUG, "--output", file, *options).returncode == 0
        graph = networkx.read_graphml(file)
        assert sum(found["states"] for _, found in graph.nodes(data=True)) == 33
    assert stackproof(*BUG, "--output", file, "--show", "cpu0.refused").returncode == 0
    assert all("cpu0.refused = " in found["label"] for _, found in networkx.read_graphml(file).nodes(data=True))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "cpu0.curent"), "has no 'cpu0.curent' in its state; did you mean `cpu0.current`?"),
        (("--by", "properties,"), "is not a list of names"),
        (("--show", "nothing"), "has no 'nothing' in its state"),
        (("--components", "--by", "places"), "leave out --by"),
        (("--output", "x.png"), "the suffix '.png' is of no kind of graph"),
        (("--output", "/nowhere/x.dot"), "cannot write the graph"),
        (("--property", "fault-resolvd"), "did you mean `fault-resolved`?"),
        (("--base", "x"), "--base is for patches and C files"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], said: str) -> None:
    done = stackproof(*BUG, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_too_many_states_for_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "x.svg"
    done = stackproof("graph", "dks", "--output", str(file))
    assert done.returncode == 2
    said = re.search(
        r"there are ([\d,]+) states, and a picture holds 300; say what tells them apart, as --by (\S+),", done.stderr
    )
    assert said is not None
    assert int(said[1].replace(",", "")) > 300
    assert not file.exists()
    assert stackproof("graph", "dks", "--output", str(file), "--by", "properties").returncode == 0
    assert stackproof("graph", "dks", "--by", said[2].rstrip(",")).returncode == 0


def test_limits_leave_an_honest_part(tmp_path: Path) -> None:
    file = tmp_path / "part.graphml"
    done = stackproof(*LARGE, "--max-states", "200", "--output", str(file))
    assert done.returncode == 3
    assert "not all, stopped by the limit of 200 states" in done.stdout
    graph = networkx.read_graphml(file)
    whole = {node for node, found in graph.nodes(data=True) if found["expanded"]}
    assert 0 < len(whole) < len(graph)
    assert {source for source, _ in graph.edges()} <= whole
    drawn = stackproof(*LARGE, "--max-states", "200")
    assert drawn.returncode == 3
    assert "not all: stopped by the limit of 200 states" in drawn.stdout and "transitions not explored" in drawn.stdout
    many = stackproof(*LARGE, "--max-states", "2000")
    assert many.returncode == 2
    assert "there are at least 2," in many.stderr
    late = stackproof(*LARGE, "--timeout", "1", "--output", str(tmp_path / "late.dot"), "--by", "properties")
    assert late.returncode == 3
    assert "limit of 1 second" in late.stdout + late.stderr
    assert "limit of 80 MiB" in (done := stackproof(*LARGE, "--max-memory", "80M", "--by", "properties")).stderr
    assert done.returncode == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(place: Place, number: signal.Signals) -> None:
    """What was explored is written as a part; before that, nothing."""
    file = place.folder / "part.graphml"
    child = place.start(*LARGE, "--max-states", "100000000", "--by", "properties", "--output", str(file))
    time.sleep(3)
    child.send_signal(number)
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 3
    assert "interrupted" in output + errors and "Traceback" not in errors
    assert not [path for path in place.folder.iterdir() if path.name.startswith(".stackproof-")]
    if file.exists():
        assert "not all, stopped by interrupted" in output or "interrupted" in output
        networkx.read_graphml(file)


def test_a_model_error_is_one_line_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(
        """'''A model.'''
from typing import Annotated
from checker.language import Range, action, invariant
n: Annotated[int, Range(0, 2)] = 0
@action
def more() -> None:
    global n
    n = n + 1
@invariant("fine", "never")
def fine() -> bool:
    "test"
    return n < 9
"""
    )
    done = stackproof("graph", "model.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("model.py:8:5: error: `n` gets a value that is not from 0 to 2")
    assert done.stderr.splitlines()[1].endswith("| " + "    n = n + 1")


def test_hostile_names_are_text() -> None:
    """A model's own names are identifiers; names of files are not, nor is what a later format may bring."""
    graph = networkx.MultiDiGraph(model=HOSTILE[0])
    for number, text in enumerate(HOSTILE):
        more = {"states": 1, "depth": 0, "initial": not number, "violates": text, "violating": number % 2, "expanded": True}
        graph.add_node(number, label=f"{text}\nviolates {text}", **more, **{f"cell:{text}": text})
        graph.add_edge(0, number, label=text, who=text, what=text, file=text, line=1, transitions=1)
    dot = dot_text(graph, HOSTILE[0], HOSTILE)
    assert not {"\x00", "\x1b", "\x07", "\u202e", "\ud800"} & set(dot)
    assert "<img" not in dot and 'evil [label="' not in dot
    program = find_program()
    assert program is not None
    svg = render_svg(dot, program)
    tree = ElementTree.fromstring(svg)
    kinds = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert kinds <= {"svg", "g", "title", "polygon", "polyline", "path", "text", "ellipse"}
    assert not any(name.startswith("on") or name.endswith("href") for element in tree.iter() for name in element.attrib)
    assert sum(1 for element in tree.iter() if element.get("class") == "node") == len(HOSTILE)
    text = graphml_text(graph, HOSTILE[2])
    again = networkx.parse_graphml(text.decode())
    assert again.nodes["0"]["violates"] == HOSTILE[0]
    assert again.nodes["1"]["violates"] == HOSTILE[1]
    assert again.nodes["2"]["violates"] == "a\\x00b\\x1b[31m\\x07\\u202e"
    assert again.nodes["3"]["violates"] == "\\ud800"


def test_a_hostile_file_name(tmp_path: Path) -> None:
    name = '<img src=x onerror=alert(1)>"];\x1b.py'
    model = (Path(__file__).parents[2] / "models" / "dks.py").read_text()
    (tmp_path / name).write_text(model)
    for kind in ("dot", "svg", "graphml"):
        done = stackproof(
            "graph", f"./{name}", "--set", "T=1", "--set", "S=2", "--format", kind, "--output", f"x.{kind}", cwd=tmp_path
        )
        assert done.returncode == 0, done.stderr
        text = (tmp_path / f"x.{kind}").read_text()
        assert "<img" not in text and "\x1b" not in text
    assert len(networkx.read_graphml(tmp_path / "x.graphml")) == 43


def test_networkx_is_loaded_where_it_is_needed() -> None:
    load = "import sys; sys.argv = ['stackproof', '--version']\nfrom checker.cli.main import load, run\nload(['graph']); run(['--version'])"
    done = subprocess.run([sys.executable, "-c", f"{load}\nassert 'networkx' not in sys.modules, 'loaded'"], check=False)
    assert done.returncode == 0


def test_a_patch(tmp_path: Path) -> None:
    patch = Path(__file__).parents[2] / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
    sizes = ("--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "touch")
    done = in_a_process("graph", str(patch), *sizes, "--output", str(tmp_path / "patch.graphml"))
    assert done.returncode == 0, done.stderr
    graph = networkx.read_graphml(tmp_path / "patch.graphml")
    assert any(found["file"].endswith("fork.c") for *_, found in graph.edges(data=True))
