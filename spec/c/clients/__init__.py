# SPDX-License-Identifier: GPL-2.0-only
"""What is called in the domain `clients` only: who has which node."""
