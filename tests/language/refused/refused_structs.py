# SPDX-License-Identifier: GPL-2.0-only
"""Structs and arrays of arrays that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, action, lines

LOCKS = STATE + lines(
    "@struct",
    "class Lock:",
    "    held: bool = False",
    "    queue: Array[Small] = array(2)",
    "lock: Lock = Lock()",
    "locks: Array[Lock] = array(2, Lock())",
    "grid: Array[Array[Small]] = array(2, array(3))",
)

STRUCTS: list[Case] = [
    (
        "a struct as a parameter",
        LOCKS + lines("@action", "def step(x: «Lock) -> None:", "    pass"),
        "Lock is a struct, which only a field, a module variable or an array of these can be",
    ),
    (
        "a struct that extends another",
        LOCKS + lines("@struct", "«class Other(Lock):", "    x: Small = 0"),
        "a struct is a class without base and with @struct alone",
    ),
    (
        "a struct that is a record",
        lines("@struct", "@record(count=1)", "«class Lock:", "    held: bool = False"),
        "a struct is a class without base and with @struct alone",
    ),
    ("a struct without members", lines("@struct", "«class Lock:", "    pass"), "the struct Lock needs members"),
    (
        "a member twice",
        lines("@struct", "class Lock:", "    held: bool = False", "    «held: bool = False"),
        "Lock has a member `held` already",
    ),
    (
        "code in a struct",
        lines("@struct", "class Lock:", "    «held = False"),
        "a struct has lines `member: Type = initial value` only",
    ),
    (
        "a struct inside itself",
        lines("@struct", "class Lock:", "    «other: Lock = Lock()", "lock: Lock = Lock()"),
        "the struct Lock has itself inside; a reference to a record can stand there",
    ),
    (
        "a struct that starts as a number",
        LOCKS + lines("x: Lock = «0"),
        "`x` starts as Lock() or Lock(member=value)",
    ),
    (
        "a struct that starts without names",
        LOCKS + lines("x: Lock = «Lock(True)"),
        "`x` starts as Lock() or Lock(member=value)",
    ),
    (
        "a struct that starts as another",
        LOCKS + lines("@struct", "class Other:", "    x: Small = 0", "x: Lock = «Other()"),
        "`x` starts as Lock() or Lock(member=value)",
    ),
    (
        "an initial value of a member that there is not",
        LOCKS + lines("x: Lock = Lock(«hold=True)"),
        "Lock has no member `hold`; it has held, queue; did you mean `held`?",
    ),
    (
        "an initial value that a member does not take",
        LOCKS + lines("x: Lock = Lock(held=«7)"),
        "`x.held` takes bool, and this is 7",
    ),
    (
        "a struct as a value",
        action("flag = «lock", state=LOCKS),
        "`lock` is a struct; name one of its members: held, queue",
    ),
    (
        "a struct as a target",
        action("«locks[0] = 0", state=LOCKS),
        "`locks[0]` is a struct; name one of its members: held, queue",
    ),
    (
        "a struct as the value of a struct",
        action("locks[0] = «lock", state=LOCKS),
        "`lock` is a struct; name one of its members: held, queue",
    ),
    ("an array of structs as a value", action("flag = «locks", state=LOCKS), "`locks` is an array; index it"),
    (
        "a member of an array of structs",
        action("flag = «locks.held", state=LOCKS),
        "`locks` is an array; index it",
    ),
    (
        "a member of a struct that there is not",
        action("flag = «lock.hold", state=LOCKS),
        "`lock` has no member `hold`; it has held, queue; did you mean `held`?",
    ),
    ("an index of a struct", action("flag = «lock[0].held", state=LOCKS), "`lock` is not an array here; do not index it"),
    (
        "one index too many in an array of structs",
        action("flag = «locks[0][1].held", state=LOCKS),
        "`locks[]` is not an array here; do not index it",
    ),
    (
        "a field twice, once as a struct",
        LOCKS + lines("@record(count=1)", "class Cpu:", "    lock: Lock = Lock()", "    «lock: Small = 0"),
        "Cpu has a field `lock` already",
    ),
    ("a row as a value", action("g = «grid[0]", state=LOCKS), "`grid[0]` is an array; index it"),
    ("a row as a target", action("«grid[0] = 1", state=LOCKS), "assign to one element of the array"),
    ("one index too many", action("g = «grid[0][1][2]", state=LOCKS), "`grid` is not an array here; do not index it"),
    (
        "an index of a call as a target",
        action("«instance(Page, 0)[0] = 1"),
        "`instance(Page, 0)[0]` is not a field, an array element or a module variable",
    ),
    (
        "a row without its length",
        lines("a: Array[Array[Small]] = «array(2)"),
        "the inner array needs its length: array(length, array(length))",
    ),
    (
        "a row that is a number",
        lines("«a: Array[Array[Small]] = array(2, 0)"),
        "an Array is declared `a: Array[Type] = array(length)`",
    ),
    (
        "too large a grid",
        lines("«a: Array[Array[Small]] = array(101, array(100))"),
        "`a`, in all instances together, can be 10,000 at most, not 10,100",
    ),
    (
        "values for each instance of another record",
        STATE + lines("@record(count=1)", "class Cpu:", "    x: Small = 0", "«a: Per[Cpu, Small] = per(Page)"),
        "write `a: Per[Record, Type] = per(Record)`",
    ),
]
