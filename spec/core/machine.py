# SPDX-License-Identifier: GPL-2.0-only
"""The size of the machine."""

from checker.language import parameter

CPUS = parameter(1, 1, 4, "CPUs, all online at boot")
