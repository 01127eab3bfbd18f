/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A list of nodes to which anybody adds without a lock, in any context: the
 * algorithm of lib/llist.c and include/linux/llist.h, written anew for
 * stackproof. Adders need no lock against anybody. One consumer at a time may
 * call llist_del_first(): while it looks at the first node and the one behind
 * it, nobody else may take the first away and bring it back.
 */

struct llist_head {
	struct llist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

/* Adds the nodes from new_first to new_last; true if the list was empty. */
bool llist_add_batch(struct llist_node *new_first, struct llist_node *new_last,
		     struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		new_last->next = first;
	} while (!try_cmpxchg(&head->first, &first, new_first));

	return !first;
}

/* Takes all nodes, the last added first. */
struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* Takes the node that was added last. */
struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *entry, *next;

	entry = smp_load_acquire(&head->first);
	do {
		if (entry == NULL)
			return NULL;
		next = READ_ONCE(entry->next);
	} while (!try_cmpxchg(&head->first, &entry, next));

	return entry;
}
