# SPDX-License-Identifier: GPL-2.0-only
"""Random models, searched in every way there is and by brute force: `python -m tests.fuzz --help`."""

import sys
from pathlib import Path

for folder in ("explicit", "symbolic", "language", "ir"):
    path = str(Path(__file__).parents[1] / folder)
    if path not in sys.path:
        sys.path.insert(0, path)
