/* SPDX-License-Identifier: MIT */
/* Changes of groups, members and products, and of everything. A row is written only when it differs. */
#include "discount/store/sqlite/internal.h"

#include <inttypes.h>

/* ---- Groups ---- */

enum store_status apply_set_group(struct store *store, const struct task *task)
{
    const struct change *change = task->change;
    sqlite3_stmt *statement = store_statement(store, "INSERT INTO customer_group (key, label) VALUES (?1, ?2)"
                                                     " ON CONFLICT DO UPDATE SET label = ?2 WHERE label IS NOT ?2");

    bind_text(statement, 1, change->key);
    bind_text(statement, 2, change->label != NULL ? change->label : "");
    return store_run(store, statement);
}

enum store_status apply_remove_group(struct store *store, const struct task *task)
{
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM customer_group WHERE key = ?1");

    bind_text(statement, 1, task->change->key);
    enum store_status status = store_run(store, statement);
    if (status == STORE_OK && sqlite3_changes(store->state->db) == 0)
        return store_miss(store, task, MENTION_GROUP, task->change->key, "there is no such group");
    return status;
}

/* Whether the group exists; adds a fault where it does not. */
static enum store_status find_group(struct store *store, const struct task *task, bool *is_there)
{
    int64_t found;
    sqlite3_stmt *statement = store_statement(store, "SELECT 1 FROM customer_group WHERE key = ?1");

    bind_text(statement, 1, task->change->key);
    enum store_status status = store_ask(store, statement, 0, &found);
    *is_there = status == STORE_OK && found == 1;
    if (status == STORE_OK && !*is_there)
        return store_miss(store, task, MENTION_GROUP, task->change->key, "there is no such group");
    return status;
}

enum store_status apply_clear_group(struct store *store, const struct task *task)
{
    bool is_there;
    enum store_status status = find_group(store, task, &is_there);

    if (!is_there)
        return status;
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM group_member WHERE group_key = ?1");
    bind_text(statement, 1, task->change->key);
    return store_run(store, statement);
}

/* ---- Members ---- */

/* The group may come with a later change. */
enum store_status apply_add_members(struct store *store, const struct task *task)
{
    const struct change *change = task->change;
    sqlite3_stmt *statement = store_statement(
        store, "INSERT INTO group_member (group_key, customer_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
    enum store_status status = STORE_OK;

    for (size_t i = 0; status == STORE_OK && i < change->customer_count; i++) {
        bind_text(statement, 1, change->key);
        bind_number(statement, 2, change->customer_ids[i]);
        status = store_run(store, statement);
    }
    return status;
}

static void add_missing_members(struct store *store, const struct task *task, int32_t first, size_t count)
{
    struct fault_list *own = &store->state->set.own;
    const char *others = "";

    if (count > 1)
        others =
            arena_print(own->arena, " (nor %s %zu other%s)", count > 2 ? "are" : "is", count - 1, count > 2 ? "s" : "");
    fault_list_add(own, task->index, task->subject, "members",
                   arena_print(own->arena, "customer %" PRId32 " is not a member%s", first, others));
}

enum store_status apply_remove_members(struct store *store, const struct task *task)
{
    const struct change *change = task->change;
    bool is_there;
    enum store_status status = find_group(store, task, &is_there);
    sqlite3_stmt *statement =
        store_statement(store, "DELETE FROM group_member WHERE group_key = ?1 AND customer_id = ?2");
    size_t missing = 0;
    int32_t first = 0;

    for (size_t i = 0; is_there && status == STORE_OK && i < change->customer_count; i++) {
        bind_text(statement, 1, change->key);
        bind_number(statement, 2, change->customer_ids[i]);
        status = store_run(store, statement);
        if (status == STORE_OK && sqlite3_changes(store->state->db) == 0 && missing++ == 0)
            first = change->customer_ids[i];
    }
    if (missing > 0)
        add_missing_members(store, task, first, missing);
    return status;
}

/* ---- Products ---- */

/* Gives the product whose slug another product takes a made-up slug: a later change of the set may give it a new one.
 * store_settle() finds the products that got none. */
static enum store_status move_aside(struct store *store, const struct task *task, int64_t holder)
{
    sqlite3_stmt *note =
        store_statement(store, "INSERT INTO temp.aside (product_id, slug, change, subject)"
                               " VALUES (?1, 'aside-' || ?1 || '-' || lower(hex(randomblob(16))), ?2, ?3)"
                               " ON CONFLICT DO UPDATE SET slug = excluded.slug, change = ?2, subject = ?3");
    sqlite3_stmt *rename = store_statement(
        store, "UPDATE product SET slug = (SELECT slug FROM temp.aside WHERE product_id = ?1) WHERE id = ?1");

    bind_number(note, 1, holder);
    bind_number(note, 2, (int64_t)task->index);
    bind_text(note, 3, task->subject);
    bind_number(rename, 1, holder);
    enum store_status status = store_run(store, note);
    return status == STORE_OK ? store_run(store, rename) : status;
}

enum store_status apply_set_product(struct store *store, const struct task *task)
{
    const struct known_product *product = &task->change->product;
    sqlite3_stmt *find = store_statement(store, "SELECT id FROM product WHERE slug = ?1");
    sqlite3_stmt *write = store_statement(store, "INSERT INTO product (id, slug, floor) VALUES (?1, ?2, ?3)"
                                                 " ON CONFLICT (id) DO UPDATE SET slug = ?2, floor = iif(?4, floor, ?3)"
                                                 " WHERE (slug, floor) IS NOT (?2, iif(?4, floor, ?3))");
    int64_t holder;

    bind_text(find, 1, product->slug);
    enum store_status status = store_ask(store, find, product->id, &holder);
    if (status == STORE_OK && holder != product->id)
        status = move_aside(store, task, holder);
    bind_number(write, 1, product->id);
    bind_text(write, 2, product->slug);
    bind_number(write, 3, product->floor);
    bind_number(write, 4, task->change->keeps_floor);
    return status == STORE_OK ? store_run(store, write) : status;
}

enum store_status apply_remove_product(struct store *store, const struct task *task)
{
    sqlite3_stmt *statement = store_statement(store, "DELETE FROM product WHERE slug = ?1");

    bind_text(statement, 1, task->change->key);
    enum store_status status = store_run(store, statement);
    if (status == STORE_OK && sqlite3_changes(store->state->db) == 0)
        return store_miss(store, task, MENTION_PRODUCT, task->change->key, "there is no such product");
    return status;
}

/* ---- Everything ---- */

enum store_status apply_clear_all(struct store *store, const struct task *task)
{
    (void)task;
    store->state->set.has_wanted = false;
    return store_execute(store, "DELETE FROM temp.wanted; DELETE FROM rule; DELETE FROM customer_group;"
                                "DELETE FROM product");
}
