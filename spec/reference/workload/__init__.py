# SPDX-License-Identifier: GPL-2.0-only
"""Many tasks with stacks of random depths, what they came to, and how that is shown."""
