# SPDX-License-Identifier: GPL-2.0-only
"""Random models, searched in every way there is and by brute force: `python -m tools.fuzz --help`."""
