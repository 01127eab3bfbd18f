# SPDX-License-Identifier: GPL-2.0-only
"""What every domain of the modelled kernel has: the machine."""
