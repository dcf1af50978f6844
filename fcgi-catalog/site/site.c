/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. */
#include "fcgi-catalog/site/site.h"

#include <stddef.h>
#include <string.h>

#include "common/clock.h"

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

static struct rendered_page *find(struct cache *pages, const char *key)
{
    struct rendered_page *rendered = pages != NULL ? cache_find(pages, key, strlen(key)) : NULL;

    return rendered != NULL ? rendered_page_take(rendered) : NULL;
}

struct rendered_page *site_find_page(struct site *site, const char *key)
{
    struct rendered_page *rendered = NULL;

    if (site->pages_revision == site->shop.revision)
        rendered = find(site->pages, key);
    if (rendered != NULL || clock_now_ns() >= site->limited_until_ns)
        return rendered;
    rendered = find(site->limited_pages, key);
    if (rendered == NULL || rendered_page_revision(rendered) == site->shop.revision)
        return rendered;
    rendered_page_drop(rendered);
    return NULL;
}

struct rendered_page *site_find_old_page(struct site *site, const char *key)
{
    return find(site->pages, key);
}

static void drop_page(void *rendered)
{
    rendered_page_drop(rendered);
}

static void keep(struct cache *pages, const char *key, struct rendered_page *rendered)
{
    cache_put(pages, key, strlen(key), rendered_page_take(rendered), rendered_page_size(rendered));
    cache_trim(pages);
}

static void keep_limited(struct site *site, const char *key, struct rendered_page *rendered)
{
    int64_t now = clock_now_ns();

    if (site->limited_pages == NULL)
        site->limited_pages = cache_new(SITE_LIMITED_PAGES_MAX, drop_page);
    if (now >= site->limited_until_ns) {
        cache_clear(site->limited_pages);
        site->limited_until_ns = now + SITE_LIMITED_PAGES_NS;
    }
    keep(site->limited_pages, key, rendered);
}

void site_keep_page(struct site *site, const char *key, struct rendered_page *rendered)
{
    int64_t revision = rendered_page_revision(rendered);
    const struct page_content *content = rendered_page_content(rendered);

    if (content->is_limited)
        keep_limited(site, key, rendered);
    if (revision < site->pages_revision || content->is_partial)
        return; /* the cache has newer pages, or the next one may be whole */
    if (site->pages == NULL)
        site->pages = cache_new(SITE_PAGES_MAX, drop_page);
    if (revision > site->pages_revision)
        cache_clear(site->pages);
    site->pages_revision = revision;
    keep(site->pages, key, rendered);
}

void site_release(struct site *site)
{
    cache_free(site->pages);
    cache_free(site->limited_pages);
    tree_drop(site->tree);
    site->pages = site->limited_pages = NULL;
    site->tree = NULL;
}
