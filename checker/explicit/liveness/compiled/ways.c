/* SPDX-License-Identifier: GPL-2.0-only */
/* Ways in the graph, shortest ones first. After the last component was found: `low` says where a way has come to. */

/* Begin a new way. */
static void begin_way(struct graph *g)
{
	if (!g->visit || g->visit == UINT32_MAX) {
		memset(g->low, 0, nodes_of(g) * sizeof(uint32_t));
		g->visit = 0;
	}
	g->visit++;
	g->queue.count = g->picked.count = 0;
}

static int come_to(struct graph *g, uint32_t node, uint64_t edge, uint32_t from)
{
	struct step_back come = {edge, from, node};
	g->low[node] = g->visit;
	return APPEND(g, g->queue, struct step_back, come);
}

/* Pick the transitions that led to a place in the queue, behind what is picked already. */
static int pick_way(struct graph *g, uint32_t place)
{
	uint64_t begin = g->picked.count, end;
	for (; ITEM(g->queue, struct step_back, place).from != NO_NODE; place = ITEM(g->queue, struct step_back, place).from)
		if (!APPEND(g, g->picked, uint64_t, ITEM(g->queue, struct step_back, place).edge))
			return 0;
	for (end = g->picked.count; begin + 1 < end; begin++, end--) {
		uint64_t last = ITEM(g->picked, uint64_t, end - 1);
		ITEM(g->picked, uint64_t, end - 1) = ITEM(g->picked, uint64_t, begin);
		ITEM(g->picked, uint64_t, begin) = last;
	}
	return 1;
}

/* Pick the transitions of a shortest way from a node that ends with one that meets an owed pair; at the goal, where none is
 * owed. It stays in a region, and takes no transition at which a removed pair is given or an avoided demand holds. */
int graph_way(struct graph *g, uint32_t region, const word *removed, const word *avoided, uint32_t node, uint32_t goal,
	      const word *owed)
{
	int owes = has_some(owed, owed, PAIR_WORDS);
	g->ending = DONE;
	memcpy(g->removed, removed, sizeof(g->removed));
	memcpy(g->avoided, avoided, sizeof(g->avoided));
	begin_round(g);
	begin_way(g);
	if (!come_to(g, node, 0, NO_NODE))
		return g->ending;
	for (uint64_t place = 0; place < g->queue.count; place++) {
		uint32_t at = ITEM(g->queue, struct step_back, place).node;
		if (place % 256 == 0 && !may_go_on(g))
			return g->ending;
		for (uint64_t edge = first_of(g, at), end = first_of(g, at + 1UL); edge < end; edge++) {
			const struct edge *e = edge_of(g, edge);
			if (g->region[e->target] != region || !is_allowed(g, e->label))
				continue;
			if (owes ? has_some(facts_of(g, e->label)->met, owed, PAIR_WORDS) : e->target == goal) {
				if (!pick_way(g, place) || !APPEND(g, g->picked, uint64_t, edge))
					return g->ending;
				return FOUND;
			}
			if (g->low[e->target] != g->visit && !come_to(g, e->target, edge, place))
				return g->ending;
		}
	}
	return NOTHING_MORE;
}
