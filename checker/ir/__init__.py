# SPDX-License-Identifier: GPL-2.0-only
"""A transition system as data, and what is small enough to say of it at once."""
