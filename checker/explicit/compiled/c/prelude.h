/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the functions made from a model stand on: bits of a packed state, choices, and the interface to what searches.
 * Before it come WORDS (of a state), MARK (the bit where the mark of terminal states begins), and the sizes of tables.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the compiled engine needs a little-endian machine"
#endif

typedef uint64_t word;
typedef int64_t value;
typedef uint32_t row_number;

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* What a transition comes to. */
enum { NOT_POSSIBLE = 0, POSSIBLE = 1, RAISED = 2 };

/* On a clock that is never put back. */
static inline uint64_t nanoseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000UL + now.tv_nsec;
}

/* -- bits of a state; a state is followed by one word that may be read and written -- */

static inline word get(const word *s, unsigned offset, word mask)
{
	word found;
	memcpy(&found, (const char *)s + (offset >> 3), sizeof(found));
	return found >> (offset & 7) & mask;
}

static inline word get_wide(const word *s, unsigned offset, unsigned width)
{
	unsigned shift = offset & 63;
	word found = s[offset >> 6] >> shift;
	if (shift)
		found |= s[(offset >> 6) + 1] << (64 - shift);
	return width < 64 ? found & (((word)1 << width) - 1) : found;
}

static inline void put(word *n, unsigned offset, word mask, word bits)
{
	word found;
	char *place = (char *)n + (offset >> 3);
	unsigned shift = offset & 7;
	memcpy(&found, place, sizeof(found));
	found = (found & ~(mask << shift)) | bits << shift;
	memcpy(place, &found, sizeof(found));
}

static inline void or_bits(word *n, unsigned offset, word bits)
{
	unsigned shift = offset & 63;
	n[offset >> 6] |= bits << shift;
	if (shift)
		n[(offset >> 6) + 1] |= bits >> (64 - shift);
}

static inline void clear(word *n, unsigned offset, unsigned width)
{
	for (; width > 32; width -= 32, offset += 32)
		put(n, offset, 0xffffffffUL, 0);
	put(n, offset, ((word)1 << width) - 1, 0);
}

static inline void put_wide(word *n, unsigned offset, unsigned width, word bits)
{
	clear(n, offset, width);
	or_bits(n, offset, bits);
}

static inline void copy(word *n, const word *s)
{
	memcpy(n, s, WORDS * sizeof(word));
	n[WORDS] = 0;
}

static inline int halted(word *n, const word *s)
{
	copy(n, s);
	or_bits(n, MARK, 1);
	return POSSIBLE;
}

/* -- Python's arithmetic -- */

static inline value floor_divide(value a, value b)
{
	value quotient = a / b;
	return quotient - (a % b < 0);
}

static inline value floor_remainder(value a, value b)
{
	value remainder = a % b;
	return remainder < 0 ? remainder + b : remainder;
}

static inline value shift_left(value a, value b)
{
	return b > 62 ? 0 : (value)((word)a << b);
}

static inline value shift_right(value a, value b)
{
	return b > 62 ? (a < 0 ? -1 : 0) : a >> b;
}

/* Whether an option came before among the values of a choice. */
static inline int occurs(const value *options, int position, value option)
{
	while (position--)
		if (options[position] == option)
			return 1;
	return 0;
}

/* -- choices: each run of a transition takes the next combination -- */


struct tape {
	int position, length;
	int taken[CHOICES], sizes[CHOICES];
};

/* The option to take now. Of choices beyond the last that fits only the first option would be tried, so they stop the
 * search (overflowed). */
static inline int tape_next(const struct tape *tape)
{
	return tape->position < tape->length ? tape->taken[tape->position] : 0;
}

static inline void tape_took(struct tape *tape, int options)
{
	if (tape->position == tape->length) {
		if (tape->length < CHOICES) {
			tape->taken[tape->length] = 0;
			tape->sizes[tape->length] = options;
		}
		tape->length++;
	}
	tape->position++;
}

/* One of the instances, a bit each; a choice if there are several. */
static inline value tape_instance(struct tape *tape, word instances)
{
	if (instances & (instances - 1)) {
		int taken = tape_next(tape);
		tape_took(tape, __builtin_popcountll(instances));
		while (taken--)
			instances &= instances - 1;
	}
	return __builtin_ctzll(instances);
}

static inline int tape_overflowed(const struct tape *tape)
{
	return tape->length > CHOICES;
}

/* Go on to the next combination; 0 when there is none. */
static inline int tape_advance(struct tape *tape)
{
	tape->position = 0;
	while (tape->length && tape->taken[tape->length - 1] + 1 == tape->sizes[tape->length - 1])
		tape->length--;
	if (!tape->length)
		return 0;
	tape->taken[tape->length - 1]++;
	return 1;
}

/* -- the interface to what searches -- */

struct worker;
static _Atomic unsigned char covered[COVERS];
static inline void from(struct worker *w, int mover); /* who makes the transitions that are tried next */
static inline word *next_entry(struct worker *w);
static inline void took(struct worker *w, const word *s, int outcome, int progress);
static void too_many_choices(struct worker *w);
static inline void agent_is(struct worker *w, int agent);
static inline void finished(struct worker *w);
static inline int is_open(const struct worker *w, int property);
static void judged(struct worker *w, int outcome, int invariant, int property, row_number row);

static inline void cover(int number)
{
	if (UNLIKELY(!atomic_load_explicit(&covered[number], memory_order_relaxed)))
		atomic_store_explicit(&covered[number], 1, memory_order_relaxed);
}

/* Take one transition, or each alternative of one that chooses. progress: whether it is more than an interrupt. */
#define TRY(call, progress)                          \
	do {                                         \
		tape.position = tape.length = 0;     \
		if ((r = (call)))                    \
			took(w, s, r, progress);     \
		finished(w);                         \
	} while (0)
#define EACH(call, progress)                         \
	do {                                         \
		tape.position = tape.length = 0;     \
		do {                                 \
			if ((r = (call)))            \
				took(w, s, r, progress); \
			if (tape_overflowed(&tape)) { \
				too_many_choices(w); \
				break;               \
			}                            \
		} while (tape_advance(&tape));       \
		finished(w);                         \
	} while (0)
