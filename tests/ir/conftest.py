# SPDX-License-Identifier: GPL-2.0-only
"""The helpers of tests/language are used here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "language"))
