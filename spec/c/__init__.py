# SPDX-License-Identifier: GPL-2.0-only
"""Manifests: what the names of C text are to the modelled kernel."""
