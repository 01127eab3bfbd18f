# SPDX-License-Identifier: GPL-2.0-only
"""Random programs in the part of C that is translated: without undefined behaviour, whatever they are called with."""
