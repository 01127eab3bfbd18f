/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explores the graph breadth-first. Exact: whole states are stored and compared. A slot of the table has a node's number plus 1
 * and, in the bits above those that a number needs, bits of its state's hash.
 *
 * The transitions of a state are gathered first: whether a processor can step is a fact of all of them.
 */

#define FIRST_SLOTS ((size_t)1 << 14)

static void too_many_choices(struct worker *w)
{
	w->graph->ending = MANY_CHOICES;
}

/* Keep the state that was just made as one that a transition leads to. */
static void keep_way(struct worker *w, uint32_t kind)
{
	struct way *way = &w->ways[w->count];
	way->kind = kind;
	way->context = w->context;
	way->reference = w->reference;
	way->called = called;
	way->hash = hash_state(way->state);
	w->graph->taken++;
	if (++w->count == w->room) {
		struct way *ways = realloc(w->ways, 2 * w->room * sizeof(*ways));
		if (!ways) {
			w->graph->ending = NO_MEMORY;
			w->count--; /* work ends, so that nobody misses it */
			return;
		}
		w->ways = ways;
		w->room *= 2;
	}
}

static inline void took(struct worker *w, const word *s, int outcome, int progress)
{
	w->taken = 1;
	w->goes_on |= progress;
	if (outcome == POSSIBLE) {
		keep_way(w, w->kind ? w->kind : progress);
	} else if (raised_kind[outcome - RAISED] >= 0) {
		copy(next_entry(w), s);
		or_bits(next_entry(w), MARK, 2 + raised_kind[outcome - RAISED]);
		keep_way(w, w->kind ? w->kind : progress);
	}
	called = 0;
}

/* -- labels -- */

static uint64_t hash_facts(const struct facts *f)
{
	const word *part = (const word *)f;
	uint64_t h = 0x9e3779b97f4a7c15UL;
	for (size_t i = 0; i < sizeof(*f) / sizeof(word); i++)
		h = mix(part[i] ^ 0xa0761d6478bd642fUL, h ^ 0x589965cc75374cc3UL);
	return h;
}

static void put_label(struct graph *g, uint32_t label)
{
	size_t place = hash_facts(facts_of(g, label)) & (g->label_slots - 1);
	while (g->labels[place])
		place = (place + 1) & (g->label_slots - 1);
	g->labels[place] = label + 1;
}

/* The label of some facts; NO_NODE if there is no memory. */
static uint32_t label_of(struct graph *g, const struct facts *f)
{
	size_t place = hash_facts(f) & (g->label_slots - 1);
	for (; g->labels[place]; place = (place + 1) & (g->label_slots - 1))
		if (!memcmp(facts_of(g, g->labels[place] - 1), f, sizeof(*f)))
			return g->labels[place] - 1;
	if (!APPEND(g, g->facts, struct facts, *f))
		return NO_NODE;
	g->labels[place] = g->facts.count;
	if (g->facts.count > g->label_slots / 2) {
		uint32_t *larger = zeros(g, table_bytes(2 * g->label_slots));
		if (!larger)
			return NO_NODE;
		give_memory(g->labels, table_bytes(g->label_slots));
		g->labels = larger;
		g->label_slots *= 2;
		for (uint64_t label = 0; label < g->facts.count; label++)
			put_label(g, label);
	}
	return g->facts.count - 1;
}

/* The label of a way; NO_NODE if it can have none. */
static uint32_t label_way(struct worker *w, const word *s, const struct way *way)
{
	struct facts f = w->facts;
	int steps = way->kind >= 2;
	if (steps && way->called) {
		for (int i = 0; i < PAIR_WORDS; i++) {
			f.given[i] &= unasked_given[i];
			f.met[i] &= unasked_met[i];
		}
		for (int i = 0; i < DEMAND_WORDS; i++)
			f.holds[i] &= unasked_holds[i];
		called = way->called;
		stepping = way->reference;
		int evaluated = decide_step(s, &f);
		called = 0;
		stepping = 0;
		if (!evaluated) {
			w->graph->ending = WRONG;
			return NO_NODE;
		}
	}
	for (int i = 0; i < PAIR_WORDS; i++)
		f.met[i] |= kind_met[way->kind][i];
	if (steps)
		set_bit(f.met, way->context);
	return label_of(w->graph, &f);
}

/* -- nodes -- */

static inline uint32_t number_mask(const struct graph *g)
{
	return g->slots - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(g->slots - 1);
}

static inline uint32_t slot_of(const struct graph *g, uint64_t hash, uint64_t node)
{
	return ((uint32_t)(hash >> 32) & ~number_mask(g)) | (uint32_t)(node + 1);
}

static void put_node(struct graph *g, uint64_t hash, uint64_t node)
{
	size_t place = hash & (g->slots - 1);
	while (g->table[place])
		place = (place + 1) & (g->slots - 1);
	g->table[place] = slot_of(g, hash, node);
}

static int enlarge_table(struct graph *g)
{
	uint32_t *before = g->table;
	size_t slots = g->slots;
	uint32_t *larger = zeros(g, table_bytes(2 * slots));
	if (!larger)
		return 0;
	g->table = larger;
	g->slots = 2 * slots;
	for (uint64_t node = 0; node < nodes_of(g); node++)
		put_node(g, hash_state(state_of(g, node)), node);
	give_memory(before, table_bytes(slots));
	return 1;
}

/* The number of a state, found before or new; NO_NODE if there is no room. */
static uint32_t node_of(struct graph *g, const word *state, uint64_t hash, uint32_t source)
{
	size_t place = hash & (g->slots - 1);
	uint64_t node = nodes_of(g);
	for (; g->table[place]; place = (place + 1) & (g->slots - 1)) {
		uint32_t found = g->table[place];
		if (((found ^ (uint32_t)(hash >> 32)) & ~number_mask(g)) == 0) {
			uint32_t number = (found & number_mask(g)) - 1;
			if (same(state_of(g, number), state))
				return number;
		}
	}
	if (node >= NO_NODE - 1)
		g->ending = MANY_NODES;
	else if (node >= g->most_nodes)
		/* One more than the limit allows: let it be counted, and seen. */
		g->ending = STOPPED;
	if (!make_room(g, &g->states, node, WORDS * sizeof(word)) || !APPEND(g, g->source, uint32_t, source))
		return NO_NODE;
	memcpy(state_of(g, node), state, WORDS * sizeof(word));
	g->table[place] = slot_of(g, hash, node);
	if (g->ending != DONE || (node + 1 > g->slots / 10 * 7 && !enlarge_table(g)))
		return NO_NODE;
	return node;
}

/* -- transitions -- */

/* Note that nothing but interrupts can happen in a node. */
static int note_end(struct graph *g, uint32_t node)
{
	struct facts f = g->worker.facts;
	for (int i = 0; i < PAIR_WORDS; i++)
		f.met[i] |= kind_met[1][i];
	struct edge end = {node, label_of(g, &f)};
	return end.label != NO_NODE && APPEND(g, g->ends, struct edge, end);
}

/* Put the ways of a state into the graph. 0 if work has to end. */
static int keep_transitions(struct graph *g, const word *s, uint32_t node)
{
	struct worker *w = &g->worker;
	struct edge edge = {0, NO_NODE};
	for (size_t i = 0; i < w->count; i++)
		__builtin_prefetch(&g->table[w->ways[i].hash & (g->slots - 1)]);
	for (size_t i = 0; i < w->count; i++) {
		const struct way *way = &w->ways[i];
		if (!i || way->kind != way[-1].kind || way->called != way[-1].called) {
			edge.label = label_way(w, s, way);
			if (edge.label == NO_NODE)
				return 0;
		}
		edge.target = node_of(g, way->state, way->hash, node);
		if (edge.target == NO_NODE)
			return 0;
		if (!IS_MARKED(way->state) && !APPEND(g, g->edges, struct edge, edge))
			return 0;
	}
	return 1;
}

static int explore_node(struct graph *g, uint32_t node)
{
	struct worker *w = &g->worker;
	word s[WORDS + 1];
	copy(s, state_of(g, node));
	if (IS_MARKED(s))
		return 1;
	memset(&w->facts, 0, sizeof(w->facts));
	memcpy(w->facts.given, always_given, sizeof(always_given));
	w->count = w->kind = w->goes_on = 0;
	called = stepping = 0;
	if (!decide(s, &w->facts)) {
		g->ending = WRONG;
		return 0;
	}
	expand(w, s);
	if (g->ending != DONE || (!w->goes_on && !note_end(g, node)))
		return 0;
	return keep_transitions(g, s, node);
}

static int put_initials(struct graph *g)
{
	for (int i = 0; i < INITIALS; i++)
		if (node_of(g, initials[i], hash_state(initials[i]), NO_NODE) == NO_NODE)
			return 0;
	return 1;
}

static int begin_exploring(struct graph *g)
{
	uint64_t zero = 0;
	g->slots = FIRST_SLOTS;
	g->label_slots = FIRST_SLOTS;
	g->table = zeros(g, table_bytes(g->slots));
	g->labels = zeros(g, table_bytes(g->label_slots));
	g->worker.room = 256;
	g->worker.ways = malloc(g->worker.room * sizeof(struct way));
	if (!g->table || !g->labels || !g->worker.ways) {
		g->ending = g->ending == DONE ? NO_MEMORY : g->ending;
		return 0;
	}
	return APPEND(g, g->first, uint64_t, zero) && APPEND(g, g->levels, uint64_t, zero) && put_initials(g);
}

/* Find all nodes and transitions. most: nodes, more of which are too many (STOPPED). */
int graph_explore(struct graph *g, uint64_t most)
{
	uint64_t level_end;
	g->most_nodes = most;
	if (!begin_exploring(g))
		return g->ending;
	level_end = nodes_of(g);
	for (uint64_t node = 0; node < nodes_of(g); node++) {
		if (node == level_end) {
			uint64_t begin = node;
			if (!APPEND(g, g->levels, uint64_t, begin))
				return g->ending;
			level_end = nodes_of(g);
		}
		g->expanded = node;
		if (!explore_node(g, node)) {
			g->wrong = node;
			return g->ending;
		}
		uint64_t edges = g->edges.count;
		if (!APPEND(g, g->first, uint64_t, edges) || (node % 256 == 0 && !may_go_on(g)))
			return g->ending;
	}
	g->expanded = nodes_of(g);
	forget_table(g);
	return DONE;
}
