/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The graph of all states: nodes are numbered breadth-first, in the order in which the portable engine finds them, and each has its
 * transitions one after the other. A transition is 8 bytes: the node that it leads to, and a label, which stands for what
 * conditions on runs say of it (struct facts). Labels are few.
 */

/* Pairs that are given and met, demands that hold; a bit each, numbered as in run_conditions.py. */
struct facts {
	word given[PAIR_WORDS], met[PAIR_WORDS], holds[DEMAND_WORDS];
};

struct edge {
	uint32_t target, label;
};

/* An array that grows. Memory comes from mmap: what is not in use yet takes none. */
struct vector {
	void *items;
	size_t bytes; /* taken */
	uint64_t count;
};

/* One way to take a transition of the state at work. */
struct way {
	word state[WORDS + 1];
	uint64_t hash;
	word called; /* routines, a bit each */
	uint32_t kind; /* 0: an interrupt, 1: another action, 2 and up: the step of a processor */
	uint32_t context; /* of a step: the pair of its context */
	value reference; /* and the processor */
};

struct worker {
	struct graph *graph;
	struct way *ways;
	size_t count, room;
	uint32_t kind, context; /* of the step at work, kind 0 for actions */
	value reference;
	int taken; /* whether the step at work is possible */
	int goes_on; /* whether something other than an interrupt is */
	struct facts facts; /* of the state at work, of a step that calls nothing */
};

/* A set of nodes to take apart. */
struct waiting {
	uint64_t begin, end; /* in `inside` */
	uint32_t region;
	word removed[PAIR_WORDS];
};

/* A node that was come to: by which transition, from which place in the queue (NO_NODE: the way begins there). */
struct step_back {
	uint64_t edge;
	uint32_t from, node;
};

typedef int (*look)(uint64_t states, uint64_t expanded, uint64_t transitions, uint64_t more);

struct graph {
	look look;
	uint64_t last_look, most_nodes, taken;
	uint32_t wrong;
	int ending; /* other than DONE: why work has to end */
	/* -- what is explored -- */
	struct vector states, source, first, edges, facts, ends, levels;
	uint32_t *table;
	size_t slots;
	uint32_t *labels; /* a table of labels */
	size_t label_slots;
	uint64_t expanded;
	struct worker worker;
	/* -- fair components -- */
	uint32_t *region, *low;
	uint32_t regions, stamp;
	struct vector verdict; /* of each label in the round at work: twice the number of the round, and whether it is allowed */
	struct vector seen; /* of each label: the last region in which it was met */
	struct vector open, calls, inside, waiting, found;
	uint64_t position; /* in `found` */
	word pairs[PAIR_WORDS], avoided[DEMAND_WORDS], removed[PAIR_WORDS];
	struct waiting parent; /* what is taken apart */
	uint64_t children; /* the first of `waiting` that were found in it */
	struct waiting yielded;
	/* -- ways -- */
	uint32_t visit; /* what `low` is where this way has come to; 0: `low` is not in use for that yet */
	struct vector queue, picked;
};

/* -- what the functions made from the model refer to -- */

static word called; /* routines that the step at work has called so far, a bit each */
static value stepping; /* the processor that steps (a reference), for conditions */

static inline word *next_entry(struct worker *w)
{
	return w->ways[w->count].state;
}

static inline void set_bit(word *set, uint32_t bit)
{
	set[bit / 64] |= (word)1 << bit % 64;
}

/* What follows is a step of a processor, from a context. */
static inline void begin_step(struct worker *w, uint32_t index, value reference, uint32_t context)
{
	w->kind = 2 + index;
	w->reference = reference;
	w->context = context;
	w->taken = 0;
	set_bit(w->facts.given, context);
}

/* Partial order asks when all ways to take a transition are known; here nobody does. */
static inline void finished(struct worker *w)
{
}

static inline void end_step(struct worker *w)
{
	if (!w->taken)
		set_bit(w->facts.met, w->context);
	w->kind = 0;
}
