/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#include "fcgi-catalog/site/home.h"

#include "fcgi-catalog/http/conditional.h"

void home_handle(struct visit *visit)
{
    static const char text[] = "It is working.";
    struct http_exchange *exchange = visit->exchange;

    if (visit->site->is_failing) {
        visit_refuse_for_store(visit);
        return;
    }
    visit_link(visit, "/openapi.json", "", "service-desc");
    conditional_apply_none(exchange); /* a sign of life of a minute ago is none */
    exchange->response.content_type = visit->form->content_type;
    exchange->response.body = text;
    exchange->response.body_length = sizeof text - 1;
    http_exchange_finish(exchange);
}
