# SPDX-License-Identifier: GPL-2.0-only
"""The Python front end: reads a model's text and builds the tree; never runs it."""
