/* SPDX-License-Identifier: MIT */
/*
 * Pages that are read from the database: by the thread that serves everybody, when that takes a moment, else in the
 * background.
 *
 *     reading_read(quick store) ──> there it is
 *              └ STORE_LIMITED ──> background_add() ──> reading_read(patient store)
 */
#ifndef CATALOG_SITE_READINGS_H
#define CATALOG_SITE_READINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "fcgi-catalog/catalog/query.h"
#include "fcgi-catalog/catalog/rendered_page.h"
#include "fcgi-catalog/site/background.h"
#include "fcgi-catalog/store/store.h"

/* Of processor time, for one page: what others may have to wait for, and what is too much for anybody. An ordinary page
 * takes 0.3 ms, one that is searched among thousands and ranked 1.5. */
#define READING_QUICK_NS (2 * INT64_C(1000000))
#define READING_PATIENT_NS (1000 * INT64_C(1000000))

struct request_context;

/* A page to be read. Fill in the first seven, which stay while it is read. */
struct reading {
    struct background_task task;     /* with reading_work and reading_drop */
    struct request_context *context; /* for the caller */
    const struct product_query *query;
    const char *key; /* for the caller, as the next one */
    const char *category;
    struct cursor_secret secret; /* of the shop, as the currency */
    char currency[4];
    /* What came of it. */
    enum store_status status;
    struct rendered_page *rendered; /* STORE_OK: the caller's use of it */
};

void reading_read(struct reading *reading, struct store *store);

/* The same as a task. */
bool reading_work(struct background_task *task, struct store *store);
void reading_drop(struct background_task *task);

#endif
