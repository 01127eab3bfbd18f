# SPDX-License-Identifier: GPL-2.0-only
"""What of a text implements the kernel's hooks: functions, statements added to the kernel's own, functions registered there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checker.counting import counted
from checker.language import tree
from checker.language.c import syntax
from checker.language.c.assemble.clients import HOOK as CLIENT_CALL
from checker.language.c.assemble.clients import bind_calls
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.assemble.demands import bind_demands, misplaced, spelled
from checker.language.c.binding.manifest import Boot, Callback, Hook, Inserted, Manifest, Registered
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.hooks import check_signature, implementation
from checker.language.c.translate.raising import at, error, plain
from checker.language.errors import ModelError, UsageError


@dataclass
class Bound:
    """What was found. routines, functions: those that implement hooks. missing: hooks whose function the text does not have, each
    with that function. accounted: statements added to the kernel's functions that have a meaning. told: what that is. boot: what
    they leave behind. ignored: added lines that the manifest declares to make no difference, each with its function."""

    implementations: dict[str, str] = field(default_factory=dict)
    routines: list[tree.Routine] = field(default_factory=list)
    functions: list[tree.Function] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    accounted: list[syntax.Node] = field(default_factory=list)
    told: list[tree.BoundStatement] = field(default_factory=list)
    boot: list[str] = field(default_factory=list)
    ignored: list[tuple[str, tree.Position]] = field(default_factory=list)

    def account(self, node: syntax.Node, function: str, meaning: str, *hooks: str) -> None:
        """Note that a statement which is added to a function of the kernel has a meaning."""
        self.accounted.append(node)
        self.told.append(tree.BoundStatement(at(node), function, meaning, hooks))

    def add(self, hook: str, code: tree.Routine | tree.Function | None) -> None:
        """Note what implements a hook; None: nothing does, which is what an empty function is."""
        if code is None:
            return
        self.implementations[hook] = code.name
        if isinstance(code, tree.Function):
            self.functions.append(code)
        else:
            self.routines.append(code)


def bind(functions: Functions, definitions: Definitions, manifest: Manifest) -> Bound:
    """Everything that the manifest binds. ModelError where a text has it in another form."""
    bound = Bound()
    for hook in manifest.hooks:
        bind_hook(functions, definitions, manifest, hook, bound)
    bind_predicates(functions, definitions, manifest, bound)
    bind_asked(definitions, manifest, bound)
    for piece in definitions.pieces:
        bind_piece(functions, definitions, manifest, piece, bound)
    check_whole(definitions, manifest, bound)
    return bound


def check_whole(definitions: Definitions, manifest: Manifest, bound: Bound) -> None:
    """ModelError where a file that no patch comes with has a function of the kernel that hooks stand in, and nothing implements
    one of them: which statements there are the protocol's only a patch shows."""
    if definitions.source.subjects:
        return
    places = [(each.function, each.hook) for each in manifest.inserted]
    places += [(each.function, each.hook) for each in manifest.demands]
    places += [(each.function, callback.hook) for each in manifest.registered for callback in each.hooks]
    for function, hook in places:
        position = definitions.position(function)
        if position is not None and hook not in bound.implementations:
            raise ModelError(
                plain(position),
                f"`{function}` is the kernel's, and a whole file does not tell which of its statements are the protocol's; give "
                f"the patch, with --base, or bind what is called there in the manifest: [[hooks]] with the hook {hook}",
            )


def bind_hook(functions: Functions, definitions: Definitions, manifest: Manifest, hook: Hook, bound: Bound) -> None:
    """The function that the manifest has for a hook. ModelError where it has another form, or cannot be translated."""
    wanted = definitions.declaration(hook.function, manifest.path)
    function = definitions.function(wanted.name)
    if function is None:
        bound.missing[hook.hook] = f"{wanted.name}()"
        return
    check_signature(functions, function, wanted)
    bound.add(hook.hook, implementation(functions, hook.hook, function, hook.arguments, hook.success))


def bind_predicates(functions: Functions, definitions: Definitions, manifest: Manifest, bound: Bound) -> None:
    """The hooks for which the manifest itself has a function, and the calls of clients. ModelError where they cannot be
    translated."""
    for predicate in manifest.predicates:
        if predicate.hook not in bound.implementations:
            whole = definitions.whole_function(predicate.function)
            bound.add(predicate.hook, implementation(functions, predicate.hook, whole, predicate.arguments, None))
    if manifest.clients:
        bound.add(CLIENT_CALL, bind_calls(functions, definitions))


def bind_asked(definitions: Definitions, manifest: Manifest, bound: Bound) -> None:
    """The statements that ask hooks. As bind_demands."""
    for statement, demand in bind_demands(definitions, manifest, bound.implementations):
        bound.account(statement, demand.function, f"asks the hook {demand.hook}", demand.hook)


def bind_piece(
    functions: Functions, definitions: Definitions, manifest: Manifest, piece: syntax.StatementsInFunction, bound: Bound
) -> None:
    """The statements that a patch adds to one function of the kernel."""
    for inserted in manifest.inserted:
        if inserted.function == piece.function:
            _inserted(functions, definitions, inserted, piece, bound)
    for registered in manifest.registered:
        if registered.function == piece.function:
            for statement, call in _added_calls(piece, registered):
                if _registered(functions, definitions, manifest, registered, call, bound):
                    hooks = [each.hook for each in registered.hooks if each.hook in bound.implementations]
                    meaning = f"registers what implements {' and '.join(hooks) or 'no hook'}"
                    bound.account(statement, registered.function, meaning, *hooks)
    for boot in manifest.boot:
        if boot.function == piece.function:
            _boot(definitions, boot, piece, bound)


def _added(piece: syntax.StatementsInFunction) -> Iterable[tuple[int, syntax.Statement]]:
    for number, shown in enumerate(piece.statements):
        if shown.added is not syntax.Added.NO_LINE and isinstance(shown.statement, syntax.Statement):
            yield number, shown.statement


def _added_calls(piece: syntax.StatementsInFunction, registered: Registered) -> list[tuple[syntax.Statement, syntax.Call]]:
    """The calls that register something and stand alone among the added statements, or beside what is called where they fail."""
    name = registered.call
    found: list[tuple[syntax.Statement, syntax.Call]] = []
    for _, statement in _added(piece):
        match statement:
            case syntax.ExpressionStatement(expression=syntax.Call(function=syntax.Name(name=called)) as call) if called == name:
                found.append((statement, call))
            case syntax.ExpressionStatement(
                expression=syntax.Assign(value=syntax.Call(function=syntax.Name(name=called)) as call)
            ):
                if called == name:
                    found.append((statement, call))
            case syntax.If(
                test=syntax.Binary(
                    operator="<", left=syntax.Call(function=syntax.Name(name=called)) as call, right=syntax.Number(value=0)
                ),
                then=syntax.ExpressionStatement(expression=syntax.Call(function=syntax.Name(name=failed))),
                otherwise=None,
            ) if (called, failed) == (name, registered.failed):
                found.append((statement, call))
    return found


def _inserted(
    functions: Functions, definitions: Definitions, inserted: Inserted, piece: syntax.StatementsInFunction, bound: Bound
) -> None:
    """Statements that a hook stands for: where the kernel calls the hook they run."""
    added = [(number, statement) for number, statement in _added(piece) if not any(statement is each for each in bound.accounted)]
    if not added:
        return
    numbers = [number for number, _ in added]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise error(added[0][1], f"statements are added to {inserted.function} in several places; bind each in the manifest")
    _check_place(inserted, piece, numbers)
    statements = [statement for _, statement in added]
    if inserted.hook in bound.implementations:
        raise error(statements[0], f"the hook {inserted.hook} has an implementation already; bind one of them in the manifest")
    bound.add(inserted.hook, _routine_of(functions, definitions, inserted, statements))
    for statement in statements:
        bound.account(statement, inserted.function, f"the hook {inserted.hook}", inserted.hook)


def _check_place(inserted: Inserted, piece: syntax.StatementsInFunction, numbers: Sequence[int]) -> None:
    """ModelError if the statements do not stand where the hook is called."""
    found = misplaced(piece, numbers, inserted.before, inserted.after)
    if found is not None:
        raise error(
            piece.statements[numbers[0]],
            f"this does not stand {found} in {inserted.function}, where the hook {inserted.hook} is called; bind the place that "
            "it has in the manifest, [[inserted]]",
        )


def _routine_of(
    functions: Functions, definitions: Definitions, inserted: Inserted, statements: Sequence[syntax.Statement]
) -> tree.Routine | tree.Function | None:
    """The routine for added statements: of a lone call the function that it calls, else one that has them as its body."""
    match statements:
        case [syntax.ExpressionStatement(expression=syntax.Call(function=syntax.Name(name=name), arguments=arguments))]:
            function = definitions.function(name)
            given = [inserted.locals.get(spelled(each)) for each in arguments]
            if function is not None and None not in given:
                return implementation(functions, inserted.hook, function, [str(each) for each in given], None)
    first = statements[0]
    parameters, arguments_ = _parameters(functions, inserted, first)
    body = syntax.Compound(first.position, tuple(statements), statements[-1].position)
    void = syntax.BuiltinType(first.position, (), "void")
    name = f"{inserted.function}_{inserted.hook}"
    whole = syntax.FunctionDefinition(first.position, name, void, parameters, False, (), body)
    return implementation(functions, inserted.hook, whole, arguments_, None)


def _parameters(functions: Functions, inserted: Inserted, at: syntax.Node) -> tuple[tuple[syntax.Parameter, ...], list[str]]:
    """The locals of the kernel's function, as parameters."""
    found = []
    types = {parameter.name: parameter.type for parameter in functions.kernel.hook(inserted.hook).parameters}
    for name, given in inserted.locals.items():
        if given not in types:
            raise UsageError(f"[[inserted]] locals: the hook {inserted.hook} has no parameter `{given}`", functions.manifest.path)
        if not name.isidentifier():
            raise error(at, f"only a lone call is given `{name}` as the hook has it; call one function here")
        type_ = functions.type_syntax(at, types[given])
        found.append(syntax.Parameter(at.position, name, type_))
    return tuple(found), list(inserted.locals.values())


def _registered(
    functions: Functions,
    definitions: Definitions,
    manifest: Manifest,
    registered: Registered,
    call: syntax.Call,
    bound: Bound,
) -> bool:
    """A call that registers functions. False if it registers others than those that the manifest means."""
    match call.arguments[:1]:
        case (syntax.Name(name=name),) if name == registered.first:
            pass
        case _:
            return False
    for callback in registered.hooks:
        if callback.argument >= len(call.arguments):
            raise error(
                call, f"`{registered.call}` has {counted(len(call.arguments), 'argument')}, and {manifest.path} binds more"
            )
        _callback(functions, definitions, manifest, callback, call.arguments[callback.argument], bound)
    return True


def _callback(
    functions: Functions,
    definitions: Definitions,
    manifest: Manifest,
    callback: Callback,
    named: syntax.Expression,
    bound: Bound,
) -> None:
    if not isinstance(named, syntax.Name):
        raise error(named, "this has to name a function of the text, or be NULL")
    if named.name == "NULL":
        return
    function = definitions.function(named.name)
    if function is None:
        raise error(named, f"`{named.name}` is registered, and the text does not define it; give --base with the tree that does")
    check_signature(functions, function, definitions.declaration(callback.signature, manifest.path))
    if callback.hook in bound.implementations:
        raise error(named, f"the hook {callback.hook} has an implementation already; bind one of them in the manifest")
    bound.add(callback.hook, implementation(functions, callback.hook, function, callback.arguments, callback.success))


def _boot(definitions: Definitions, boot: Boot, piece: syntax.StatementsInFunction, bound: Bound) -> None:
    """Calls at boot of functions of the text: what they leave behind is the initial state."""
    for _, statement in _added(piece):
        match statement:
            case syntax.ExpressionStatement(expression=syntax.Call(function=syntax.Name(name=name))):
                if definitions.function(name) is not None:
                    bound.account(statement, boot.function, "stands in the initial state")
                    if boot.assumed not in bound.boot:
                        bound.boot.append(boot.assumed)
