/* SPDX-License-Identifier: MIT */
/*
 * Reading pages from the database: on the thread that serves requests if that is quick, else in the background.
 *
 *     page_reading_read(quick store) ──> there it is
 *              └ STORE_LIMITED ──> background_add() ──> page_reading_read(patient store)
 */
#ifndef CATALOG_SITE_PAGE_READING_H
#define CATALOG_SITE_PAGE_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/site/background.h"
#include "fcgi-catalog/store/store.h"

/* Limits of processor time for one page: on the thread that serves requests, and in the background. An ordinary page
 * takes 0.3 ms, one that is searched among thousands and ranked 1.5. */
#define PAGE_READING_QUICK_NS (2 * INT64_C(1000000))
#define PAGE_READING_PATIENT_NS (1000 * INT64_C(1000000))

struct request_context;
struct tree;

/* A page to be read. The caller fills in the fields above `status`, which stay as they are while it is read. */
struct page_reading {
    struct background_task task;     /* with page_reading_work and page_reading_drop */
    struct request_context *context; /* for the caller */
    const struct product_query *query;
    const char *key; /* for the caller, as the next one */
    const char *category;
    struct cursor_secret secret; /* of the shop, as the currency */
    char currency[4];
    bool finds_nearest; /* a search that nothing matches is made again with the nearest words */
    bool is_patient;    /* what of it takes too long is left out; page_reading_work sets it */
    struct tree *tree;  /* the first page: its products go backwards, and behind them are HOME_PRODUCTS others that have
                           the tag, and the first one of each of HOME_CATEGORIES categories at the top; else NULL. The
                           caller drops it */
    const char *home_tag; /* of the first page; "": none */
    /* What came of it. */
    enum store_status status;
    struct rendered_page *rendered; /* STORE_OK: a reference for the caller */
};

void page_reading_read(struct page_reading *reading, struct store *store);

/* The same as a task. */
bool page_reading_work(struct background_task *task, struct store *store);
void page_reading_drop(struct background_task *task);

#endif
