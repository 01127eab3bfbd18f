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
 * With PARTIAL_ORDER, passing.c says what is stored for a successor; nothing is gathered in batches then, since that looks at what
 * has been stored.
 *
 * A new state that finds no room (no memory, or a table that is too full) is not lost: the row it came from is to be
 * expanded again, which counts nothing twice.
 */

#if DISK
#define CHUNK 64 /* rows that a worker takes at a time; those that it does not use are given up with each level */
#else
#define CHUNK 1024
#endif
#define BLOCK_BITS 17 /* of the number of rows in a block of memory */
#define BLOCK_ROWS ((size_t)1 << BLOCK_BITS)
#define BLOCKS ((size_t)1 << (32 - BLOCK_BITS))
#define PIECE 256 /* rows that a worker expands at a time */
#define FIRST_SLOTS ((size_t)1 << 16)
#define NO_ROOM (UINT32_MAX - 1)


#ifndef CLUSTER
#define CLUSTER 0 /* exchange.c */
#endif
#if DISK && (CLUSTER || PARTIAL_ORDER || COMPACT)
#error "a state in a run is found late, and whole"
#endif
#if CLUSTER && PARTIAL_ORDER
#error "partial order looks at what is stored, which other members may have"
#endif

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
#if CLUSTER
	uint32_t from; /* the member whose row the source is */
#endif
};

/* The state that a transition led to. */
#if CANONICAL
#define REACHED(e) ((e)->raw)
#else
#define REACHED(e) ((e)->state)
#endif

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
struct exchange;
struct disk;
struct passing;
struct passage;

struct worker {
	struct search *search;
	struct passage *passage; /* with PARTIAL_ORDER */
	int agent; /* whose transition is taken, with PARTIAL_ORDER */
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
	struct passing *passing; /* with PARTIAL_ORDER */
	struct exchange *exchange; /* with CLUSTER */
	struct disk *disk; /* with DISK */
#if DISK
	row_number base; /* the first row of the table */
	uint64_t most_here; /* rows that memory allows the table */
#endif
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
	uint32_t *froms[BLOCKS]; /* with CLUSTER */
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

static size_t link_bytes(void)
{
	return BLOCK_ROWS * (sizeof(row_number) + (COMPACT ? sizeof(uint32_t) : 0) + (CLUSTER ? sizeof(uint32_t) : 0));
}

/* With DISK, a block of states has their links at its end. */
static size_t block_bytes(void)
{
	return BLOCK_ROWS * WORDS * sizeof(word) + sizeof(word) + (DISK ? link_bytes() : 0);
}

#if DISK
static void *take_file(struct search *q, size_t bytes);
static void give_file(struct search *q, void *memory, size_t bytes);
#endif

static inline row_number table_base(const struct search *q)
{
#if DISK
	return q->base;
#else
	(void)q;
	return 0;
#endif
}

static inline word *row_state(const struct search *q, row_number row)
{
	return q->blocks[row >> BLOCK_BITS] + (row & (BLOCK_ROWS - 1)) * WORDS;
}

static inline row_number *row_source(const struct search *q, row_number row)
{
	return q->sources[row >> BLOCK_BITS] + (row & (BLOCK_ROWS - 1));
}

static inline uint32_t *row_from(const struct search *q, row_number row)
{
	return q->froms[row >> BLOCK_BITS] + (row & (BLOCK_ROWS - 1));
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
#if DISK
		word *memory = take_file(q, block_bytes());
		row_number *links = memory ? (row_number *)(memory + BLOCK_ROWS * WORDS + 1) : NULL;
		made = memory != NULL;
#else
		word *memory = q->spare;
		if (memory)
			q->spare = (word *)memory[0];
		else
			memory = take_memory(q, block_bytes());
		row_number *links = take_memory(q, link_bytes());
		made = memory && links;
#endif
		if (made) {
			q->sources[number] = links;
			q->hashes[number] = (uint32_t *)(links + BLOCK_ROWS);
			q->froms[number] = q->hashes[number] + (COMPACT ? BLOCK_ROWS : 0);
			__atomic_store_n(&q->blocks[number], memory, __ATOMIC_RELEASE);
		}
#if !DISK
		else {
			give_memory(q, memory, block_bytes());
			give_memory(q, links, link_bytes());
		}
#endif
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
		if (first - table_base(q) + CHUNK > q->full_at) {
			q->grow = 1;
			return 0;
		}
	} while (!atomic_compare_exchange_weak(&q->rows, &first, first + CHUNK));
	if (first - table_base(q) + (uint64_t)CHUNK * (q->workers + 1) > q->grow_at)
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
