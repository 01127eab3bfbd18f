# SPDX-License-Identifier: GPL-2.0-only
"""`python -m checker` is the command `stackproof`."""

import os
import sys


def start() -> None:
    """Run the command line and exit; also Ctrl-C while the program is still being loaded ends without a traceback."""
    try:
        _open_closed_files()
        from checker.cli.main import main

        main()
    except KeyboardInterrupt:
        sys.exit(_interrupted())


def _open_closed_files() -> None:
    """Standard input, output or error that was closed is /dev/null, so that no other file takes its number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _interrupted() -> int:
    print("error: interrupted before anything was found", file=sys.stderr)
    return 3


if __name__ == "__main__":
    start()
