# SPDX-License-Identifier: GPL-2.0-only
"""What the modelled kernel does where an architecture or a configuration decides it."""
