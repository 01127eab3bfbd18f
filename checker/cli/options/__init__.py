# SPDX-License-Identifier: GPL-2.0-only
"""The options of commands: their values, those that several commands take, and those that are refused."""
