/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Breadth-first search, level by level, over the transitions above. Exact: whole states are stored and compared.
 *
 * States are rows, in the order in which they were found, with the row of the state that led to each. A table with open
 * addressing holds row numbers, each with some bits of its state's hash, so that most other states are distinguished without
 * a look at them. Successors are gathered in batches, so that the table's and the rows' memory is on its way to the
 * processor while others are worked on.
 *
 * With COMPACT, the table holds 64-bit hashes, and states are kept only until they have been expanded: two states with the
 * same hash count as one. Each row keeps 32 bits of its hash, by which paths are found again.
 *
 * Workers share the table. A row is written before its number is put into the table, by compare-and-swap; whoever comes
 * second to a slot looks at what is there now. Between calls of search_run, all rows and the table are consistent.
 *
 * A new state that finds no room (no memory, or a table that is too full) is not lost: the row it came from is to be
 * expanded again, which counts nothing twice.
 */

#define CHUNK 1024 /* rows that a worker takes at a time */
#define BLOCK_BITS 17 /* of the number of rows in a block of memory */
#define BLOCK_ROWS ((size_t)1 << BLOCK_BITS)
#define BLOCKS ((size_t)1 << (32 - BLOCK_BITS))
#define PIECE 256 /* rows that a worker expands at a time */
#define FIRST_SLOTS ((size_t)1 << 16)
#define NO_ROOM (UINT32_MAX - 1)


#if COMPACT
typedef uint64_t slot;
#else
typedef uint32_t slot;
#endif

/* With CANONICAL, state is the representative of raw, the state that a transition led to. */
struct entry {
	word state[WORDS + 1];
#if CANONICAL
	word raw[WORDS + 1];
#endif
	uint64_t hash;
	const word *source_state;
	row_number source;
};

struct range {
	row_number begin, end;
};

struct ranges {
	struct range *items;
	size_t count, room;
};

/* What was found: the row of the state (INVARIANT, DEADLOCK) or of the state before the step (STEP); which invariant or
 * raiser. */
struct finding {
	_Atomic uint32_t kind;
	row_number row;
	uint32_t number;
};

struct search;

struct worker {
	struct search *search;
	unsigned count;
	int moves;
	row_number source;
	const word *source_state;
	uint64_t transitions, states, expanded;
	row_number row, row_end; /* rows taken and not used */
	row_number at, end; /* rows to expand */
	struct ranges rows; /* all its rows */
	size_t level_range; /* the range in which the level being made begins */
	row_number level_row; /* and the row */
	struct entry batch[BATCH];
} __attribute__((aligned(64)));

struct search {
	_Atomic slot *table;
	size_t slots;
	uint32_t number_mask; /* bits of a slot that hold a row number plus 1; the others are bits of the hash */
	uint64_t grow_at; /* rows */
	uint64_t full_at; /* rows that the table takes at most */
	uint64_t most_rows;
	_Atomic uint64_t rows; /* taken by workers */
	_Atomic int grow, stop, failure;
	word *blocks[BLOCKS];
	row_number *sources[BLOCKS];
	uint32_t *hashes[BLOCKS];
	size_t kept_from; /* the first block whose states are still there */
	word *spare; /* blocks to use again, each with the next one in its first word */
	atomic_flag busy; /* while blocks or `again` are changed */
	int workers;
	struct worker *worker;
	struct ranges level; /* the rows to expand */
	_Atomic size_t piece;
	row_number *again; /* rows to expand again */
	_Atomic size_t agains;
	_Atomic unsigned char open[PROPERTIES + 1];
	struct finding found[PROPERTIES + 1];
	struct finding error;
	struct finding distinguished; /* the state in which pages are distinguished */
	_Atomic unsigned char cuts[RAISERS];
	uint64_t bytes;
};

/* -- memory -- */

static void *take_memory(struct search *q, size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
#ifdef MADV_HUGEPAGE
	madvise(memory, bytes, MADV_HUGEPAGE);
#endif
	__atomic_fetch_add(&q->bytes, bytes, __ATOMIC_RELAXED);
	return memory;
}

static void give_memory(struct search *q, void *memory, size_t bytes)
{
	if (!memory)
		return;
	munmap(memory, bytes);
	__atomic_fetch_sub(&q->bytes, bytes, __ATOMIC_RELAXED);
}

static void fail(struct search *q, int failure)
{
	int none = NO_FAILURE;
	atomic_compare_exchange_strong(&q->failure, &none, failure);
	q->stop = 1;
}

static size_t block_bytes(void)
{
	return BLOCK_ROWS * WORDS * sizeof(word) + sizeof(word);
}

static size_t link_bytes(void)
{
	return BLOCK_ROWS * (sizeof(row_number) + (COMPACT ? sizeof(uint32_t) : 0));
}

static inline word *row_state(const struct search *q, row_number row)
{
	return q->blocks[row >> BLOCK_BITS] + (row & (BLOCK_ROWS - 1)) * WORDS;
}

static inline row_number *row_source(const struct search *q, row_number row)
{
	return q->sources[row >> BLOCK_BITS] + (row & (BLOCK_ROWS - 1));
}

static void lock(struct search *q)
{
	while (atomic_flag_test_and_set_explicit(&q->busy, memory_order_acquire))
		;
}

static void unlock(struct search *q)
{
	atomic_flag_clear_explicit(&q->busy, memory_order_release);
}

static int make_block(struct search *q, size_t number)
{
	int made = 1;
	lock(q);
	if (!q->blocks[number]) {
		word *memory = q->spare;
		if (memory)
			q->spare = (word *)memory[0];
		else
			memory = take_memory(q, block_bytes());
		row_number *links = take_memory(q, link_bytes());
		made = memory && links;
		if (made) {
			q->sources[number] = links;
			q->hashes[number] = (uint32_t *)(links + BLOCK_ROWS);
			__atomic_store_n(&q->blocks[number], memory, __ATOMIC_RELEASE);
		} else {
			give_memory(q, memory, block_bytes());
			give_memory(q, links, link_bytes());
		}
	}
	unlock(q);
	return made;
}

static int add_range(struct ranges *ranges, row_number begin, row_number end)
{
	if (ranges->count == ranges->room) {
		size_t room = ranges->room ? 2 * ranges->room : 64;
		struct range *items = realloc(ranges->items, room * sizeof(*items));
		if (!items)
			return 0;
		ranges->items = items;
		ranges->room = room;
	}
	ranges->items[ranges->count++] = (struct range){begin, end};
	return 1;
}

/* Make sure that the worker has an unused row. */
static int reserve_row(struct worker *w)
{
	struct search *q = w->search;
	if (LIKELY(w->row < w->row_end))
		return 1;
	uint64_t first = atomic_load(&q->rows);
	do {
		if (first + CHUNK > q->most_rows) {
			fail(q, FULL);
			return 0;
		}
		if (first + CHUNK > q->full_at) {
			q->grow = 1;
			return 0;
		}
	} while (!atomic_compare_exchange_weak(&q->rows, &first, first + CHUNK));
	if (first + (uint64_t)CHUNK * (q->workers + 1) > q->grow_at)
		q->grow = 1;
	if (!__atomic_load_n(&q->blocks[first >> BLOCK_BITS], __ATOMIC_ACQUIRE) && !make_block(q, first >> BLOCK_BITS)) {
		fail(q, OUT_OF_MEMORY);
		return 0;
	}
	if (!w->rows.count || w->rows.items[w->rows.count - 1].end != first)
		if (!add_range(&w->rows, first, first)) {
			fail(q, OUT_OF_MEMORY);
			return 0;
		}
	w->row = first;
	w->row_end = first + CHUNK;
	return 1;
}

/* -- the table -- */

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_state(const word *s)
{
	uint64_t h = 0x9e3779b97f4a7c15UL;
	int i;
	for (i = 0; i + 1 < WORDS; i += 2)
		h = mix(s[i] ^ 0xa0761d6478bd642fUL ^ h, s[i + 1] ^ 0xe7037ed1a0b428dbUL);
	if (i < WORDS)
		h = mix(s[i] ^ 0x8ebc6af09c88c6e3UL, h ^ 0x589965cc75374cc3UL);
	h = mix(h, 0x1d8e4e27c47d124fUL);
	return h ? h : 1;
}

static inline int same(const word *a, const word *b)
{
	word difference = 0;
	for (int i = 0; i < WORDS; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

/* What a slot holds for a state in a row. */
static inline slot slot_of(const struct search *q, uint64_t hash, row_number row)
{
#if COMPACT
	return hash;
#else
	return ((uint32_t)(hash >> 32) & ~q->number_mask) | (row + 1);
#endif
}

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
	return may_hold(q, found, e->hash) && same(row_state(q, (found & q->number_mask) - 1), e->state);
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
	return 1;
}

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
	w->search->open[property] = 0;
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

#if CANONICAL
#define REACHED(e) ((e)->raw)
#else
#define REACHED(e) ((e)->state)
#endif

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

static void flush(struct worker *w)
{
	struct search *q = w->search;
	unsigned count = w->count;
#if !COMPACT
	size_t last = q->slots - 1;
	for (unsigned i = 0; i < count; i++) {
		struct entry *e = &w->batch[i];
		slot found = atomic_load_explicit(&q->table[e->hash & last], memory_order_acquire);
		if (found && may_hold(q, found, e->hash))
			__builtin_prefetch(row_state(q, (found & q->number_mask) - 1));
	}
#endif
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

static inline void push(struct worker *w)
{
	struct entry *e = &w->batch[w->count];
#if CANONICAL
	representative(e->raw, e->state);
#endif
	e->hash = hash_state(e->state);
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
	if (NO_DEADLOCK >= 0 && progress && !w->moves)
		w->moves = outcome != POSSIBLE || memcmp(REACHED(&w->batch[w->count]), s, WORDS * sizeof(word));
	if (LIKELY(outcome == POSSIBLE))
		push(w);
	else
		raised(w, s, outcome - RAISED);
}

static uint64_t nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000UL + now.tv_nsec;
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

/* -- what the driver calls -- */

void search_free(struct search *q)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		give_memory(q, q->blocks[i], block_bytes());
		give_memory(q, q->sources[i], link_bytes());
	}
	while (q->spare) {
		word *next = (word *)q->spare[0];
		give_memory(q, q->spare, block_bytes());
		q->spare = next;
	}
	give_memory(q, (void *)q->table, q->slots * sizeof(slot));
	for (int i = 0; i < q->workers; i++)
		free(q->worker[i].rows.items);
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

/* Make the states found since the last call the level to expand; how many they are. Where memory does not suffice nothing
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
			w->expanded++;
		}
		const word *s = row_state(q, row);
		if (!IS_MARKED(s)) {
			uint64_t counted = w->transitions;
			w->source = row;
			w->source_state = s;
			w->moves = 0;
			expand(w, s);
			if (UNLIKELY(again))
				w->transitions = counted;
			else if (NO_DEADLOCK >= 0 && !w->moves && is_open(w, NO_DEADLOCK))
				violated(w, NO_DEADLOCK, DEADLOCK, row, 0);
		}
		if (++turns % 1024 == 0 && nanoseconds() > until)
			break;
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
	figures[BYTES] = q->bytes;
	figures[GROW] = q->grow;
	figures[FAILURE] = q->failure;
	figures[STOP] = q->stop;
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
