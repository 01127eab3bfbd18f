# SPDX-License-Identifier: GPL-2.0-only
"""A proof as SMT-LIB files; the second solver reads them."""
