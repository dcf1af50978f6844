/* SPDX-License-Identifier: MIT */
/* Lists of the service, all pages of them, of one revision. */
#ifndef DISCOUNT_CTL_LISTS_H
#define DISCOUNT_CTL_LISTS_H

#include "discount/ctl/connection.h"

/* Pointers to messages, in an arena. All zero: empty. */
struct list {
    void **items;
    size_t count, room;
};

void list_append(struct list *list, struct arena *arena, void *item);

enum list_status {
    LIST_OK,
    LIST_MOVED,  /* the rules have moved on from *revision: what was read before is of no use */
    LIST_FAILED, /* connection_fail() tells */
};

/*
 * Each reads all pages of what `request` asks for. *revision is the one that the pages must be of; 0: it is set to that
 * of the first. What the lists hold lives in the arena.
 */
MUST_CHECK enum list_status list_rules(struct connection *connection, const Ecommerce__ListRulesRequest *request,
                                       struct arena *arena, struct list *rules, int64_t *revision);
MUST_CHECK enum list_status list_groups(struct connection *connection, int32_t customer_id, struct arena *arena,
                                        struct list *groups, int64_t *revision);
MUST_CHECK enum list_status list_products(struct connection *connection, struct arena *arena, struct list *products,
                                          int64_t *revision);

struct member_list {
    int32_t *ids; /* ascending */
    size_t count, room;
};

MUST_CHECK enum list_status list_members(struct connection *connection, const char *group, struct arena *arena,
                                         struct member_list *members, int64_t *revision);

/* How often something that must be of one revision begins again before it is given up. */
#define LIST_ATTEMPTS 20

/* Tells that the rules kept changing; the exit code. */
int list_give_up(const struct connection *connection);

#endif
