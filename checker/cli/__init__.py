# SPDX-License-Identifier: GPL-2.0-only
"""The commands: parses, calls, prints."""
