/* SPDX-License-Identifier: MIT */
/* catalogctl check looks at tables, indexes, views and triggers, too: without one of them answers fail or go stale. */
#include "tests/unit/catalog/store_fixture.h"

static void assert_check_tells(const char *sql, const char *told)
{
    struct store_counts counts;

    if (change(sql) != SQLITE_OK)
        fail_msg("%s", sql);
    if (store_check(path, &counts, reason, sizeof reason) || strstr(reason, told) == NULL)
        fail_msg("%s: %s", sql, reason);
    assert_null(strchr(reason, '\n'));
}

/* A database of this version: a new one (0), or one that the program of an older version made. */
static void make_current(int from)
{
    int version;

    if (from == 0)
        assert_true(store_create(path, true, "", reason, sizeof reason));
    else
        make_old(from);
    assert_true(store_upgrade(path, &version, reason, sizeof reason));
}

static void copy_file(const char *from, const char *to)
{
    char bytes[4096];
    FILE *source = fopen(from, "rb"), *copy = fopen(to, "wb");

    assert_non_null(source);
    assert_non_null(copy);
    for (size_t length; (length = fread(bytes, 1, sizeof bytes, source)) > 0;)
        assert_int_equal(fwrite(bytes, 1, length, copy), length);
    fclose(source);
    assert_int_equal(fclose(copy), 0);
}

/* Every one of them, of a new database or of one that older programs made, in turn. */
static void check_names_what_is_missing(void **state)
{
    static const char names[] =
        "SELECT type || ' ' || name FROM sqlite_schema "
        "WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL ORDER BY 1 LIMIT 1 OFFSET %zu";

    (void)state;
    for (int from = 0; from < STORE_SCHEMA_VERSION; from++) {
        make_current(from);
        assert_sound();
        const char *kept = arena_print(&arena, "%s/kept", directory);
        assert_int_equal(change(arena_print(&arena, "VACUUM INTO '%s'", kept)), SQLITE_OK);
        size_t i = (size_t)from;
        for (const char *what; (what = ask(arena_print(&arena, names, i)))[0] != '\0'; i += STORE_SCHEMA_VERSION) {
            assert_check_tells(arena_print(&arena, "DROP %s", what), arena_print(&arena, "the %s is missing", what));
            remove_database();
            copy_file(kept, path);
        }
        assert_true(i > 50);
        assert_int_equal(unlink(kept), 0);
        remove_database();
    }
}

static void check_names_what_is_different(void **state)
{
    static const char *const changes[][2] = {
        {"DROP INDEX product_by_price; CREATE INDEX product_by_price ON product (price_in_cents, id)",
         "the index product_by_price is not the one of this version"},
        {"DROP INDEX customer_by_login; CREATE INDEX customer_by_login ON customer (login) WHERE login <> ''",
         "the index customer_by_login is not the one of this version"},
        {"DROP TRIGGER shop_kept; CREATE TRIGGER shop_kept BEFORE DELETE ON shop BEGIN "
         "SELECT RAISE(ABORT, 'the shop  cannot be deleted'); END",
         "the trigger shop_kept is not the one of this version"},
        {"DROP TRIGGER shop_kept; CREATE TRIGGER shop_kept BEFORE DELETE ON shop BEGIN "
         "SELECT RAISE(ABORT, 'The shop cannot be deleted'); END",
         "the trigger shop_kept is not the one of this version"},
        {"ALTER TABLE customer ADD COLUMN mine TEXT", "the table customer is not the one of this version"},
        {"DROP VIEW lists_now; CREATE VIEW lists_now (product_id, lists) AS SELECT id, x'' FROM product",
         "the view lists_now is not the one of this version"},
        {"DROP TABLE old_slug", "the table old_slug is missing, and 1 more like that"}, /* with its index */
        {"DROP TRIGGER product_updated; DROP TRIGGER product_inserted; DROP INDEX product_by_name",
         "the index product_by_name is missing, and 2 more like that"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
        open_demo();
        assert_check_tells(changes[i][0], changes[i][1]);
        assert_non_null(strstr(reason, "export, init and import"));
        remove_database();
    }
}

static void check_lets_the_owner_have_things_of_their_own(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(change("CREATE TABLE mine (n UNIQUE); CREATE VIEW my_view AS SELECT * FROM product;"
                            "CREATE INDEX mine_by_n ON mine (n); CREATE INDEX my_index ON product (description);"
                            "CREATE TRIGGER mine_too AFTER INSERT ON product BEGIN INSERT INTO mine VALUES (1); END;"
                            "CREATE VIRTUAL TABLE my_words USING fts5 (word)"),
                     SQLITE_OK);
    assert_sound();
}

static void check_does_not_mind_how_sql_is_written(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(change("DROP INDEX product_by_price; DROP INDEX customer_by_login; DROP TRIGGER shop_kept;"
                            "create index Product_By_Price\ton PRODUCT(price_in_cents -- mine\n);"
                            "CREATE UNIQUE INDEX customer_by_login ON customer(login) WHERE\r\nlogin<>'';"
                            "CREATE TRIGGER shop_kept before DELETE ON shop begin\n\n"
                            "SELECT RAISE(ABORT, 'the shop cannot be deleted');END"),
                     SQLITE_OK);
    assert_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(check_names_what_is_missing),
        TEST(check_names_what_is_different),
        TEST(check_lets_the_owner_have_things_of_their_own),
        TEST(check_does_not_mind_how_sql_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
