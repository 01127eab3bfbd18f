# SPDX-License-Identifier: GPL-2.0-only
"""Where this program stands on the disk."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""The folder that holds `checker`, `spec` and `models`."""
