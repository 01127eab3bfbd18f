/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver calls to carry out a search, level by level. */

void search_free(struct search *q)
{
#if PARTIAL_ORDER
	free_passing(q);
#endif
#if CLUSTER
	free_exchange(q);
#endif
	for (size_t i = 0; i < BLOCKS; i++) {
#if DISK
		give_file(q, q->blocks[i], block_bytes());
#else
		give_memory(q, q->blocks[i], block_bytes());
		give_memory(q, q->sources[i], link_bytes());
#endif
	}
	while (q->spare) {
		word *next = (word *)q->spare[0];
		give_memory(q, q->spare, block_bytes());
		q->spare = next;
	}
	give_memory(q, (void *)q->table, q->slots * sizeof(slot));
	for (int i = 0; i < q->workers; i++)
		free(q->worker[i].rows.items);
#if DISK
	free_disk(q);
#endif
	free(q->worker);
	free(q->level.items);
	free(q->again);
	free(q);
}

/* A search without states; NULL if there is no memory. open: for each property, whether to
 * look for violations. */
struct search *search_new(int workers, const unsigned char *open, uint64_t most_rows)
{
	struct search *q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	atomic_flag_clear(&q->busy);
	q->workers = workers;
#if DISK
	q->most_here = UINT64_MAX;
#endif
	q->worker = aligned_alloc(64, workers * sizeof(struct worker));
	q->again = malloc(most_agains(q) * sizeof(*q->again));
	if (!q->worker || !q->again || !make_table(q, FIRST_SLOTS)) {
		free(q->worker);
		free(q->again);
		free(q);
		return NULL;
	}
	memset(q->worker, 0, workers * sizeof(struct worker));
	memset((void *)covered, 0, sizeof(covered));
	q->most_rows = most_rows < UINT32_MAX - CHUNK ? most_rows : UINT32_MAX - CHUNK;
	for (int i = 0; i < PROPERTIES; i++)
		q->open[i] = open[i];
	for (int i = 0; i < workers; i++)
		q->worker[i].search = q;
	return q;
}

/* Put the initial states into a search. 0 if there is no room for all of them: the search has failed, or the table has to grow
 * before this is called again. */
int search_start(struct search *q)
{
	struct worker *w = &q->worker[0];
	struct entry *e = &w->batch[0];
	word changed[WORDS + 1];
	memset(changed, 0xff, sizeof(changed));
	for (int i = 0; i < INITIALS; i++) {
		memcpy(REACHED(e), initials[i], sizeof(initials[i]));
#if CANONICAL
		representative(e->raw, e->state);
#endif
		e->hash = hash_state(e->state);
#if CLUSTER
		if (!is_own(q, e->hash))
			continue;
		e->from = q->exchange->member;
#endif
		e->source = NO_ROW;
		row_number row = insert(w, e);
		if (row == NO_ROOM)
			return 0;
		if (row != NO_ROW)
			examine(w, e, changed, row);
	}
	return 1;
}

#if COMPACT
/* Use the room of states again that have been expanded: those before all rows of this level. */
static void forget_states(struct search *q)
{
	row_number first = NO_ROW;
	for (size_t k = 0; k < q->level.count; k++)
		if (q->level.items[k].begin < first)
			first = q->level.items[k].begin;
	for (int i = 0; i < q->workers; i++)
		if (q->worker[i].row < q->worker[i].row_end && q->worker[i].row < first)
			first = q->worker[i].row;
	if (first == NO_ROW)
		return;
	for (; q->kept_from < first >> BLOCK_BITS; q->kept_from++) {
		q->blocks[q->kept_from][0] = (word)q->spare;
		q->spare = q->blocks[q->kept_from];
		q->blocks[q->kept_from] = NULL;
	}
}
#endif

/* Part of a worker's range that belongs to the level being made. */
static struct range new_rows(const struct worker *w, size_t number)
{
	struct range range = w->rows.items[number];
	if (number == w->level_range && range.begin < w->level_row)
		range.begin = w->level_row;
	return range;
}

/* The level being made begins behind the rows that a worker has now. */
static void begin_level(struct worker *w)
{
	w->level_range = w->rows.count ? w->rows.count - 1 : 0;
	w->level_row = w->rows.count ? w->rows.items[w->rows.count - 1].end : 0;
}

/* Make the states found since the last call the level to expand; how many they are, with DISK those that were known too. Where memory does not suffice nothing
 * changes, and the search has failed. */
uint64_t search_next_level(struct search *q)
{
	uint64_t states = 0;
	q->level.count = 0;
	q->piece = 0;
	for (int i = 0; i < q->workers; i++) {
		struct worker *w = &q->worker[i];
		for (size_t k = w->level_range; k < w->rows.count; k++) {
			struct range left = new_rows(w, k);
			for (; left.begin < left.end; left.begin += PIECE) {
				row_number stop = left.end - left.begin < PIECE ? left.end : left.begin + PIECE;
				if (!add_range(&q->level, left.begin, stop)) {
					q->level.count = 0;
					fail(q, OUT_OF_MEMORY);
					return 0;
				}
				states += stop - left.begin;
			}
		}
	}
	for (int i = 0; i < q->workers; i++)
		begin_level(&q->worker[i]);
#if COMPACT
	forget_states(q);
#endif
	return states;
}

/* Expand states of this level, for about so many nanoseconds. LEVEL_DONE: there are none left to take. PAUSED: the time is
 * over, the table has to grow, or the search is to stop. */
int search_run(struct search *q, int number, uint64_t time)
{
	struct worker *w = &q->worker[number];
	uint64_t until = nanoseconds() + time;
	int outcome = PAUSED;
	unsigned turns = 0;
	while (!q->stop && !q->grow) {
		row_number row = NO_ROW;
		if (UNLIKELY(atomic_load_explicit(&q->agains, memory_order_relaxed)))
			row = take_again(q);
		int again = row != NO_ROW;
		if (!again) {
			if (w->at == w->end && !take_piece(w)) {
				outcome = LEVEL_DONE;
				break;
			}
			row = w->at++;
#if DISK
			if (*row_source(q, row) == DROPPED)
				continue;
#endif
			w->expanded++;
		}
		const word *s = row_state(q, row);
		if (!IS_MARKED(s)) {
			uint64_t counted = w->transitions;
			w->source = row;
			w->source_state = s;
			w->moves = 0;
#if PARTIAL_ORDER
			if (accesses_are_allowed(w, s))
				expand(w, s);
			w->moves |= w->passage->broken;
#else
			expand(w, s);
#endif
			if (UNLIKELY(again))
				w->transitions = counted;
			else if (NO_DEADLOCK >= 0 && !w->moves && is_open(w, NO_DEADLOCK))
				violated(w, NO_DEADLOCK, DEADLOCK, row, 0);
		}
		if ((PARTIAL_ORDER || ++turns % 1024 == 0) && nanoseconds() > until)
			break;
#if CLUSTER
		if (enough_waits(q))
			break;
#endif
	}
	flush(w);
	return outcome;
}

/* Before the workers call search_rehash: a larger table. 0 if there is no memory for one. */
int search_grow(struct search *q, void **old, uint64_t *old_slots)
{
	*old = (void *)q->table;
	*old_slots = q->slots;
	if (!make_table(q, q->slots * (q->slots < (1 << 22) ? 4 : 2))) {
		fail(q, OUT_OF_MEMORY);
		return 0;
	}
	return 1;
}

static void put_into_table(struct search *q, slot mine, size_t place)
{
	for (;; place = (place + 1) & (q->slots - 1)) {
		slot none = 0;
		if (atomic_compare_exchange_strong_explicit(&q->table[place], &none, mine, memory_order_relaxed,
							    memory_order_relaxed))
			return;
	}
}

#if COMPACT
/* Put a worker's part of the old table into the larger one. */
void search_rehash(struct search *q, int number, const void *old, uint64_t old_slots)
{
	const slot *table = old;
	uint64_t begin = old_slots / q->workers * number, end = old_slots / q->workers * (number + 1);
	if (number + 1 == q->workers)
		end = old_slots;
	for (; begin < end; begin++)
		if (table[begin])
			put_into_table(q, table[begin], table[begin] & (q->slots - 1));
}
#else
/* Put a worker's rows into the larger table. */
void search_rehash(struct search *q, int number, const void *old, uint64_t old_slots)
{
	struct worker *w = &q->worker[number];
	for (size_t k = 0; k < w->rows.count; k++) {
		row_number row = w->rows.items[k].begin, end = w->rows.items[k].end;
		if (row < table_base(q))
			row = table_base(q);
		while (row < end) {
			uint64_t hashes[BATCH];
			unsigned count = end - row < BATCH ? end - row : BATCH;
			for (unsigned i = 0; i < count; i++) {
				hashes[i] = hash_state(row_state(q, row + i));
				__builtin_prefetch((const void *)&q->table[hashes[i] & (q->slots - 1)]);
			}
			for (unsigned i = 0; i < count; i++)
				put_into_table(q, slot_of(q, hashes[i], row + i), hashes[i] & (q->slots - 1));
			row += count;
		}
	}
}
#endif

/* After all workers have called search_rehash. */
void search_grown(struct search *q, void *old, uint64_t old_slots)
{
	give_memory(q, old, old_slots * sizeof(slot));
	q->grow = 0;
}

void search_stop(struct search *q)
{
	q->stop = 1;
}


/* How far the search is. */
void search_figures(const struct search *q, uint64_t *figures)
{
	memset(figures, 0, FIGURES * sizeof(*figures));
	for (int i = 0; i < q->workers; i++) {
		figures[STATES] += q->worker[i].states;
		figures[TRANSITIONS] += q->worker[i].transitions;
		figures[EXPANDED] += q->worker[i].expanded;
	}
#if DISK
	figures[STATES] -= q->disk ? q->disk->dropped : 0;
#endif
	figures[BYTES] = q->bytes;
	figures[GROW] = q->grow;
	figures[FAILURE] = q->failure;
}

static void report(const struct finding *finding, uint64_t *out)
{
	out[0] = finding->kind;
	out[1] = finding->row;
	out[2] = finding->number;
}

/* The finding of a property, or the model error (PROPERTIES), or where pages are distinguished (PROPERTIES + 1): kind, row,
 * number. */
void search_finding(const struct search *q, int property, uint64_t *out)
{
	report(property < PROPERTIES ? &q->found[property] : property == PROPERTIES ? &q->error : &q->distinguished, out);
}

/* The row that led to a row, NO_ROW for an initial state; and the row's state, or with COMPACT 32 bits of its hash. */
row_number search_row(const struct search *q, row_number row, word *state)
{
#if COMPACT
	*state = q->hashes[row >> BLOCK_BITS][row & (BLOCK_ROWS - 1)];
#else
	memcpy(state, row_state(q, row), WORDS * sizeof(word));
#endif
	return *row_source(q, row);
}

/* The bits of a state's hash that a row keeps with COMPACT. */
uint32_t search_hash(const word *state)
{
	return hash_state(state) >> 32;
}

/* Which raisers cut a path; which places were covered. */
void search_marks(const struct search *q, unsigned char *cuts, unsigned char *places)
{
	memcpy(cuts, (const void *)q->cuts, sizeof(q->cuts));
	memcpy(places, (const void *)covered, sizeof(covered));
}

/* What the driver has to agree on with the code. */
void search_shape(uint64_t *out)
{
	out[0] = WORDS;
	out[1] = PROPERTIES;
	out[2] = RAISERS;
	out[3] = COVERS;
}
