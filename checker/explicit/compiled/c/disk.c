/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A search whose states are in a file (`check --disk`). Rows are mapped from it, so that the system may write them out. When
 * the table has as many rows as memory allows, its states are written to the file as a run, ordered by hash, and the table is
 * emptied. What a later look-up calls new may then be in a run; settle() compares all such rows of a level with all runs, in
 * one pass over each, and drops those that were known, before any of them is expanded.
 *
 * At all times each state that was found has one row that is not dropped, its first: either in the table or in one run.
 * Delayed duplicate detection is due to Stern and Dill (1998), and Korf (2003).
 */

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DROPPED (UINT32_MAX - 2) /* in place of the source of a row whose state an earlier row has */
#define WRITTEN_WORDS ((size_t)1 << 14) /* that are written to the file at a time */
#define RELEASED ((size_t)1 << 19) /* hashes of a run that are read before their memory is given back */

struct hashed {
	uint64_t hash;
	row_number row;
};

/* hashes, in order; and the states that have them. */
struct run {
	uint64_t *hashes;
	word *states;
	size_t count, bytes;
};

struct disk {
	int file, error; /* error: an errno, if the search failed for the file */
	uint64_t end; /* of the file */
	uint64_t page; /* bytes that a mapping begins at a multiple of */
	row_number settled; /* rows before this one have been compared with all runs */
	uint64_t dropped;
	struct hashed *order; /* room for as many */
	word *out;
	struct run *runs;
	size_t run_count;
	uint64_t spilled_at; /* states that were expanded when the table was written out last */
	size_t agains; /* and rows to expand again */
};

static uint64_t whole_pages(const struct disk *d, uint64_t bytes)
{
	return (bytes + d->page - 1) / d->page * d->page;
}

static void disk_failed(struct search *q, int error)
{
	q->disk->error = error;
	fail(q, NO_DISK);
}

/* Room at the end of the file that is really there, so that no write to its mapping can fail for want of it. 0 or an errno. */
static int extend(struct disk *d, uint64_t bytes)
{
#ifdef __linux__
	return posix_fallocate(d->file, d->end, bytes);
#else
	static const char zeros[4096];
	for (uint64_t done = 0; done < bytes; done += sizeof(zeros)) {
		ssize_t written = pwrite(d->file, zeros, sizeof(zeros), d->end + done);
		if (written != (ssize_t)sizeof(zeros))
			return written < 0 ? errno : ENOSPC;
	}
	return 0;
#endif
}

/* Memory for a block of rows, mapped from the end of the file. NULL, and the search has failed: there is none. */
static void *take_file(struct search *q, size_t bytes)
{
	struct disk *d = q->disk;
	bytes = whole_pages(d, bytes);
	int error = extend(d, bytes);
	if (error) {
		disk_failed(q, error);
		return NULL;
	}
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->file, d->end);
	if (memory == MAP_FAILED)
		return NULL;
	d->end += bytes;
	return memory;
}

static void give_file(struct search *q, void *memory, size_t bytes)
{
	if (memory)
		munmap(memory, whole_pages(q->disk, bytes));
}

static void free_disk(struct search *q)
{
	struct disk *d = q->disk;
	if (!d)
		return;
	for (size_t i = 0; i < d->run_count; i++)
		munmap(d->runs[i].hashes, d->runs[i].bytes);
	give_memory(q, d->order, q->most_here * sizeof(*d->order));
	free(d->out);
	free(d->runs);
	free(d);
}

/* Give an empty search its file, which is empty and of this search alone. most_rows: in the table, a multiple of CHUNK that
 * gives each worker two. 0 if there is no memory. */
int disk_begin(struct search *q, int file, uint64_t most_rows)
{
	struct disk *d = q->disk = calloc(1, sizeof(*d));
	if (!d)
		return 0;
	d->file = file;
	d->page = sysconf(_SC_PAGESIZE);
	q->most_here = most_rows;
	limit_table(q);
	d->spilled_at = UINT64_MAX;
	d->order = take_memory(q, most_rows * sizeof(*d->order));
	d->out = malloc(WRITTEN_WORDS * sizeof(word));
	return d->order && d->out;
}

/* Whether the table has as many rows as memory allows, so that it has to be written out and not to grow. */
int disk_is_full(const struct search *q)
{
	return q->rows - q->base + (uint64_t)CHUNK * (q->workers + 1) > q->most_here;
}

static int by_hash(const void *a, const void *b)
{
	uint64_t first = ((const struct hashed *)a)->hash, second = ((const struct hashed *)b)->hash;
	return first < second ? -1 : first > second;
}

/* The rows from one on that are not dropped, ordered by hash, in d->order; how many. Rows that workers have taken and not
 * used are given up, so that all rows to come are behind these. */
static size_t order_rows(struct search *q, row_number first)
{
	struct disk *d = q->disk;
	size_t count = 0;
	for (int i = 0; i < q->workers; i++) {
		struct worker *w = &q->worker[i];
		w->row = w->row_end = 0;
		for (size_t k = w->rows.count; k-- && w->rows.items[k].end > first;) {
			row_number row = w->rows.items[k].begin < first ? first : w->rows.items[k].begin;
			for (; row < w->rows.items[k].end; row++)
				if (*row_source(q, row) != DROPPED)
					d->order[count++] = (struct hashed){hash_state(row_state(q, row)), row};
		}
	}
	qsort(d->order, count, sizeof(*d->order), by_hash);
	return count;
}

/* The first place from `at` on whose hash is not less. Hashes are looked for in order, so it is near. */
static size_t first_not_less(const struct run *run, size_t at, uint64_t hash)
{
	size_t step = 1, low = at, high;
	while (at < run->count && run->hashes[at] < hash) {
		low = at + 1;
		at += step;
		step *= 2;
	}
	high = at < run->count ? at : run->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (run->hashes[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop_known(struct search *q, const struct run *run, size_t count)
{
	struct disk *d = q->disk;
	size_t at = 0, released = 0;
	for (size_t i = 0; i < count && at < run->count; i++) {
		const struct hashed *candidate = &d->order[i];
		at = first_not_less(run, at, candidate->hash);
		for (size_t k = at; k < run->count && run->hashes[k] == candidate->hash; k++)
			if (same(run->states + k * WORDS, row_state(q, candidate->row))) {
				if (*row_source(q, candidate->row) != DROPPED)
					d->dropped++;
				*row_source(q, candidate->row) = DROPPED;
				break;
			}
		if (at - released >= RELEASED) {
			madvise(run->hashes, run->bytes, MADV_DONTNEED);
			released = at;
		}
	}
	madvise(run->hashes, run->bytes, MADV_DONTNEED);
}

/* Drop the rows found since the last call whose states are in a run. */
void disk_settle(struct search *q)
{
	struct disk *d = q->disk;
	size_t count = d->run_count ? order_rows(q, d->settled) : 0;
	for (size_t i = 0; i < d->run_count && count; i++)
		drop_known(q, &d->runs[i], count);
	for (int i = 0; i < q->workers; i++)
		q->worker[i].row = q->worker[i].row_end = 0;
	d->settled = q->rows;
}

/* Let the system take the memory of the rows, which are in the file. */
void disk_release(struct search *q)
{
	for (size_t i = 0; i < BLOCKS && q->blocks[i]; i++)
		madvise(q->blocks[i], whole_pages(q->disk, block_bytes()), MADV_DONTNEED);
}

/* 0 or an errno. */
static int put_words(const struct disk *d, size_t count, uint64_t offset)
{
	const char *from = (const char *)d->out;
	for (size_t left = count * sizeof(word); left;) {
		ssize_t written = pwrite(d->file, from, left, offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written ? errno : ENOSPC;
		from += written;
		left -= written;
		offset += written;
	}
	return 0;
}

/* 0 or an errno. offset: of the hashes, then of the states. */
static int put_run(const struct search *q, size_t count, const uint64_t *offset)
{
	const struct disk *d = q->disk;
	int error = 0;
	for (size_t part = 0; part < 2; part++) {
		size_t width = part ? WORDS : 1, at_a_time = WRITTEN_WORDS / width;
		for (size_t i = 0; i < count && !error; i += at_a_time) {
			size_t now = count - i < at_a_time ? count - i : at_a_time;
			for (size_t k = 0; k < now; k++)
				memcpy(d->out + k * width, part ? row_state(q, d->order[i + k].row) : &d->order[i + k].hash,
				       width * sizeof(word));
			error = put_words(d, now * width, offset[part] + i * width * sizeof(word));
		}
	}
	return error;
}

/* Write the states of the table out as a run, and empty it. 0: that failed, and the search with it; nothing is lost. */
int disk_spill(struct search *q)
{
	struct disk *d = q->disk;
	uint64_t expanded = 0;
	for (int i = 0; i < q->workers; i++)
		expanded += q->worker[i].expanded;
	if (expanded == d->spilled_at && q->agains >= d->agains) { /* the successors of one state do not fit */
		fail(q, FULL);
		return 0;
	}
	d->spilled_at = expanded;
	d->agains = q->agains;
	disk_settle(q);
	size_t count = order_rows(q, q->base);
	if (count) {
		struct run run = {.count = count};
		uint64_t hashes = whole_pages(d, count * sizeof(word));
		uint64_t offset[2] = {d->end, d->end + hashes};
		run.bytes = hashes + whole_pages(d, count * WORDS * sizeof(word));
		struct run *runs = realloc(d->runs, (d->run_count + 1) * sizeof(*runs));
		if (!runs) {
			fail(q, OUT_OF_MEMORY);
			return 0;
		}
		d->runs = runs;
		int error = extend(d, run.bytes);
		if (!error)
			error = put_run(q, count, offset);
		if (error) {
			disk_failed(q, error);
			return 0;
		}
		run.hashes = mmap(NULL, run.bytes, PROT_READ, MAP_SHARED, d->file, d->end);
		if ((void *)run.hashes == MAP_FAILED) {
			fail(q, OUT_OF_MEMORY);
			return 0;
		}
		run.states = (word *)((char *)run.hashes + hashes);
		d->end += run.bytes;
		d->runs[d->run_count++] = run;
	}
	memset((void *)q->table, 0, q->slots * sizeof(slot));
	q->base = q->rows;
	q->grow = 0;
	disk_release(q);
	return 1;
}

/* Bytes of the file, how many runs there are, and the errno that it failed with. */
void disk_figures(const struct search *q, uint64_t *out)
{
	out[0] = q->disk->end;
	out[1] = q->disk->run_count;
	out[2] = q->disk->error;
}
