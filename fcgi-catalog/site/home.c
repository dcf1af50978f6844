/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#include "fcgi-catalog/site/home.h"

#include "fcgi-catalog/http/conditional.h"

void home_handle(struct visit *visit)
{
    static const char text[] = "It is working.";
    /* A sign of life of a minute ago is none. */
    static const struct conditional conditional = {.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    struct http_exchange *exchange = visit->exchange;

    if (visit->site->is_failing) {
        visit_refuse_for_store(visit);
        return;
    }
    visit_link(visit, "/openapi.json", "", "service-desc");
    if (!conditional_apply(exchange, &conditional)) {
        exchange->response.content_type = visit->form->content_type;
        exchange->response.body = text;
        exchange->response.body_length = sizeof text - 1;
    }
    http_exchange_finish(exchange);
}
