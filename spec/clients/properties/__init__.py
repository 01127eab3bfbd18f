# SPDX-License-Identifier: GPL-2.0-only
"""What is demanded of a list that clients share. `spec/clients/__init__.py` names those that are loaded."""
