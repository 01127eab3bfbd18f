# SPDX-License-Identifier: GPL-2.0-only
"""The C front end: C source text with the place that each line came from, as data that all rooms of the front end share."""
