# SPDX-License-Identifier: GPL-2.0-only
"""`python -m checker` is the command `stackproof`."""

import sys


def start() -> None:
    """Run the command line and exit; also Ctrl-C while the program is still being loaded ends without a traceback."""
    try:
        from checker.cli.main import main

        main()
    except KeyboardInterrupt:
        sys.exit(_interrupted())


def _interrupted() -> int:
    print("error: interrupted before anything was found", file=sys.stderr)
    return 3


if __name__ == "__main__":
    start()
