/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory of a graph, its limits, and what is asked of it. */

#define LOOK_EVERY 50000000UL /* nanoseconds */
#define MUCH_MEMORY ((size_t)1 << 24)

/* Have the caller look at its limits. 0 if work has to end. more: bytes that are about to be taken. */
static int go_on(struct graph *g, uint64_t more)
{
	if (g->look(g->source.count, g->expanded, g->taken, more))
		g->ending = STOPPED;
	g->last_look = nanoseconds();
	return g->ending == DONE;
}

/* The same from time to time. */
static int may_go_on(struct graph *g)
{
	return nanoseconds() - g->last_look < LOOK_EVERY || go_on(g, 0);
}

/* -- memory -- */

static void *take_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static void give_memory(void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, bytes);
}

static void clear_vector(struct vector *v)
{
	give_memory(v->items, v->bytes);
	memset(v, 0, sizeof(*v));
}

static int enlarge(struct graph *g, struct vector *v, size_t bytes)
{
	size_t room = v->bytes + v->bytes / 2 > bytes ? v->bytes + v->bytes / 2 : bytes;
	room = (room + 65535) & ~(size_t)65535;
#ifdef MREMAP_MAYMOVE
	void *items = v->items ? mremap(v->items, v->bytes, room, MREMAP_MAYMOVE) : take_memory(room);
	if (items == MAP_FAILED)
		items = NULL;
#else
	if (room >= MUCH_MEMORY && !go_on(g, room))
		return 0;
	void *items = take_memory(room);
	if (items && v->items) {
		memcpy(items, v->items, v->bytes);
		give_memory(v->items, v->bytes);
	}
#endif
	if (!items) {
		g->ending = NO_MEMORY;
		return 0;
	}
	v->items = items;
	v->bytes = room;
	return 1;
}

/* Make sure that a vector has room for one more than `count` items. 0 if there is no memory. */
static inline int make_room(struct graph *g, struct vector *v, uint64_t count, size_t size)
{
	return LIKELY((count + 1) * size <= v->bytes) || enlarge(g, v, (count + 1) * size);
}

#define ITEM(vector, type, number) (((type *)(vector).items)[number])
#define APPEND(g, vector, type, value) \
	(make_room(g, &(vector), (vector).count, sizeof(type)) && (ITEM(vector, type, (vector).count++) = (value), 1))

/* An array of zeros; NULL if there is no memory, or a limit is reached. */
static void *zeros(struct graph *g, size_t bytes)
{
	void *memory = NULL;
	if (bytes >= MUCH_MEMORY && !go_on(g, bytes))
		return NULL;
	memory = take_memory(bytes ? bytes : 1);
	if (!memory)
		g->ending = NO_MEMORY;
	return memory;
}

static uint64_t nodes_of(const struct graph *g)
{
	return g->source.count;
}

static inline word *state_of(const struct graph *g, uint64_t node)
{
	return (word *)g->states.items + node * WORDS;
}

static inline uint64_t first_of(const struct graph *g, uint64_t node)
{
	return ITEM(g->first, uint64_t, node);
}

static inline struct edge *edge_of(const struct graph *g, uint64_t edge)
{
	return &ITEM(g->edges, struct edge, edge);
}

static inline const struct facts *facts_of(const struct graph *g, uint32_t label)
{
	return &ITEM(g->facts, struct facts, label);
}

static inline int has_some(const word *set, const word *other, int words)
{
	word found = 0;
	for (int i = 0; i < words; i++)
		found |= set[i] & other[i];
	return found != 0;
}

static size_t table_bytes(size_t slots)
{
	return slots * sizeof(uint32_t);
}

/* Forget what only exploring needs. */
static void forget_table(struct graph *g)
{
	give_memory(g->table, table_bytes(g->slots));
	give_memory(g->labels, table_bytes(g->label_slots));
	g->table = g->labels = NULL;
	g->slots = g->label_slots = 0;
	free(g->worker.ways);
	g->worker.ways = NULL;
}

static void forget_components(struct graph *g)
{
	struct vector *all[] = {&g->verdict, &g->seen, &g->open, &g->calls, &g->inside, &g->waiting, &g->found, &g->queue};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		clear_vector(all[i]);
	give_memory(g->region, nodes_of(g) * sizeof(uint32_t));
	give_memory(g->low, nodes_of(g) * sizeof(uint32_t));
	g->region = g->low = NULL;
}

/* -- the interface -- */

struct graph *graph_new(look look)
{
	struct graph *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->look = look;
	g->worker.graph = g;
	return g;
}

void graph_free(struct graph *g)
{
	struct vector *all[] = {&g->states, &g->source, &g->first, &g->edges, &g->facts, &g->ends, &g->levels, &g->picked};
	forget_table(g);
	if (g->region)
		forget_components(g);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		clear_vector(all[i]);
	free(g);
}

void graph_counts(const struct graph *g, uint64_t *counts)
{
	memset(counts, 0, COUNTS * sizeof(*counts));
	counts[NODES] = nodes_of(g);
	counts[TAKEN] = g->taken;
	counts[EDGES] = g->edges.count;
	counts[LABELS] = g->facts.count;
	counts[NODE] = g->wrong;
	counts[PICKED] = g->picked.count;
	counts[REGION] = g->yielded.region;
	counts[SIZE] = g->yielded.end - g->yielded.begin;
}

/* The state of a node, and the node that led to it first: NO_NODE for an initial state. */
uint32_t graph_node(const struct graph *g, uint64_t node, word *state)
{
	memcpy(state, state_of(g, node), WORDS * sizeof(word));
	return ITEM(g->source, uint32_t, node);
}

uint64_t graph_first(const struct graph *g, uint64_t node)
{
	return first_of(g, node);
}

/* Where a transition leads; its label. */
void graph_edge(const struct graph *g, uint64_t edge, uint32_t *target, uint32_t *label)
{
	*target = edge_of(g, edge)->target;
	*label = edge_of(g, edge)->label;
}

void graph_facts(const struct graph *g, uint32_t label, word *facts)
{
	memcpy(facts, facts_of(g, label), sizeof(struct facts));
}

/* How far a node is from the initial states. */
uint64_t graph_depth(const struct graph *g, uint64_t node)
{
	uint64_t low = 0, high = g->levels.count;
	while (high - low > 1) {
		uint64_t middle = (low + high) / 2;
		if (ITEM(g->levels, uint64_t, middle) <= node)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The numbers that the last answer consists of. */
const uint64_t *graph_picked(const struct graph *g)
{
	return g->picked.items;
}

/* What the driver has to agree on with the code. */
void graph_shape(uint64_t *out)
{
	out[0] = WORDS;
	out[1] = PAIR_WORDS;
	out[2] = DEMAND_WORDS;
}
