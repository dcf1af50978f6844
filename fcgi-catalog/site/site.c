/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. */
#include "fcgi-catalog/site/site.h"

#include <stddef.h>
#include <string.h>

void site_refresh(void *data)
{
    struct site *site = data;
    struct shop shop;
    int64_t revision;

    site->has_given_up = false;
    /* The revision is read before the shop: a change in between moves it, and the next look sees that. */
    enum store_status status = site->store->methods->revision(site->store, &revision);
    bool is_same = status == STORE_OK && site->has_shop && revision == site->seen;
    if (status == STORE_OK && !is_same)
        status = site->store->methods->shop(site->store, &shop);
    site->is_failing = status == STORE_FAILED;
    if (status != STORE_OK || is_same)
        return;
    site->shop = shop;
    site->seen = revision;
    site->has_shop = true;
}

void site_flush(void *data)
{
    struct site *site = data;

    quotes_flush(site->quotes);
}

enum store_status site_take_tree(struct site *site, struct tree **tree)
{
    enum store_status status = STORE_OK;
    struct tree *fresh;

    if (site->tree == NULL || tree_revision(site->tree) != site->shop.revision) {
        status = tree_read(site->store, &fresh);
        if (status == STORE_OK) {
            tree_drop(site->tree);
            site->tree = fresh;
        }
    }
    *tree = site->tree != NULL ? tree_take(site->tree) : NULL;
    return status;
}

struct rendered_page *site_find_page(struct site *site, const char *key)
{
    return site->pages_revision == site->shop.revision ? site_find_old_page(site, key) : NULL;
}

struct rendered_page *site_find_old_page(struct site *site, const char *key)
{
    struct rendered_page *rendered = site->pages != NULL ? cache_find(site->pages, key, strlen(key)) : NULL;

    return rendered != NULL ? rendered_page_take(rendered) : NULL;
}

static void drop_page(void *rendered)
{
    rendered_page_drop(rendered);
}

void site_keep_page(struct site *site, const char *key, struct rendered_page *rendered)
{
    int64_t revision = rendered_page_revision(rendered);

    if (revision < site->pages_revision || rendered_page_content(rendered)->is_partial)
        return; /* the cache has newer pages, or the next one may be whole */
    if (site->pages == NULL)
        site->pages = cache_new(SITE_PAGES_MAX, drop_page);
    if (revision > site->pages_revision)
        cache_clear(site->pages);
    site->pages_revision = revision;
    cache_put(site->pages, key, strlen(key), rendered_page_take(rendered), rendered_page_size(rendered));
    cache_trim(site->pages);
}

void site_release(struct site *site)
{
    cache_free(site->pages);
    tree_drop(site->tree);
    site->pages = NULL;
    site->tree = NULL;
}
