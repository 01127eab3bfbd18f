/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads operations with the states that they begin in, runs them, and prints what came of each in one line. */

static struct page **pool_of_(int cpu)
{
	return per_cpu_ptr(POOL, cpu);
}

static bool *short_of_(int cpu)
{
	static bool none[CPUS];

#ifdef SHORT
	return per_cpu_ptr(&SHORT, cpu);
#else
	return &none[cpu];
#endif
}

static long number_(void)
{
	long found;

	if (scanf("%ld", &found) != 1)
		exit(0);
	return found;
}

static void begin_(void)
{
	int n, i;

	this_cpu_ = number_();
	for (n = 0; n < CPUS; n++)
		for (i = 0; i < POOL_SLOTS; i++)
			pool_of_(n)[i] = page_of_(number_());
	for (n = 1; n <= STACKS; n++) {
		areas_[n].addr = (void *)(FIRST_STACK + n * STACK_STRIDE);
		areas_[n].pages = area_pages_[n];
		areas_[n].nr_pages = number_();
		for (i = 0; i < STACK_PAGES; i++)
			area_pages_[n][i] = page_of_(number_());
		for (i = 0; i < STACK_PAGES; i++)
			area_ptes_[n][i].page = page_of_(number_());
	}
	for (n = 1; n <= TASKS; n++) {
		int area = number_();

		tasks_[n].stack_vm_area = area ? &areas_[area] : NULL;
		tasks_[n].stack = (void *)(FIRST_STACK + area * STACK_STRIDE);
		tasks_[n].flags = 0x42 | (number_() ? PF_DYNAMIC_STACK : 0);
	}
	for (n = 1; n <= TASKS; n++)
		tasks_[n].dynamic_stack_grown = number_();
	for (n = 0; n < CPUS; n++)
		*short_of_(n) = number_();
	active_group_ = 0;
	for (scripted_ = 0; scripted_ < 12; scripted_++)
		script_[scripted_] = number_();
	memset(script_ + 12, 0, sizeof(script_) - 12 * sizeof(int));
	scripted_ = 0;
}

static unsigned long address_(int area, int level)
{
	return FIRST_STACK + area * STACK_STRIDE + ((long)STACK_PAGES - 1 - level) * (long)PAGE_SIZE;
}

int main(void)
{
	for (;;) {
		int operation = number_(), a = number_(), b = number_(), c = number_(), d = number_(), e = number_();
		long result = 0;

		begin_();
		switch (operation) {
			OPERATIONS
		}
		printf(" %ld %u\n", result, seen_());
	}
}
