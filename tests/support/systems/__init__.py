# SPDX-License-Identifier: GPL-2.0-only
"""Systems and programs for tests: small ones, and random ones."""
