/* SPDX-License-Identifier: MIT */
/* Lists of the service, all pages of them, of one revision. */
#ifndef DISCOUNT_CTL_LISTS_H
#define DISCOUNT_CTL_LISTS_H

#include "discount/ctl/connection.h"

/* Pointers to messages, in an arena. All zero: empty. */
struct message_list {
    void **items;
    size_t count;
};

void message_list_append(struct message_list *list, struct arena *arena, void *item);

enum list_status {
    LIST_OK,
    LIST_MOVED,  /* the rules have moved on from *revision: what was read before is of no use */
    LIST_FAILED, /* connection_fail() tells */
};

/*
 * Reads all pages of a method's answers: `request`, whose page_token is *page_token, is sent until an answer names no
 * next page, and the messages (or customers) that the answers list are appended. *revision is the one that the pages
 * must be of; 0: it is set to that of the first; NULL: answers have none. What the lists hold lives in the arena.
 */
MUST_CHECK enum list_status list_pages(struct ctl_connection *connection, const char *method,
                                       const ProtobufCMessage *request, char **page_token, struct arena *arena,
                                       struct message_list *messages, int64_t *revision);

MUST_CHECK enum list_status list_rules(struct ctl_connection *connection, const Ecommerce__ListRulesRequest *request,
                                       struct arena *arena, struct message_list *rules, int64_t *revision);
MUST_CHECK enum list_status list_groups(struct ctl_connection *connection, int32_t customer_id, struct arena *arena,
                                        struct message_list *groups, int64_t *revision);
/* `request`: which of them. */
MUST_CHECK enum list_status list_products(struct ctl_connection *connection,
                                          const Ecommerce__ListProductsRequest *request, struct arena *arena,
                                          struct message_list *products, int64_t *revision);

struct member_list {
    int32_t *ids; /* ascending */
    size_t count;
};

MUST_CHECK enum list_status list_members(struct ctl_connection *connection, const char *group, struct arena *arena,
                                         struct member_list *members, int64_t *revision);

/*
 * Reads something that must be of one revision: `fetch`, from an empty place and a revision of 0, until the rules do
 * not move on meanwhile. The exit code; what went wrong was told.
 */
typedef enum list_status list_fetch_f(struct ctl_connection *connection, void *data, struct arena *arena);
MUST_CHECK int list_whole(struct ctl_connection *connection, list_fetch_f *fetch, void *data, struct arena *arena);

/* The same on a connection of its own. */
MUST_CHECK int list_alone(const struct ctl_options *options, list_fetch_f *fetch, void *data, struct arena *arena);

/* Tells that the rules kept changing; the exit code. */
int list_give_up(const struct ctl_connection *connection);

/* {"revision": …, NAME: the messages}, without a revision where it is 0. */
void list_print_json(const char *name, const struct message_list *list, int64_t revision);

#endif
