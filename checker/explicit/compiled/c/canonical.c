/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The representative of a state, as canonical.py finds it: the same for all states that differ by an exchange of
 * interchangeable instances. Works on the tables above; docs/internals/soundness/symmetry.md says why it is exact.
 */

#define WORD_FIELDS (FIELDS ? FIELDS : 1)
#define RECORDS (TABLED + UNORDERED ? TABLED + UNORDERED : 1)

/* What is dead in free pages counts as having its reset value. */
static void clear_dead(word *v)
{
	for (int record = 0; record < UNORDERED; record++) {
		if (allocated_column[record] < 0)
			continue;
		for (int page = 0; page < page_count[record]; page++) {
			const unsigned short *row = page_row[record][page];
			if (v[row[allocated_column[record]]])
				continue;
			for (int column = 0; column < row_length[record]; column++)
				if (dead_value[record][column] >= 0)
					v[row[column]] = dead_value[record][column];
		}
	}
}

/* How a signature's entry looks at a field: no permutation changes that. */
static inline word look(word field, int kind)
{
	if (kind == 0)
		return field;
	if (kind < 0)
		return field & LOCATION_MASK;
	return field < (word)kind ? field : kind + field % kind;
}

/* -1, 0 or 1: how the signatures of two instances of a record compare. */
static int compare_signatures(const word *v, int a, int b)
{
	unsigned i = signature_begin[a], k = signature_begin[b];
	for (; i < signature_begin[a + 1]; i++, k++) {
		word x = look(v[signature_field[i]], signature_kind[i]), y = look(v[signature_field[k]], signature_kind[k]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* The signatures after each permutation, as numbers that compare as they do. Returns the least. */
static word arrange(const word *v, word *arranged)
{
	unsigned char rank[INSTANCES + 1] = {0};
	for (int a = 0; a < INSTANCES; a++)
		for (int b = record_begin[a]; b < INSTANCES && record_begin[b] == record_begin[a]; b++)
			if (b != a)
				rank[a] += compare_signatures(v, b, a) < 0;
	word least = ~(word)0;
	for (int move = 0; move < MOVES; move++) {
		word key = 0;
		for (int place = 0; place < INSTANCES; place++)
			key = key << 4 | rank[order[move][place]];
		arranged[move] = key;
		if (key < least)
			least = key;
	}
	return least;
}

/* Change the references in frames by maps of the records from `first` on. */
static void map_frames(word *v, const unsigned short (*maps)[REFERENCES], int first, int end)
{
	for (int i = FIRST_FRAME; i < FIELDS; i++) {
		unsigned location = v[i] & LOCATION_MASK;
		for (unsigned k = local_begin[location]; k < local_begin[location + 1]; k++) {
			int record = local_record[k];
			if (record < first || record >= end)
				continue;
			word reference = v[i] >> local_offset[k] & local_mask[k];
			v[i] ^= (reference ^ maps[record - first][reference]) << local_offset[k];
		}
	}
}

static void apply_move(const word *v, int move, word *moved)
{
	const unsigned short *source = sources[move];
	for (int i = 0; i < FIELDS; i++) {
		int record = field_record[i];
		word found = v[source[i]];
		moved[i] = record >= 0 && record < TABLED ? moved_reference[move][record][found] : found;
	}
	if (TABLED && LOCALS)
		map_frames(moved, moved_reference[move], 0, TABLED);
}

/* The pages that fields refer to: met; in the order of the first reference: pages, how many: counts. */
static void meet_pages(const word *v, unsigned char (*met)[MOST_PAGES], unsigned short (*pages)[MOST_PAGES], int *counts)
{
	memset(met, 0, (UNORDERED ? UNORDERED : 1) * sizeof(*met));
	memset(counts, 0, (UNORDERED ? UNORDERED : 1) * sizeof(*counts));
#define MEET(record, reference)                                                     \
	do {                                                                        \
		int page_ = (int)((reference) / page_alignment[record]) - 1;        \
		if (page_ >= 0 && !met[record][page_]) {                            \
			met[record][page_] = 1;                                     \
			pages[record][counts[record]++] = page_;                    \
		}                                                                   \
	} while (0)
	for (int i = 0; i < SCANNED; i++)
		MEET(scanned_record[i], v[scanned_field[i]]);
	if (!LOCALS)
		return;
	for (int i = FIRST_FRAME; i < FIELDS; i++) {
		unsigned location = v[i] & LOCATION_MASK;
		for (unsigned k = local_begin[location]; k < local_begin[location + 1]; k++)
			if (local_record[k] >= TABLED)
				MEET(local_record[k] - TABLED, v[i] >> local_offset[k] & local_mask[k]);
	}
#undef MEET
}

static int row_is_less(const word *v, int record, int a, int b)
{
	for (int column = 0; column < row_length[record]; column++) {
		word x = v[page_row[record][a][column]], y = v[page_row[record][b][column]];
		if (x != y)
			return x < y;
	}
	return 0;
}

/* Number the pages anew: those met first come first, then the others, sorted by their fields. */
static void number_pages(word *v)
{
	unsigned char met[UNORDERED ? UNORDERED : 1][MOST_PAGES];
	unsigned short pages[UNORDERED ? UNORDERED : 1][MOST_PAGES], maps[UNORDERED ? UNORDERED : 1][REFERENCES];
	int counts[UNORDERED ? UNORDERED : 1];
	word before[WORD_FIELDS];
	meet_pages(v, met, pages, counts);
	memcpy(before, v, sizeof(before));
	for (int record = 0; record < UNORDERED; record++) {
		int alignment = page_alignment[record], first_other = counts[record], count = first_other;
		for (int page = 0; page < page_count[record]; page++) {
			int place = count;
			if (met[record][page])
				continue;
			for (; place > first_other && row_is_less(before, record, page, pages[record][place - 1]); place--)
				pages[record][place] = pages[record][place - 1];
			pages[record][place] = page;
			count++;
		}
		for (int tag = 0; tag < alignment; tag++)
			maps[record][tag] = tag;
		for (int image = 0; image < count; image++) {
			int page = pages[record][image];
			for (int tag = 0; tag < alignment; tag++)
				maps[record][(page + 1) * alignment + tag] = (image + 1) * alignment + tag;
			for (int column = 0; column < row_length[record]; column++)
				v[page_row[record][image][column]] = before[page_row[record][page][column]];
		}
	}
	for (int i = 0; i < SCANNED; i++)
		v[scanned_field[i]] = maps[scanned_record[i]][v[scanned_field[i]]];
	if (UNORDERED && LOCALS)
		map_frames(v, (const unsigned short (*)[REFERENCES])maps, TABLED, TABLED + UNORDERED);
}

static int is_below(const word *a, const word *b)
{
	for (int i = WORDS - 1; i >= 0; i--)
		if (a[i] != b[i])
			return a[i] < b[i];
	return 0;
}

/* The representative of s in n; a mark stays. */
static void representative(const word *s, word *n)
{
	word v[WORD_FIELDS], moved[WORD_FIELDS], packed[WORDS + 1], arranged[MOVES], least;
	word mark = get_wide(s, MARK, WORDS * 64 - MARK);
	int found = 0;
	unpack(s, v);
	clear_dead(v);
	least = arrange(v, arranged);
	for (int move = 0; move < MOVES; move++) {
		if (arranged[move] != least)
			continue;
		apply_move(v, move, moved);
		if (UNORDERED)
			number_pages(moved);
		pack(moved, packed);
		if (!found++ || is_below(packed, n))
			memcpy(n, packed, WORDS * sizeof(word));
	}
	n[WORDS] = 0;
	or_bits(n, MARK, mark);
}

static int distinguished(const word *s, const word *v, const unsigned char (*met)[MOST_PAGES], int record,
		      int (*const *candidate)(const word *))
{
	unsigned char taken[MOST_PAGES];
	int first = -1;
	for (int page = 0; page < page_count[record]; page++) {
		int outcome = candidate[page](s);
		/* The step looks at every instance, so that it raises too, whichever comes first. */
		if (outcome >= RAISED)
			return 0;
		taken[page] = outcome != NOT_POSSIBLE;
	}
	for (int page = 0; page < page_count[record]; page++) {
		if (!taken[page])
			continue;
		if (first < 0) {
			first = page;
			continue;
		}
		if (met[record][page] || met[record][first])
			return 1;
		for (int column = 0; column < row_length[record]; column++)
			if (v[page_row[record][page][column]] != v[page_row[record][first][column]])
				return 1;
	}
	return 0;
}

/* Whether the pages that some step takes the lowest of could be distinguished: then pages must not be exchanged. */
static int pages_are_distinguished(const word *s)
{
	unsigned char met[UNORDERED ? UNORDERED : 1][MOST_PAGES];
	unsigned short pages[UNORDERED ? UNORDERED : 1][MOST_PAGES];
	int counts[UNORDERED ? UNORDERED : 1];
	word v[WORD_FIELDS];
	if (!CANDIDATES)
		return 0;
	unpack(s, v);
	clear_dead(v);
	meet_pages(v, met, pages, counts);
	return any_distinguished(s, v, (const unsigned char (*)[MOST_PAGES])met);
}
