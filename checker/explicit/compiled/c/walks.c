/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random walks, in place of a search: the same walks as explicit/simulation/simulation.py takes, as the random numbers are the
 * same. What is wrong is told by the path to the state from which it happens; the portable engine looks at that state again.
 *
 * With a swarm each walk is a depth-first search in random order in place of it, over a bounded number of states (swarm.py).
 *
 * Walks are numbered. Workers take the numbers of a batch one after the other, so that after the batch the first walk that finds
 * something is the same with any number of workers.
 */

#define WEIGHTS 5
#define GOLDEN 0x9e3779b97f4a7c15UL

/* What a worker found first of a property: the path to the state from which it happens, as states, after so many steps of the
 * walk. */
struct found {
	uint64_t walk, steps;
	uint64_t states; /* 0: nothing */
	word *path;
};

struct worker {
	struct walks *walks;
	word *way; /* the successors, each with one word more */
	uint16_t *mover; /* and who moves */
	size_t ways, room;
	int moves, from, wrong;
	int under_way;
	const word *s;
	uint64_t number, chance;
	word *path;
	uint64_t length, path_room; /* in states */
	uint64_t weight[MOVERS];
	uint64_t salt;
	unsigned char *visited;
	uint64_t *level; /* of each state of the path: where what is left of its successors begins */
	word *left;
	uint64_t lefts, left_room;
	struct found found[PROPERTIES + 1];
} __attribute__((aligned(64)));

struct walks {
	int workers;
	struct worker *worker;
	uint64_t base, depth, most;
	uint64_t visited_bits; /* 0: no swarm */
	_Atomic uint64_t next;
	uint64_t first, end;
	uint64_t steps[TOGETHER], longest[TOGETHER]; /* of each walk of the batch */
	_Atomic int stop, failure;
	unsigned char open[PROPERTIES + 1];
	_Atomic unsigned char cuts[RAISERS];
};

/* -- random numbers: splitmix64, as chance.py -- */

static uint64_t mixed(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
	return z ^ z >> 31;
}

static uint64_t drawn(struct worker *w)
{
	return mixed(w->chance += GOLDEN);
}

static uint64_t below(struct worker *w, uint64_t limit)
{
	return (uint64_t)((unsigned __int128)drawn(w) * limit >> 64);
}

/* -- successors -- */

static void fail(struct walks *q, int failure)
{
	int none = NO_FAILURE;
	atomic_compare_exchange_strong(&q->failure, &none, failure);
	q->stop = 1;
}

static inline void from(struct worker *w, int mover)
{
	w->from = mover;
}

static inline void agent_is(struct worker *w, int agent)
{
	(void)w, (void)agent;
}

static inline void finished(struct worker *w)
{
	(void)w;
}

static inline word *next_entry(struct worker *w)
{
	return w->way + w->ways * (WORDS + 1);
}

/* Whether there is room for one successor more, beside the one that is being made. */
static int reserve_way(struct worker *w)
{
	if (LIKELY(w->ways + 1 < w->room))
		return 1;
	size_t room = w->room ? 2 * w->room : 64;
	word *way = realloc(w->way, room * (WORDS + 1) * sizeof(word));
	if (way)
		w->way = way;
	uint16_t *mover = realloc(w->mover, room * sizeof(*mover));
	if (mover)
		w->mover = mover;
	if (!way || !mover) {
		fail(w->walks, OUT_OF_MEMORY);
		return 0;
	}
	w->room = room;
	return 1;
}

/* A property was found violated, or (PROPERTIES) the model in error, from the state that the walk is in. */
static void found(struct worker *w, int property)
{
	struct found *found = &w->found[property];
	size_t bytes = w->length * WORDS * sizeof(word);
	if (found->states || !w->walks->open[property])
		return;
	found->path = malloc(bytes);
	if (!found->path) {
		fail(w->walks, OUT_OF_MEMORY);
		return;
	}
	memcpy(found->path, w->path, bytes);
	found->walk = w->number;
	found->steps = w->walks->steps[w->number - w->walks->first];
	found->states = w->length;
}

static inline int is_open(const struct worker *w, int property)
{
	return w->walks->open[property] && !w->found[property].states;
}

static void judged(struct worker *w, int outcome, int invariant, int property, row_number row)
{
	(void)invariant, (void)row;
	if (LIKELY(outcome == POSSIBLE) || !is_open(w, property))
		return;
	if (outcome >= RAISED && raised_kind[outcome - RAISED] == MODEL_ERROR)
		found(w, PROPERTIES);
	else
		found(w, property);
}

static void too_many_choices(struct worker *w)
{
	fail(w->walks, TOO_MANY_CHOICES);
}

static inline void took(struct worker *w, const word *s, int outcome, int progress)
{
	const word *n = next_entry(w);
	if (NO_DEADLOCK >= 0 && progress && !w->moves)
		w->moves = outcome != POSSIBLE || memcmp(n, s, WORDS * sizeof(word));
	if (outcome != POSSIBLE) {
		int kind = raised_kind[outcome - RAISED];
		if (kind == CUT)
			atomic_store_explicit(&w->walks->cuts[outcome - RAISED], 1, memory_order_relaxed);
		else
			found(w, kind < 0 ? PROPERTIES : kind);
		return;
	}
	if (IS_MARKED(n) || !reserve_way(w))
		return;
	w->mover[w->ways++] = w->from;
}

/* -- walking -- */

static int reserve_path(struct worker *w)
{
	if (LIKELY(w->length < w->path_room))
		return 1;
	uint64_t room = w->path_room ? 2 * w->path_room : 1024;
	word *path = realloc(w->path, room * WORDS * sizeof(word));
	if (!path) {
		fail(w->walks, OUT_OF_MEMORY);
		return 0;
	}
	w->path = path;
	uint64_t *level = realloc(w->level, room * sizeof(*level));
	if (!level) {
		fail(w->walks, OUT_OF_MEMORY);
		return 0;
	}
	w->level = level;
	w->path_room = room;
	return 1;
}

static const word *go_to(struct worker *w, const word *n)
{
	if (!reserve_path(w))
		return NULL;
	word *place = w->path + w->length++ * WORDS;
	memcpy(place, n, WORDS * sizeof(word));
	return place;
}

/* Whether a state is new to the search; it is not from then on. */
static int visit(struct worker *w, const word *s)
{
	uint64_t hashed = w->salt, bits = w->walks->visited_bits;
	int new = 0;
	for (int k = 0; k < WORDS; k++)
		hashed = mixed(hashed ^ s[k]);
	for (int half = 0; half < 2; half++, hashed >>= 32) {
		uint64_t bit = hashed & 0xffffffff & (bits - 1);
		new |= !(w->visited[bit >> 3] >> (bit & 7) & 1);
		w->visited[bit >> 3] |= 1 << (bit & 7);
	}
	return new;
}

static void begin(struct worker *w)
{
	static const uint64_t weights[WEIGHTS] = {1, 4, 16, 64, 256};
	struct walks *q = w->walks;
	w->chance = q->base + w->number;
	if (q->visited_bits) {
		w->salt = drawn(w);
		memset(w->visited, 0, q->visited_bits >> 3);
	} else {
		for (int mover = 0; mover < MOVERS; mover++)
			w->weight[mover] = w->number % 2 ? weights[below(w, WEIGHTS)] : 0;
	}
	w->length = w->lefts = 0;
	w->under_way = go_to(w, initials[below(w, INITIALS)]) != NULL;
	if (w->under_way && q->visited_bits)
		visit(w, w->path);
}

/* Look at all that is possible in the last state of the path. */
static void look(struct worker *w)
{
	word state[WORDS + 1], changed[WORDS + 1];
	memcpy(state, w->path + (w->length - 1) * WORDS, WORDS * sizeof(word));
	state[WORDS] = 0;
	w->ways = w->moves = 0;
	expand(w, state);
	if (NO_DEADLOCK >= 0 && !w->moves)
		found(w, NO_DEADLOCK);
	for (size_t i = 0; i < w->ways; i++) {
		word *n = w->way + i * (WORDS + 1);
		for (int k = 0; k < WORDS; k++)
			changed[k] = n[k] ^ state[k];
		changed[WORDS] = 0;
		check(w, n, changed, 0);
	}
}

/* The way to take: first who moves, then which of his ways. */
static const word *chosen(struct worker *w)
{
	uint64_t count[MOVERS] = {0}, total = 0, drawn;
	uint16_t order[MOVERS];
	int movers = 0, mover = 0;
	for (size_t i = 0; i < w->ways; i++)
		if (!count[w->mover[i]]++)
			order[movers++] = w->mover[i];
	for (int k = 0; k < movers; k++)
		total += w->weight[order[k]] ? w->weight[order[k]] : count[order[k]];
	drawn = below(w, total);
	for (int k = 0; k < movers; k++) {
		uint64_t share = w->weight[order[k]] ? w->weight[order[k]] : count[order[k]];
		mover = order[k];
		if (drawn < share)
			break;
		drawn -= share;
	}
	drawn = below(w, count[mover]);
	for (size_t i = 0;; i++)
		if (w->mover[i] == mover && !drawn--)
			return w->way + i * (WORDS + 1);
}

/* Count a step to the last state of the path. */
static void count_step(struct worker *w)
{
	uint64_t walk = w->number - w->walks->first, steps = w->length - 1;
	w->walks->steps[walk]++;
	if (steps > w->walks->longest[walk])
		w->walks->longest[walk] = steps;
}

/* A step further on a walk. 0: the walk is over. */
static int walk_on(struct worker *w)
{
	if (w->length > w->walks->depth)
		return 0;
	look(w);
	if (!w->ways || w->found[PROPERTIES].states || !go_to(w, chosen(w)))
		return 0;
	count_step(w);
	return 1;
}

/* Keep the successors of the last state of the path, those of one mover together, then shuffled. 0: no memory. */
static int keep_ways(struct worker *w)
{
	uint64_t room = w->left_room;
	if (w->lefts + w->ways > room) {
		room = 2 * room + w->ways;
		word *left = realloc(w->left, room * WORDS * sizeof(word));
		if (!left) {
			fail(w->walks, OUT_OF_MEMORY);
			return 0;
		}
		w->left = left;
		w->left_room = room;
	}
	word *left = w->left + w->lefts * WORDS, other[WORDS];
	size_t count = 0;
	int before;
	for (size_t i = 0; i < w->ways; i++) {
		before = 0;
		for (size_t k = 0; k < i && !before; k++)
			before = w->mover[k] == w->mover[i];
		for (size_t k = i; k < w->ways && !before; k++)
			if (w->mover[k] == w->mover[i])
				memcpy(left + count++ * WORDS, w->way + k * (WORDS + 1), WORDS * sizeof(word));
	}
	for (size_t last = count; last-- > 1;) {
		size_t drawn = below(w, last + 1);
		memcpy(other, left + last * WORDS, sizeof(other));
		memcpy(left + last * WORDS, left + drawn * WORDS, sizeof(other));
		memcpy(left + drawn * WORDS, other, sizeof(other));
	}
	w->lefts += count;
	return 1;
}

/* A step further in a search. 0: the search is over. */
static int search_on(struct worker *w)
{
	struct walks *q = w->walks;
	if (q->steps[w->number - q->first] >= q->most)
		return 0;
	w->level[w->length - 1] = w->lefts;
	if (w->length <= q->depth) {
		look(w);
		if (w->found[PROPERTIES].states || !keep_ways(w))
			return 0;
	}
	while (w->length) {
		if (w->lefts == w->level[w->length - 1]) {
			w->length--;
			continue;
		}
		const word *next = w->left + --w->lefts * WORDS;
		if (!visit(w, next))
			continue;
		if (!go_to(w, next))
			return 0;
		count_step(w);
		return 1;
	}
	return 0;
}

/* -- what the driver calls -- */

void walks_free(struct walks *q)
{
	for (int i = 0; i < q->workers; i++) {
		struct worker *w = &q->worker[i];
		free(w->way);
		free(w->mover);
		free(w->path);
		free(w->level);
		free(w->left);
		free(w->visited);
		for (int property = 0; property <= PROPERTIES; property++)
			free(w->found[property].path);
	}
	free(q->worker);
	free(q);
}

/* NULL if there is no memory. base: from which the numbers of walks make their seeds. visited_bits: a power of two, of the table
 * of each search of a swarm; 0 for walks. */
struct walks *walks_new(int workers, uint64_t base, uint64_t visited_bits)
{
	struct walks *q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->worker = aligned_alloc(64, workers * sizeof(struct worker));
	if (!q->worker) {
		free(q);
		return NULL;
	}
	memset(q->worker, 0, workers * sizeof(struct worker));
	memset((void *)covered, 0, sizeof(covered));
	q->workers = workers;
	q->base = base;
	q->visited_bits = visited_bits;
	for (int i = 0; i < workers; i++) {
		struct worker *w = &q->worker[i];
		w->walks = q;
		w->visited = visited_bits ? malloc(visited_bits >> 3) : NULL;
		if (!reserve_way(w) || (visited_bits && !w->visited)) {
			walks_free(q);
			return NULL;
		}
	}
	return q;
}

/* The walks to take next, from the first number up to the end, no state of them deeper than that. most: steps of each search of a
 * swarm. open: for each property, whether to look for violations. */
void walks_batch(struct walks *q, uint64_t first, uint64_t end, uint64_t depth, uint64_t most, const unsigned char *open)
{
	q->depth = depth;
	q->most = most;
	q->next = q->first = first;
	q->end = end;
	memset(q->steps, 0, sizeof(q->steps));
	memset(q->longest, 0, sizeof(q->longest));
	memcpy(q->open, open, PROPERTIES);
	q->open[PROPERTIES] = 1;
	for (int i = 0; i < q->workers; i++)
		for (int property = 0; property <= PROPERTIES; property++) {
			struct found *found = &q->worker[i].found[property];
			free(found->path);
			memset(found, 0, sizeof(*found));
		}
}

/* Walk for about so many nanoseconds. LEVEL_DONE: the batch has no walks left. */
int walks_run(struct walks *q, int number, uint64_t time)
{
	struct worker *w = &q->worker[number];
	uint64_t until = nanoseconds() + time;
	unsigned turns = 0;
	while (!q->stop) {
		if (!w->under_way) {
			if (w->found[PROPERTIES].states || (w->number = atomic_fetch_add(&q->next, 1)) >= q->end)
				return LEVEL_DONE;
			begin(w);
		} else {
			w->under_way = q->visited_bits ? search_on(w) : walk_on(w);
		}
		if (++turns % 64 == 0 && nanoseconds() > until)
			break;
	}
	return PAUSED;
}

void walks_stop(struct walks *q)
{
	q->stop = 1;
}

/* The steps of each walk of the batch, and how deep it came; how many of these have begun. */
uint64_t walks_steps(const struct walks *q, uint64_t *steps, uint64_t *longest)
{
	memcpy(steps, q->steps, sizeof(q->steps));
	memcpy(longest, q->longest, sizeof(q->longest));
	return (q->next < q->end ? q->next : q->end) - q->first;
}

/* What the walks cannot go on for. */
int walks_failure(const struct walks *q)
{
	return q->failure;
}

/* What this batch found first of a property, or of errors of the model (PROPERTIES): the walk, the states of the path (0: nothing
 * was found), where they are, the steps of the walk until then. */
void walks_finding(const struct walks *q, int property, uint64_t *out)
{
	const struct found *first = NULL;
	for (int i = 0; i < q->workers; i++) {
		const struct found *found = &q->worker[i].found[property];
		if (found->states && (!first || found->walk < first->walk))
			first = found;
	}
	out[0] = first ? first->walk : 0;
	out[1] = first ? first->states : 0;
	out[2] = first ? (uint64_t)(uintptr_t)first->path : 0;
	out[3] = first ? first->steps : 0;
}

/* Which raisers cut a path; which places were covered. */
void walks_marks(const struct walks *q, unsigned char *cuts, unsigned char *places)
{
	memcpy(cuts, (const void *)q->cuts, sizeof(q->cuts));
	memcpy(places, (const void *)covered, sizeof(covered));
}

/* Have these marks in place of the ones made so far. */
void walks_put_marks(struct walks *q, const unsigned char *cuts, const unsigned char *places)
{
	memcpy((void *)q->cuts, cuts, sizeof(q->cuts));
	memcpy((void *)covered, places, sizeof(covered));
}

/* What the driver has to agree on with the code. */
void walks_shape(uint64_t *out)
{
	out[0] = WORDS;
	out[1] = PROPERTIES;
	out[2] = RAISERS;
	out[3] = COVERS;
}
