# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a patch on random states, in a model and compiled: with the kernel's services as stubs."""
