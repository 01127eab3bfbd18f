# SPDX-License-Identifier: GPL-2.0-only
"""Dynamic kernel stacks as a program that runs: the RFC's protocol and the hardened one, on a small kernel around them.

It knows nothing of the checker. One begins reading with rfc.py or hardened.py, the protocols; machine.py drives them.
"""
