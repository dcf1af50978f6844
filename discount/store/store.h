/* SPDX-License-Identifier: MIT */
/*
 * Where the rules are kept: discount.db, an SQLite database with a schema version (PRAGMA user_version).
 *
 * A revision is what one transaction changed, and who, when and why. Triggers note every row that changes, as it was
 * and as it is, whoever changes it; a change that is made by hand gets a revision, too. So any earlier revision can be
 * made again from today's rows.
 *
 * A store is one connection, used by one thread at a time. Changes, by one connection at a time:
 *
 *     store_begin ── store_apply … ── store_commit         a revision
 *                └── store_rewind   └─ store_rollback       nothing happened
 *
 * Between begin and commit or rollback every reading function sees what was changed so far: a preview is a change set
 * that is applied, read and rolled back.
 */
#ifndef DISCOUNT_STORE_STORE_H
#define DISCOUNT_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/rule/change.h"
#include "discount/ruleset/ruleset.h"

#define STORE_SCHEMA_VERSION 3

/* The author of what was changed with other means than this program. */
#define STORE_BY_HAND "by hand"

struct store;

enum store_status {
    STORE_OK,
    STORE_MOVED,     /* the latest revision is not the expected one */
    STORE_NOT_FOUND, /* no such revision, rule, … */
    STORE_BUSY,      /* somebody else was writing for longer than STORE_BUSY_MS */
    STORE_REFUSED,   /* there are faults: see store_faults() */
    STORE_TOO_MANY,  /* more than the caller's limit */
    STORE_READ_ONLY, /* this user may not write the file, or not in its directory */
    STORE_FAILED,    /* the database says no: the reason has its words */
};

#define STORE_BUSY_MS 5000

/* ---- The file ---- */

/*
 * Opens the database at `path` for reading and writing (for reading, where the file cannot be written). On false
 * `reason` names the file and says why: it is missing, cannot be read, is no database, is of a newer or unknown schema
 * version, of an older one (store_upgrade() mends that), or not made by discountctl init.
 */
MUST_CHECK bool store_open(const char *path, struct store **store, char *reason, size_t reason_size);

void store_close(struct store *store); /* NULL is allowed */

/* Brings a database of an older schema to today's, in one transaction; one that is of today's stays as it is.
 * *upgraded_from is its version before. On false `reason` says why. */
MUST_CHECK bool store_upgrade(const char *path, int *upgraded_from, char *reason, size_t reason_size);

/*
 * Makes a database at `path` (mode 0640) with the schema and, with `demo`, the demo's products and rule. Refuses to
 * touch a file that exists. All or nothing: it is made beside `path` and moved into place. On false `reason` says why.
 */
MUST_CHECK bool store_create(const char *path, bool demo, char *reason, size_t reason_size);

/* Whether somebody committed to the database since the last call (PRAGMA data_version; a few microseconds); what this
 * connection commits does not count. True also when it cannot be asked. */
bool store_has_changed(struct store *store);

/* ---- Into a ruleset ---- */

/*
 * Fills an empty builder with everything, in one transaction (or in the one that store_begin() began). Wrong rows, as a
 * hand may make them, fail it: `reason` names the rule. *revision is the one that was read. STORE_OK, STORE_BUSY or
 * STORE_FAILED.
 */
MUST_CHECK enum store_status store_load(struct store *store, struct ruleset_builder *builder, int64_t *revision,
                                        char *reason, size_t reason_size);

/*
 * Tells a builder, which began from a ruleset of revision `since`, of all that changed after it: the same as loading
 * everything, at the cost of the change. Also STORE_TOO_MANY: more than `limit` rules, groups, members and products
 * did, or `since` is no revision of this database (somebody put another in its place); load everything then.
 */
MUST_CHECK enum store_status store_load_changes(struct store *store, int64_t since, size_t limit,
                                                struct ruleset_builder *builder, int64_t *revision, char *reason,
                                                size_t reason_size);

/* The latest revision; within a change set the number that it will get, as for the functions above. STORE_OK,
 * STORE_BUSY or STORE_FAILED. */
MUST_CHECK enum store_status store_revision(struct store *store, int64_t *revision, char *reason, size_t reason_size);

/* ---- Changing ---- */

/* Begins a change set. expected_revision 0: whatever it is. STORE_OK, STORE_MOVED, STORE_BUSY, STORE_READ_ONLY or
 * STORE_FAILED; nothing is begun but on STORE_OK. */
MUST_CHECK enum store_status store_begin(struct store *store, int64_t expected_revision, char *reason,
                                         size_t reason_size);

/* Applies change number `index` of the set. What is wrong with it is kept for store_faults(). STORE_OK, also when it
 * has faults, or STORE_FAILED. */
MUST_CHECK enum store_status store_apply(struct store *store, size_t index, const struct change *change, char *reason,
                                         size_t reason_size);

/* Makes everything as it was at `revision`. STORE_OK, STORE_NOT_FOUND or STORE_FAILED. */
MUST_CHECK enum store_status store_rewind(struct store *store, int64_t revision, char *reason, size_t reason_size);

struct fault {
    size_t change; /* its number */
    const char *subject;
    const char *field;
    const char *message;
};

/* All that is wrong with what was applied since store_begin(), products and groups that rules name and that do not
 * exist included, in the order of the changes. Lives until the change set ends. Returns how many. */
MUST_CHECK enum store_status store_faults(struct store *store, const struct fault **faults, size_t *count, char *reason,
                                          size_t reason_size);

/* How many rules, groups, members and products differ from before store_begin(), so far. */
MUST_CHECK enum store_status store_count_changed(struct store *store, size_t *changed, char *reason,
                                                 size_t reason_size);

#define STORE_ID_MAX 64 /* of a change set: A-Z, a-z, 0-9, '-' and '_' */

/* Names the change set that was begun, so that store_find_change_set() tells for a month what it made. `id` is lent
 * until it ends. */
void store_name_change_set(struct store *store, const char *id);

/* What the author's change set of that id made: as store_commit() told it. STORE_OK, STORE_NOT_FOUND, STORE_BUSY or
 * STORE_FAILED. */
MUST_CHECK enum store_status store_find_change_set(struct store *store, const char *author, const char *id,
                                                   int64_t *revision, size_t *changed, char *reason,
                                                   size_t reason_size);

/*
 * Ends a change set as a revision, on the disk when it returns. *revision is its number, *changed how many rules,
 * groups, members and products differ. Where nothing does there is no new revision and *revision is the latest. On
 * anything but STORE_OK (STORE_REFUSED, STORE_BUSY, STORE_FAILED) nothing happened and the change set has ended.
 */
MUST_CHECK enum store_status store_commit(struct store *store, const char *author, const char *message, int64_t now,
                                          int64_t *revision, size_t *changed, char *reason, size_t reason_size);

/* Ends a change set as if it had not been. Without one it does nothing. */
void store_rollback(struct store *store);

/* ---- Lists ----
 * Strings live in the arena. Pages are of what comes after `after` (NULL: from the start), at most `limit` long.
 * STORE_OK, STORE_BUSY or STORE_FAILED, and STORE_NOT_FOUND where said. */

struct rule_filter { /* what is not zero must hold */
    const char *key;
    bool has_lane, has_kind;
    enum rule_lane lane;
    enum rule_kind kind;
    int32_t customer_id;
    const char *group;
    const char *product; /* a slug */
    const char *category;
    int64_t active_at;
    const char *text;
};

/* Rules by key, their products with id and slug. */
MUST_CHECK enum store_status store_list_rules(struct store *store, const struct rule_filter *filter, const char *after,
                                              size_t limit, struct arena *arena, struct rule **rules, size_t *count,
                                              char *reason, size_t reason_size);

struct group {
    const char *key;
    const char *label;
    int64_t member_count;
};

/* Groups by key; of one customer, or 0: all. */
MUST_CHECK enum store_status store_list_groups(struct store *store, int32_t customer_id, const char *after,
                                               size_t limit, struct arena *arena, struct group **groups, size_t *count,
                                               char *reason, size_t reason_size);

/* Members ascending, above `after`. STORE_NOT_FOUND: there is no such group. */
MUST_CHECK enum store_status store_list_members(struct store *store, const char *group, int32_t after, size_t limit,
                                                struct arena *arena, int32_t **customer_ids, size_t *count,
                                                char *reason, size_t reason_size);

/* Products by slug; only the one of that slug, when it is given. */
MUST_CHECK enum store_status store_list_products(struct store *store, const char *slug, const char *after, size_t limit,
                                                 struct arena *arena, struct known_product **products, size_t *count,
                                                 char *reason, size_t reason_size);

/* The slug of the product of this id; STORE_NOT_FOUND: there is none. */
MUST_CHECK enum store_status store_find_slug(struct store *store, int32_t id, struct arena *arena, const char **slug);

struct revision {
    int64_t number;
    int64_t made_at;
    const char *author;
    const char *message;
    int64_t changed; /* rules, groups, members and products */
};

/* Revisions, the latest first, below `before` (0: from the latest). */
MUST_CHECK enum store_status store_list_revisions(struct store *store, int64_t before, size_t limit,
                                                  struct arena *arena, struct revision **revisions, size_t *count,
                                                  char *reason, size_t reason_size);

enum subject_kind { SUBJECT_RULE, SUBJECT_GROUP, SUBJECT_MEMBER, SUBJECT_PRODUCT };

/* What one thing was and is; NULL: was or is not there. */
struct difference {
    enum subject_kind kind;
    const char *key; /* key or slug; of a member "GROUP/CUSTOMER" */
    const struct rule *rule_before, *rule_after;
    const struct group *group_before, *group_after;
    const struct known_product *product_before, *product_after;
    bool member_before, member_after;
};

/* What differs between two revisions, by kind and key, beginning with number `offset`. STORE_NOT_FOUND: one of them
 * does not exist. Not between store_begin() and its end. */
MUST_CHECK enum store_status store_compare(struct store *store, int64_t from, int64_t to, size_t offset, size_t limit,
                                           struct arena *arena, struct difference **differences, size_t *count,
                                           char *reason, size_t reason_size);

/* How many there are. */
struct store_counts {
    int64_t rules, groups, products;
};
MUST_CHECK enum store_status store_count(struct store *store, struct store_counts *counts, char *reason,
                                         size_t reason_size);

#endif
