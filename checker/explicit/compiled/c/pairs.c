/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a condition can change between two states of which only a part is known: ir/analysis/comparison.py in C, rule by
 * rule, so that both say the same of everything. Expressions come as tables of nodes (comparing.py). Here are pairs of values,
 * and what of them is in cells and frames; comparer.c goes through expressions.
 */

#if PARTIAL_ORDER

#include <setjmp.h>

typedef __int128 wide;

#define FAR ((wide)1 << 100)
enum { NOT_GREATER = 1, NOT_SMALLER = 2, EQUAL = 3 };
enum { SET_WORDS = NEVER_VALUES / 64, SETS = 4096 };

struct pair {
	wide low, high, low_after, high_after;
	int relation;
	const word *never; /* values that neither has, a bit each; NULL: none */
};

/* A node of an expression; its operands are numbers of nodes, from `first` on in the list of operands. */
struct node {
	int64_t kind, first, count, a, b, c, d;
};

struct cells {
	int64_t offset, width, low, high, constants; /* constants: where the values of a constant begin, -1 for a variable */
};

struct frames {
	int64_t offset, stride, width, frames, inside; /* inside: where the marks of locations begin */
};

struct comparer {
	const struct node *nodes;
	const int64_t *operands, *dimensions, *constants;
	const struct cells *cells;
	const struct frames *frames;
	const unsigned char *inside;
	const word *known, *before, *after;
	int nevers;
	const int64_t *never_offsets;
	const word *never_sets;
	struct pair *locals;
	int uneven, evaluated, evaluated_after;
	int unknowns; /* the first unknown cells met */
	int64_t unknown[SPLIT_CELLS][4]; /* offset, width, lowest and highest value */
	jmp_buf unsure;
	size_t sets;
	word set[SETS][SET_WORDS];
};

static struct pair compare(struct comparer *c, int64_t number);

static inline wide least(wide a, wide b)
{
	return a < b ? a : b;
}

static inline wide most(wide a, wide b)
{
	return a > b ? a : b;
}

/* -- pairs -- */

/* With what follows from the ranges for the relation, and the other way round. */
static struct pair pair(wide low, wide high, wide low_after, wide high_after, int relation)
{
	if (high <= low_after)
		relation |= NOT_GREATER;
	if (low >= high_after)
		relation |= NOT_SMALLER;
	if (relation == EQUAL) {
		low = low_after = most(low, low_after);
		high = high_after = least(high, high_after);
	}
	return (struct pair){low, high, low_after, high_after, relation, NULL};
}

static struct pair exactly(wide before, wide after)
{
	return pair(before, before, after, after, 0);
}

static const struct pair anything = {-FAR, FAR, -FAR, FAR, 0, NULL}, still = {-FAR, FAR, -FAR, FAR, EQUAL, NULL};

static int is_known(const struct pair *p)
{
	return p->low == p->high && p->low_after == p->high_after;
}

static int has(const word *set, wide number)
{
	return set && number >= 0 && number < NEVER_VALUES && set[(int)number >> 6] >> ((int)number & 63) & 1;
}

static word *empty_set(struct comparer *c)
{
	if (c->sets == SETS)
		longjmp(c->unsure, 1);
	return memset(c->set[c->sets++], 0, sizeof(c->set[0]));
}

static void put_into_set(word *set, wide number)
{
	if (number >= 0 && number < NEVER_VALUES)
		set[(int)number >> 6] |= (word)1 << ((int)number & 63);
}

static int turned(int relation)
{
	return (relation & NOT_GREATER ? NOT_SMALLER : 0) | (relation & NOT_SMALLER ? NOT_GREATER : 0);
}

/* What holds of both. */
static struct pair either(struct comparer *c, const struct pair *a, const struct pair *b)
{
	word *never = NULL;
	if (a->never && b->never) {
		never = empty_set(c);
		for (int i = 0; i < SET_WORDS; i++)
			never[i] = a->never[i] & b->never[i];
	}
	return (struct pair){least(a->low, b->low), most(a->high, b->high), least(a->low_after, b->low_after),
			     most(a->high_after, b->high_after), a->relation & b->relation, never};
}

/* Whether a value is not 0, as 0 or 1. */
static struct pair truth(struct pair p)
{
	int relation = p.relation == EQUAL || (p.low >= 0 && p.low_after >= 0) ? p.relation : 0;
	return pair(p.low > 0 || p.high < 0, p.low != 0 || p.high != 0, p.low_after > 0 || p.high_after < 0,
		    p.low_after != 0 || p.high_after != 0, relation);
}

/* -- what may raise -- */

static void may_raise(struct comparer *c, const struct pair *value)
{
	if (c->uneven || value->relation != EQUAL)
		longjmp(c->unsure, 1);
}

static wide clipped(wide number, wide low, wide high)
{
	return least(most(number, low), high);
}

static struct pair within(struct comparer *c, struct pair value, wide low, wide high)
{
	if (value.low < low || value.high > high || value.low_after < low || value.high_after > high)
		may_raise(c, &value);
	return pair(clipped(value.low, low, high), clipped(value.high, low, high), clipped(value.low_after, low, high),
		    clipped(value.high_after, low, high), value.relation);
}

/* -- cells -- */

/* Bits that need not lie in one word. */
static inline word bits_at(const word *s, int64_t offset, int64_t width)
{
	return width ? get_wide(s, offset, width) : 0;
}

static struct pair cell_at(struct comparer *c, int64_t offset, int64_t width, wide low, wide high)
{
	word mask = width < 64 ? ((word)1 << width) - 1 : ~(word)0;
	if (bits_at(c->known, offset, width) == mask)
		return exactly(bits_at(c->before, offset, width) + low, bits_at(c->after, offset, width) + low);
	int i = 0;
	while (i < c->unknowns && c->unknown[i][0] != offset)
		i++;
	if (i == c->unknowns && i < SPLIT_CELLS) {
		c->unknown[i][0] = offset;
		c->unknown[i][1] = width;
		c->unknown[i][2] = low;
		c->unknown[i][3] = high;
		c->unknowns++;
	}
	struct pair found = {low, high, low, high, EQUAL, NULL};
	for (i = 0; i < c->nevers; i++)
		if (c->never_offsets[i] == offset)
			found.never = c->never_sets + i * SET_WORDS;
	return found;
}

static struct pair frame_test(struct comparer *c, const struct frames *f, int64_t index, int64_t depths)
{
	int before = 0, after = 0, all_known = 1, changed = 0;
	word mask = ((word)1 << LOCATION_BITS) - 1;
	for (int64_t depth = 0; depth < depths; depth++) {
		int64_t base = f->offset + index * f->stride + depth * f->width;
		word was = bits_at(c->before, base, LOCATION_BITS), is = bits_at(c->after, base, LOCATION_BITS);
		all_known &= bits_at(c->known, base, LOCATION_BITS) == mask;
		changed |= was != is;
		before |= c->inside[f->inside + was];
		after |= c->inside[f->inside + is];
	}
	if (!all_known)
		return (struct pair){0, 1, 0, 1, changed ? 0 : EQUAL, NULL};
	return exactly(before, after);
}

enum { OF_CELLS, OF_CONSTANTS, OF_BITS, OF_FRAMES };

static struct pair one_of(struct comparer *c, int what, int64_t which, int64_t depths, wide number)
{
	const struct cells *cells = &c->cells[which];
	switch (what) {
	case OF_CONSTANTS:
		return exactly(c->constants[cells->constants + (int64_t)number], c->constants[cells->constants + (int64_t)number]);
	case OF_CELLS:
		return cell_at(c, cells->offset + (int64_t)number * cells->width, cells->width, cells->low, cells->high);
	case OF_BITS:
		return cell_at(c, which + (int64_t)number, 1, 0, 1);
	default:
		return frame_test(c, &c->frames[which], number, depths);
	}
}

/* What holds of all that an index can select. */
static struct pair joined(struct comparer *c, struct pair index, int what, int64_t which, int64_t depths)
{
	if (is_known(&index) && index.low != index.low_after) {
		struct pair before = one_of(c, what, which, depths, index.low);
		struct pair after = one_of(c, what, which, depths, index.low_after);
		return pair(before.low, before.high, after.low_after, after.high_after, 0);
	}
	struct pair found = still;
	int any = 0;
	wide end = most(index.high, index.high_after);
	for (wide number = least(index.low, index.low_after); number <= end; number++) {
		if (has(index.never, number))
			continue;
		struct pair one = one_of(c, what, which, depths, number);
		found = any++ ? either(c, &found, &one) : one;
	}
	if (!any || index.relation == EQUAL)
		return found;
	return pair(found.low, found.high, found.low_after, found.high_after, 0);
}

static struct pair load(struct comparer *c, const struct node *n)
{
	struct pair chosen[MOST_DIMENSIONS], number = exactly(0, 0);
	for (int64_t i = 0; i < n->count; i++)
		chosen[i] = compare(c, c->operands[n->first + i]);
	for (int64_t i = 0; i < n->count; i++) {
		wide size = c->dimensions[n->b + i];
		struct pair inside = within(c, chosen[i], 0, size - 1);
		const word *from = number.never;
		word *never = NULL;
		int fixed = is_known(&number) && number.low == number.low_after;
		if (fixed)
			from = chosen[i].never;
		if (from) {
			never = empty_set(c);
			for (int value = 0; value < NEVER_VALUES; value++)
				for (wide k = 0; has(from, value) && k < (fixed ? 1 : size); k++)
					put_into_set(never, fixed ? number.low * size + value : value * size + k);
		}
		number = (struct pair){number.low * size + inside.low,
				       number.high * size + inside.high,
				       number.low_after * size + inside.low_after,
				       number.high_after * size + inside.high_after,
				       number.relation == EQUAL && inside.relation == EQUAL ? EQUAL : 0,
				       never};
	}
	return joined(c, number, c->cells[n->a].constants >= 0 ? OF_CONSTANTS : OF_CELLS, n->a, 0);
}

static wide divided(wide a, wide b)
{
	wide quotient = a / b;
	return quotient - (a % b != 0 && (a % b < 0) != (b < 0));
}

/* a: a count of instances, b: their alignment, c: where it says which are allocated, -1 if none has to be. */
static struct pair index_of(struct comparer *c, const struct node *n, struct pair value)
{
	wide count = n->a, alignment = n->b;
	struct pair found;
	if (is_known(&value)) {
		wide values[2] = {c->evaluated ? value.low : value.low_after, c->evaluated_after ? value.low_after : value.low};
		int good = 1;
		for (int i = 0; i < 2; i++) {
			wide number = divided(values[i], alignment);
			good &= values[i] == number * alignment && number >= 1 && number <= count;
			values[i] = number - 1;
		}
		if (good) {
			found = exactly(values[0], values[1]);
		} else {
			may_raise(c, &value);
			found = (struct pair){0, count - 1, 0, count - 1, EQUAL, NULL};
		}
	} else {
		may_raise(c, &value);
		wide low = most(0, -divided(-value.low, alignment) - 1), high = least(count - 1, divided(value.high, alignment) - 1);
		word *never = NULL;
		if (value.never) {
			never = empty_set(c);
			for (wide number = alignment; number < NEVER_VALUES; number += alignment)
				if (has(value.never, number))
					put_into_set(never, number / alignment - 1);
		}
		low = least(low, count - 1);
		high = most(high, 0);
		found = (struct pair){low, high, low, high, EQUAL, never};
	}
	if (n->c >= 0) {
		struct pair allocated = joined(c, found, OF_BITS, n->c, 0);
		if (!(allocated.low == 1 && allocated.low_after == 1))
			may_raise(c, &allocated);
	}
	return found;
}

#endif
