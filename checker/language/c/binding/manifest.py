# SPDX-License-Identifier: GPL-2.0-only
"""The manifest: what the names of a C text are to the modelled kernel. A TOML file; docs/reference/c-manifest.md has its keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from checker.language.c.lexical.configuration import ConfigValue
from checker.language.errors import UsageError, similar


@dataclass(frozen=True)
class Hook:
    """A function that the kernel calls. function: its signature in C. arguments: what each of its parameters is given.
    success: the result that stands for True; None: the result is passed on. missing: `module: routine` that stands in its place
    where the text has no such function."""

    function: str
    hook: str
    arguments: tuple[str, ...]
    success: int | None = None
    missing: str | None = None


@dataclass(frozen=True)
class Inserted:
    """Statements that a patch adds to a function of the kernel, which a hook stands for. before, after: what the line behind or
    in front of them has in it, None: anything. locals: what names of the function are, as parameters of the hook."""

    function: str
    hook: str
    locals: Mapping[str, str]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Callback:
    """A function that is registered: the argument of the call that names it, from 0."""

    argument: int
    signature: str
    hook: str
    arguments: tuple[str, ...]
    success: int | None = None


@dataclass(frozen=True)
class Registered:
    """A call, added to a function of the kernel, that registers functions. first: its first argument, as text. failed: what may
    be called where it fails, None: nothing."""

    function: str
    call: str
    first: str
    hooks: tuple[Callback, ...]
    failed: str | None = None


@dataclass(frozen=True)
class Boot:
    """Other calls that a patch adds to a function that runs at boot. hook: that of all that it adds there, with the event boot.
    assumed: what the calls do, which the initial state has without that event."""

    function: str
    hook: str
    assumed: str


@dataclass(frozen=True)
class Rung:
    """A configuration that `check` looks at when it is not told which. sizes: values of parameters."""

    sizes: Mapping[str, int | str]
    events: tuple[str, ...]


@dataclass(frozen=True)
class Demand:
    """Statements, added to a function of the kernel, that ask a hook. statement: as the text has to have it, in C. before, after:
    as of Inserted."""

    function: str
    hook: str
    statement: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Predicate:
    """A hook that answers a question, and that no function of the text implements. function: one in C that does, with its body.
    arguments: as of Hook."""

    hook: str
    function: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Data:
    """A variable of C that the kernel has: `Record.field`. length: the kernel's constant that is the length of the array."""

    is_: str
    length: str | None = None


@dataclass(frozen=True)
class Addresses:
    """What an address of C that is a number leads to: an area, and bytes in it. area: the kernel's record. pages: how many an
    area has, page: the size of one, size: of the area; all three are names of constants."""

    area: str
    pages: str
    page: str
    size: str


@dataclass(frozen=True)
class Client:
    """Who calls a protocol of the domain `clients`. context: task, irq or nmi. calls: the functions of client_code, one of which
    is taken each time. times: how often. nodes: how many it holds at first. cpus: their numbers; none: each CPU has one such
    client."""

    context: str
    calls: tuple[str, ...]
    times: int
    nodes: int = 0
    cpus: tuple[int, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """One manifest. path: its file. texts: of the files that it was read from, by their names. domain, kernel: the part of the
    modelled kernel that it is for, and the module of that. records, types: what the kernel has for structs, by their tags, and
    for types, by their names. sizes: constants of C, in C. kernel_sizes: constants of the kernel, in C. client_code: C text of
    the clients."""

    path: str
    texts: tuple[tuple[str, str], ...]
    domain: str
    kernel: str
    taken_for: str
    client_code: str
    records: Mapping[str, str]
    types: Mapping[str, str]
    addresses: Addresses | None
    config: Mapping[str, ConfigValue]
    sizes: Mapping[str, str]
    kernel_sizes: Mapping[str, str]
    fault_bytes: tuple[str, ...]
    data: Mapping[str, Data]
    members: Mapping[str, str]
    constants: Mapping[str, str]
    hooks: tuple[Hook, ...]
    inserted: tuple[Inserted, ...]
    registered: tuple[Registered, ...]
    boot: tuple[Boot, ...]
    demands: tuple[Demand, ...]
    predicates: tuple[Predicate, ...]
    assumptions: tuple[str, ...]
    ignore: tuple[str, ...]
    ladder: tuple[Rung, ...]
    clients: tuple[Client, ...]

    @property
    def functions_of_the_kernel(self) -> frozenset[str]:
        """Functions of the kernel to which a patch may add statements that are bound."""
        bound = {each.function for each in self.inserted} | {each.function for each in self.registered}
        return frozenset(bound | {each.function for each in self.boot} | {each.function for each in self.demands})


_TEXTS: Mapping[str, str | None] = {"domain": None, "kernel": None, "taken_for": None, "client_code": ""}
"""Keys with a text, each with what it is where no manifest has it (None: it has to be there)."""
_TABLES = (
    *("records", "types", "addresses", "config", "sizes", "kernel_sizes"),
    *("data", "members", "constants", "fault", "ignore"),
)
_LISTS = ("hooks", "inserted", "registered", "boot", "demands", "predicates", "ladder", "clients")
_FAULT_BYTES = ("first", "last")
CONTEXTS = ("task", "irq", "nmi")
"""Where a client can run, in the order of the kernel's own."""
MOST_TIMES = 8
MOST_NODES = 6
"""The properties of a list look at six nodes of it."""


def read_manifest(path: Path, name: str, over: Manifest | None = None) -> Manifest:
    """Read a manifest. name: of the file, for messages. over: another one, which it overrides key by key. UsageError where it is
    not one."""
    text, table = _parsed(path)
    return _Reader(name, text, over).manifest(table)


def domain_of(path: Path) -> str | None:
    """The domain that a manifest says it is for, None if it says none. UsageError where it is not one."""
    found = _parsed(path)[1].get("domain")
    if found is not None and not isinstance(found, str):
        raise UsageError('`domain` is a text; write domain = "..."', path)
    return found


def _parsed(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path) from None
    except UnicodeDecodeError:
        raise UsageError("not a text file in UTF-8; write the manifest in TOML", path) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"not TOML: {error}", path) from None


class _Reader:
    """Makes one manifest of a table, and says where that is not one."""

    def __init__(self, path: str, text: str, over: Manifest | None) -> None:
        self.path = path
        self.text_of_file = text
        self.over = over

    def error(self, message: str) -> UsageError:
        return UsageError(message, self.path)

    def manifest(self, table: dict[str, Any]) -> Manifest:
        known = (*_TEXTS, "assumptions", *_TABLES, *_LISTS)
        for key in table:
            if key not in known:
                raise self.error(f"there is no key `{key}`; a manifest has {', '.join(known)}{similar(key, known)}")
        old = self.over
        texts = {key: self.text(table, key, getattr(old, key, otherwise)) for key, otherwise in _TEXTS.items()}
        return Manifest(
            path=self.path,
            texts=(old.texts if old else ()) + ((self.path, self.text_of_file),),
            **texts,
            records=dict(old.records if old else {}) | self.values(table, "records", (str,)),
            types=dict(old.types if old else {}) | self.values(table, "types", (str,)),
            addresses=self.addresses(table, old),
            config=dict(old.config if old else {}) | self.values(table, "config", (bool, int, str)),
            sizes=dict(old.sizes if old else {}) | self.expressions(table, "sizes"),
            kernel_sizes=dict(old.kernel_sizes if old else {}) | self.expressions(table, "kernel_sizes"),
            fault_bytes=self.fault_bytes(table, old),
            data=dict(old.data if old else {})
            | {name: self.data(name, each) for name, each in self.table(table, "data").items()},
            members=dict(old.members if old else {}) | self.values(table, "members", (str,)),
            constants=dict(old.constants if old else {}) | self.values(table, "constants", (str,)),
            hooks=self.hooks(table, old.hooks if old else ()),
            inserted=self.entries(table, "inserted", Inserted, old.inserted if old else ()),
            registered=self.registered(table, old.registered if old else ()),
            boot=self.entries(table, "boot", Boot, old.boot if old else ()),
            demands=self.entries(table, "demands", Demand, old.demands if old else ()),
            predicates=self.entries(table, "predicates", Predicate, old.predicates if old else ()),
            assumptions=(old.assumptions if old else ()) + self.texts(table.get("assumptions", []), "`assumptions`"),
            ignore=(old.ignore if old else ()) + self.texts(self.table(table, "ignore").get("lines", []), "[ignore] lines"),
            ladder=self.entries(table, "ladder", Rung, old.ladder if old else ()),
            clients=self.clients(table, old.clients if old else ()),
        )

    def text(self, table: Mapping[str, Any], key: str, otherwise: str | None) -> str:
        found = table.get(key, otherwise)
        if not isinstance(found, str):
            raise self.error(f'`{key}` is a text; write {key} = "..."')
        return found

    def texts(self, found: object, what: str) -> tuple[str, ...]:
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.error(f"{what} is a list of texts")
        return tuple(found)

    def table(self, table: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = table.get(key, {})
        if not isinstance(found, dict):
            raise self.error(f"`{key}` is a table; write [{key}] in a line of its own")
        return found

    def values(self, table: Mapping[str, Any], key: str, types: tuple[type, ...]) -> dict[str, Any]:
        found = self.table(table, key)
        for name, value in found.items():
            if not isinstance(value, types):
                raise self.error(f"[{key}] {name}: this cannot be {value!r}; write {' or '.join(t.__name__ for t in types)}")
        return found

    def expressions(self, table: Mapping[str, Any], key: str) -> dict[str, str]:
        return {name: str(value) for name, value in self.values(table, key, (str, int)).items()}

    def fault_bytes(self, table: Mapping[str, Any], old: Manifest | None) -> tuple[str, ...]:
        fault = self.table(table, "fault")
        found = self.texts(fault.get("bytes", list(old.fault_bytes) if old else ["first"]), "[fault] bytes")
        if set(fault) - {"bytes"} or not found or any(each not in _FAULT_BYTES for each in found) or len(set(found)) < len(found):
            raise self.error('[fault] has `bytes` only: "first", "last", or both')
        return found

    def addresses(self, table: Mapping[str, Any], old: Manifest | None) -> Addresses | None:
        if "addresses" not in table:
            return old.addresses if old else None
        found: Addresses = self.entry("addresses", Addresses, self.table(table, "addresses"))
        return found

    def clients(self, table: Mapping[str, Any], old: tuple[Client, ...]) -> tuple[Client, ...]:
        found: tuple[Client, ...] = self.entries(table, "clients", Client, old)
        for client in found:
            if client.context not in CONTEXTS:
                raise self.error(f"[[clients]] context: there is no {client.context!r}; it is {', '.join(CONTEXTS)}")
            if not client.calls:
                raise self.error("[[clients]] calls: a client makes at least one call; name functions of client_code")
            if not 1 <= client.times <= MOST_TIMES or not 0 <= client.nodes <= MOST_NODES:
                raise self.error(f"[[clients]] times is 1 to {MOST_TIMES}, nodes 0 to {MOST_NODES}")
            if any(cpu < 0 for cpu in client.cpus):
                raise self.error("[[clients]] cpus: CPUs are counted from 0")
            if len(set(client.cpus)) < len(client.cpus):
                raise self.error("[[clients]] cpus: name each CPU once; write more [[clients]] for more than one there")
        return found

    def data(self, name: str, found: object) -> Data:
        if isinstance(found, str):
            return Data(found)
        if isinstance(found, dict) and isinstance(found.get("is"), str) and not set(found) - {"is", "length"}:
            length = found.get("length")
            if length is None or isinstance(length, str):
                return Data(found["is"], length)
        raise self.error(f'[data] {name}: write "Record.field", or {{ is = "Record.field", length = "CONSTANT" }}')

    def entries(self, table: Mapping[str, Any], key: str, kind: type[Any], old: tuple[Any, ...]) -> tuple[Any, ...]:
        """The entries of a list of tables; where the manifest has one, the list of the other manifest is dropped."""
        if key not in table:
            return old
        return tuple(self.entry(key, kind, each) for each in self.items(table, key))

    def items(self, table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        found = table[key]
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.error(f"`{key}` is a list of tables; write [[{key}]] in a line of its own before each")
        return found

    def entry(self, key: str, kind: type[Any], given: Mapping[str, Any]) -> Any:
        known = {field.name: field for field in fields(kind)}
        for name in given:
            if name not in known:
                raise self.error(f"[[{key}]] has no `{name}`; it has {', '.join(known)}{similar(name, known)}")
        values: dict[str, Any] = {}
        for name, field in known.items():
            if name not in given:
                if field.default is MISSING:
                    raise self.error(f"[[{key}]] needs `{name}`")
                continue
            values[name] = self.checked(f"[[{key}]] {name}", str(field.type), given[name])
        return kind(**values)

    def checked(self, what: str, type_: str, value: object) -> object:
        match type_:
            case "str" | "str | None" if isinstance(value, str):
                return value
            case "int" | "int | None" if isinstance(value, int) and not isinstance(value, bool):
                return value
            case "Mapping[str, int | str]" if isinstance(value, dict) and all(isinstance(v, (int, str)) for v in value.values()):
                return value
            case "tuple[int, ...]" if isinstance(value, list) and all(type(each) is int for each in value):
                return tuple(value)
            case "tuple[str, ...]":
                return self.texts(value, what)
            case "Mapping[str, str]" if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
                return value
        raise self.error(f"{what}: this cannot be {value!r}")

    def hooks(self, table: Mapping[str, Any], old: tuple[Hook, ...]) -> tuple[Hook, ...]:
        """Those of the manifest, and those of the other one for other hooks."""
        mine: tuple[Hook, ...] = self.entries(table, "hooks", Hook, ())
        taken = {hook.hook for hook in mine}
        return (*(hook for hook in old if hook.hook not in taken), *mine)

    def registered(self, table: Mapping[str, Any], old: tuple[Registered, ...]) -> tuple[Registered, ...]:
        if "registered" not in table:
            return old
        found = []
        for given in self.items(table, "registered"):
            callbacks = tuple(self.entry("registered.hooks", Callback, each) for each in self.items(given, "hooks"))
            rest = {name: value for name, value in given.items() if name != "hooks"} | {"hooks": []}
            entry = self.entry("registered", _RegisteredCall, {n: v for n, v in rest.items() if n != "hooks"})
            found.append(Registered(entry.function, entry.call, entry.first, callbacks, entry.failed))
        return tuple(found)


@dataclass(frozen=True)
class _RegisteredCall:
    function: str
    call: str
    first: str
    failed: str | None = None
