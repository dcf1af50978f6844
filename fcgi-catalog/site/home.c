/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#include "fcgi-catalog/site/handlers.h"

#include "fcgi-catalog/http/conditional.h"

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
