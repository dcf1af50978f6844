/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. Made once per process by main, used by the thread that receives requests. */
#ifndef CATALOG_SITE_SITE_H
#define CATALOG_SITE_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/cache.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/page/language.h"
#include "fcgi-catalog/quotes/quotes.h"
#include "fcgi-catalog/site/tree.h"
#include "fcgi-catalog/store/store.h"

struct background;
struct download;
struct download_form;

/* The size of a text of the catalog (download.h), of one revision. */
struct catalog_size {
    int64_t revision, changed_at; /* the shop's */
    const struct download_form *form;
    int64_t part;
    uint64_t length;
    int64_t count;
};

/* The most bytes of rendered pages in the cache. */
#define SITE_PAGES_MAX ((size_t)16 * 1024 * 1024)

/* The most bytes of those that took too long to read whole, and how long they are kept at most: for so long nobody
 * waits for the rest of them. */
#define SITE_LIMITED_PAGES_MAX ((size_t)1024 * 1024)
#define SITE_LIMITED_PAGES_NS (5 * INT64_C(1000000000))

/* The sizes that are remembered. */
#define SITE_SIZES 4

struct site {
    const char *shop_name;          /* as pages show it */
    const char *public_url;         /* where others find the shop, as page.h; NULL: nobody said */
    struct language_list languages; /* that pages are written in; none: English */
    const char *home_tag;           /* a tag whose products are on the first page; NULL: none */
    bool finds_nearest;             /* a search that nothing matches is made again with the nearest words */
    struct store *store;
    struct quotes *quotes;
    struct identity_policy identity; /* who may say who the customer is */
    int64_t deadline_ns;             /* how long a request may wait for Discount, from its arrival */
    struct cache *pages; /* cache of rendered pages, by query_print_key(), all of pages_revision: the shop's, or an
                            older one until a newer page can be read; NULL: none yet */
    int64_t pages_revision;
    struct cache *limited_pages;           /* the same for pages that took too long; NULL: none yet */
    int64_t limited_until_ns;              /* when all of those are dropped, on common/clock.h's clock */
    struct shop shop;                      /* as it was when it could last be read */
    bool has_shop;                         /* it was read */
    bool is_failing;                       /* the last read failed, but not because others held the database */
    int64_t seen;                          /* the store's own revision when `shop` was read */
    struct tree *tree;                     /* the categories when they were last read; NULL before */
    int64_t answer_ns;                     /* how long an answer may take to be read */
    struct download *downloads;            /* under way */
    bool has_given_up;                     /* a page took too long to read since the last site_refresh() */
    struct catalog_size sizes[SITE_SIZES]; /* those that were measured last; all zero before */
    unsigned sizes_measured;               /* how many were, ever */
    struct background *background;         /* for long work; NULL: CGI, whose one request does it itself */
};

/* Reads the shop again when the store has changed. When the store cannot be read, the shop and what is cached of it
 * stay as they were. The `woken` of the FastCGI loop; `site` is a struct site. */
void site_refresh(void *site);

/* Sends the asks of this wake-up. The `served` of the FastCGI loop; `site` is a struct site. */
void site_flush(void *site);

/* The current categories, with a reference for the caller. On anything but STORE_OK: the last ones that were read, when
 * there are any, else NULL. */
MUST_CHECK enum store_status site_take_tree(struct site *site, struct tree **tree);

/* The cached page of the current revision for this query, with a reference for the caller; NULL: it must be read. */
struct rendered_page *site_find_page(struct site *site, const char *key);

/* The same, of any revision: for when no page can be read. */
struct rendered_page *site_find_old_page(struct site *site, const char *key);

/* Caches a page that was read, unless there are later ones, and drops pages of earlier revisions. A partial page is
 * cached for a short time where it took too long to read, else not at all. */
void site_keep_page(struct site *site, const char *key, struct rendered_page *rendered);

/* Frees what the site made for itself: pages and categories. */
void site_release(struct site *site);

#endif
