/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. */
#include "fcgi-catalog/http/site.h"

#include <stddef.h>

#include "common/arena.h"

void site_refresh(void *data)
{
    struct site *site = data;
    struct product_list products;
    int64_t revision;

    /* The revision is read before the products: whoever changes them in between moves it, and the next look sees it. */
    site->shelf_status = store_revision(site->store, &revision);
    if (site->shelf_status != STORE_OK || (site->shelf != NULL && shelf_revision(site->shelf) == revision))
        return;

    struct arena arena = {0};
    site->shelf_status = store_list_products(site->store, &arena, &products);
    if (site->shelf_status == STORE_OK) {
        shelf_drop(site->shelf);
        site->shelf = shelf_new(revision, &products);
    }
    arena_release(&arena);
}

void site_flush(void *data)
{
    struct site *site = data;

    quotes_flush(site->quotes);
}
