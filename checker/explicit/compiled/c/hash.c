/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashes of states, and whether two states are the same. */

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_state(const word *s)
{
	uint64_t h = 0x9e3779b97f4a7c15UL;
	int i;
	for (i = 0; i + 1 < WORDS; i += 2)
		h = mix(s[i] ^ 0xa0761d6478bd642fUL ^ h, s[i + 1] ^ 0xe7037ed1a0b428dbUL);
	if (i < WORDS)
		h = mix(s[i] ^ 0x8ebc6af09c88c6e3UL, h ^ 0x589965cc75374cc3UL);
	h = mix(h, 0x1d8e4e27c47d124fUL);
	return h ? h : 1;
}

static inline int same(const word *a, const word *b)
{
	word difference = 0;
	for (int i = 0; i < WORDS; i++)
		difference |= a[i] ^ b[i];
	return !difference;
}
