/* SPDX-License-Identifier: MIT */
/* Reading in one view, and which revision that is. */
#include "discount/store/internal.h"

enum store_status store_begin_read(struct store *store)
{
    /* Products that came after the rules that name them are theirs by now. */
    return store->set.is_open ? store_settle(store) : store_execute(store, "BEGIN");
}

void store_end_read(struct store *store)
{
    if (!store->set.is_open)
        sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL); /* only temporary tables were written, if any */
}

enum store_status read_revision(struct store *store, int64_t *revision)
{
    enum store_status status =
        store_ask(store, store_statement(store, "SELECT max(number) FROM revision"), 0, revision);

    if (status == STORE_OK && *revision < 1)
        return store_say(store, STORE_FAILED, "it has no revision");
    return status;
}

enum store_status store_revision(struct store *store, int64_t *revision, char *reason, size_t reason_size)
{
    return store_tell(store, read_revision(store, revision), reason, reason_size);
}

enum store_status store_count(struct store *store, struct store_counts *counts, char *reason, size_t reason_size)
{
    sqlite3_stmt *statement = store_statement(store, "SELECT (SELECT count(*) FROM rule),"
                                                     " (SELECT count(*) FROM customer_group),"
                                                     " (SELECT count(*) FROM product)");
    enum store_status status;

    while (store_next(store, statement, &status))
        *counts = (struct store_counts){
            .rules = sqlite3_column_int64(statement, 0),
            .groups = sqlite3_column_int64(statement, 1),
            .products = sqlite3_column_int64(statement, 2),
        };
    return store_tell(store, status, reason, reason_size);
}
