# SPDX-License-Identifier: GPL-2.0-only
"""The helpers of tests/language and tests/explicit are used here too."""

import sys
from pathlib import Path

for folder in ("language", "explicit"):
    sys.path.insert(0, str(Path(__file__).parents[1] / folder))
