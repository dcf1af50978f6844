/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. Made once per process by main, used by the thread that receives requests. */
#ifndef CATALOG_HTTP_SITE_H
#define CATALOG_HTTP_SITE_H

#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/shelf.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/quotes/quotes.h"
#include "fcgi-catalog/store/store.h"

struct site {
    struct store *store;
    struct quotes *quotes;
    const struct identity_proxies *proxies;
    int64_t deadline_ns;            /* how long a request may wait for Discount, from its arrival */
    struct shelf *shelf;            /* of the store's revision when it was last looked at; NULL before */
    enum store_status shelf_status; /* of that look */
};

/* Looks at the store's revision and makes a new shelf when it moved. When the store cannot be read the old shelf stays.
 * The `woken` of the FastCGI loop; `site` is a struct site. */
void site_refresh(void *site);

/* Lets the asks of this wake-up leave. The `served` of the FastCGI loop; `site` is a struct site. */
void site_flush(void *site);

#endif
