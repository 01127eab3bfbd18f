/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One search in several processes, its members (checker/cluster/): each stores and expands the states that its part of all
 * hashes makes its own. A successor that is another member's goes into a parcel for that one, with what examine() and the path
 * back need: the row that it comes from, and which bytes of that one's state it changed. What a parcel holds is inserted by
 * exchange_receive() as if the step had been taken here.
 *
 * Between the end of a level and the beginning of the next the driver delivers all parcels: docs/internals/cluster.md says why
 * the counts are those of one process. Only with CLUSTER, which the driver defines before everything; there is one worker then.
 */

#if CLUSTER

#define TAIL_WORDS ((sizeof(row_number) + WORDS + sizeof(word) - 1) / sizeof(word))
#define PARCEL_WORDS (WORDS * (1 + CANONICAL) + TAIL_WORDS)
#define SENT_BITS 12 /* of the number of states that are known to have been sent: they fit into the nearest cache */

static inline void look_ahead(struct search *q, const struct entry *batch, unsigned count);
static void examine(struct worker *w, const struct entry *e, const word *changed, row_number row);

struct parcels {
	word *items;
	uint64_t count, room;
};

/* A state that was sent; hash 0: none. It is with its owner, so it need not be sent again. */
struct sent {
	uint64_t hash;
	word state[WORDS];
};

struct exchange {
	uint32_t member, members;
	uint64_t waiting, most_waiting; /* parcels for all others, and how many make the worker pause */
	struct sent *sent;
	struct parcels to[];
};

/* Whose a state is: by bits that neither the place in the table nor the slot depends on. */
static inline uint32_t owner_of(const struct search *q, uint64_t hash)
{
	return (mix(hash, 0x9fb21c651e98df25UL) >> 32) * q->exchange->members >> 32;
}

static inline int is_own(const struct search *q, uint64_t hash)
{
	return owner_of(q, hash) == q->exchange->member;
}

static inline int enough_waits(const struct search *q)
{
	return q->exchange->waiting >= q->exchange->most_waiting;
}

static void free_exchange(struct search *q)
{
	if (!q->exchange)
		return;
	for (uint32_t i = 0; i < q->exchange->members; i++)
		free(q->exchange->to[i].items);
	free(q->exchange->sent);
	free(q->exchange);
}

/* Make an empty search a member. most_waiting: the parcels after which it pauses. 0 if there is no memory. */
int exchange_begin(struct search *q, uint32_t member, uint32_t members, uint64_t most_waiting)
{
	struct exchange *x = calloc(1, sizeof(*x) + members * sizeof(x->to[0]));
	if (!x)
		return 0;
	x->member = member;
	x->members = members;
	x->most_waiting = most_waiting;
	x->sent = calloc((size_t)1 << SENT_BITS, sizeof(*x->sent));
	q->exchange = x;
	return x->sent != NULL;
}

static int make_room(struct parcels *parcels)
{
	uint64_t room = parcels->room ? 2 * parcels->room : 1024;
	word *items = realloc(parcels->items, room * PARCEL_WORDS * sizeof(word));
	if (!items)
		return 0;
	parcels->items = items;
	parcels->room = room;
	return 1;
}

/* Put a successor that is not this member's into a parcel. */
static void send_away(struct worker *w, const struct entry *e)
{
	struct exchange *x = w->search->exchange;
	struct parcels *to = &x->to[owner_of(w->search, e->hash)];
	struct sent *sent = &x->sent[e->hash & (((size_t)1 << SENT_BITS) - 1)];
	if (sent->hash == e->hash && same(sent->state, e->state))
		return;
	if (to->count == to->room && !make_room(to)) {
		fail(w->search, OUT_OF_MEMORY);
		return;
	}
	sent->hash = e->hash;
	memcpy(sent->state, e->state, sizeof(sent->state));
	word *parcel = to->items + to->count++ * PARCEL_WORDS;
	unsigned char *tail = (unsigned char *)(parcel + WORDS * (1 + CANONICAL));
	memcpy(parcel, e->state, WORDS * sizeof(word));
#if CANONICAL
	memcpy(parcel + WORDS, e->raw, WORDS * sizeof(word));
#endif
	memset(tail, 0, TAIL_WORDS * sizeof(word));
	memcpy(tail, &w->source, sizeof(row_number));
	tail += sizeof(row_number);
	for (int k = 0; k < WORDS; k++) {
		word changed = REACHED(e)[k] ^ w->source_state[k];
		for (int byte = 0; byte < 8; byte++)
			tail[k] |= (changed >> 8 * byte & 0xff ? 1 : 0) << byte;
	}
	x->waiting++;
}

/* The parcels for a member, and how many they are. They stay until exchange_sent. */
uint64_t exchange_parcels(const struct search *q, uint32_t member, const word **items)
{
	*items = q->exchange->to[member].items;
	return q->exchange->to[member].count;
}

/* All parcels are on their way. */
void exchange_sent(struct search *q)
{
	for (uint32_t i = 0; i < q->exchange->members; i++)
		q->exchange->to[i].count = 0;
	q->exchange->waiting = 0;
}

/* Bytes of a parcel. */
uint64_t exchange_parcel_bytes(void)
{
	return PARCEL_WORDS * sizeof(word);
}

static void unpack_parcel(const unsigned char *parcel, struct entry *e, row_number *source, unsigned char *changed)
{
	memcpy(e->state, parcel, WORDS * sizeof(word));
	e->state[WORDS] = 0;
	parcel += WORDS * sizeof(word);
#if CANONICAL
	memcpy(e->raw, parcel, WORDS * sizeof(word));
	e->raw[WORDS] = 0;
	parcel += WORDS * sizeof(word);
#endif
	memcpy(source, parcel, sizeof(row_number));
	memcpy(changed, parcel + sizeof(row_number), WORDS);
}

static void examine_received(struct worker *w, const struct entry *e, const unsigned char *bytes, row_number row)
{
	word changed[WORDS + 1];
	for (int k = 0; k < WORDS; k++) {
		changed[k] = 0;
		for (int byte = 0; byte < 8; byte++)
			changed[k] |= (bytes[k] >> byte & 1 ? (word)0xff : 0) << 8 * byte;
	}
	changed[WORDS] = 0;
	examine(w, e, changed, row);
}

/* Insert what another member has sent; how many parcels that was. Less than count: the table has to grow before this is called
 * with the others, or the search has failed. */
uint64_t exchange_receive(struct search *q, uint32_t from, const unsigned char *parcels, uint64_t count)
{
	struct worker *w = &q->worker[0];
	unsigned char changed[BATCH][WORDS];
	size_t last = q->slots - 1;
	for (uint64_t done = 0; done < count; done += BATCH) {
		unsigned some = count - done < BATCH ? count - done : BATCH;
		for (unsigned i = 0; i < some; i++) {
			struct entry *e = &w->batch[i];
			unpack_parcel(parcels + (done + i) * PARCEL_WORDS * sizeof(word), e, &e->source, changed[i]);
			e->hash = hash_state(e->state);
			e->from = from;
			__builtin_prefetch((const void *)&q->table[e->hash & last]);
		}
		look_ahead(q, w->batch, some);
		for (unsigned i = 0; i < some; i++) {
			row_number row = insert(w, &w->batch[i]);
			if (row == NO_ROOM)
				return done + i;
			if (row != NO_ROW)
				examine_received(w, &w->batch[i], changed[i], row);
		}
	}
	return count;
}

/* A property that another member has found violated. */
void exchange_close(struct search *q, int property)
{
	q->open[property] = 0;
}

/* The member from which a row came. */
uint32_t exchange_from(const struct search *q, row_number row)
{
	return *row_from(q, row);
}

#endif
