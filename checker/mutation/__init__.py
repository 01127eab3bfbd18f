# SPDX-License-Identifier: GPL-2.0-only
"""Small systematic changes of a model's protocol, to see which of them the properties tell from the original."""
