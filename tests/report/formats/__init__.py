# SPDX-License-Identifier: GPL-2.0-only
"""What `--format` writes, read by programs of other people."""
