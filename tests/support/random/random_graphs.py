# SPDX-License-Identifier: GPL-2.0-only
"""Models that are nothing but a random graph, with random demands on its runs and random fairness: Streett pairs of which one has
to be dropped after the other."""

from __future__ import annotations

import random


def some(chance: random.Random, nodes: int, share: float) -> str:
    """A condition on the node, true for about that share of all."""
    chosen = [node for node in range(nodes) if chance.random() < share]
    return f"n in ({', '.join(map(str, chosen))},)" if chosen else "n == -1"


def random_graph(chance: random.Random, nodes: int) -> str:
    """The text of a model, without imports."""
    lines = [f"n: Annotated[int, Range(-1, {nodes})] = 0"]

    def condition(name: str, decorator: str, share: float) -> None:
        lines.append(f'{decorator}\ndef {name}() -> bool:\n    "test"\n    return {some(chance, nodes, share)}')

    if chance.random() < 0.5:
        firsts = sorted({chance.randrange(nodes) for _ in range(3)})
        lines.append(f"@initial\ndef start() -> None:\n    global n\n    n = choose(({', '.join(map(str, firsts))},))")
    for number in range(int(nodes * chance.choice((1.2, 1.6, 2.2)))):
        source, target = chance.randrange(nodes), chance.randrange(nodes)
        how = "@action(interrupt=True)" if chance.random() < 0.1 else "@action"
        end = 'halt("test")' if chance.random() < 0.03 else f"n = {target}"
        lines.append(f"{how}\ndef move{number}() -> None:\n    global n\n    require(n == {source})\n    {end}")
    for number in range(chance.choice((0, 1, 2, 3, 4))):
        given = ""
        if chance.random() < 0.8:
            condition(f"given{number}", "@function", chance.choice((0.1, 0.3)))
            given = f", given=given{number}"
        condition(f"fair{number}", f'@fair("fair"{given})', chance.choice((0.1, 0.3, 0.6)))
    for number in range(2):
        condition(f"comes{number}", f'@eventually("comes{number}", "never")', 0.15)
        condition(f"asked{number}", "@function", 0.3)
        condition(f"answers{number}", f'@leads_to("answers{number}", "never", given=asked{number})', 0.15)
        condition(f"settles{number}", f'@eventually_always("settles{number}", "never for good")', 0.8)
    return "\n".join([*lines, ""])
