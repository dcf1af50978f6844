/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: the description of all this. */
#include "fcgi-catalog/site/openapi.h"

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/openapi/openapi.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/tag.h"

/* True: the caller has it already. */
static bool is_known(struct request_context *context, const struct openapi_document *document)
{
    /* The document is the same for every shop, and is there without one. */
    static const struct cursor_secret no_secret = {0};
    const struct tag_basis basis = {.secret = &no_secret, .type = context->representation->type, .key = document->hash};
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .vary = VARY_BY_TYPE,
        .etag = tag_print(&basis, &context->exchange->arena),
    };

    return conditional_apply(context->exchange, &conditional);
}

void openapi_handle(struct request_context *context)
{
    const struct query_frame frame = {.parameters = QUERY_NOTHING};
    const struct openapi_document document = openapi_document();
    struct http_exchange *exchange = context->exchange;
    struct product_query query;
    struct query_fault fault;

    if (!query_parse(exchange->request.query, &frame, &exchange->arena, &query, &fault)) {
        products_refuse_query(context, &fault);
        return;
    }
    if (!is_known(context, &document)) {
        exchange->response.content_type = context->representation->content_type;
        exchange->response.body = document.bytes;
        exchange->response.body_length = document.length;
    }
    http_exchange_finish(exchange);
}
