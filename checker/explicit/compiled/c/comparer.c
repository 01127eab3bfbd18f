/* SPDX-License-Identifier: GPL-2.0-only */
/* The operators of comparison.py, and what is asked of a comparer; pairs.c has what they work on. */

#if PARTIAL_ORDER

/* -- operators -- */

static struct pair logical(struct comparer *c, const struct node *n)
{
	int or_ = n->a, uneven = c->uneven, evaluated = c->evaluated, evaluated_after = c->evaluated_after;
	struct pair all = pair(0, 0, 0, 0, EQUAL);
	int relation = EQUAL;
	for (int64_t i = 0; i < n->count; i++) {
		struct pair value = truth(compare(c, c->operands[n->first + i]));
		relation &= value.relation;
		if (!i)
			all = value;
		all.low = or_ ? most(all.low, value.low) : least(all.low, value.low);
		all.high = or_ ? most(all.high, value.high) : least(all.high, value.high);
		all.low_after = or_ ? most(all.low_after, value.low_after) : least(all.low_after, value.low_after);
		all.high_after = or_ ? most(all.high_after, value.high_after) : least(all.high_after, value.high_after);
		/* Where an operand decides, the next ones are not evaluated. */
		c->evaluated = c->evaluated && !(value.low == or_ && value.high == or_);
		c->evaluated_after = c->evaluated_after && !(value.low_after == or_ && value.high_after == or_);
		if (!c->evaluated && !c->evaluated_after)
			break;
		if (value.relation != EQUAL)
			c->uneven++;
	}
	c->uneven = uneven;
	c->evaluated = evaluated;
	c->evaluated_after = evaluated_after;
	return pair(all.low, all.high, all.low_after, all.high_after, relation);
}

static struct pair conditional(struct comparer *c, const struct node *n)
{
	const int64_t *parts = c->operands + n->first;
	struct pair decided = truth(compare(c, parts[0])), yes = anything, no = anything, ways[4], found;
	if (is_known(&decided) && decided.low == decided.low_after)
		return compare(c, parts[decided.low ? 1 : 2]);
	int uneven = decided.relation != EQUAL, before = c->evaluated, after = c->evaluated_after, count = 0;
	c->uneven += uneven;
	c->evaluated = before && decided.high;
	c->evaluated_after = after && decided.high_after;
	if (c->evaluated || c->evaluated_after)
		yes = compare(c, parts[1]);
	c->evaluated = before && !decided.low;
	c->evaluated_after = after && !decided.low_after;
	if (c->evaluated || c->evaluated_after)
		no = compare(c, parts[2]);
	c->evaluated = before;
	c->evaluated_after = after;
	c->uneven -= uneven;
	if (!uneven)
		return either(c, &yes, &no);
	/* The ways that the test can go, before and after. */
	if (!decided.low && !decided.low_after)
		ways[count++] = no;
	if (decided.high && decided.high_after)
		ways[count++] = yes;
	if (!decided.low && decided.high_after && decided.relation != NOT_SMALLER)
		ways[count++] = pair(no.low, no.high, yes.low_after, yes.high_after, 0);
	if (decided.high && !decided.low_after && decided.relation != NOT_GREATER)
		ways[count++] = pair(yes.low, yes.high, no.low_after, no.high_after, 0);
	found = ways[0];
	for (int i = 1; i < count; i++)
		found = either(c, &found, &ways[i]);
	return found;
}

/* Numbers beyond what ranges are counted in are not compared. */
static wide product(struct comparer *c, wide a, wide b)
{
	wide found;
	if (__builtin_mul_overflow(a, b, &found) || found > FAR / 16 || found < -FAR / 16)
		longjmp(c->unsure, 1);
	return found;
}

static wide computed(struct comparer *c, int operator, wide a, wide b)
{
	switch (operator) {
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return product(c, a, b);
	case OP_AND: return a & b;
	case OP_OR: return a | b;
	case OP_XOR: return a ^ b;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return a < b;
	case OP_LE: return a <= b;
	case OP_GT: return a > b;
	case OP_GE: return a >= b;
	case OP_NOT: return !a;
	case OP_NEG: return -a;
	case OP_DIV:
	case OP_MOD:
		if (!b)
			longjmp(c->unsure, 1);
		return operator == OP_DIV ? divided(a, b) : a - divided(a, b) * b;
	case OP_SHL:
		if (b < 0 || (b > 62 && a))
			longjmp(c->unsure, 1);
		return a ? product(c, a, (wide)1 << (int)b) : 0;
	default: /* OP_SHR */
		if (b < 0)
			longjmp(c->unsure, 1);
		return b > 126 ? (a < 0 ? -1 : 0) : a >> (int)b;
	}
}

static int excludes(const struct pair *known, const struct pair *other)
{
	return is_known(known) && has(other->never, known->low) && has(other->never, known->low_after);
}

static struct pair operation(struct comparer *c, int operator, struct pair left, struct pair right, int operands)
{
	int equal = left.relation == EQUAL && right.relation == EQUAL ? EQUAL : 0;
	if (is_known(&left) && (operands == 1 || is_known(&right))) {
		wide before = computed(c, operator, left.low, right.low);
		return exactly(before, computed(c, operator, left.low_after, right.low_after));
	}
	switch (operator) {
	case OP_NOT:
		left = truth(left);
		return pair(1 - left.high, 1 - left.low, 1 - left.high_after, 1 - left.low_after, turned(left.relation));
	case OP_NEG:
		return pair(-left.high, -left.low, -left.high_after, -left.low_after, turned(left.relation));
	case OP_DIV:
	case OP_MOD:
	case OP_SHL:
	case OP_SHR:
		if (right.low <= 0 || right.low_after <= 0)
			longjmp(c->unsure, 1);
		break;
	case OP_SUB:
		right = (struct pair){-right.high, -right.low, -right.high_after, -right.low_after, turned(right.relation), NULL};
		/* fall through */
	case OP_ADD:
		return pair(left.low + right.low, left.high + right.high, left.low_after + right.low_after,
			    left.high_after + right.high_after, left.relation & right.relation);
	case OP_EQ:
	case OP_NE: {
		if (excludes(&left, &right) || excludes(&right, &left))
			return exactly(operator == OP_NE, operator == OP_NE);
		int sure = left.low == left.high && left.high == right.low && right.low == right.high;
		int can = most(left.low, right.low) <= least(left.high, right.high);
		int sure_after = left.low_after == left.high_after && left.high_after == right.low_after &&
				 right.low_after == right.high_after;
		int can_after = most(left.low_after, right.low_after) <= least(left.high_after, right.high_after);
		if (operator == OP_NE)
			return pair(1 - can, 1 - sure, 1 - can_after, 1 - sure_after, equal);
		return pair(sure, can, sure_after, can_after, equal);
	}
	case OP_GT:
	case OP_GE:
		return operation(c, operator == OP_GT ? OP_LT : OP_LE, right, left, 2);
	case OP_LT:
	case OP_LE: {
		int strict = operator == OP_LT;
		return pair(left.high + strict <= right.low, left.low + strict <= right.high,
			    left.high_after + strict <= right.low_after, left.low_after + strict <= right.high_after,
			    turned(left.relation) & right.relation);
	}
	}
	return equal ? still : anything;
}

static struct pair compare(struct comparer *c, int64_t number)
{
	const struct node *n = &c->nodes[number];
	const int64_t *operands = c->operands + n->first;
	struct pair value;
	switch (n->kind) {
	case NODE_CONSTANT:
		return exactly(n->a, n->a);
	case NODE_LOCAL:
		return c->locals[n->a];
	case NODE_LOAD:
		return load(c, n);
	case NODE_INDEX:
		return index_of(c, n, compare(c, operands[0]));
	case NODE_ELEMENT:
		return within(c, compare(c, operands[0]), 0, n->a - 1);
	case NODE_IN_RANGE:
		value = compare(c, operands[0]);
		if (n->d && !(is_known(&value) && !((value.low | value.low_after) & ~(wide)n->c)))
			may_raise(c, &value);
		return within(c, value, n->a, n->b);
	case NODE_OPERATION:
		value = compare(c, operands[0]);
		return operation(c, n->a, value, n->count > 1 ? compare(c, operands[1]) : exactly(0, 0), n->count);
	case NODE_LOGICAL:
		return logical(c, n);
	case NODE_CONDITIONAL:
		return conditional(c, n);
	case NODE_LET:
		c->locals[n->a] = compare(c, operands[0]);
		return compare(c, operands[1]);
	default: /* NODE_FRAMES */
		return joined(c, compare(c, operands[0]), OF_FRAMES, n->a, n->b);
	}
}

/* -- what is asked -- */

static int compared(struct comparer *c, int64_t root, int demanded)
{
	c->uneven = c->unknowns = 0;
	c->evaluated = c->evaluated_after = 1;
	c->sets = 0;
	if (setjmp(c->unsure))
		return 0;
	return (truth(compare(c, root)).relation & demanded) == demanded;
}

/* Whether a condition stays as demanded between two states that are equal but for some known cells, whatever the others are:
 * in one go, or for each value of one unknown cell. */
int comparer_keeps(struct comparer *c, int64_t root, int demanded, const word *known, const word *before, const word *after,
		   int nevers, const int64_t *never_offsets, const word *never_sets)
{
	word states[3][WORDS + 1];
	int64_t unknown[SPLIT_CELLS][4];
	const word *given[3] = {known, before, after};
	for (int i = 0; i < 3; i++) {
		copy(states[i], given[i]);
		for (int k = 0; i && k < WORDS; k++)
			states[i][k] &= known[k];
	}
	c->known = states[0];
	c->before = states[1];
	c->after = states[2];
	c->nevers = nevers;
	c->never_offsets = never_offsets;
	c->never_sets = never_sets;
	if (compared(c, root, demanded))
		return 1;
	int unknowns = c->unknowns;
	memcpy(unknown, c->unknown, sizeof(unknown));
	for (int i = 0; i < unknowns; i++) {
		int64_t offset = unknown[i][0], width = unknown[i][1], low = unknown[i][2], high = unknown[i][3], number;
		const word *never = NULL;
		if (high - low >= SPLIT_VALUES)
			continue;
		for (int k = 0; k < nevers; k++)
			if (never_offsets[k] == offset)
				never = never_sets + k * SET_WORDS;
		for (int k = 0; k < 3; k++)
			copy(states[k], given[k]);
		for (int k = 1; k < 3; k++)
			for (int j = 0; j < WORDS; j++)
				states[k][j] &= known[j];
		put_wide(states[0], offset, width, ((word)1 << width) - 1);
		for (number = low; number <= high; number++) {
			if (has(never, number))
				continue;
			put_wide(states[1], offset, width, number - low);
			put_wide(states[2], offset, width, number - low);
			if (!compared(c, root, demanded))
				break;
		}
		if (number > high)
			return 1;
	}
	return 0;
}

/* A comparer of expressions in these tables, which have to stay. NULL if there is no memory. */
struct comparer *comparer_new(const struct node *nodes, const int64_t *operands, const int64_t *dimensions,
			      const int64_t *constants, const struct cells *cells, const struct frames *frames,
			      const unsigned char *inside, size_t locals)
{
	struct comparer *c = malloc(sizeof(*c));
	if (!c)
		return NULL;
	c->nodes = nodes;
	c->operands = operands;
	c->dimensions = dimensions;
	c->constants = constants;
	c->cells = cells;
	c->frames = frames;
	c->inside = inside;
	c->locals = malloc((locals + 1) * sizeof(*c->locals));
	if (!c->locals) {
		free(c);
		return NULL;
	}
	return c;
}

void comparer_free(struct comparer *c)
{
	if (!c)
		return;
	free(c->locals);
	free(c);
}

#endif
