# SPDX-License-Identifier: GPL-2.0-only
"""What tasks do all their life: plain work, fork, exit, CPU hotplug."""
