# SPDX-License-Identifier: GPL-2.0-only
"""The command `stackproof`, and what becomes of errors: one line and the exit status, never a traceback."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from checker.cli.ending import leave_signals, take_signals
from checker.cli.terminal.output import flush_all, guard_output, say
from checker.language.errors import UsageError
from checker.report.text.error_text import error_text
from checker.report.text.style import plain
from checker.result.verdict import Status
from checker.trace.confirmation.build import Disagreement

EPILOG = """Exit status: 0 no violation (diff: nothing got worse; gate: as recorded; replay: confirmed); 1 a property is violated
(diff: one is NEW; gate: results differ from the recorded ones; replay: not confirmed; conform: a difference; mutate: a
mutant survived; workload: the protocol failed; certify: refused); 2 usage or model error; 3 inconclusive (certify: not
compared with a model); 4 internal error: the engine and the replayer, or two solvers, disagree, or stackproof failed."""

COMMANDS = {
    "certify": "certify",
    "check": "check",
    "conform": "conform",
    "diff": "diff",
    "gate": "gate",
    "graph": "graph",
    "list": "listing",
    "mutate": "mutate",
    "prove": "prove",
    "replay": "replaying",
    "show": "show",
    "simulate": "simulate",
    "translate": "translate",
    "workload": "workload",
}
"""The module of each command."""


class Commands(click.Group):
    """Loads a command when it is asked for: most of them need no solver."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            for name in COMMANDS:  # click offers those that are spelt alike, of those it knows
                self.get_command(ctx, name)
            return None
        module = importlib.import_module(f"checker.cli.{COMMANDS[cmd_name]}")
        command = next(found for found in vars(module).values() if isinstance(found, click.Command) and found.name == cmd_name)
        self.commands[cmd_name] = command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG, invoke_without_command=True)
@click.version_option(package_name="stackproof")
@click.pass_context
def cli(context: click.Context) -> None:
    """Model checker for kernel protocols such as dynamic kernel stacks.

    MODEL is the name of a bundled model, as `stackproof list` has them, the path of a Python file, of a patch or a C file, or -
    for standard input.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


def load(arguments: Sequence[str]) -> None:
    """Load the command that these arguments name, if they do."""
    for name in arguments[:1]:
        if name in COMMANDS:
            importlib.import_module(f"checker.cli.{COMMANDS[name]}")


def main() -> None:
    """Run the command line and exit. SIGTERM and SIGHUP are taken like Ctrl-C, so that what was found is still told."""
    take_signals()
    try:
        guard_output()
        status = run(sys.argv[1:])
        leave_signals()
    except KeyboardInterrupt:  # a second one, while what the first one left was told
        leave_signals()
        status = Status.INCONCLUSIVE.value
    flush_all()
    sys.exit(status)


COMPLETE = "_STACKPROOF_COMPLETE"
"""The variable with which a shell asks what to offer, or for what makes it ask; as click has it."""


def run(arguments: list[str]) -> int:
    """Run the command line; the exit status."""
    try:
        if instruction := os.environ.get(COMPLETE):
            from click.shell_completion import shell_complete

            return shell_complete(cli, {}, "stackproof", COMPLETE, instruction)
        with cli.make_context("stackproof", arguments) as context:  # cli.main has words of its own for signals and pipes
            status = cli.invoke(context)
        sys.stdout.flush()
        return int(status or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        return _fail(error.format_message(), Status.USAGE)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "stackproof"
        return _error(f"{_message(error)} ({command} --help)", Status.USAGE)
    except click.ClickException as error:
        return _error(_message(error), Status.USAGE)
    except UsageError as error:
        return _fail(error_text(error), Status.USAGE)
    except Disagreement as error:
        return _error(f"engine and replayer disagree, so nothing is claimed: {error}; please report this", Status.INTERNAL)
    except KeyboardInterrupt:
        return _error("interrupted before anything was found", Status.INCONCLUSIVE)
    except MemoryError:
        return _error("out of memory; choose smaller sizes, or --max-memory", Status.INCONCLUSIVE)
    except RecursionError:
        return _error("the model is nested too deeply; split its expressions", Status.USAGE)
    except BrokenPipeError:
        return Status.INCONCLUSIVE.value  # who reads has gone away, and has not seen the verdicts
    except OSError as error:
        return _error(f"{error.filename or 'output'}: {error.strerror}", Status.USAGE)
    except Exception as error:
        if os.environ.get("STACKPROOF_TRACEBACK"):
            raise
        where = type(error).__name__
        return _error(
            f"internal error, so nothing is claimed: {where}: {error}; please report it with what STACKPROOF_TRACEBACK=1 shows",
            Status.INTERNAL,
        )


def _message(error: click.ClickException) -> str:
    """What click says, of which only the list of what an argument can be has lines of its own."""
    message = error.format_message()
    return " ".join(message.split()) if isinstance(error, click.MissingParameter) else message


def _error(message: str, status: Status) -> int:
    """An error in one line, whatever the names in it are."""
    return _fail(f"error: {plain(message)}", status)


def _fail(message: str, status: Status) -> int:
    say(message)
    return status.value
