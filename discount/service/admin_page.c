/* SPDX-License-Identifier: MIT */
/* Pages of lists. */
#include "discount/service/admin_internal.h"

#include <stdio.h>

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

/* A few at first; then as many as fit, if they are as large as those before. */
size_t admin_page_want(const struct admin_page *page)
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

enum store_status admin_page_read(struct admin_service *service, struct admin_page *page, admin_read_f *read,
                                  void *data, int64_t *revision, char *reason)
{
    const struct admin_page empty = *page;
    int64_t after = 0;

    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        *page = empty;
        enum store_status status = store_revision(service->store, revision, reason, ADMIN_REASON_SIZE);
        if (status == STORE_OK)
            status = read(service, page, data, reason);
        if (status == STORE_OK)
            status = store_revision(service->store, &after, reason, ADMIN_REASON_SIZE);
        if (status != STORE_OK || after == *revision)
            return status;
    }
    snprintf(reason, ADMIN_REASON_SIZE, "the rules change all the time: try again");
    return STORE_BUSY;
}
