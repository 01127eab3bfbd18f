# SPDX-License-Identifier: GPL-2.0-only
"""What text, JSON, pictures and pages share."""
