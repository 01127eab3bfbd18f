# SPDX-License-Identifier: GPL-2.0-only
"""The sizes of the benchmark DKS, with the counts and the lengths of its shortest violations that other checkers report too."""

from __future__ import annotations

NONE = {"I2": 9, "I3": 9}
FAIL = {"I1": 21, "I2": 9, "I3": 9, "I5": 25, "I6": 14}
LATE = {"I1": 16, "I2": 9, "I3": 9, "I5": 9, "I6": 9}
ROWS = [
    ((1, 2, 3, 0, 0), (997, 1_098, 59), NONE),
    ((1, 2, 3, 1, 0), (2_743, 3_134, 59), FAIL),
    ((1, 2, 3, 0, 1), (4_073, 4_624, 75), LATE),
    ((1, 2, 3, 1, 1), (11_795, 13_708, 75), LATE),
    ((2, 2, 3, 0, 0), (42_483, 88_640, 62), NONE),
    ((2, 2, 3, 1, 0), (138_413, 296_152, 62), FAIL),
]
LONG_ROWS = [
    ((2, 2, 3, 0, 1), (434_077, 909_716, 77), LATE),
    ((2, 2, 4, 0, 0), (1_251_169, 2_597_332, 90), {"I1": 14, "I2": 9, "I3": 9}),
    ((2, 3, 3, 0, 0), (5_099_515, 11_364_666, 90), NONE),
]
Sizes = tuple[int, int, int, int, int]
