# SPDX-License-Identifier: GPL-2.0-only
"""The C of one system: what is generated, and the files that never change."""
