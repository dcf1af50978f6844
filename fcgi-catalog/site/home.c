/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life, and for people the newest products. */
#include "fcgi-catalog/site/handlers.h"

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/pricing.h"

void home_handle(struct request_context *context)
{
    static const char text[] = "It is working.";
    /* Not for caches: a sign of life must be fresh. */
    static const struct conditional conditional = {.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    struct http_exchange *exchange = context->exchange;

    if (context->site->is_failing) {
        context_refuse_for_store(context);
        return;
    }
    context_link(context, "/openapi.json", "", "service-desc");
    if (!conditional_apply(exchange, &conditional))
        context_fill(context, (struct text){text, sizeof text - 1});
    http_exchange_finish(exchange);
}

void home_handle_page(struct request_context *context)
{
    struct product_query *query = arena_get(&context->exchange->arena, sizeof *query);

    if (!context_read_query(context, QUERY_NOTHING, query) || !pricing_admit(context, query))
        return;
    query->limit = HOME_PRODUCTS;
    query->position = (struct position){.is_backwards = true};
    const char *tag = context->site->home_tag;
    struct priced priced = {
        .query = query,
        .key = tag != NULL ? arena_print(&context->exchange->arena, "/\n%s", tag) : "/",
        .has_pictures = true,
    };
    products_answer(context, &priced);
}
