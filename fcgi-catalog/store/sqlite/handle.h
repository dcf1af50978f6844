/* SPDX-License-Identifier: MIT */
/* What a store is made of. Used in this room only. */
#ifndef CATALOG_STORE_SQLITE_HANDLE_H
#define CATALOG_STORE_SQLITE_HANDLE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/database.h"
#include "fcgi-catalog/store/sqlite/listing/query_cache.h"
#include "fcgi-catalog/store/sqlite/listing/meter.h"
#include "fcgi-catalog/store/sqlite/product_reader.h"
#include "fcgi-catalog/store/sqlite/search.h"
#include "fcgi-catalog/store/sqlite/statement_cache.h"
#include "fcgi-catalog/store/store.h"

/* What is read, for the log: it tells failure and recovery of each by itself. */
enum subject {
    SUBJECT_FILE,
    SUBJECT_VERSION,
    SUBJECT_CUSTOMER,
    SUBJECT_SHOP,
    SUBJECT_PRODUCTS,
    SUBJECT_CATEGORIES,
    SUBJECT_COUNT
};

struct store_state {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *version, *customer;
    struct cache *statements; /* the others: see statement_cache.h */
    struct query_cache queries;
    struct meter meter;
    struct product_reader reader;
    struct tokenizer tokenizer;
    int64_t looked_at_ns;           /* when the database file was checked last, by common/clock.h */
    bool is_in_place;               /* the file was in its place then */
    struct database_beside beside;  /* the -wal and -shm files beside it */
    bool is_failing[SUBJECT_COUNT]; /* its last reading failed, which was logged */
    bool is_in_wal_mode;            /* then a look at the last commit can spare asking for a version */
    struct database_commit commit;  /* read before the version was asked for: the last commit then, or an older one */
    int64_t seen_version;           /* PRAGMA data_version when last asked: it changes, but need not grow */
    int64_t revision;               /* 1 at first, and 1 more for each change; 0: not read yet */
    struct cache *customers;        /* of this revision: struct known_customer by id, see sqlite.c */
};

extern const struct database_kind catalog_kind;

/* A handle for reading, set up as all of them are. On false `reason` names the file and says why. */
MUST_CHECK bool handle_open(const char *path, sqlite3 **db, char *reason, size_t reason_size);

/* A new and empty database in memory, to compare others with. On false `reason` says why. Either way *db is closed with
 * sqlite3_close(). */
MUST_CHECK bool making_open_model(sqlite3 **db, char *reason, size_t reason_size);

/* Whether every table, index, view and trigger of a new database is in this one, and says the same. On false `reason`
 * names the first that is missing or different. */
MUST_CHECK bool check_schema(sqlite3 *db, char *reason, size_t reason_size);

/* Makes a status of a reader's result, of which SQLITE_DONE and SQLITE_ROW are good, and tells the log when reading
 * this subject begins to fail or recovers. */
enum store_status handle_judge_fault(struct store_state *store, enum subject subject, int result,
                                     const struct reader_fault *fault);

/* The methods of struct store_methods that are not in sqlite.c. */
enum store_status sqlite_list(struct store *base, const struct product_query *query, struct arena *arena,
                              struct product_page *page);
enum store_status sqlite_count(struct store *base, const struct product_query *query, int64_t *count);
enum store_status sqlite_find_nearest(struct store *base, const char *text, struct arena *arena, const char **nearest);
enum store_status sqlite_find_product(struct store *base, const char *slug, struct arena *arena,
                                      struct product *product);
enum store_status sqlite_find_product_by_id(struct store *base, int32_t id, struct arena *arena,
                                            struct product *product);
enum store_status sqlite_find_old_slug(struct store *base, const char *old_slug, struct arena *arena,
                                       const char **slug);
enum store_status sqlite_begin_walk(struct store *base, struct store_walk **walk);
enum store_status sqlite_list_categories(struct store *base, struct arena *arena, struct category_list *categories);
bool sqlite_create(const char *path, bool demo, const char *currency, char *reason, size_t reason_size);
bool sqlite_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size);
bool sqlite_check(const char *path, struct store_counts *counts, char *reason, size_t reason_size);

#endif
