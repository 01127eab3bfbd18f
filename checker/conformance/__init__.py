# SPDX-License-Identifier: GPL-2.0-only
"""Whether an implementation does what the model does, and nothing else."""
