/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes in which a run ends, and ways to runs on which something is asked and never answered (unanswered.py). */

/* Whether a run for which nothing else is ever so is fair to these pairs and avoids these demands. */
static int allows_staying(const struct facts *f, const word *pairs, const word *avoided)
{
	word owed = 0;
	for (int i = 0; i < PAIR_WORDS; i++)
		owed |= f->given[i] & ~f->met[i] & pairs[i];
	return !owed && !has_some(f->holds, avoided, DEMAND_WORDS);
}

static int asks(const struct facts *f, const word *given, const word *avoided)
{
	return has_some(f->holds, given, DEMAND_WORDS) && !has_some(f->holds, avoided, DEMAND_WORDS);
}

/* Pick the nodes in which a run can end that is fair to these pairs and avoids these demands; one: the first of them. */
int graph_ends(struct graph *g, const word *pairs, const word *avoided, int one)
{
	g->picked.count = 0;
	for (uint64_t i = 0; i < g->ends.count; i++) {
		const struct edge *end = &ITEM(g->ends, struct edge, i);
		if (!allows_staying(facts_of(g, end->label), pairs, avoided))
			continue;
		if (!APPEND(g, g->picked, uint64_t, end->target))
			return g->ending;
		if (one)
			break;
	}
	return g->picked.count ? FOUND : NOTHING_MORE;
}

/* The facts where a run ends in a node; NULL where none does. */
static const struct facts *facts_at_end(const struct graph *g, uint32_t node)
{
	uint64_t low = 0, high = g->ends.count;
	while (low < high) {
		uint64_t middle = (low + high) / 2;
		if (ITEM(g->ends, struct edge, middle).target < node)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == g->ends.count || ITEM(g->ends, struct edge, low).target != node)
		return NULL;
	return facts_of(g, ITEM(g->ends, struct edge, low).label);
}

/* The first node from one on in which it is asked and not answered; how many nodes there are, if there is none. */
static uint64_t next_asked(struct graph *g, uint64_t node, const word *given, const word *avoided)
{
	for (; node < nodes_of(g); node++) {
		uint64_t first = first_of(g, node);
		const struct facts *end;
		if (node % 1024 == 0 && !may_go_on(g))
			break;
		if (first < first_of(g, node + 1) && asks(facts_of(g, edge_of(g, first)->label), given, avoided))
			break;
		end = g->ends.count ? facts_at_end(g, node) : NULL;
		if (end && asks(end, given, avoided))
			break;
	}
	return node;
}

/* Whether it is asked anywhere. */
int graph_asks(struct graph *g, const word *given, const word *avoided)
{
	g->ending = DONE;
	uint64_t node = next_asked(g, 0, given, avoided);
	if (g->ending != DONE)
		return g->ending;
	return node < nodes_of(g) ? FOUND : NOTHING_MORE;
}

static int is_goal(const struct graph *g, uint32_t node, const word *pairs, const word *avoided)
{
	if (g->region[node] != NOWHERE)
		return 1;
	const struct facts *end = g->ends.count ? facts_at_end(g, node) : NULL;
	return end && allows_staying(end, pairs, avoided);
}

/* Pick a node in which something is asked, and the transitions of a way from there to a component or an end in which it is never
 * answered; the one with which a path from the initial states becomes the shortest. After the last component for the same pairs
 * and demands. */
int graph_unanswered(struct graph *g, const word *given, const word *pairs, const word *avoided)
{
	uint64_t asked, depth = 0, place = 0;
	g->ending = DONE;
	memset(g->removed, 0, sizeof(g->removed));
	memcpy(g->avoided, avoided, sizeof(g->avoided));
	begin_round(g);
	begin_way(g);
	asked = next_asked(g, 0, given, avoided);
	while (g->ending == DONE && (place < g->queue.count || asked < nodes_of(g))) {
		if (place == g->queue.count && graph_depth(g, asked) > depth)
			depth = graph_depth(g, asked);
		uint64_t deeper = depth + 1 < g->levels.count ? ITEM(g->levels, uint64_t, depth + 1) : nodes_of(g);
		for (; asked < deeper; asked = next_asked(g, asked + 1, given, avoided)) {
			if (g->ending != DONE)
				return g->ending;
			if (g->low[asked] != g->visit && !come_to(g, asked, 0, NO_NODE))
				return g->ending;
		}
		for (uint64_t end = g->queue.count; place < end; place++) {
			uint32_t at = ITEM(g->queue, struct step_back, place).node, root = place;
			if (place % 256 == 0 && !may_go_on(g))
				return g->ending;
			if (is_goal(g, at, pairs, avoided)) {
				while (ITEM(g->queue, struct step_back, root).from != NO_NODE)
					root = ITEM(g->queue, struct step_back, root).from;
				if (!APPEND(g, g->picked, uint64_t, ITEM(g->queue, struct step_back, root).node) ||
				    !pick_way(g, place))
					return g->ending;
				return FOUND;
			}
			for (uint64_t edge = first_of(g, at); edge < first_of(g, at + 1UL); edge++) {
				const struct edge *e = edge_of(g, edge);
				if (is_allowed(g, e->label) && g->low[e->target] != g->visit &&
				    !come_to(g, e->target, edge, place))
					return g->ending;
			}
		}
		depth++;
	}
	return g->ending == DONE ? NOTHING_MORE : g->ending;
}
