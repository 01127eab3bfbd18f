/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of the states found so far. */

/* What a slot holds for a state in a row. */
static inline slot slot_of(const struct search *q, uint64_t hash, row_number row)
{
#if COMPACT
	return hash;
#else
	return ((uint32_t)(hash >> 32) & ~q->number_mask) | (row - table_base(q) + 1);
#endif
}

#if !COMPACT
static inline row_number slot_row(const struct search *q, slot found)
{
	return table_base(q) + (found & q->number_mask) - 1;
}
#endif

/* Whether a slot may be that of a state, by its hash alone. */
static inline int may_hold(const struct search *q, slot found, uint64_t hash)
{
#if COMPACT
	return found == hash;
#else
	return ((found ^ (uint32_t)(hash >> 32)) & ~q->number_mask) == 0;
#endif
}

static inline int holds(const struct search *q, slot found, const struct entry *e)
{
#if COMPACT
	return found == e->hash;
#else
	return may_hold(q, found, e->hash) && same(row_state(q, slot_row(q, found)), e->state);
#endif
}

/* The row of a state that was new, NO_ROW if it was known, NO_ROOM if there is no room for it. */
static inline row_number insert(struct worker *w, const struct entry *e)
{
	struct search *q = w->search;
	size_t last = q->slots - 1, place = e->hash & last;
	int written = 0;
	for (;; place = (place + 1) & last) {
		slot found = atomic_load_explicit(&q->table[place], memory_order_acquire);
		if (!found) {
			if (!written) {
				if (!reserve_row(w))
					return NO_ROOM;
				memcpy(row_state(q, w->row), e->state, WORDS * sizeof(word));
				*row_source(q, w->row) = e->source;
#if CLUSTER
				*row_from(q, w->row) = e->from;
#endif
#if COMPACT
				q->hashes[w->row >> BLOCK_BITS][w->row & (BLOCK_ROWS - 1)] = e->hash >> 32;
#endif
				written = 1;
			}
			slot mine = slot_of(q, e->hash, w->row);
			if (q->workers == 1) {
				atomic_store_explicit(&q->table[place], mine, memory_order_relaxed);
				break;
			}
			if (atomic_compare_exchange_strong_explicit(&q->table[place], &found, mine, memory_order_acq_rel,
								    memory_order_acquire))
				break;
		}
		if (holds(q, found, e))
			return NO_ROW;
	}
	w->states++;
	w->rows.items[w->rows.count - 1].end = w->row + 1;
	return w->row++;
}

/* Whether a state is stored, as it is. */
static inline int is_stored(const struct search *q, const word *state, uint64_t hash)
{
	size_t last = q->slots - 1;
	for (size_t place = hash & last;; place = (place + 1) & last) {
		slot found = atomic_load_explicit(&q->table[place], memory_order_acquire);
		if (!found)
			return 0;
#if COMPACT
		if (found == hash)
			return 1;
#else
		if (may_hold(q, found, hash) && same(row_state(q, slot_row(q, found)), state))
			return 1;
#endif
	}
}

#if DISK
/* Have the table written out, and not grow, where it has as many rows as memory allows. */
static void limit_table(struct search *q)
{
	if (q->grow_at > q->most_here)
		q->grow_at = q->most_here;
	if (q->full_at > q->most_here)
		q->full_at = q->most_here;
}
#endif

static int make_table(struct search *q, size_t slots)
{
	_Atomic slot *table = take_memory(q, slots * sizeof(slot));
	if (!table)
		return 0;
	q->table = table;
	q->slots = slots;
	q->number_mask = slots - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(slots - 1);
	q->grow_at = slots / 10 * 7;
	q->full_at = slots / 8 * 7;
#if DISK
	limit_table(q);
#endif
	return 1;
}
