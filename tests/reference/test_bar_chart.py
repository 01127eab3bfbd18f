# SPDX-License-Identifier: GPL-2.0-only
"""The picture of a workload: well-formed, to scale, the same for the same numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from spec.reference.workload.bar_chart import Bar, Chart, Group, Part, svg
from spec.reference.workload.depths import Depths
from spec.reference.workload.posted_figures import POSTED
from spec.reference.workload.workload import Parameters, Result
from spec.reference.workload.workload_report import Row, picture

SVG = "{http://www.w3.org/2000/svg}"


def chart(*bars: Bar) -> Chart:
    return Chart("a <title> & more", (Group(("group",), bars),), 100, (0, 50, 100), "{:.0f} %", (("#123456", "what it is"),))


def test_bars_are_as_long_as_their_values() -> None:
    drawn = svg([chart(Bar((Part(20, "#aa0000"), Part(30, "#bb0000")), "x"), Bar((Part(100, "#cc0000"),), "y"))])
    found = {shape.get("fill"): shape for shape in ElementTree.fromstring(drawn).iter(f"{SVG}rect")}
    first, second, whole = (found[colour] for colour in ("#aa0000", "#bb0000", "#cc0000"))
    width = float(whole.attrib["width"])
    assert abs(float(first.attrib["width"]) / width - 0.2) < 0.001
    assert abs(float(second.attrib["width"]) / width - 0.3) < 0.001
    assert abs(float(first.attrib["x"]) + float(first.attrib["width"]) - float(second.attrib["x"])) < 0.2
    ticks = [float(line.attrib["x1"]) for line in ElementTree.fromstring(drawn).iter(f"{SVG}line")]
    assert ticks[0] == float(whole.attrib["x"])
    assert abs(ticks[2] - ticks[0] - width) < 0.2


def test_words_are_escaped_and_nothing_lies_outside() -> None:
    root = ElementTree.fromstring(svg([chart(Bar((Part(1, "#aa0000"),), "<&>"))], ["a < b"]))
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "a <title> & more" in words and "<&>" in words and "a < b" in words
    height = float(root.attrib["height"])
    assert all(0 < float(text.attrib["y"]) < height for text in root.iter(f"{SVG}text"))


def test_the_picture_of_a_workload() -> None:
    parameters = Parameters("hardened", 2, 100, Depths((1, 1)))
    result = Result(parameters, stacks=100, pages=130, lived=300, faulted=30)
    rows = [Row(POSTED["genoa"], result), Row(None, result)]
    drawn = picture(rows)
    assert drawn == picture(rows)
    words = [text.text or "" for text in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert {"AMD Genoa", "this machine", "10.0 %, 30 of 300"} <= set(words)
    assert any(word.startswith("32.5 %") for word in words)
