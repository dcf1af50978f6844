/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life. */
#include "fcgi-catalog/http/home.h"

void home_handle(struct site *site, struct http_exchange *exchange)
{
    static const char text[] = "It is working.";

    (void)site;
    exchange->response.content_type = "text/plain";
    exchange->response.body = text;
    exchange->response.body_length = sizeof text - 1;
    http_exchange_finish(exchange);
}
