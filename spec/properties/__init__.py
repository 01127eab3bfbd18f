# SPDX-License-Identifier: GPL-2.0-only
"""What is demanded of every protocol. A model that imports spec.kernel answers to every property in this folder."""
