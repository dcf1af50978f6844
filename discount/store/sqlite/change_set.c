/* SPDX-License-Identifier: MIT */
/* A change set from its beginning to its end: one transaction, one revision. */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>

static void forget_set(struct store *store)
{
    struct change_set *set = &store->state->set;

    arena_release(&set->arena);
    arena_release(&set->scratch);
    *set = (struct change_set){0};
}

void sqlite_rollback(struct store *store)
{
    if (!store->state->set.is_open)
        return;
    sqlite3_exec(store->state->db, "ROLLBACK", NULL, NULL, NULL); /* fails only when SQLite rolled back already */
    forget_set(store);
}

/* SQLite rolls a transaction back by itself when the disk is full; later changes would then count as made by hand. */
static enum store_status check_open(struct store *store)
{
    if (!store->state->set.is_open)
        return store_say(store, STORE_FAILED, "no change set was begun");
    if (sqlite3_get_autocommit(store->state->db))
        return store_say(store, STORE_FAILED, "the change set was taken back after a failure");
    return STORE_OK;
}

/* ---- Beginning ---- */

static enum store_status begin_revision(struct store *store, int64_t expected)
{
    int64_t latest;
    enum store_status status = sqlite_revision(store, &latest);

    if (status == STORE_OK && expected != 0 && expected != latest)
        return store_say(store, STORE_MOVED, "the latest revision is %" PRId64 ", not %" PRId64, latest, expected);
    if (status == STORE_OK)
        status = store_execute(store, "DELETE FROM temp.mention; DELETE FROM temp.wanted; DELETE FROM temp.aside;"
                                      "DELETE FROM open_revision;"
                                      "INSERT INTO open_revision SELECT max(number) + 1 FROM revision;"
                                      "INSERT INTO revision (number, made_at, author, message, changed)"
                                      " SELECT number, 0, '', '', 0 FROM open_revision");
    store->state->set.number = latest + 1;
    return status;
}

enum store_status sqlite_begin(struct store *store, int64_t expected_revision, const char *id)
{
    if (store->state->set.is_open)
        return store_say(store, STORE_FAILED, "a change set is open already");
    enum store_status status = store_execute(store, "BEGIN IMMEDIATE");
    if (status != STORE_OK)
        return status;
    store->state->set.is_open = true;
    store->state->set.id = id;
    store->state->set.own.arena = &store->state->set.arena;
    status = begin_revision(store, expected_revision);
    if (status != STORE_OK)
        sqlite_rollback(store);
    return status;
}

/* ---- Applying ---- */

typedef enum store_status apply_f(struct store *store, const struct task *task);

static const struct {
    apply_f *apply;
    enum mention_kind kind;
} appliers[CHANGE_KINDS] = {
    [CHANGE_SET_RULE] = {apply_set_rule, MENTION_RULE},
    [CHANGE_REMOVE_RULE] = {apply_remove_rule, MENTION_RULE},
    [CHANGE_ENABLE_RULE] = {apply_enable_rule, MENTION_RULE},
    [CHANGE_DISABLE_RULE] = {apply_enable_rule, MENTION_RULE},
    [CHANGE_SET_GROUP] = {apply_set_group, MENTION_GROUP},
    [CHANGE_REMOVE_GROUP] = {apply_remove_group, MENTION_GROUP},
    [CHANGE_CLEAR_GROUP] = {apply_clear_group, MENTION_GROUP},
    [CHANGE_ADD_MEMBERS] = {apply_add_members, MENTION_GROUP},
    [CHANGE_REMOVE_MEMBERS] = {apply_remove_members, MENTION_GROUP},
    [CHANGE_SET_PRODUCT] = {apply_set_product, MENTION_PRODUCT},
    [CHANGE_REMOVE_PRODUCT] = {apply_remove_product, MENTION_PRODUCT},
    [CHANGE_CLEAR_ALL] = {apply_clear_all, MENTION_RULE},
};

static const char *key_of(const struct change *change)
{
    switch (change->kind) {
    case CHANGE_SET_RULE:
        return change->rule.key;
    case CHANGE_SET_PRODUCT:
        return change->product.slug;
    case CHANGE_CLEAR_ALL:
        return NULL;
    default:
        return change->key;
    }
}

struct checking {
    struct store *store;
    const struct task *task;
};

static void keep_fault(void *data, const char *field, const char *message)
{
    const struct checking *checking = data;

    fault_list_add(&checking->store->state->set.own, checking->task->index, checking->task->subject, field, message);
}

static enum store_status apply_task(struct store *store, const struct task *task)
{
    const struct change *change = task->change;
    struct checking checking = {.store = store, .task = task};
    bool is_sound = change_check(change, keep_fault, &checking);

    store->state->set.is_settled = false;
    if ((unsigned)change->kind >= CHANGE_KINDS)
        return STORE_OK; /* its fault is kept */
    enum store_status status =
        store_mention(store, appliers[change->kind].kind, key_of(change), task->index, !is_sound);
    if (status != STORE_OK || !is_sound)
        return status;
    status = appliers[change->kind].apply(store, task);
    arena_reset(&store->state->set.scratch);
    return status;
}

enum store_status sqlite_apply(struct store *store, size_t index, const struct change *change)
{
    char subject[512];
    struct task task = {.index = index, .change = change};
    enum store_status status = check_open(store);

    if (status == STORE_OK) {
        task.subject = change_subject(change, subject, sizeof subject);
        status = apply_task(store, &task);
    }
    return status;
}

enum store_status sqlite_faults(struct store *store, const struct fault **faults, size_t *count)
{
    enum store_status status = check_open(store);

    if (status == STORE_OK)
        status = store_settle(store);
    if (status == STORE_OK) {
        *faults = store->state->set.all.items;
        *count = store->state->set.all.count;
    }
    return status;
}

/* ---- Ending ---- */

/* A row that is again what it was before is no change. A rule counts once, however many of its rows differ. */
static enum store_status count_changed(struct store *store, int64_t *changed)
{
    sqlite3_stmt *same = store_statement(store, "DELETE FROM change WHERE revision = ?1 AND before IS after");
    sqlite3_stmt *count = store_statement(store, "SELECT (SELECT count(*) FROM change WHERE revision = ?1"
                                                 "   AND kind IN ('product', 'customer_group', 'group_member'))"
                                                 " + (SELECT count(DISTINCT key) FROM change WHERE revision = ?1"
                                                 "   AND kind IN ('rule', 'rule_product', 'rule_category'))");

    bind_number(same, 1, store->state->set.number);
    bind_number(count, 1, store->state->set.number);
    enum store_status status = store_run(store, same);
    return status == STORE_OK ? store_ask(store, count, 0, changed) : status;
}

enum store_status sqlite_count_changed(struct store *store, size_t *changed)
{
    int64_t differing = 0;
    enum store_status status = check_open(store);

    if (status == STORE_OK)
        status = count_changed(store, &differing);
    if (status == STORE_OK)
        *changed = (size_t)differing;
    return status;
}

#define REMEMBERED_S ((int64_t)31 * 24 * 3600) /* how long a change set's id is kept */

/* A change set after which nothing differs makes no revision, but counts as made and is remembered. */
static enum store_status remember_set(struct store *store, const char *author, int64_t now, int64_t changed)
{
    sqlite3_stmt *forget = store_statement(store, "DELETE FROM made_change_set WHERE made_at < ?1");
    sqlite3_stmt *insert = store_statement(
        store, "INSERT INTO made_change_set (author, id, revision, changed, made_at) VALUES (?1, ?2, ?3, ?4, ?5)");

    bind_number(forget, 1, now - REMEMBERED_S);
    enum store_status status = store_run(store, forget);
    if (status != STORE_OK)
        return status;
    bind_text(insert, 1, author);
    bind_text(insert, 2, store->state->set.id);
    bind_number(insert, 3, changed > 0 ? store->state->set.number : store->state->set.number - 1);
    bind_number(insert, 4, changed);
    bind_number(insert, 5, now);
    return store_run(store, insert);
}

static enum store_status drop_revision(struct store *store)
{
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM revision WHERE number = ?1");

    bind_number(statement, 1, store->state->set.number);
    return store_run(store, statement);
}

static enum store_status close_revision(struct store *store, const char *author, const char *message, int64_t now,
                                        int64_t changed)
{
    sqlite3_stmt *statement = store_statement(
        store, "UPDATE revision SET made_at = ?2, author = ?3, message = ?4, changed = ?5 WHERE number = ?1");

    bind_number(statement, 1, store->state->set.number);
    bind_number(statement, 2, now);
    bind_text(statement, 3, author);
    bind_text(statement, 4, message);
    bind_number(statement, 5, changed);
    return store_run(store, statement);
}

static enum store_status commit_set(struct store *store, const char *author, const char *message, int64_t now,
                                    int64_t *changed)
{
    enum store_status status = check_open(store);

    if (status == STORE_OK)
        status = store_settle(store);
    if (status == STORE_OK && store->state->set.all.count > 0)
        return store_say(store, STORE_REFUSED, "%s: %s%s%s", store->state->set.all.items[0].subject,
                         store->state->set.all.items[0].field,
                         store->state->set.all.items[0].field[0] != '\0' ? ": " : "",
                         store->state->set.all.items[0].message);
    if (status == STORE_OK)
        status = count_changed(store, changed);
    if (status != STORE_OK || (*changed == 0 && store->state->set.id == NULL))
        return status;
    status = *changed > 0 ? close_revision(store, author, message, now, *changed) : drop_revision(store);
    if (status == STORE_OK && store->state->set.id != NULL)
        status = remember_set(store, author, now, *changed);
    if (status == STORE_OK)
        status = store_execute(store, "DELETE FROM open_revision");
    return status == STORE_OK ? store_execute(store, "COMMIT") : status;
}

enum store_status sqlite_commit(struct store *store, const char *author, const char *message, int64_t now,
                                int64_t *revision, size_t *changed)
{
    int64_t differing = 0, number = store->state->set.number;
    enum store_status status = commit_set(store, author, message, now, &differing);

    if (status == STORE_OK) {
        *revision = differing > 0 ? number : number - 1;
        *changed = (size_t)differing;
    }
    if (status == STORE_OK && (differing > 0 || store->state->set.id != NULL))
        forget_set(store);
    else
        sqlite_rollback(store); /* nothing differs, or something is wrong */
    return status;
}

struct made_set {
    int64_t revision;
    size_t changed;
    bool is_found;
};

static enum store_status take_made_set(struct store *store, sqlite3_stmt *row, void *data)
{
    (void)store;
    *(struct made_set *)data = (struct made_set){
        .revision = sqlite3_column_int64(row, 0), .changed = (size_t)sqlite3_column_int64(row, 1), .is_found = true};
    return STORE_OK;
}

enum store_status sqlite_find_change_set(struct store *store, const char *author, const char *id, int64_t *revision,
                                         size_t *changed)
{
    sqlite3_stmt *statement =
        store_statement(store, "SELECT revision, changed FROM made_change_set WHERE author = ?1 AND id = ?2");
    struct made_set made = {.is_found = false};

    bind_text(statement, 1, author);
    bind_text(statement, 2, id);
    enum store_status status = store_each(store, statement, take_made_set, &made);
    if (status == STORE_OK && !made.is_found)
        return STORE_NOT_FOUND;
    if (status == STORE_OK) {
        *revision = made.revision;
        *changed = made.changed;
    }
    return status;
}
