/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: the description of all this. */
#include "fcgi-catalog/site/openapi.h"

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/openapi/openapi.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/tag.h"

/* True: the caller has it already. */
static bool is_known(struct visit *visit, const struct openapi_document *document)
{
    /* The document is the same for every shop, and is there without one. */
    static const struct cursor_secret no_secret = {0};
    const struct tag_basis basis = {.secret = &no_secret, .type = visit->form->type, .key = document->hash};
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .vary = VARY_BY_TYPE,
        .etag = tag_print(&basis, &visit->exchange->arena),
    };

    return conditional_apply(visit->exchange, &conditional);
}

void openapi_handle(struct visit *visit)
{
    const struct query_frame frame = {.parameters = QUERY_NOTHING};
    const struct openapi_document document = openapi_document();
    struct http_exchange *exchange = visit->exchange;
    struct product_query query;
    struct query_fault fault;

    if (!query_parse(exchange->request.query, &frame, &exchange->arena, &query, &fault)) {
        products_refuse_query(visit, &fault);
        return;
    }
    if (!is_known(visit, &document)) {
        exchange->response.content_type = visit->form->content_type;
        exchange->response.body = document.bytes;
        exchange->response.body_length = document.length;
    }
    http_exchange_finish(exchange);
}
