# SPDX-License-Identifier: GPL-2.0-only
"""The kernel around a protocol, as a program that runs one operation at a time."""
