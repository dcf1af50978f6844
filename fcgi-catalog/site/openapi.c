/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: the OpenAPI description. */
#include "fcgi-catalog/site/handlers.h"

#include "fcgi-catalog/openapi/openapi.h"

void openapi_handle(struct request_context *context)
{
    const struct openapi_document document = openapi_document();
    struct product_query query;

    if (!context_read_query(context, QUERY_NOTHING, &query))
        return;
    if (!context_apply_public(context, 0, 0, document.hash))
        context_fill(context, (struct text){document.bytes, document.length});
    http_exchange_finish(context->exchange);
}
