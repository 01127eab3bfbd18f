# SPDX-License-Identifier: GPL-2.0-only
"""The helpers of tests/language, tests/ir and tests/explicit are used here too."""

import sys
from pathlib import Path

for folder in ("language", "ir", "explicit"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
