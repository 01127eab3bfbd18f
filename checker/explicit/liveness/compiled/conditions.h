/* SPDX-License-Identifier: GPL-2.0-only */
/* What the outcome of a condition says: 1 that it is so, 0 that it is not, -1 that it cannot be evaluated. */

static inline int strictly(int outcome)
{
	return outcome >= RAISED ? -1 : outcome == POSSIBLE;
}

/* One that meets a wild pointer does not hold. */
static inline int leniently(int outcome)
{
	if (outcome >= RAISED)
		return raised_kind[outcome - RAISED] == MODEL_ERROR ? -1 : 0;
	return outcome == POSSIBLE;
}

static inline int failing(int outcome)
{
	int holds = leniently(outcome);
	return holds < 0 ? holds : !holds;
}
