# SPDX-License-Identifier: GPL-2.0-only
"""What a model records of its outcomes: compared with what a search finds, and rewritten in the model's text."""
