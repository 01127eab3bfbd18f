# SPDX-License-Identifier: GPL-2.0-only
"""C texts and manifests that are refused, with what is said."""
