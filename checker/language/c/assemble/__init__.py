# SPDX-License-Identifier: GPL-2.0-only
"""Makes a protocol of C text: finds what the manifest binds, has it translated, and accounts for every added line."""
