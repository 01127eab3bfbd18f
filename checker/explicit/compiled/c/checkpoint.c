/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a search goes into a checkpoint, and back (resuming.py): rows with their sources as they are, and everything
 * that says how far the search is. The table is made again by search_rehash. Called between calls of search_run.
 *
 * What comes from a file is taken on trust here: checkpoint_check.py looks at all numbers, and checkpoint_fits at all states,
 * before anything else is called with them.
 */

#if !COMPACT

static uint64_t list_range(uint32_t *pairs, uint64_t count, row_number begin, row_number end)
{
	if (begin >= end)
		return count;
	if (pairs) {
		pairs[2 * count] = begin;
		pairs[2 * count + 1] = end;
	}
	return count + 1;
}

/* A list, as pairs of numbers unless pairs is NULL; how many pairs. */
uint64_t checkpoint_ranges(const struct search *q, int list, uint32_t *pairs)
{
	uint64_t count = 0;
	for (int i = 0; i < q->workers; i++) {
		const struct worker *w = &q->worker[i];
		if (list == TO_EXPAND)
			count = list_range(pairs, count, w->at, w->end);
		for (size_t k = 0; k < w->rows.count && list <= NEW_ROWS; k++) {
			struct range whole = w->rows.items[k], new = new_rows(w, k);
			if (k < w->level_range)
				new.begin = new.end;
			if (list == NEW_ROWS)
				count = list_range(pairs, count, new.begin, new.end);
			else
				count = list_range(pairs, count, whole.begin, new.begin);
		}
	}
	if (list == TO_EXPAND)
		for (size_t k = q->piece; k < q->level.count; k++)
			count = list_range(pairs, count, q->level.items[k].begin, q->level.items[k].end);
	if (list == AGAIN)
		for (size_t k = 0; k < q->agains; k++)
			count = list_range(pairs, count, q->again[k], q->again[k] + 1);
	return count;
}

/* Behind the last row that is in use. */
uint64_t checkpoint_rows(const struct search *q)
{
	uint64_t rows = 0;
	for (int i = 0; i < q->workers; i++) {
		const struct ranges *ranges = &q->worker[i].rows;
		/*
		 * The last range need not be the highest: those of a checkpoint come in any order. An empty one is of a worker
		 * that took rows for a state that another one stored first.
		 */
		for (size_t k = 0; k < ranges->count; k++)
			if (ranges->items[k].begin < ranges->items[k].end && ranges->items[k].end > rows)
				rows = ranges->items[k].end;
	}
	return rows;
}

/* The states of a block of rows, and their sources; each NULL if there is no such block. */
word *checkpoint_states(const struct search *q, uint64_t block)
{
	return q->blocks[block];
}

row_number *checkpoint_sources(const struct search *q, uint64_t block)
{
	return q->sources[block];
}

/* Rows in a block. */
uint64_t checkpoint_block_rows(void)
{
	return BLOCK_ROWS;
}

/* Make an empty search one with room for so many rows. 0 if there is no memory. */
int checkpoint_room(struct search *q, uint64_t rows)
{
	uint64_t taken = (rows + CHUNK - 1) / CHUNK * CHUNK;
	size_t slots = q->slots, before = q->slots;
	void *table = (void *)q->table;
	if (taken > UINT32_MAX - CHUNK)
		return 0;
	while (taken + (uint64_t)CHUNK * (q->workers + 1) > slots / 10 * 7)
		slots *= 2;
	if (!make_table(q, slots))
		return 0;
	give_memory(q, table, before * sizeof(slot));
	for (uint64_t block = 0; block << BLOCK_BITS < taken; block++)
		if (!make_block(q, block))
			return 0;
	q->rows = taken;
	return 1;
}

static int put_old_rows(struct search *q, const uint32_t *pairs, uint64_t count)
{
	uint64_t rows = 0, share;
	int number = 0;
	for (uint64_t k = 0; k < count; k++)
		rows += pairs[2 * k + 1] - pairs[2 * k];
	share = rows / q->workers + 1;
	rows = 0;
	for (uint64_t k = 0; k < count; k++) {
		row_number begin = pairs[2 * k], end = pairs[2 * k + 1];
		while (begin < end) {
			uint64_t room = (number + 1) * share - rows;
			row_number stop = end - begin < room ? end : begin + (row_number)room;
			if (!add_range(&q->worker[number].rows, begin, stop))
				return 0;
			rows += stop - begin;
			number += rows == (number + 1) * share;
			begin = stop;
		}
	}
	for (int i = 0; i < q->workers; i++)
		begin_level(&q->worker[i]);
	return 1;
}

/* Put back a list; OLD_ROWS first. 0 if there is no memory. */
int checkpoint_put_ranges(struct search *q, int list, const uint32_t *pairs, uint64_t count)
{
	if (list == OLD_ROWS)
		return put_old_rows(q, pairs, count);
	if (list == AGAIN && count > most_agains(q)) {
		row_number *again = realloc(q->again, count * sizeof(*again));
		if (!again)
			return 0;
		q->again = again;
	}
	for (uint64_t k = 0; k < count; k++)
		if (list == AGAIN)
			q->again[q->agains++] = pairs[2 * k];
		else if (!add_range(list == NEW_ROWS ? &q->worker[0].rows : &q->level, pairs[2 * k], pairs[2 * k + 1]))
			return 0;
	return 1;
}

static int pieces_fit(const word *s, unsigned base, const struct piece *pieces, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		word found = get_wide(s, base + pieces[i].offset, pieces[i].width);
		if (found < pieces[i].least || found > pieces[i].most)
			return 0;
	}
	return 1;
}

/* Whether the frames of one instance are such as steps make them. */
static int stack_fits(const word *s, unsigned base, unsigned width, unsigned frames)
{
	unsigned below = 0;
	for (unsigned depth = 0; depth < frames; depth++, base += width) {
		word location = get_wide(s, base, LOCATION_WIDTH);
		word above = depth + 1 < frames ? get_wide(s, base + width, LOCATION_WIDTH) : 0;
		unsigned row = location;
		if (location > LOCATIONS || above > LOCATIONS || (above && !location))
			return 0;
		/* A frame that was entered stands on one that may have its result already. */
		if (above && returns_of[above])
			row += LOCATIONS + 1;
		if (depth && location && returns_of[location] && returns_of[location] != waits_for[below])
			return 0;
		if (!pieces_fit(s, base, frame_pieces + first_piece[row], first_piece[row + 1] - first_piece[row]))
			return 0;
		below = location;
	}
	return 1;
}

/* Whether the rows from one to another, which were read from a file, hold states that the code above can work on, each with
 * another row or none as its source. rows: how many there are. */
int checkpoint_fits(const struct search *q, uint64_t begin, uint64_t end, uint64_t rows)
{
	for (uint64_t row = begin; row < end; row++) {
		const word *s = row_state(q, row);
		row_number source = *row_source(q, row);
		if ((source != NO_ROW && source >= rows) || !pieces_fit(s, 0, state_pieces, STATE_PIECES))
			return 0;
		for (unsigned i = 0; i < STACKS; i++)
			if (!stack_fits(s, stacks[i].base, stacks[i].width, stacks[i].frames))
				return 0;
	}
	return 1;
}

void checkpoint_put_counts(struct search *q, uint64_t states, uint64_t transitions, uint64_t expanded)
{
	q->worker[0].states = states;
	q->worker[0].transitions = transitions;
	q->worker[0].expanded = expanded;
}

void checkpoint_put_finding(struct search *q, int property, uint32_t kind, uint32_t row, uint32_t number)
{
	claim(&q->found[property], kind, row, number);
	q->open[property] = 0;
}

void checkpoint_put_marks(struct search *q, const unsigned char *cuts, const unsigned char *places)
{
	memcpy((void *)q->cuts, cuts, sizeof(q->cuts));
	memcpy((void *)covered, places, sizeof(covered));
}

#endif
