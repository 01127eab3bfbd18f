/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers that are remembered by the bits that they depend on. Workers share them: a note is written once, put into its
 * table when it is whole, and stays until the search is freed, so that looking one up takes no lock.
 */

#if PARTIAL_ORDER

#define KEY_WORDS (WORDS + 1) /* bits of a state, and which question it is */

struct note {
	uint64_t hash;
	word key[KEY_WORDS];
	word answer[];
};

struct notes {
	struct notes *older; /* a smaller table, in which somebody may be looking still */
	size_t slots;
	_Atomic(struct note *) slot[];
};

struct memo {
	_Atomic(struct notes *) notes;
	size_t count;
};

/* Memory that is freed with the search. NULL, and the search has failed: there is none. */
static void *lasting(struct search *q, size_t bytes)
{
	void *memory = calloc(1, bytes);
	if (memory)
		__atomic_fetch_add(&q->bytes, bytes, __ATOMIC_RELAXED);
	else
		fail(q, OUT_OF_MEMORY);
	return memory;
}

static inline uint64_t hash_words(const word *words, int count)
{
	uint64_t h = 0x9e3779b97f4a7c15UL;
	for (int i = 0; i < count; i++)
		h = mix(words[i] ^ 0xa0761d6478bd642fUL, h ^ 0xe7037ed1a0b428dbUL);
	return h;
}

static inline uint64_t hash_key(const word *key)
{
	return hash_words(key, KEY_WORDS);
}

static struct note *find_note(const struct memo *memo, const word *key, uint64_t hash)
{
	struct notes *notes = atomic_load_explicit(&memo->notes, memory_order_acquire);
	if (!notes)
		return NULL;
	for (size_t place = hash & (notes->slots - 1);; place = (place + 1) & (notes->slots - 1)) {
		struct note *note = atomic_load_explicit(&notes->slot[place], memory_order_acquire);
		if (!note || (note->hash == hash && !memcmp(note->key, key, sizeof(note->key))))
			return note;
	}
}

static void place_note(struct notes *notes, struct note *note)
{
	size_t place = note->hash & (notes->slots - 1);
	while (atomic_load_explicit(&notes->slot[place], memory_order_relaxed))
		place = (place + 1) & (notes->slots - 1);
	atomic_store_explicit(&notes->slot[place], note, memory_order_release);
}

/* Make sure that there is room for one more note. 0 if there is no memory. */
static int extend_memo(struct search *q, struct memo *memo)
{
	struct notes *old = memo->notes, *notes;
	if (old && memo->count < old->slots / 2)
		return 1;
	size_t slots = old ? old->slots * 2 : 1024;
	notes = lasting(q, sizeof(*notes) + slots * sizeof(notes->slot[0]));
	if (!notes)
		return 0;
	notes->older = old;
	notes->slots = slots;
	for (size_t i = 0; old && i < old->slots; i++)
		if (old->slot[i])
			place_note(notes, old->slot[i]);
	atomic_store_explicit(&memo->notes, notes, memory_order_release);
	return 1;
}

/* Remember an answer, unless another worker has; the note. NULL if there is no memory: the search has failed. */
static struct note *add_note(struct search *q, struct memo *memo, const word *key, uint64_t hash, const word *answer, size_t words)
{
	lock(q);
	struct note *note = find_note(memo, key, hash);
	if (!note && extend_memo(q, memo)) {
		note = lasting(q, sizeof(*note) + words * sizeof(word));
		if (note) {
			note->hash = hash;
			memcpy(note->key, key, sizeof(note->key));
			memcpy(note->answer, answer, words * sizeof(word));
			place_note(memo->notes, note);
			memo->count++;
		}
	}
	unlock(q);
	return note;
}

static void free_memo(struct memo *memo)
{
	struct notes *notes = memo->notes;
	for (size_t i = 0; notes && i < notes->slots; i++)
		free(notes->slot[i]);
	while (notes) {
		struct notes *older = notes->older;
		free(notes);
		notes = older;
	}
}

#endif
