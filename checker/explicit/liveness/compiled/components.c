/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fair components, as fair_cycles.py finds them: strongly connected components (Tarjan, without recursion), taken apart until
 * fairness is met. A node's region says which set it is in; NOWHERE: in none any more.
 */

#define NOWHERE UINT32_MAX

struct call {
	uint64_t edge;
	uint32_t node, own;
	int to_itself;
};

struct slice {
	uint64_t begin, end;
};

/* Begin another round, in which other transitions are allowed. */
static void begin_round(struct graph *g)
{
	if (++g->stamp == UINT32_MAX / 2) {
		memset(g->verdict.items, 0, g->facts.count * sizeof(uint32_t));
		g->stamp = 1;
	}
}

/* Whether the transitions of a label may be taken: nothing to be avoided holds there, and no pair is given that was removed. */
static inline int is_allowed(struct graph *g, uint32_t label)
{
	uint32_t *verdict = &ITEM(g->verdict, uint32_t, label);
	if (UNLIKELY(*verdict / 2 != g->stamp)) {
		const struct facts *f = facts_of(g, label);
		int out = has_some(f->holds, g->avoided, DEMAND_WORDS) || has_some(f->given, g->removed, PAIR_WORDS);
		*verdict = g->stamp * 2 + !out;
	}
	return *verdict & 1;
}

/* Take a component, which begins with a node, out of the open nodes and the region; keep it if it has a transition. */
static int close_component(struct graph *g, uint32_t node, int to_itself)
{
	uint64_t size = g->open.count;
	struct slice found = {g->inside.count, 0};
	uint32_t last;
	do {
		last = ITEM(g->open, uint32_t, --size);
		g->region[last] = NOWHERE;
	} while (last != node);
	if (g->open.count - size > 1 || to_itself) {
		for (uint64_t i = size; i < g->open.count; i++)
			if (!APPEND(g, g->inside, uint32_t, ITEM(g->open, uint32_t, i)))
				return 0;
		found.end = g->inside.count;
		if (!APPEND(g, g->found, struct slice, found))
			return 0;
	}
	g->open.count = size;
	return 1;
}

/* Find the components among the nodes of the root's region that can be reached from it. */
static int components_from(struct graph *g, uint32_t root)
{
	uint32_t here = g->region[root], node = root, counter = 1, own = 1, lowest = 1;
	uint64_t edge = first_of(g, root), end;
	int to_itself = 0;
	g->low[node] = own;
	g->open.count = g->calls.count = 0;
	if (!APPEND(g, g->open, uint32_t, node))
		return 0;
	for (;;) {
		uint32_t to = 0;
		for (end = first_of(g, node + 1UL); edge < end; edge++) {
			to = edge_of(g, edge)->target;
			if (g->region[to] != here || !is_allowed(g, edge_of(g, edge)->label))
				continue;
			if (!g->low[to])
				break;
			if (g->low[to] < lowest)
				lowest = g->low[to];
			else if (to == node)
				to_itself = 1;
		}
		if (edge < end) {
			struct call call = {edge + 1, node, own, to_itself};
			g->low[node] = lowest;
			if (!APPEND(g, g->calls, struct call, call) || !APPEND(g, g->open, uint32_t, to))
				return 0;
			if (++counter % 1024 == 0 && !may_go_on(g))
				return 0;
			node = to;
			own = lowest = g->low[node] = counter;
			edge = first_of(g, node);
			to_itself = 0;
			continue;
		}
		g->low[node] = lowest;
		if (lowest == own && !close_component(g, node, to_itself))
			return 0;
		if (!g->calls.count)
			return 1;
		uint32_t below = lowest, from = node;
		struct call *call = &ITEM(g->calls, struct call, --g->calls.count);
		node = call->node;
		edge = call->edge;
		own = call->own;
		to_itself = call->to_itself;
		lowest = g->low[node];
		if (g->region[from] == here && below < lowest)
			lowest = below;
	}
}

/* Put the components of a region into `found`. all: the region has all nodes, else they are in `inside`. */
static int find_components(struct graph *g, struct waiting set, int all)
{
	uint64_t end = all ? nodes_of(g) : set.end;
	g->found.count = g->position = 0;
	for (uint64_t i = all ? 0 : set.begin; i < end; i++) {
		uint32_t root = all ? i : ITEM(g->inside, uint32_t, i);
		if (i % 1024 == 0 && !may_go_on(g))
			return 0;
		if (g->region[root] != set.region)
			continue;
		uint64_t edge = first_of(g, root), last = first_of(g, root + 1UL);
		while (edge < last && !is_allowed(g, edge_of(g, edge)->label))
			edge++;
		if (edge == last)
			g->region[root] = NOWHERE; /* the shortest way to say so for most nodes */
		else if (!components_from(g, root))
			return 0;
	}
	return 1;
}

/* Give a component its region. unmet: the pairs that are given and not met inside. 0 if work has to end. */
static int find_unmet(struct graph *g, struct slice slice, word *unmet)
{
	struct facts all = {{0}, {0}, {0}};
	for (uint64_t i = slice.begin; i < slice.end; i++) {
		uint32_t node = ITEM(g->inside, uint32_t, i);
		g->region[node] = g->regions;
		g->low[node] = 0;
	}
	for (uint64_t i = slice.begin; i < slice.end; i++) {
		uint32_t node = ITEM(g->inside, uint32_t, i);
		if (i % 1024 == 0 && !may_go_on(g))
			return 0;
		for (uint64_t edge = first_of(g, node), end = first_of(g, node + 1UL); edge < end; edge++) {
			const struct edge *e = edge_of(g, edge);
			uint32_t *seen = &ITEM(g->seen, uint32_t, e->label);
			if (*seen == g->regions || g->region[e->target] != g->regions || !is_allowed(g, e->label))
				continue;
			*seen = g->regions;
			for (int k = 0; k < PAIR_WORDS; k++) {
				all.given[k] |= facts_of(g, e->label)->given[k];
				all.met[k] |= facts_of(g, e->label)->met[k];
			}
		}
	}
	for (int k = 0; k < PAIR_WORDS; k++)
		unmet[k] = all.given[k] & ~all.met[k] & g->pairs[k];
	return 1;
}

/* Begin to look for components that are fair to some pairs, without transitions at which some demands hold. */
int graph_components(struct graph *g, const word *pairs, const word *avoided)
{
	struct waiting whole;
	g->ending = DONE;
	forget_components(g);
	memcpy(g->pairs, pairs, sizeof(g->pairs));
	memcpy(g->avoided, avoided, sizeof(g->avoided));
	memset(&whole, 0, sizeof(whole));
	memset(g->removed, 0, sizeof(g->removed));
	g->region = zeros(g, nodes_of(g) * sizeof(uint32_t));
	g->low = zeros(g, nodes_of(g) * sizeof(uint32_t));
	g->stamp = g->visit = 0;
	g->children = 0;
	memset(&g->parent, 0, sizeof(g->parent));
	g->regions = 1;
	if (!g->region || !g->low || !make_room(g, &g->verdict, g->facts.count, sizeof(uint32_t)) ||
	    !make_room(g, &g->seen, g->facts.count, sizeof(uint32_t)))
		return g->ending;
	begin_round(g);
	if (!find_components(g, whole, 1))
		return g->ending;
	return DONE;
}

/* Put the sets that are still to be taken apart where the one was that they were found in. */
static void close_gap(struct graph *g, struct waiting from, uint64_t count)
{
	uint64_t place = from.begin;
	for (uint64_t k = count; k < g->waiting.count; k++) {
		struct waiting *set = &ITEM(g->waiting, struct waiting, k);
		uint64_t size = set->end - set->begin;
		memmove(&ITEM(g->inside, uint32_t, place), &ITEM(g->inside, uint32_t, set->begin), size * sizeof(uint32_t));
		set->begin = place;
		set->end = place += size;
	}
	g->inside.count = place;
}

/* The next fair component: FOUND, with its nodes from yielded.begin on in `inside` until the next call. */
int graph_next_component(struct graph *g)
{
	for (;;) {
		while (g->position < g->found.count) {
			struct waiting set;
			struct slice slice = ITEM(g->found, struct slice, g->position++);
			word unmet[PAIR_WORDS];
			if (!find_unmet(g, slice, unmet))
				return g->ending;
			set = (struct waiting){slice.begin, slice.end, g->regions++};
			memcpy(set.removed, g->removed, sizeof(set.removed));
			if (!has_some(unmet, unmet, PAIR_WORDS)) {
				g->yielded = set;
				return FOUND;
			}
			for (int k = 0; k < PAIR_WORDS; k++)
				set.removed[k] |= unmet[k];
			if ( !APPEND(g, g->waiting, struct waiting, set))
				return g->ending;
		}
		close_gap(g, g->parent, g->children);
		if (!g->waiting.count)
			return NOTHING_MORE;
		g->parent = ITEM(g->waiting, struct waiting, --g->waiting.count);
		g->children = g->waiting.count;
		memcpy(g->removed, g->parent.removed, sizeof(g->removed));
		begin_round(g);
		if (!find_components(g, g->parent, 0))
			return g->ending;
	}
}

/* Pick the nodes of the component found last that are nearest to the initial states; with failing pairs, of those at which one
 * of these is met. */
int graph_nearest(struct graph *g, const word *failing)
{
	const uint32_t *nodes = g->inside.items;
	int any = !has_some(failing, failing, PAIR_WORDS);
	uint64_t least = NO_NODE, end = NO_NODE;
	g->picked.count = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (uint64_t i = g->yielded.begin; i < g->yielded.end; i++) {
			int picked = any;
			if (i % 1024 == 0 && !may_go_on(g))
				return g->ending;
			if (nodes[i] >= end || (!pass && nodes[i] >= least))
				continue;
			for (uint64_t edge = first_of(g, nodes[i]); !picked && edge < first_of(g, nodes[i] + 1UL); edge++) {
				const struct edge *e = edge_of(g, edge);
				picked = g->region[e->target] == g->yielded.region && is_allowed(g, e->label) &&
					 has_some(facts_of(g, e->label)->met, failing, PAIR_WORDS);
			}
			if (picked && !pass)
				least = nodes[i];
			else if (picked && !APPEND(g, g->picked, uint64_t, nodes[i]))
				return g->ending;
		}
		if (least == NO_NODE)
			break;
		end = graph_depth(g, least) + 1 < g->levels.count ? ITEM(g->levels, uint64_t, graph_depth(g, least) + 1) : NO_NODE;
	}
	return g->picked.count ? FOUND : NOTHING_MORE;
}

/* Nodes of the component found last, as the last answer. */
int graph_component_nodes(struct graph *g)
{
	g->picked.count = 0;
	for (uint64_t i = g->yielded.begin; i < g->yielded.end; i++)
		if (!APPEND(g, g->picked, uint64_t, ITEM(g->inside, uint32_t, i)))
			return g->ending;
	return FOUND;
}

/* The pairs that were removed from the component found last. */
void graph_removed(const struct graph *g, word *removed)
{
	memcpy(removed, g->yielded.removed, sizeof(g->yielded.removed));
}

uint32_t graph_region(const struct graph *g, uint64_t node)
{
	return g->region[node];
}
