/* SPDX-License-Identifier: MIT */
/* What the files of this room share. Functions that do not return STORE_OK leave the reason in store->reason. */
#ifndef DISCOUNT_STORE_SQLITE_INTERNAL_H
#define DISCOUNT_STORE_SQLITE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "common/arena.h"
#include "common/compiler.h"

#include "discount/store/sqlite/sqlite.h"

#define STORE_STATEMENTS_MAX 144

struct prepared {
    const char *sql; /* the literal itself: statements are found by its address */
    sqlite3_stmt *statement;
};

struct change_set {
    bool is_open;
    int64_t number;        /* of the revision that it will be */
    const char *id;        /* NULL: none */
    struct arena arena;    /* the faults' texts */
    struct arena scratch;  /* for one change */
    struct fault_list own; /* what is wrong with the changes by themselves */
    struct fault_list all; /* `own`, and names of things that do not exist */
    bool is_settled;       /* `all` is complete */
    bool has_wanted;       /* the temporary table `wanted` has rows: products that are not there yet */
};

struct store_state {
    char *path; /* for messages */
    sqlite3 *db;
    struct prepared statements[STORE_STATEMENTS_MAX];
    size_t statement_count;
    int64_t compared_from, compared_to; /* the revisions compared in `differing`; 0: none */
    int seen_version;                   /* data_version when it was last asked; 0: never, SQLite counts from 1 */
    struct change_set set;
};

/* ---- statement.c ---- */

/* Writes the path and the formatted reason to store->reason. Returns the status. */
enum store_status store_say(struct store *store, enum store_status status, const char *format, ...) PRINTF_LIKE(3, 4);

/* The statement of this SQL, which must be a literal, reset and without values; NULL: it cannot be prepared. */
sqlite3_stmt *store_statement(struct store *store, const char *sql);

/* Binds value number `at`; NULL text is NULL. The text must live until the statement has run. */
void bind_text(sqlite3_stmt *statement, int at, const char *text);
void bind_number(sqlite3_stmt *statement, int at, int64_t number);

/* Makes one step. True: there is a row. False: there are no more, or it failed; *status tells, the statement is reset.
 */
bool store_next(struct store *store, sqlite3_stmt *statement, enum store_status *status);

/* Runs a statement to its end and hands each row to `take`, until that returns something else than STORE_OK. */
typedef enum store_status take_row_f(struct store *store, sqlite3_stmt *row, void *data);
enum store_status store_each(struct store *store, sqlite3_stmt *statement, take_row_f *take, void *data);

/* Runs a statement to its end, without looking at rows. */
enum store_status store_run(struct store *store, sqlite3_stmt *statement);

/* Runs SQL without values. */
enum store_status store_execute(struct store *store, const char *sql);

/* Runs a statement for the number in its only row; `otherwise` without a row or with NULL. */
enum store_status store_ask(struct store *store, sqlite3_stmt *statement, int64_t otherwise, int64_t *answer);

/* Column number `at` as text of the row that is looked at: "" for NULL; lives until the next step. */
const char *column_text(sqlite3_stmt *statement, int at);
/* A copy in the arena. */
const char *column_copy(sqlite3_stmt *statement, int at, struct arena *arena);

/* One view of the database over several statements: that of the open change set, else a transaction of its own. */
enum store_status store_begin_read(struct store *store);
void store_end_read(struct store *store);

/* Whether there is a revision of this number. */
enum store_status find_revision(struct store *store, int64_t revision, bool *is_there);
/* A limit as SQLite takes it. */
int64_t page_limit(uint64_t limit);

/* ---- row.c: rules out of rows ---- */

/* Rows of rules: the group's key, joined, then the key and the fields. `r` is the table. */
#define RULE_COLUMN(type, member, column, ...) ", r." #column
#define RULE_ROWS                                                                                                      \
    "SELECT g.key, r.key" RULE_FIELDS(RULE_COLUMN) " FROM rule r LEFT JOIN customer_group g ON g.key = r.group_key"
#define RULE_COLUMN_AT(type, member, column, ...) AT_##column,
enum { AT_group_there, AT_key, RULE_FIELDS(RULE_COLUMN_AT) };

/* The same row out of the change log, as it was before a change. Rows logged before a field existed lack that field.
 */
#define LOGGED_TEXT(place) ", coalesce(before ->> " #place ", '')"
#define LOGGED_GROUP(place) ", before ->> " #place
#define LOGGED_VALUE(place) ", before ->> " #place
#define LOGGED_CUSTOMER(place) ", before ->> " #place
#define LOGGED_MONEY(place) ", coalesce(before ->> " #place ", 0)"
#define LOGGED_NUMBER(place) ", coalesce(before ->> " #place ", 0)"
#define LOGGED_LANE(place) ", before ->> " #place
#define LOGGED_KIND(place) ", before ->> " #place
#define LOGGED_FLAG(place) ", coalesce(before ->> " #place ", 0)"
#define LOGGED_SWITCH(place) ", coalesce(before ->> " #place ", 1)"
#define LOGGED_INSTANT(place) ", coalesce(before ->> " #place ", 0)"
#define RULE_LOGGED(type, member, column, place, ...) LOGGED_##type(place)

/* To write a rule: the columns but for the key, and their assignments where the key exists. */
#define RULE_NAME(type, member, column, ...) ", " #column
#define RULE_REPLACED(type, member, column, ...) ", " #column " = excluded." #column
#define RULE_EXCLUDED(type, member, column, ...) ", excluded." #column

/* The targets of one rule while they are read; the memory is kept for the next rule. All zero: empty. */
struct target_rows {
    struct arena arena;            /* their texts */
    bool has_slugs;                /* the products' slugs are read, too */
    struct rule_product *products; /* included ones first, then excluded ones */
    size_t product_count;
    size_t included_products;
    const char **categories;
    size_t category_count;
    size_t included_categories;
    size_t prices; /* how many products had a price */
};

void target_rows_clear(struct target_rows *rows);
void target_rows_release(struct target_rows *rows);

/* Fills in a rule from the statement's row; its texts live as long as the row. Its group must be there. */
enum store_status rule_from_row(struct store *store, sqlite3_stmt *statement, struct rule *rule);
/* Gives the rule its targets, which it borrows, and checks all of it. */
enum store_status rule_complete(struct store *store, struct rule *rule, const struct target_rows *rows);
/* Clears `rows` and reads a rule's products, in the order of slugs with has_slugs, else of ids, and its categories. */
enum store_status read_targets(struct store *store, const char *rule_key, struct target_rows *rows);
/* Take rows of (rule_key, excluded, product_id, price, slug) and (rule_key, excluded, category), included ones first;
 * `rows` is a struct target_rows. */
enum store_status take_product_row(struct store *store, sqlite3_stmt *row, void *rows);
enum store_status take_category_row(struct store *store, sqlite3_stmt *row, void *rows);
/* Whether rows are what they should be: (key, label) of a group; (group, customer, the group's key, joined) of a
 * member; (id, slug, floor) of a product. */
enum store_status check_group_row(struct store *store, sqlite3_stmt *statement);
enum store_status check_member_row(struct store *store, sqlite3_stmt *statement);
enum store_status check_product_row(struct store *store, sqlite3_stmt *statement);

/* ---- change sets ---- */

/* What a change is about, in the words of the temporary table `mention`. */
enum mention_kind { MENTION_RULE, MENTION_GROUP, MENTION_PRODUCT };

/* One change that is being applied. */
struct task {
    size_t index;
    const struct change *change;
    const char *subject;
};

/* faults.c */
/* Notes that the set changes this thing, and whether that change is faulty: faults that follow from it are not told. */
enum store_status store_mention(struct store *store, enum mention_kind kind, const char *key, size_t change,
                                bool is_faulty);
/* Adds the fault that a changed thing does not exist, unless the set has a faulty change of that thing. */
enum store_status store_miss(struct store *store, const struct task *task, enum mention_kind kind, const char *key,
                             const char *words);
/* Adds to rules the products that came later in the set, and finds names of things that do not exist. */
enum store_status store_settle(struct store *store);

/* write_rule.c */
enum store_status apply_set_rule(struct store *store, const struct task *task);
enum store_status apply_remove_rule(struct store *store, const struct task *task);
enum store_status apply_enable_rule(struct store *store, const struct task *task);

/* write_targets.c */
enum store_status write_targets(struct store *store, size_t change, const struct rule *rule);
enum store_status forget_wanted(struct store *store, const char *rule_key);

/* write_others.c */
enum store_status apply_set_group(struct store *store, const struct task *task);
enum store_status apply_remove_group(struct store *store, const struct task *task);
enum store_status apply_clear_group(struct store *store, const struct task *task);
enum store_status apply_add_members(struct store *store, const struct task *task);
enum store_status apply_remove_members(struct store *store, const struct task *task);
enum store_status apply_set_product(struct store *store, const struct task *task);
enum store_status apply_remove_product(struct store *store, const struct task *task);
enum store_status apply_clear_all(struct store *store, const struct task *task);

/* ---- The methods, as store.h has them ---- */

enum store_status sqlite_revision(struct store *store, int64_t *revision);
enum store_status sqlite_count(struct store *store, struct store_counts *counts);
enum store_status sqlite_load(struct store *store, int64_t since, size_t limit, struct ruleset_builder *builder,
                              int64_t *revision);
enum store_status sqlite_begin(struct store *store, int64_t expected_revision, const char *id);
enum store_status sqlite_apply(struct store *store, size_t index, const struct change *change);
enum store_status sqlite_rewind(struct store *store, int64_t revision);
enum store_status sqlite_faults(struct store *store, const struct fault **faults, size_t *count);
enum store_status sqlite_count_changed(struct store *store, size_t *changed);
enum store_status sqlite_commit(struct store *store, const char *author, const char *message, int64_t now,
                                int64_t *revision, size_t *changed);
void sqlite_rollback(struct store *store);
enum store_status sqlite_find_change_set(struct store *store, const char *author, const char *id, int64_t *revision,
                                         size_t *changed);
enum store_status sqlite_list_rules(struct store *store, const struct rule_filter *filter, const char *after,
                                    size_t limit, struct arena *arena, struct rule **rules, size_t *count);
enum store_status sqlite_list_groups(struct store *store, int32_t customer_id, const char *after, size_t limit,
                                     struct arena *arena, struct group **groups, size_t *count);
enum store_status sqlite_list_members(struct store *store, const char *group, int32_t after, size_t limit,
                                      struct arena *arena, int32_t **customer_ids, size_t *count);
enum store_status sqlite_list_products(struct store *store, const struct product_filter *filter, const char *after,
                                       size_t limit, struct arena *arena, struct known_product **products,
                                       size_t *count);
enum store_status sqlite_list_revisions(struct store *store, int64_t before, size_t limit, struct arena *arena,
                                        struct revision **revisions, size_t *count);
enum store_status sqlite_compare(struct store *store, int64_t from, int64_t to, size_t offset, size_t limit,
                                 struct arena *arena, struct difference **differences, size_t *count);
enum store_status sqlite_shop(struct store *store, struct shop_state *shop);
enum store_status sqlite_begin_telling(struct store *store, const char *shop, int64_t revision, bool takes_over,
                                       int64_t now, struct telling *telling);
enum store_status sqlite_match_products(struct store *store, int64_t telling, int32_t after, int32_t last,
                                        const uint8_t checksum[SHOP_CHECKSUM_SIZE], int64_t now, bool *is_same);
enum store_status sqlite_tell_products(struct store *store, int64_t telling, int32_t after, int32_t last,
                                       const struct shop_product *products, size_t count, int64_t now, bool *has_more);
enum store_status sqlite_tell_categories(struct store *store, int64_t telling, const struct shop_category *categories,
                                         size_t count, bool *must_follow);
enum store_status sqlite_follow_shop(struct store *store);
enum store_status sqlite_end_telling(struct store *store, int64_t telling, int64_t now, int64_t *products);

#endif
