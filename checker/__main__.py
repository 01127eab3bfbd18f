# SPDX-License-Identifier: GPL-2.0-only
"""`python -m checker`: the same as the command `stackproof`."""

from checker.cli.main import main

if __name__ == "__main__":
    main()
