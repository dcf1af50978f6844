/* SPDX-License-Identifier: MIT */
/*
 * Where the rules are kept: an interface, and behind it an implementation that the location picks.
 *
 * A revision is what one change set changed, and who, when and why. The store logs every row that changes, as it was
 * and as it is, whoever changes it; a change that is made with other means than this program gets a revision, too. So
 * any earlier revision can be made again from today's rows and the log.
 *
 * A store is one connection, used by one thread at a time. Changes, by one connection at a time:
 *
 *     begin ── apply … ── commit         a revision
 *         └─── rewind   └─ rollback      nothing happened
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
#include "common/shop_checksum.h"
#include "discount/rule/change.h"
#include "discount/rule/faults.h"
#include "discount/ruleset/ruleset.h"

#define STORE_SCHEMA_VERSION 4 /* of the database; each implementation has scripts from one to the next */

/* The author of what was changed with other means than this program. */
#define STORE_BY_HAND "by hand"
#define STORE_BUSY_MS 5000
#define STORE_ID_MAX 64 /* of a change set: A-Z, a-z, 0-9, '-' and '_' */

enum store_status {
    STORE_OK,
    STORE_MOVED,     /* the latest revision is not the expected one */
    STORE_NOT_FOUND, /* no such revision, rule, … */
    STORE_BUSY,      /* somebody else was writing for longer than STORE_BUSY_MS */
    STORE_REFUSED,   /* there are faults: see faults() */
    STORE_TOO_MANY,  /* more than the caller's limit */
    STORE_READ_ONLY, /* this user may not write the database */
    STORE_FAILED,    /* the database says no: store->reason has its words */
};

struct store {
    const struct store_methods *methods;
    struct store_state *state; /* the implementation's */
    char reason[512];          /* why the last call that did not return STORE_OK failed, in words, the location first */
};

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

struct group {
    const char *key;
    const char *label;
    int64_t member_count;
};

struct revision {
    int64_t number;
    int64_t made_at;
    const char *author;
    const char *message;
    int64_t changed; /* rules, groups, members and products */
};

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

struct store_counts {
    int64_t rules, groups, products;
};

struct product_filter { /* what is not zero must hold */
    const char *slug;
    int32_t id;
    bool is_declared; /* rules name it, a rule file declared it, or it has a floor */
};

/* ---- The shop, as the Catalog tells it ---- */

#define SHOP_BATCH_MAX 5000                         /* products of one call, and that leave by one */
#define SHOP_SLUG_MAX 800                           /* bytes */
#define SHOP_PRODUCTS_MAX 2000000                   /* of all */
#define SHOP_BYTES_MAX ((int64_t)512 * 1024 * 1024) /* of all slugs and categories */

struct shop_product {
    int32_t id;
    const char *slug;
    int32_t price;
    const char *categories; /* slugs with commas between them, those above its own included */
};

struct shop_category {
    int64_t number;
    const char *slug;
};

/* What is known of the shop. */
struct shop_state {
    int64_t told_at; /* when a pass was last completed: seconds since 1970 in UTC; 0: never */
    int64_t products;
};

/* A pass that begins, or why it does not. */
struct telling {
    int64_t number;        /* 0: there is no pass to make */
    bool is_busy;          /* because somebody else makes one */
    bool is_of_another;    /* because another shop told last */
    bool replaces_another; /* it is the first of this shop, after another */
};

/* What an implementation does. Every method that returns a status may return STORE_BUSY, STORE_FAILED and the values
 * that its comment names. */
struct store_methods {
    /* ---- The database: see store_create() and the functions beside it ---- */
    bool (*create)(const char *location, bool demo, char *reason, size_t reason_size);
    bool (*upgrade)(const char *location, int *upgraded_from, char *reason, size_t reason_size);
    bool (*open)(const char *location, struct store *store, char *reason, size_t reason_size);
    void (*close)(struct store *store); /* also a store whose open() failed */

    int (*attend)(const char *location);
    bool (*is_alone)(int attendance);

    /* Whether another connection committed to the database since the last call; costs a few microseconds. True also
     * when the database cannot be asked. */
    bool (*has_changed)(struct store *store);

    /* The latest revision; within a change set the number that it will get, as for load(). */
    MUST_CHECK enum store_status (*revision)(struct store *store, int64_t *revision);

    /* How many rules, groups and products there are. */
    MUST_CHECK enum store_status (*count)(struct store *store, struct store_counts *counts);

    /*
     * Tells a builder that began from a base of revision `since` all that changed after `since`; with 0, tells an empty
     * builder everything. Both make the same rules, at different cost. In one transaction (or in that of the change
     * set). *revision is the one that was read. Wrong rows, which somebody may have written by hand, make it fail: the
     * reason names the rule. STORE_TOO_MANY: more than `limit` rules, groups, members and products changed, or `since`
     * is no revision of this database (another one was put in its place); load everything then.
     */
    MUST_CHECK enum store_status (*load)(struct store *store, int64_t since, size_t limit,
                                         struct ruleset_builder *builder, int64_t *revision);

    /* ---- Changing ---- */

    /* Begins a change set. expected_revision 0: any. `id` (NULL: none) names the change set, so that find_change_set()
     * tells for a month what it made; the text must live until the change set ends. STORE_MOVED, STORE_READ_ONLY; a
     * change set is begun on STORE_OK only. */
    MUST_CHECK enum store_status (*begin)(struct store *store, int64_t expected_revision, const char *id);

    /* Applies change number `index` of the set. Faults of the change are kept for faults(); the result is STORE_OK. */
    MUST_CHECK enum store_status (*apply)(struct store *store, size_t index, const struct change *change);

    /* Makes everything as it was at `revision`. STORE_NOT_FOUND. */
    MUST_CHECK enum store_status (*rewind)(struct store *store, int64_t revision);

    /* All faults of the changes since begin(), in their order, with the products and groups that rules name and that do
     * not exist. They live until the change set ends. */
    MUST_CHECK enum store_status (*faults)(struct store *store, const struct fault **faults, size_t *count);

    /* How many rules, groups, members and products differ from before begin(), so far. */
    MUST_CHECK enum store_status (*count_changed)(struct store *store, size_t *changed);

    /*
     * Ends a change set as a revision, on the disk when it returns. *revision is its number, *changed how many rules,
     * groups, members and products differ. Where nothing differs there is no new revision and *revision is the latest.
     * On anything but STORE_OK (STORE_REFUSED) nothing happened and the change set has ended.
     */
    MUST_CHECK enum store_status (*commit)(struct store *store, const char *author, const char *message, int64_t now,
                                           int64_t *revision, size_t *changed);

    /* Ends a change set and undoes its changes. Without an open change set it does nothing. */
    void (*rollback)(struct store *store);

    /* What the author's change set of that id made: as commit() told it. STORE_NOT_FOUND. */
    MUST_CHECK enum store_status (*find_change_set)(struct store *store, const char *author, const char *id,
                                                    int64_t *revision, size_t *changed);

    /* ---- Lists ----
     * Strings live in the arena. Pages are of what comes after `after` (NULL: from the start), at most `limit` long. */

    /* Rules by key, their products with id and slug. */
    MUST_CHECK enum store_status (*list_rules)(struct store *store, const struct rule_filter *filter, const char *after,
                                               size_t limit, struct arena *arena, struct rule **rules, size_t *count);

    /* Groups by key; of one customer, or 0: all. */
    MUST_CHECK enum store_status (*list_groups)(struct store *store, int32_t customer_id, const char *after,
                                                size_t limit, struct arena *arena, struct group **groups,
                                                size_t *count);

    /* Members ascending, above `after`. STORE_NOT_FOUND: there is no such group. */
    MUST_CHECK enum store_status (*list_members)(struct store *store, const char *group, int32_t after, size_t limit,
                                                 struct arena *arena, int32_t **customer_ids, size_t *count);

    /* Products by slug: those of the shop, and those that are declared. */
    MUST_CHECK enum store_status (*list_products)(struct store *store, const struct product_filter *filter,
                                                  const char *after, size_t limit, struct arena *arena,
                                                  struct known_product **products, size_t *count);

    /* Revisions, the latest first, below `before` (0: from the latest). */
    MUST_CHECK enum store_status (*list_revisions)(struct store *store, int64_t before, size_t limit,
                                                   struct arena *arena, struct revision **revisions, size_t *count);

    /* What differs between two revisions, by kind and key, beginning with number `offset`. STORE_NOT_FOUND: one of them
     * does not exist. Not between begin() and its end. */
    MUST_CHECK enum store_status (*compare)(struct store *store, int64_t from, int64_t to, size_t offset, size_t limit,
                                            struct arena *arena, struct difference **differences, size_t *count);

    /* ---- The shop, as the Catalog tells it: DiscountShop in proto/ecommerce.proto ----
     * Not between begin() and its end, but for follow_shop(). `telling` is the number of a pass; STORE_MOVED: another
     * one has begun. Each is a transaction of a bounded size. */

    MUST_CHECK enum store_status (*shop)(struct store *store, struct shop_state *shop);

    MUST_CHECK enum store_status (*begin_telling)(struct store *store, const char *shop, int64_t revision,
                                                  bool takes_over, int64_t now, struct telling *telling);

    /* Whether the products with ids above `after`, up to `last`, are those of the checksum. */
    MUST_CHECK enum store_status (*match_products)(struct store *store, int64_t telling, int32_t after, int32_t last,
                                                   const uint8_t checksum[SHOP_CHECKSUM_SIZE], int64_t now,
                                                   bool *is_same);

    /* Makes these the products of the range; they are in the order of ids. *has_more: not all of those that left are
     * gone; calling again goes on. STORE_TOO_MANY: the shop is larger than SHOP_PRODUCTS_MAX or SHOP_BYTES_MAX. */
    MUST_CHECK enum store_status (*tell_products)(struct store *store, int64_t telling, int32_t after, int32_t last,
                                                  const struct shop_product *products, size_t count, int64_t now,
                                                  bool *has_more);

    /* Makes these the categories. *must_follow: rules name something that has another slug in the shop now. */
    MUST_CHECK enum store_status (*tell_categories)(struct store *store, int64_t telling,
                                                    const struct shop_category *categories, size_t count,
                                                    bool *must_follow);

    /* Within a change set: gives products and categories that rules name the slugs that the shop has for them. A
     * product that the shop does not have, and whose slug is that of another one there, becomes gone-ID. */
    MUST_CHECK enum store_status (*follow_shop)(struct store *store);

    /* The pass is complete. */
    MUST_CHECK enum store_status (*end_telling)(struct store *store, int64_t telling, int64_t now, int64_t *products);
};

/*
 * Opens the database at `location`, the path of a file, for reading and writing (for reading, where it cannot be
 * written). On false `reason` names it and says why: it is missing, cannot be read, is no database, is of a newer or
 * unknown schema version, of an older one (store_upgrade() mends that), or not made by discountctl init.
 */
MUST_CHECK bool store_open(const char *location, struct store **store, char *reason, size_t reason_size);

void store_close(struct store *store); /* NULL is allowed */

/*
 * Marks the database as served by the caller's service, for as long as the descriptor that is returned is open here or
 * in a process that inherited it; -1: errno tells why. store_is_alone(): whether no other service has marked it.
 */
MUST_CHECK int store_attend(const char *location);
MUST_CHECK bool store_is_alone(const char *location, int attendance);

/* Brings a database of an older schema to today's, in one transaction; one that is of today's stays as it is.
 * *upgraded_from is its version before. On false `reason` says why. */
MUST_CHECK bool store_upgrade(const char *location, int *upgraded_from, char *reason, size_t reason_size);

/*
 * Makes a database at `location` (a file of mode 0640) with the schema and, with `demo`, the demo's products and rule.
 * Refuses to touch one that exists. All or nothing. On false `reason` says why.
 */
MUST_CHECK bool store_create(const char *location, bool demo, char *reason, size_t reason_size);

#endif
