# SPDX-License-Identifier: GPL-2.0-only
"""The files of examples/ci, used as their users do."""
