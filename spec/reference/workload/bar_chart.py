# SPDX-License-Identifier: GPL-2.0-only
"""Bar charts as SVG text: the same bytes for the same numbers, and no library.

A chart of a few bars is some rectangles and words. A plotting library would be by far the largest dependency of the
project, and its output differs from version to version, so that pictures could not be kept in git.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_WIDTH = 860
_LEFT = 190
_RIGHT = 190
_BAR = 15
_BETWEEN_GROUPS = 14
_FONT = 'font-family="DejaVu Sans,Verdana,Helvetica,Arial,sans-serif"'
_INK = "#222222"


@dataclass(frozen=True)
class Part:
    """A stretch of a bar. value: its length, in the unit of the chart."""

    value: float
    colour: str


@dataclass(frozen=True)
class Bar:
    """Parts one behind the other, and what is written behind the last."""

    parts: tuple[Part, ...]
    text: str


@dataclass(frozen=True)
class Group:
    """Bars that belong together. label: lines to the left of them."""

    label: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """maximum: the length of the longest bar that fits; ticks: where the axis has marks. keys: what each colour means."""

    title: str
    groups: tuple[Group, ...]
    maximum: float
    ticks: tuple[float, ...]
    tick_format: str
    keys: tuple[tuple[str, str], ...]


def svg(charts: Sequence[Chart], caption: Sequence[str] = ()) -> str:
    """The charts one below the other, and lines of text under them."""
    lines: list[str] = []
    top = 12.0
    for chart in charts:
        top = _chart(chart, top, lines)
    for text in caption:
        top += 16
        lines.append(_text(12, top, text, 11))
    height = round(top + 14)
    size = f'width="{_WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_WIDTH} {height}" {_FONT}>',
            f'<rect {size} fill="#ffffff"/>',
            *lines,
            "</svg>",
            "",
        ]
    )


def _chart(chart: Chart, top: float, lines: list[str]) -> float:
    scale = (_WIDTH - _LEFT - _RIGHT) / chart.maximum
    top += 18
    lines.append(_text(12, top, chart.title, 15, weight="bold"))
    top += 10
    left = 12.0
    for colour, meaning in chart.keys:
        if left + 24 + 6.6 * len(meaning) > _WIDTH:
            left, top = 12.0, top + 18
        lines.append(_rectangle(left, top + 2, 12, 12, colour))
        lines.append(_text(left + 17, top + 12, meaning, 12))
        left += 34 + 6.6 * len(meaning)
    top += 26
    first = top
    shapes: list[str] = []
    for group in chart.groups:
        middle = top + len(group.bars) * _BAR / 2
        for number, label in enumerate(group.label):
            y = middle + 4 + (number - (len(group.label) - 1) / 2) * 14
            shapes.append(_text(_LEFT - 8, y, label, 12, anchor="end"))
        for bar in group.bars:
            x = float(_LEFT)
            for part in bar.parts:
                shapes.append(_rectangle(x, top + 1, part.value * scale, _BAR - 2, part.colour))
                x += part.value * scale
            shapes.append(_text(x + 5, top + _BAR - 4, bar.text, 11))
            top += _BAR
        top += _BETWEEN_GROUPS
    for tick in chart.ticks:
        x = _LEFT + tick * scale
        lines.append(f'<line x1="{x:.1f}" y1="{first - 4:.1f}" x2="{x:.1f}" y2="{top - 6:.1f}" stroke="#cccccc"/>')
        lines.append(_text(x, top + 7, chart.tick_format.format(tick), 11, anchor="middle"))
    lines.extend(shapes)
    return top + 18


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, size: int, anchor: str = "start", weight: str = "normal") -> str:
    extra = (f' text-anchor="{anchor}"' if anchor != "start" else "") + (f' font-weight="{weight}"' if weight != "normal" else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{extra} fill="{_INK}">{escape(text)}</text>'
