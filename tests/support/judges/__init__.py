# SPDX-License-Identifier: GPL-2.0-only
"""What tests hold engines against, written straight from what it should be."""
