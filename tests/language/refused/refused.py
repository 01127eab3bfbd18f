# SPDX-License-Identifier: GPL-2.0-only
"""What texts that the language refuses are made of. The mark « stands where the error is, and is taken out before."""

from __future__ import annotations

STATE = """
@record(count=2, alignment=2, allocated=True)
class Page:
    use: Small = 0
    row: Array[Small] = array(2)
class Colour(Enum):
    RED = 1
    BLUE = 2
class Bits(IntFlag):
    A = 1
    B = 2
g: Small = 0
p: Page | None = None
flag: bool = False
colour: Colour = Colour.RED
bits: Bits = Bits(0)
slots: Array[Small] = array(2)
at: Per[Page, Small] = per(Page)
"""
PROCESSOR = """
@record(count=2, frames=2)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
"""
START = """
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
"""


def lines(*found: str) -> str:
    return "\n".join([*found, ""])


def code(decorator: str, body: tuple[str, ...], state: str, parameters: str, result: str) -> str:
    header = [decorator, f"def step({parameters}) -> {result}:"]
    header += [] if decorator == "@function" else ["    global g, p, flag"]
    return state + lines(*header, *(f"    {line}" for line in body))


def action(*body: str, state: str = STATE) -> str:
    """An action with these lines."""
    return code("@action", body, state, "", "None")


def routine(*body: str, state: str = STATE, result: str = "None") -> str:
    """A routine with these lines."""
    return code("@routine", body, state, "", result)


def function(*body: str) -> str:
    """A function of x with these lines."""
    return code("@function", body, STATE, "x: Small", "bool")


Case = tuple[str, str, str]
"""What is wrong, the text, and the message; {file} in that stands for the model's path."""
