/* SPDX-License-Identifier: MIT */
/* Lists, page by page. */
#include "discount/ctl/lists.h"

#include <string.h>

#include "common/ctl/command.h"
#include "discount/ctl/display.h"

#define PAGE_SIZE 1000

/* `items` moved to where twice as many have room. */
static void *grow(struct arena *arena, const void *items, size_t count, size_t *room, size_t size)
{
    *room = *room == 0 ? 64 : *room * 2;
    void *grown = arena_get(arena, *room * size);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

void list_append(struct list *list, struct arena *arena, void *item)
{
    if (list->count == list->room)
        list->items = grow(arena, list->items, list->count, &list->room, sizeof *list->items);
    list->items[list->count++] = item;
}

static bool is_of_revision(int64_t page, int64_t *revision)
{
    if (*revision == 0)
        *revision = page;
    return page == *revision;
}

enum list_status list_rules(struct connection *connection, const Ecommerce__ListRulesRequest *request,
                            struct arena *arena, struct list *rules, int64_t *revision)
{
    Ecommerce__ListRulesRequest ask = *request;

    ask.page_size = PAGE_SIZE;
    do {
        const Ecommerce__ListRulesResponse *page = call_list_rules(connection, &ask, arena);
        if (page == NULL)
            return LIST_FAILED;
        if (!is_of_revision(page->revision, revision))
            return LIST_MOVED;
        for (size_t i = 0; i < page->n_rules; i++)
            list_append(rules, arena, page->rules[i]);
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0');
    return LIST_OK;
}

enum list_status list_groups(struct connection *connection, int32_t customer_id, struct arena *arena,
                             struct list *groups, int64_t *revision)
{
    Ecommerce__ListGroupsRequest ask = ECOMMERCE__LIST_GROUPS_REQUEST__INIT;

    ask.page_size = PAGE_SIZE;
    ask.customer_id = customer_id;
    do {
        const Ecommerce__ListGroupsResponse *page = call_list_groups(connection, &ask, arena);
        if (page == NULL)
            return LIST_FAILED;
        if (!is_of_revision(page->revision, revision))
            return LIST_MOVED;
        for (size_t i = 0; i < page->n_groups; i++)
            list_append(groups, arena, page->groups[i]);
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0');
    return LIST_OK;
}

enum list_status list_products(struct connection *connection, struct arena *arena, struct list *products,
                               int64_t *revision)
{
    Ecommerce__ListProductsRequest ask = ECOMMERCE__LIST_PRODUCTS_REQUEST__INIT;

    ask.page_size = PAGE_SIZE;
    do {
        const Ecommerce__ListProductsResponse *page = call_list_products(connection, &ask, arena);
        if (page == NULL)
            return LIST_FAILED;
        if (!is_of_revision(page->revision, revision))
            return LIST_MOVED;
        for (size_t i = 0; i < page->n_products; i++)
            list_append(products, arena, page->products[i]);
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0');
    return LIST_OK;
}

enum list_status list_members(struct connection *connection, const char *group, struct arena *arena,
                              struct member_list *members, int64_t *revision)
{
    Ecommerce__ListMembersRequest ask = ECOMMERCE__LIST_MEMBERS_REQUEST__INIT;

    ask.group = (char *)group;
    do {
        const Ecommerce__ListMembersResponse *page = call_list_members(connection, &ask, arena);
        if (page == NULL)
            return LIST_FAILED;
        if (!is_of_revision(page->revision, revision))
            return LIST_MOVED;
        for (size_t i = 0; i < page->n_customer_ids; i++) {
            if (members->count == members->room)
                members->ids = grow(arena, members->ids, members->count, &members->room, sizeof *members->ids);
            members->ids[members->count++] = page->customer_ids[i];
        }
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0');
    return LIST_OK;
}

int list_give_up(const struct connection *connection)
{
    display_error(connection->options->name, "the rules changed %d times while they were read; try again",
                  LIST_ATTEMPTS);
    return COMMAND_MOVED;
}
