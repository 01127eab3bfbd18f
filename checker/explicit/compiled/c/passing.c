/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Partial-order reduction: states that are passed through and not stored, and the checks that this rests on, as in
 * partial_order.py, which says once for each value of the bits that an answer depends on what the answer is. It is
 * asked by `ask`; what it says is remembered.
 */

#if PARTIAL_ORDER

struct reads {
	struct reads *next;
	word number;
	word bits[WORDS];
};

/* first_candidate: of each agent's actions, and then of nobody's. After all actions come steps, by agent and location. */
struct passing {
	int (*ask)(int what, int number, const word *state, word *answer, size_t room);
	word edge_cells[WORDS];
	unsigned held_words;
	unsigned first_candidate[AGENTS + 2];
	struct memo claims, local, touched;
	_Atomic word forgotten; /* how many properties */
	_Atomic(struct reads *) *candidates;
	word reads_count;
	word broken[WORDS]; /* the state in which an assumption is broken */
};

struct list {
	word *items; /* states */
	size_t count, room;
};

/* A state that is passed through, with what to take next there. */
struct passed {
	word state[WORDS];
	const word *changes;
	size_t left;
	int on_path;
};

struct slot_of_passed {
	uint32_t turn, number;
};

/* What one worker needs: successors of the transition at work, arrivals from them, and for the states passed from one of these:
 * the states, the path as their numbers, and a table of them, in which slots of other turns count as empty. */
struct passage {
	struct list successors, arrivals;
	struct passed *met;
	size_t met_count, met_room;
	uint32_t *path;
	size_t path_count, path_room;
	struct slot_of_passed *table;
	size_t slots;
	uint32_t turn;
	int broken;
	uint64_t passed;
	word answer[ANSWER_WORDS];
};

static void store_arrival(struct worker *w, const word *state);

/* -- asking -- */

static inline word *claims_of_agent(const struct passing *p, word *claims, int agent)
{
	return claims + agent * (4 * WORDS + 2 * p->held_words + 1);
}

#define CELLS(c) (c)
#define EXCLUSIVE(c) ((c) + WORDS)
#define NO_WRITE(c) ((c) + 2 * WORDS)
#define NO_READ(c) ((c) + 3 * WORDS)
#define HELD(c) ((c) + 4 * WORDS)
#define OWN(p, c) ((c) + 4 * WORDS + (p)->held_words)
#define NUMBER(p, c) ((c)[4 * WORDS + 2 * (p)->held_words])

static inline void masked(word *key, const word *state, const word *mask, word question)
{
	for (int i = 0; i < WORDS; i++)
		key[i] = state[i] & mask[i];
	key[WORDS] = question;
}

static inline int meets(const word *a, const word *b)
{
	word both = 0;
	for (int i = 0; i < WORDS; i++)
		both |= a[i] & b[i];
	return both != 0;
}

static inline int changes_any(const word *a, const word *b, const word *mask)
{
	word changed = 0;
	for (int i = 0; i < WORDS; i++)
		changed |= (a[i] ^ b[i]) & mask[i];
	return changed != 0;
}

/* Words of the answer, in the worker's room for it; -1: there is none, since the search has failed or shall stop. */
static int ask(struct worker *w, int what, int number, const word *state)
{
	if (w->search->stop)
		return -1;
	int words = w->search->passing->ask(what, number, state, w->passage->answer, ANSWER_WORDS);
	if (words < 0)
		fail(w->search, NO_ANSWER);
	return words;
}

static word *claims_in(struct worker *w, const word *state)
{
	struct passing *p = w->search->passing;
	word key[KEY_WORDS];
	masked(key, state, p->edge_cells, 0);
	uint64_t hash = hash_key(key);
	struct note *note = find_note(&p->claims, key, hash);
	if (UNLIKELY(!note)) {
		int words = ask(w, ASK_CLAIMS, 0, state);
		if (words >= 0)
			note = add_note(w->search, &p->claims, key, hash, w->passage->answer, words);
	}
	return note ? note->answer : NULL;
}

/* How many changes an agent's transitions make, and the changes, if they suffice; else 0. */
static const word *local_in(struct worker *w, int agent, const word *state, const word *mine)
{
	struct passing *p = w->search->passing;
	word key[KEY_WORDS];
	word forgotten = atomic_load_explicit(&p->forgotten, memory_order_acquire);
	masked(key, state, CELLS(mine), (forgotten << 8 | agent) << 32 | NUMBER(p, mine));
	uint64_t hash = hash_key(key);
	struct note *note = find_note(&p->local, key, hash);
	if (UNLIKELY(!note)) {
		int words = ask(w, ASK_SUFFICIENT, agent, state);
		if (words >= 0)
			note = add_note(w->search, &p->local, key, hash, w->passage->answer, words);
	}
	return note ? note->answer : NULL;
}

/* Whether an agent gains a claim to what another claims too. */
static int contends(struct worker *w, int agent, word *claims, const word *state, const word *change)
{
	struct passing *p = w->search->passing;
	word reached[WORDS];
	if (!meets(change, p->edge_cells))
		return 0;
	for (int i = 0; i < WORDS; i++)
		reached[i] = state[i] ^ change[i];
	word *after = claims_in(w, reached);
	if (!after)
		return 1;
	const word *before = HELD(claims_of_agent(p, claims, agent)), *held = HELD(claims_of_agent(p, after, agent));
	for (int other = 0; other < AGENTS; other++) {
		const word *theirs = HELD(claims_of_agent(p, claims, other));
		for (unsigned i = 0; i < p->held_words && other != agent; i++)
			if (held[i] & ~before[i] & theirs[i])
				return 1;
	}
	return 0;
}

/* The changes that one agent's transitions make in a state, if they alone are enough to look at there: how many, and the
 * changes; NULL if there are none such. */
static const word *sufficient(struct worker *w, const word *state, size_t *count)
{
	struct passing *p = w->search->passing;
	word *claims = claims_in(w, state);
	for (int agent = 0; claims && agent < AGENTS; agent++) {
		const word *local = local_in(w, agent, state, claims_of_agent(p, claims, agent));
		if (!local || !local[0])
			continue;
		size_t i = 0;
		while (i < local[0] && !contends(w, agent, claims, state, local + 1 + i * WORDS))
			i++;
		if (i == local[0]) {
			*count = i;
			return local + 1;
		}
	}
	return NULL;
}

/* -- passing through -- */

static int grow_list(struct search *q, void **items, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return 1;
	size_t more = *room ? 2 * *room : 64;
	void *found = realloc(*items, more * size);
	if (!found) {
		fail(q, OUT_OF_MEMORY);
		return 0;
	}
	*items = found;
	*room = more;
	return 1;
}

static void append(struct worker *w, struct list *list, const word *state)
{
	if (grow_list(w->search, (void **)&list->items, &list->room, list->count, WORDS * sizeof(word)))
		memcpy(list->items + list->count++ * WORDS, state, WORDS * sizeof(word));
}

/* The table has another size, or begins another turn at 0. */
static int remake_table(struct worker *w, size_t slots)
{
	struct passage *passage = w->passage;
	free(passage->table);
	passage->table = calloc(slots, sizeof(*passage->table));
	passage->slots = passage->table ? slots : 0;
	passage->turn = 1;
	if (!passage->table) {
		fail(w->search, OUT_OF_MEMORY);
		return 0;
	}
	for (size_t i = 0; i < passage->met_count; i++) {
		size_t place = hash_state(passage->met[i].state) & (slots - 1);
		while (passage->table[place].turn == 1)
			place = (place + 1) & (slots - 1);
		passage->table[place] = (struct slot_of_passed){1, i};
	}
	return 1;
}

/* The state's number among those met; of a new one, if it is to be taken up. -1: it is new, and there is no memory. */
static int64_t meet(struct worker *w, const word *state, uint64_t hash, int *is_new)
{
	struct passage *passage = w->passage;
	if (passage->met_count >= passage->slots / 2 && !remake_table(w, passage->slots ? 2 * passage->slots : 1 << 12))
		return -1;
	size_t place = hash & (passage->slots - 1);
	for (; passage->table[place].turn == passage->turn; place = (place + 1) & (passage->slots - 1)) {
		uint32_t number = passage->table[place].number;
		if (same(passage->met[number].state, state)) {
			*is_new = 0;
			return number;
		}
	}
	*is_new = 1;
	if (!grow_list(w->search, (void **)&passage->met, &passage->met_room, passage->met_count, sizeof(*passage->met)))
		return -1;
	struct passed *new = &passage->met[passage->met_count];
	memcpy(new->state, state, sizeof(new->state));
	new->on_path = 0;
	passage->table[place] = (struct slot_of_passed){passage->turn, passage->met_count};
	return passage->met_count++;
}

/* Go on from a state that was met with the steps that suffice there, if any do; else it is where they end. */
static void go_on(struct worker *w, int64_t number, uint64_t hash)
{
	struct passage *passage = w->passage;
	struct search *q = w->search;
	const word *changes = NULL;
	size_t count = 0;
	if (!q->stop && passage->met_count <= MOST_PASSED && !is_stored(q, passage->met[number].state, hash))
		changes = sufficient(w, passage->met[number].state, &count);
	if (!changes || !grow_list(q, (void **)&passage->path, &passage->path_room, passage->path_count, sizeof(*passage->path))) {
		append(w, &passage->arrivals, passage->met[number].state);
		return;
	}
	passage->met[number].changes = changes;
	passage->met[number].left = count;
	passage->met[number].on_path = 1;
	passage->path[passage->path_count++] = number;
}

/* Gather the states to store for one that a transition leads to: itself, or where the steps lead that suffice there. */
static void pass_through(struct worker *w, const word *state)
{
	struct passage *passage = w->passage;
	int is_new;
	passage->met_count = passage->path_count = 0;
	if (++passage->turn == 0)
		passage->slots = 0;
	uint64_t hash = hash_state(state);
	int64_t number = IS_MARKED(state) ? -1 : meet(w, state, hash, &is_new);
	if (number < 0) {
		append(w, &passage->arrivals, state);
		return;
	}
	go_on(w, number, hash);
	while (passage->path_count) {
		struct passed *here = &passage->met[passage->path[passage->path_count - 1]];
		word reached[WORDS];
		if (!here->left) {
			here->on_path = 0;
			passage->path_count--;
			continue;
		}
		for (int i = 0; i < WORDS; i++)
			reached[i] = here->state[i] ^ here->changes[i];
		here->changes += WORDS;
		here->left--;
		passage->passed++;
		hash = hash_state(reached);
		number = meet(w, reached, hash, &is_new);
		if (number < 0)
			append(w, &passage->arrivals, reached);
		else if (is_new)
			go_on(w, number, hash);
		else if (passage->met[number].on_path)
			append(w, &passage->arrivals, reached); /* a cycle: someone has to look at what the others can do */
	}
}

/* -- the checks -- */

static void assumption_broken(struct worker *w, const word *state)
{
	struct search *q = w->search;
	w->passage->broken = 1;
	lock(q);
	if (q->failure == NO_FAILURE)
		memcpy(q->passing->broken, state, WORDS * sizeof(word));
	fail(q, BROKEN);
	unlock(q);
}

/* What a candidate reads directly and writes in a state; NULL if that is not known, and the search has failed. */
static const word *touched_by(struct worker *w, unsigned candidate, const word *state)
{
	struct search *q = w->search;
	struct passing *p = q->passing;
	_Atomic(struct reads *) *last = &p->candidates[candidate];
	struct reads *reads;
	word key[KEY_WORDS];
	while ((reads = atomic_load_explicit(last, memory_order_acquire))) {
		masked(key, state, reads->bits, reads->number);
		struct note *note = find_note(&p->touched, key, hash_key(key));
		if (note)
			return note->answer;
		last = (_Atomic(struct reads *) *)&reads->next;
	}
	if (ask(w, ASK_TOUCHED, candidate, state) < 0)
		return NULL;
	word *answer = w->passage->answer;
	lock(q);
	last = &p->candidates[candidate];
	while ((reads = *last) && memcmp(reads->bits, answer, sizeof(reads->bits)))
		last = (_Atomic(struct reads *) *)&reads->next;
	if (!reads && (reads = lasting(q, sizeof(*reads)))) {
		memcpy(reads->bits, answer, sizeof(reads->bits));
		reads->number = ++p->reads_count;
		atomic_store_explicit(last, reads, memory_order_release);
	}
	unlock(q);
	if (!reads)
		return NULL;
	masked(key, state, reads->bits, reads->number);
	struct note *note = add_note(q, &p->touched, key, hash_key(key), answer + WORDS, 2 * WORDS);
	return note ? note->answer : NULL;
}

static int may_access(struct worker *w, unsigned candidate, const word *state, const word *no_write, const word *no_read)
{
	const word *touched = touched_by(w, candidate, state);
	return !touched || !(meets(touched, no_read) || meets(touched + WORDS, no_write));
}

/* Whether every transition, possible in a state or not, reads and writes there only what it may. */
static int accesses_are_allowed(struct worker *w, const word *state)
{
	struct passing *p = w->search->passing;
	word *claims = claims_in(w, state);
	unsigned steps = p->first_candidate[AGENTS + 1];
	w->passage->broken = 0;
	for (int agent = 0; claims && agent <= AGENTS; agent++) {
		const word *mine = claims_of_agent(p, claims, agent);
		const word *no_write = agent < AGENTS ? NO_WRITE(mine) : mine, *no_read = no_write + WORDS;
		unsigned candidate = p->first_candidate[agent], end = p->first_candidate[agent + 1];
		int allowed = 1;
		for (; allowed && candidate < end; candidate++)
			allowed = may_access(w, candidate, state, no_write, no_read);
		if (allowed && agent < AGENTS && STEPS)
			allowed = may_access(w, steps + agent * (STEPS + 1) + standing(agent, state), state, no_write, no_read);
		if (!allowed) {
			assumption_broken(w, state);
			return 0;
		}
	}
	return 1;
}

/* Look at whether a transition of w->agent leaves to the other agents what is theirs. */
static void check_claims(struct worker *w, const word *state, const word *successor)
{
	struct passing *p = w->search->passing;
	word *claims, *after;
	if (!changes_any(state, successor, p->edge_cells) || IS_MARKED(successor))
		return;
	if (!(claims = claims_in(w, state)) || !(after = claims_in(w, successor)))
		return;
	for (int other = 0; other < AGENTS; other++) {
		const word *own = OWN(p, claims_of_agent(p, claims, other)), *later = OWN(p, claims_of_agent(p, after, other));
		for (unsigned i = 0; i < p->held_words && other != w->agent; i++)
			if (own[i] & ~later[i]) {
				assumption_broken(w, state);
				return;
			}
	}
}

/* -- what the search calls -- */

static inline void agent_is(struct worker *w, int agent)
{
	w->agent = agent;
}

/* A transition leads from a state to another. */
static void leads_to(struct worker *w, const word *state, const word *successor)
{
	append(w, &w->passage->successors, successor);
	check_claims(w, state, successor);
}

/* All that a transition leads to is known: store where it arrives. */
static inline void finished(struct worker *w)
{
	struct passage *passage = w->passage;
	if (LIKELY(!passage->successors.count))
		return;
	passage->arrivals.count = 0;
	for (size_t i = 0; i < passage->successors.count && !passage->broken; i++)
		pass_through(w, passage->successors.items + i * WORDS);
	passage->successors.count = 0;
	for (size_t i = 0; i < passage->arrivals.count; i++)
		store_arrival(w, passage->arrivals.items + i * WORDS);
}

/* A property has been found violated: it need not be preserved any more. */
static void forget(struct worker *w, int property)
{
	if (ask(w, ASK_FORGET, property, NULL) >= 0)
		w->search->passing->forgotten++;
}

/* Before a search begins. ask: answers for partial_order.py. 0 if there is no memory. */
int passing_begin(struct search *q, int (*asked)(int, int, const word *, word *, size_t), const word *edge_cells,
		  unsigned held_words, const unsigned *first_candidate)
{
	struct passing *p = lasting(q, sizeof(*p));
	if (!p)
		return 0;
	q->passing = p;
	p->ask = asked;
	p->held_words = held_words;
	memcpy(p->edge_cells, edge_cells, sizeof(p->edge_cells));
	memcpy(p->first_candidate, first_candidate, sizeof(p->first_candidate));
	size_t candidates = first_candidate[AGENTS + 1] + (size_t)AGENTS * (STEPS + 1);
	p->candidates = lasting(q, candidates * sizeof(*p->candidates));
	for (int i = 0; i < q->workers; i++)
		if (!(q->worker[i].passage = lasting(q, sizeof(struct passage))))
			return 0;
	return p->candidates != NULL;
}

/* The state in which an assumption is broken; how many states were passed through. */
uint64_t passing_told(const struct search *q, word *broken)
{
	uint64_t passed = 0;
	for (int i = 0; i < q->workers; i++)
		passed += q->worker[i].passage->passed;
	memcpy(broken, q->passing->broken, sizeof(q->passing->broken));
	return passed;
}

static void free_passing(struct search *q)
{
	struct passing *p = q->passing;
	for (int i = 0; i < q->workers; i++) {
		struct passage *passage = q->worker[i].passage;
		if (!passage)
			continue;
		free(passage->successors.items);
		free(passage->arrivals.items);
		free(passage->met);
		free(passage->path);
		free(passage->table);
		free(passage);
	}
	if (!p)
		return;
	free_memo(&p->claims);
	free_memo(&p->local);
	free_memo(&p->touched);
	for (size_t i = 0; p->candidates && i < p->first_candidate[AGENTS + 1] + (size_t)AGENTS * (STEPS + 1); i++)
		while (p->candidates[i]) {
			struct reads *next = p->candidates[i]->next;
			free(p->candidates[i]);
			p->candidates[i] = next;
		}
	free((void *)p->candidates);
	free(p);
}

#else

static inline void agent_is(struct worker *w, int agent)
{
}

static inline void finished(struct worker *w)
{
}

#endif
