# SPDX-License-Identifier: GPL-2.0-only
"""A file, two changes to it, and the patches of them that tests damage."""

from __future__ import annotations

from tests.language.c.patch.writing import diff, file_diff, mail, patch_mail

PATH = "kernel/pool.c"
OLD = """// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>

static int pool_size = 4;

static int pool_take(void)
{
	if (!pool_size)
		return -ENOMEM;
	pool_size--;

	return 0;
}

static void pool_give(void)
{
	pool_size++;
}

int pool_left(void)
{
	return pool_size;
}
"""
MIDDLE = OLD.replace("\tpool_size--;\n", "\tif (pool_size > 4)\n\t\treturn -EINVAL;\n\tpool_size -= 1;\n")
NEW = MIDDLE.replace("{\n\tpool_size++;", "{\n\t/* one more */\n\tpool_size += 1;")

DIFF = diff({PATH: OLD}, {PATH: MIDDLE})
"""The diff of the first change: header of 4 lines, one hunk at line 5, its first added line is line 10."""
SECOND = diff({PATH: MIDDLE}, {PATH: NEW})
MAIL = patch_mail(DIFF)
SERIES = [patch_mail(DIFF, "[PATCH v2 1/2] pool: take"), patch_mail(SECOND, "[PATCH v2 2/2] pool: give")]
COVER = mail("What it is about.\n\n kernel/pool.c | 5 +++--\n", "[PATCH v2 0/2] pool")
CREATED = file_diff("kernel/new.c", None, "int a;\nint b;\n")
DELETED = file_diff(PATH, OLD, None)


def damaged(text: str) -> str:
    """The text as an archive shows it that drops leading blanks, of added lines too."""
    return "\n".join(
        row.lstrip()
        if row[:1] in (" ", "\t")
        else row[0] + " " * (row[1:2] in (" ", "\t")) + row[1:].lstrip()
        if row[:1] == "+"
        else row
        for row in text.split("\n")
    )
