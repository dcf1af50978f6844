/* SPDX-License-Identifier: MIT */
/* The site: what every handler works with. Made once per process by main, used by the thread that receives requests. */
#ifndef CATALOG_SITE_SITE_H
#define CATALOG_SITE_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/cache.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/http/identity.h"
#include "fcgi-catalog/quotes/quotes.h"
#include "fcgi-catalog/site/tree.h"
#include "fcgi-catalog/store/store.h"

struct background;
struct download;

/* The whole catalog as CSV: which, how many bytes and products it has. */
struct catalog_size {
    int64_t revision, changed_at; /* the shop's */
    enum csv_dialect dialect;
    uint64_t length;
    int64_t count;
};

/* So many bytes of rendered pages are kept. */
#define SITE_PAGES_MAX ((size_t)16 * 1024 * 1024)

struct site {
    const char *shop_name; /* as pages show it */
    struct store *store;
    struct quotes *quotes;
    struct identity_policy identity; /* who may say who the customer is */
    int64_t deadline_ns;             /* how long a request may wait for Discount, from its arrival */
    struct cache *pages; /* rendered, by query_print_key(), of pages_revision: the shop's, or one before it, until a
                            newer page can be read; NULL: none was kept yet */
    int64_t pages_revision;
    struct shop shop;                        /* as it was when it could last be read */
    bool has_shop;                           /* it could */
    bool is_failing;                         /* the last time it could not, and nobody else held the database */
    int64_t seen;                            /* the store's own revision then */
    struct tree *tree;                       /* the categories when they were last read; NULL before */
    int64_t answer_ns;                       /* how long an answer may take to be read */
    struct download *downloads;              /* that are being sent */
    bool has_given_up;                       /* a page took too long to read since the last site_refresh() */
    struct catalog_size sizes[CSV_DIALECTS]; /* when they were last measured; all zero before */
    struct background *background; /* for what takes long; NULL: there is one request, and it takes its time */
};

/* Looks whether the store has changed, and at the shop when it has. When the store cannot be read the shop stays as it
 * was, and so does what was kept of it. The `woken` of the FastCGI loop; `site` is a struct site. */
void site_refresh(void *site);

/* Lets the asks of this wake-up leave. The `served` of the FastCGI loop; `site` is a struct site. */
void site_flush(void *site);

/* The categories of today, one use of them for the caller. On anything but STORE_OK: those of before, when there are
 * any, else NULL. */
MUST_CHECK enum store_status site_take_tree(struct site *site, struct tree **tree);

/* The page of today that is kept for this query, one use of it for the caller; NULL: it must be read. */
struct rendered_page *site_find_page(struct site *site, const char *key);

/* The same, whatever it is of: for when none can be read. */
struct rendered_page *site_find_old_page(struct site *site, const char *key);

/* Keeps a page that was read, unless there are later ones; those of before go. */
void site_keep_page(struct site *site, const char *key, struct rendered_page *rendered);

/* Frees what the site made for itself: pages and categories. */
void site_release(struct site *site);

#endif
