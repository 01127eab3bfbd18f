/* SPDX-License-Identifier: GPL-2.0-only */
/* What a worker does with a state: its successors, and what they violate. */

/* -- findings -- */

static inline int is_open(const struct worker *w, int property)
{
	return atomic_load_explicit(&w->search->open[property], memory_order_relaxed);
}

static void claim(struct finding *finding, int kind, row_number row, int number)
{
	uint32_t none = NO_FINDING;
	if (!atomic_compare_exchange_strong(&finding->kind, &none, CLAIMED))
		return;
	finding->row = row;
	finding->number = number;
	atomic_store(&finding->kind, kind);
}

static void violated(struct worker *w, int property, int kind, row_number row, int number)
{
	claim(&w->search->found[property], kind, row, number);
#if PARTIAL_ORDER
	if (atomic_exchange(&w->search->open[property], 0) && kind == INVARIANT)
		forget(w, property);
#else
	w->search->open[property] = 0;
#endif
}

static void judged(struct worker *w, int outcome, int invariant, int property, row_number row)
{
	if (LIKELY(outcome == POSSIBLE) || !is_open(w, property))
		return;
	if (outcome >= RAISED && raised_kind[outcome - RAISED] == MODEL_ERROR) {
		claim(&w->search->error, INVARIANT, row, invariant);
	} else {
		violated(w, property, INVARIANT, row, invariant);
	}
}

static void too_many_choices(struct worker *w)
{
	fail(w->search, TOO_MANY_CHOICES);
}

/* -- expanding -- */

static inline void from(struct worker *w, int mover)
{
	(void)w, (void)mover;
}

static inline word *next_entry(struct worker *w)
{
	return REACHED(&w->batch[w->count]);
}

/* Look at a new state: at its invariants, and whether the reductions are sound there. changed: how it differs from the state
 * that led to it. */
static void examine(struct worker *w, const struct entry *e, const word *changed, row_number row)
{
	if (IS_MARKED(e->state))
		return;
	check(w, REACHED(e), changed, row);
#if CANONICAL
	if (pages_are_distinguished(e->state)) {
		claim(&w->search->distinguished, STEP, row, 0);
		fail(w->search, DISTINGUISHED);
	}
#endif
}

/* A row is to be expanded again. There are never more than are on their way: of each worker, those in its batch and the one at
 * work, since it stops then; or those of which there are some left. */
static void expand_again(struct search *q, row_number row)
{
	size_t count, i;
	lock(q);
	count = atomic_load_explicit(&q->agains, memory_order_relaxed);
	for (i = 0; i < count && q->again[i] != row; i++)
		;
	if (i == count) {
		q->again[count] = row;
		atomic_store_explicit(&q->agains, count + 1, memory_order_relaxed);
	}
	unlock(q);
}

/* A row to expand again; NO_ROW if there is none. */
static row_number take_again(struct search *q)
{
	row_number row = NO_ROW;
	lock(q);
	size_t count = atomic_load_explicit(&q->agains, memory_order_relaxed);
	if (count) {
		row = q->again[0];
		memmove(q->again, q->again + 1, (count - 1) * sizeof(*q->again));
		atomic_store_explicit(&q->agains, count - 1, memory_order_relaxed);
	}
	unlock(q);
	return row;
}

static size_t most_agains(const struct search *q)
{
	return (size_t)q->workers * (BATCH + 1);
}

/* Have the rows on their way that a batch will be compared with. */
static inline void look_ahead(struct search *q, const struct entry *batch, unsigned count)
{
#if !COMPACT
	size_t last = q->slots - 1;
	for (unsigned i = 0; i < count; i++) {
		const struct entry *e = &batch[i];
		slot found = atomic_load_explicit(&q->table[e->hash & last], memory_order_acquire);
		if (found && may_hold(q, found, e->hash))
			__builtin_prefetch(row_state(q, slot_row(q, found)));
	}
#endif
}

static void flush(struct worker *w)
{
	struct search *q = w->search;
	unsigned count = w->count;
	look_ahead(q, w->batch, count);
	for (unsigned i = 0; i < count; i++) {
		struct entry *e = &w->batch[i];
		row_number row = insert(w, e);
		if (row >= NO_ROOM) {
			if (row == NO_ROOM)
				expand_again(q, e->source);
			continue;
		}
		word changed[WORDS + 1];
		for (int k = 0; k < WORDS; k++)
			changed[k] = REACHED(e)[k] ^ e->source_state[k];
		changed[WORDS] = 0;
		examine(w, e, changed, row);
	}
	w->count = 0;
}

#if PARTIAL_ORDER
static void store_arrival(struct worker *w, const word *state)
{
	struct entry *e = &w->batch[0];
	memcpy(REACHED(e), state, WORDS * sizeof(word));
	REACHED(e)[WORDS] = 0;
#if CANONICAL
	representative(e->raw, e->state);
#endif
	e->hash = hash_state(e->state);
	e->source = w->source;
	e->source_state = w->source_state;
	w->count = 1;
	flush(w);
}
#endif

static inline void push(struct worker *w)
{
	struct entry *e = &w->batch[w->count];
#if PARTIAL_ORDER
	w->transitions++;
	leads_to(w, w->source_state, REACHED(e));
	return;
#endif
#if CANONICAL
	representative(e->raw, e->state);
#endif
	e->hash = hash_state(e->state);
#if CLUSTER
	if (!is_own(w->search, e->hash)) {
		w->transitions++;
		send_away(w, e);
		return;
	}
	e->from = w->search->exchange->member;
#endif
	__builtin_prefetch((const void *)&w->search->table[e->hash & (w->search->slots - 1)]);
	e->source = w->source;
	e->source_state = w->source_state;
	w->transitions++;
	if (UNLIKELY(++w->count == BATCH))
		flush(w);
}

static void raised(struct worker *w, const word *s, int number)
{
	int kind = raised_kind[number];
	if (kind == CUT) {
		atomic_store_explicit(&w->search->cuts[number], 1, memory_order_relaxed);
	} else if (kind == MODEL_ERROR || kind == WILD_MODEL_ERROR) {
		claim(&w->search->error, STEP, w->source, number);
	} else {
		word *n = next_entry(w);
		copy(n, s);
		or_bits(n, MARK, 2 + kind);
		if (is_open(w, kind))
			violated(w, kind, STEP, w->source, number);
		push(w);
	}
}

static inline void took(struct worker *w, const word *s, int outcome, int progress)
{
#if PARTIAL_ORDER
	if (UNLIKELY(w->passage->broken))
		return;
#endif
	if (NO_DEADLOCK >= 0 && progress && !w->moves)
		w->moves = outcome != POSSIBLE || memcmp(REACHED(&w->batch[w->count]), s, WORDS * sizeof(word));
	if (LIKELY(outcome == POSSIBLE))
		push(w);
	else
		raised(w, s, outcome - RAISED);
}

/* The next rows to expand; 0 if there are none left in this level. */
static int take_piece(struct worker *w)
{
	struct search *q = w->search;
	size_t piece = atomic_fetch_add(&q->piece, 1);
	if (piece >= q->level.count)
		return 0;
	w->at = q->level.items[piece].begin;
	w->end = q->level.items[piece].end;
	return 1;
}
