/* SPDX-License-Identifier: MIT */
/* Pages of lists. */
#include "discount/service/admin_internal.h"

#include <stdint.h>

#include "common/log.h"
#include "common/number.h"

#define WANT_FIRST 50 /* rules of megabytes are possible, if unlikely */
#define ATTEMPTS_MAX 10

bool admin_page_begin(struct rpc_call *call, int32_t page_size, struct admin_page *page)
{
    if (!admin_check_range(call, "page_size", page_size, 0, ADMIN_PAGE_MAX))
        return false;
    *page = (struct admin_page){.arena = rpc_call_arena(call),
                                .limit = page_size != 0 ? (size_t)page_size : ADMIN_PAGE_DEFAULT};
    page->items = arena_get(page->arena, page->limit * sizeof *page->items);
    return true;
}

/* How many to ask the store for next: one more than there is room for, but not what takes too much memory. A few at
 * first; then as many as fit, if they are as large as the ones on the page. */
static size_t count_wanted(const struct admin_page *page)
{
    size_t want = page->limit - page->count + 1, fitting = WANT_FIRST;
    size_t left = page->bytes < ADMIN_LIST_BYTES ? ADMIN_LIST_BYTES - page->bytes : 0;

    if (page->count > 0)
        fitting = left / (page->bytes / page->count + 1) + 1;
    return want < fitting ? want : fitting;
}

bool admin_page_add(struct admin_page *page, void *message)
{
    size_t bytes = protobuf_c_message_get_packed_size(message) + 8;

    if (page->count == page->limit || (page->count > 0 && page->bytes + bytes > ADMIN_LIST_BYTES)) {
        page->has_more = true;
        return false;
    }
    page->items[page->count++] = message;
    page->bytes += bytes;
    return true;
}

bool admin_page_fits(struct rpc_call *call, const struct admin_page *page, const char *what)
{
    if (page->bytes <= ADMIN_ANSWER_BYTES)
        return true;
    admin_refuse(call, RPC_RESOURCE_EXHAUSTED, "%s takes %zu bytes, and an answer holds 4 MiB", what, page->bytes);
    return false;
}

enum store_status admin_page_fill(struct store *store, struct admin_page *page, admin_fetch_f *fetch, void *data)
{
    enum store_status status;
    size_t want, count = 0;

    do {
        want = count_wanted(page);
        status = fetch(store, page, data, want, &count);
    } while (status == STORE_OK && count == want && !page->has_more);
    return status;
}

bool admin_page_read(struct store *store, struct rpc_call *call, struct admin_page *page, admin_fetch_f *fetch,
                     void *data, int64_t *revision)
{
    const struct admin_page empty = *page;
    int64_t after = 0;

    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        *page = empty;
        enum store_status status = store->methods->revision(store, revision);
        if (status == STORE_OK)
            status = admin_page_fill(store, page, fetch, data);
        if (status == STORE_OK)
            status = store->methods->revision(store, &after);
        if (status != STORE_OK) {
            admin_refuse_store(call, status, store);
            return false;
        }
        if (after == *revision)
            return true;
    }
    admin_refuse(call, RPC_RESOURCE_EXHAUSTED, "the rules change all the time: try again");
    return false;
}

bool admin_page_refuse(struct rpc_call *call, const char *token)
{
    admin_refuse(call, RPC_INVALID_ARGUMENT,
                 "page_token is %s; the next_page_token of the page before is allowed, or none", LOG_QUOTED(token));
    return false;
}

bool admin_page_number(struct rpc_call *call, const char *token, int64_t max, int64_t *number)
{
    *number = 0;
    return token[0] == '\0' || number_parse(token, 1, max, number) == NUMBER_OK || admin_page_refuse(call, token);
}
