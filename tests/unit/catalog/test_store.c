/* SPDX-License-Identifier: MIT */
/* The store, on real databases: what is read, what a change does, what is refused. */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#include "tests/unit/catalog/store_fixture.h"

static void demo_has_the_contracts_products(void **state)
{
    (void)state;
    open_demo();
    struct product_list products = list();
    assert_int_equal(products.count, 3);
    assert_int_equal(products.items[0].id, 1);
    assert_string_equal(products.items[0].slug, "iphone-x");
    assert_string_equal(products.items[0].description, "64GB, black and iOS 12");
    assert_int_equal(products.items[0].price_cents, 99999);
    assert_int_equal(products.items[1].id, 2);
    assert_string_equal(products.items[1].slug, "notebook-avell-g1511");
    assert_string_equal(products.items[1].description, "Notebook Gamer Intel Core i7");
    assert_int_equal(products.items[1].price_cents, 150000);
    assert_int_equal(products.items[2].id, 3);
    assert_string_equal(products.items[2].slug, "playstation-4-slim");
    assert_string_equal(products.items[2].description, "1TB Console");
    assert_int_equal(products.items[2].price_cents, 32999);
}

static void demo_has_the_contracts_customers(void **state)
{
    (void)state;
    struct customer customer;
    open_demo();
    assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
    assert_int_equal(customer.id, 1);
    assert_string_equal(customer.first_name, "John");
    assert_string_equal(customer.last_name, "Snow");
    assert_int_equal(store->methods->find_customer(store, 2, &arena, &customer), STORE_OK);
    assert_int_equal(customer.id, 2);
    assert_string_equal(customer.first_name, "Daenerys");
    assert_string_equal(customer.last_name, "Targaryen");
}

static void unknown_customer_is_not_found(void **state)
{
    (void)state;
    static const int32_t ids[] = {77, 0, -1, INT32_MAX, INT32_MIN};
    struct customer customer = {.id = 5};
    open_demo();
    for (size_t i = 0; i < ARRAY_LENGTH(ids); i++)
        assert_int_equal(store->methods->find_customer(store, ids[i], &arena, &customer), STORE_NOT_FOUND);
    assert_int_equal(customer.id, 5);
}

static void database_without_demo_is_empty(void **state)
{
    (void)state;
    struct customer customer;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(list().count, 0);
    assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_NOT_FOUND);
}

static void products_come_in_the_order_of_their_ids(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(
        change(
            "INSERT INTO product (id, slug, description, price_in_cents) VALUES (900, 'z', '', 1), (50, 'a', '', 1)"),
        SQLITE_OK);
    struct product_list products = list();
    assert_int_equal(products.count, 5);
    assert_int_equal(products.items[3].id, 50);
    assert_int_equal(products.items[4].id, 900);
}

static void thousands_of_products_are_all_listed(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(change("WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                            "INSERT INTO product (id, slug, description, price_in_cents) SELECT i, 'slug-' || i, 'text "
                            "' || i, i FROM n"),
                     SQLITE_OK);
    struct product_list products = list();
    assert_int_equal(products.count, 5000);
    assert_string_equal(products.items[4999].slug, "slug-5000");
    assert_string_equal(products.items[100].description, "text 101");
}

static void revision_stays_while_nothing_changes(void **state)
{
    (void)state;
    open_demo();
    int64_t first = revision();
    list();
    assert_int_equal(revision(), first);
}

static void revision_grows_with_each_change_of_somebody_else(void **state)
{
    (void)state;
    open_demo();
    int64_t first = revision();
    assert_int_equal(change("UPDATE product SET price_in_cents = 5 WHERE id = 1"), SQLITE_OK);
    int64_t second = revision();
    assert_true(second > first);
    assert_int_equal(list().items[0].price_cents, 5);
    assert_int_equal(change("UPDATE product SET price_in_cents = 6 WHERE id = 1"), SQLITE_OK);
    assert_true(revision() > second);
    assert_int_equal(list().items[0].price_cents, 6);
}

static void revision_moves_for_a_change_that_was_already_read(void **state)
{
    (void)state;
    open_demo();
    int64_t before = revision();
    assert_int_equal(change("UPDATE product SET price_in_cents = 5 WHERE id = 1"), SQLITE_OK);
    assert_int_equal(list().items[0].price_cents, 5);
    assert_true(revision() > before);
}

/* With what else an owner does to a database under way: its log begins anew, and is emptied. */
static void no_commit_is_missed_however_it_is_made(void **state)
{
    static const char *const others[] = {"PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(RESTART)",
                                         "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "SELECT count(*) FROM product"};
    char sql[200];

    (void)state;
    open_demo();
    for (int price = 1; price <= 300; price++) {
        int64_t before = revision();
        snprintf(sql, sizeof sql, "UPDATE product SET price_in_cents = %d WHERE id = 1", price);
        assert_int_equal(change(sql), SQLITE_OK);
        if (price % 3 == 0)
            assert_int_equal(change(others[price / 3 % (int)ARRAY_LENGTH(others)]), SQLITE_OK);
        assert_true(revision() > before);
        assert_int_equal(list().items[0].price_cents, price);
        int64_t after = revision();
        assert_int_equal(revision(), after);
    }
}

static void *commit_many(void *data)
{
    atomic_int *committed = data;
    sqlite3 *writer;
    char sql[200];

    if (sqlite3_open(path, &writer) != SQLITE_OK ||
        sqlite3_exec(writer, "PRAGMA synchronous = OFF", NULL, NULL, NULL) != SQLITE_OK)
        abort();
    for (int price = 1; price <= 3000; price++) {
        snprintf(sql, sizeof sql, "UPDATE product SET price_in_cents = %d WHERE id = 1", price);
        if (sqlite3_exec(writer, sql, NULL, NULL, NULL) != SQLITE_OK)
            abort();
        atomic_store(committed, price);
    }
    sqlite3_close(writer);
    return NULL;
}

static void whoever_looks_while_others_commit_has_what_was_committed(void **state)
{
    atomic_int committed = 0;
    pthread_t owner;
    int64_t kept_revision = 0;
    int kept = 0, committed_before;

    (void)state;
    open_demo();
    assert_int_equal(pthread_create(&owner, NULL, commit_many, &committed), 0);
    do {
        committed_before = atomic_load(&committed);
        int64_t now = revision();
        if (now != kept_revision)
            kept = (int)list().items[0].price_cents;
        kept_revision = now;
        assert_true(committed_before == 0 || kept >= committed_before);
    } while (committed_before < 3000);
    pthread_join(owner, NULL);
}

static void a_database_that_is_not_in_wal_mode_is_followed_all_the_same(void **state)
{
    struct stat st;
    char beside[PATH_MAX];

    (void)state;
    open_demo();
    store_close(store);
    assert_int_equal(change("PRAGMA journal_mode = DELETE"), SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    int64_t before = revision();
    assert_int_equal(revision(), before);
    assert_int_equal(change("UPDATE product SET price_in_cents = 5 WHERE id = 1"), SQLITE_OK);
    assert_true(revision() > before);
    snprintf(beside, sizeof beside, "%s-shm", path);
    assert_int_equal(stat(beside, &st), -1);
}

static void change_that_is_not_committed_is_not_seen(void **state)
{
    (void)state;
    sqlite3 *writer;
    open_demo();
    int64_t before = revision();
    assert_int_equal(sqlite3_open(path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN IMMEDIATE; DELETE FROM product", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(revision(), before);
    assert_int_equal(list().count, 3);
    assert_int_equal(sqlite3_exec(writer, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
}

static void customer_added_later_is_found(void **state)
{
    (void)state;
    struct customer customer;
    open_demo();
    assert_int_equal(store->methods->find_customer(store, 77, &arena, &customer), STORE_NOT_FOUND);
    assert_int_equal(change("INSERT INTO customer (id, first_name, last_name) VALUES (77, 'Arya', 'Stark')"),
                     SQLITE_OK);
    assert_int_equal(store->methods->find_customer(store, 77, &arena, &customer), STORE_OK);
    assert_string_equal(customer.first_name, "Arya");
}

static void what_was_looked_up_is_forgotten_when_the_revision_moves(void **state)
{
    struct customer customer;

    (void)state;
    open_demo();
    revision();
    assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
    assert_int_equal(store->methods->find_customer(store, 77, &arena, &customer), STORE_NOT_FOUND);
    assert_int_equal(change("DELETE FROM customer WHERE id = 2;"
                            "UPDATE customer SET first_name = 'Aegon' WHERE id = 1;"
                            "INSERT INTO customer (id, first_name, last_name) VALUES (77, 'Arya', 'Stark')"),
                     SQLITE_OK);
    revision();
    assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
    assert_string_equal(customer.first_name, "Aegon");
    assert_int_equal(store->methods->find_customer(store, 77, &arena, &customer), STORE_OK);
    assert_string_equal(customer.last_name, "Stark");
    assert_int_equal(store->methods->find_customer(store, 2, &arena, &customer), STORE_NOT_FOUND);
}

static void a_customer_is_the_same_when_asked_for_again(void **state)
{
    struct customer first, again;

    (void)state;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    assert_int_equal(
        change("WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 30000) "
               "INSERT INTO customer (id, first_name, last_name) SELECT id, 'first ' || id, 'last ' || id FROM n"),
        SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    revision();
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t id = 1; id <= 30000; id += 7) { /* more than are remembered at a time */
            char name[32];
            assert_int_equal(store->methods->find_customer(store, id, &arena, &first), STORE_OK);
            assert_int_equal(store->methods->find_customer(store, id, &arena, &again), STORE_OK);
            snprintf(name, sizeof name, "first %d", id);
            assert_int_equal(again.id, id);
            assert_string_equal(again.first_name, name);
            assert_string_equal(again.last_name, first.last_name);
        }
        arena_reset(&arena);
    }
}

static void locked_database_is_busy_and_recovers(void **state)
{
    (void)state;
    sqlite3 *writer;
    struct product_list products;
    open_demo();
    store_close(store); /* the journal mode changes only when nobody has it open */
    assert_int_equal(change("PRAGMA journal_mode=DELETE"), SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(sqlite3_open(path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(list_products(&products), STORE_BUSY);
    assert_int_equal(sqlite3_exec(writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
    assert_int_equal(list().count, 3);
}

static void text_that_is_not_utf8_is_mended(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(
        change("INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, CAST(x'61ff62' AS TEXT), "
               "CAST(x'c3a9c3e2808061eda080' AS TEXT), 1);"
               "INSERT INTO customer (id, first_name, last_name) VALUES (4, CAST(x'f09f9880f09f98' AS TEXT), 'plain')"),
        SQLITE_OK);
    const struct product *product = &list().items[3];
    assert_string_equal(product->slug, "a\xef\xbf\xbd"
                                       "b");
    assert_string_equal(product->description, "\xc3\xa9\xef\xbf\xbd\xe2\x80\x80"
                                              "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    struct customer customer;
    assert_int_equal(store->methods->find_customer(store, 4, &arena, &customer), STORE_OK);
    assert_string_equal(customer.first_name, "\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(customer.last_name, "plain");
}

static void nul_inside_a_text_does_not_cut_it(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(
        change("INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'a' || char(0) || 'b', '', 1)"),
        SQLITE_OK);
    assert_string_equal(list().items[3].slug, "a\xef\xbf\xbd"
                                              "b");
}

static void schema_refuses_what_the_contract_cannot_carry(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'x', '', 2147483648)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'x', '', -1)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'x', '', 'ten')",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'x', '', NULL)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (0, 'x', '', 1)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (2147483648, 'x', '', 1)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'iphone-x', '', 1)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, '', '', 1)",
        "INSERT INTO product (id, slug, description, price_in_cents) VALUES (4, 'x', NULL, 1)",
        "INSERT INTO customer (id, first_name, last_name) VALUES (0, 'x', 'y')",
        "INSERT INTO customer (id, first_name, last_name) VALUES (2147483648, 'x', 'y')",
        "INSERT INTO customer (id, first_name, last_name) VALUES (1, 'x', 'y')",
    };
    open_demo();
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_int_not_equal(change(wrong[i]), SQLITE_OK);
    assert_int_equal(
        change("INSERT INTO product (id, slug, description, price_in_cents) VALUES (2147483647, 'x', '', 2147483647)"),
        SQLITE_OK);
}

static void price_written_around_the_schema_fails_the_list(void **state)
{
    (void)state;
    struct product_list products = {.count = 99};
    open_demo();
    assert_int_equal(change("PRAGMA ignore_check_constraints=1; UPDATE product SET price_in_cents = 4294967297"),
                     SQLITE_OK);
    int kept = quiet_stderr();
    enum store_status status = list_products(&products);
    restore_stderr(kept);
    assert_int_equal(status, STORE_FAILED);
    assert_int_equal(products.count, 99);
}

static void price_below_zero_fails_the_list(void **state)
{
    (void)state;
    struct product_list products = {.count = 99};
    open_demo();
    assert_int_equal(change("PRAGMA ignore_check_constraints=1; UPDATE product SET price_in_cents = -1 WHERE id = 2"),
                     SQLITE_OK);
    int kept = quiet_stderr();
    enum store_status status = list_products(&products);
    restore_stderr(kept);
    assert_int_equal(status, STORE_FAILED);
    assert_int_equal(products.count, 99);
}

static void table_that_was_dropped_fails_and_does_not_crash(void **state)
{
    (void)state;
    struct product_list products;
    open_demo();
    assert_int_equal(change("DROP TABLE product"), SQLITE_OK);
    int kept = quiet_stderr();
    enum store_status status = list_products(&products);
    restore_stderr(kept);
    assert_int_equal(status, STORE_FAILED);
    struct customer customer;
    assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
}

static void failure_and_recovery_are_logged_once_each(void **state)
{
    (void)state;
    struct product_list products;
    struct customer customer;
    char text[2048] = "";
    FILE *log = tmpfile();
    open_demo();
    int kept = dup(STDERR_FILENO);
    dup2(fileno(log), STDERR_FILENO);
    assert_int_equal(change("ALTER TABLE product RENAME TO away"), SQLITE_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(list_products(&products), STORE_FAILED);
        assert_int_equal(store->methods->find_customer(store, 1, &arena, &customer), STORE_OK);
    }
    assert_int_equal(change("ALTER TABLE away RENAME TO product"), SQLITE_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(list_products(&products), STORE_OK);
    restore_stderr(kept);
    rewind(log);
    assert_true(fread(text, 1, sizeof text - 1, log) > 0);
    fclose(log);
    const char *failed = strstr(text, "store-failed reading=products reason=\"no such table: product\"\n");
    assert_non_null(failed);
    assert_non_null(strstr(failed, "store-recovered reading=products\n"));
    int lines = 0;
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 2);
}

static void database_is_made_for_owner_and_group_only(void **state)
{
    (void)state;
    struct stat st;
    assert_true(store_create(path, true, "", reason, sizeof reason));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777 & ~0640u, 0);
}

static void existing_file_is_left_as_it_is(void **state)
{
    (void)state;
    assert_true(store_create(path, true, "", reason, sizeof reason));
    assert_false(store_create(path, false, "", reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(list().count, 3);
}

static void missing_database_is_named(void **state)
{
    (void)state;
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, "catalogctl init"));
}

static void other_database_is_refused(void **state)
{
    (void)state;
    assert_int_equal(change("CREATE TABLE product (id)"), SQLITE_OK);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
}

static void newer_schema_is_refused(void **state)
{
    (void)state;
    assert_true(store_create(path, true, "", reason, sizeof reason));
    assert_int_equal(change("PRAGMA user_version=1000"), SQLITE_OK);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, "newer"));
}

static void database_without_a_table_is_refused_with_its_name(void **state)
{
    (void)state;
    assert_true(store_create(path, true, "", reason, sizeof reason));
    assert_int_equal(change("DROP TABLE customer"), SQLITE_OK);
    assert_false(store_open(path, &store, reason, sizeof reason));
    assert_non_null(strstr(reason, path));
    assert_non_null(strstr(reason, "customer"));
}

static void check_counts_rows(void **state)
{
    (void)state;
    struct store_counts counts;
    open_demo();
    assert_true(store_check(path, &counts, reason, sizeof reason));
    assert_int_equal(counts.products, 3);
    assert_int_equal(counts.customers, 2);
}

static void check_finds_a_value_that_breaks_the_schema(void **state)
{
    (void)state;
    struct store_counts counts;
    open_demo();
    assert_int_equal(change("PRAGMA ignore_check_constraints=1; UPDATE product SET price_in_cents = -5 WHERE id = 2"),
                     SQLITE_OK);
    assert_false(store_check(path, &counts, reason, sizeof reason));
    assert_non_null(strstr(reason, "integrity_check"));
    assert_non_null(strstr(reason, "product"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(demo_has_the_contracts_products),
        TEST(demo_has_the_contracts_customers),
        TEST(unknown_customer_is_not_found),
        TEST(database_without_demo_is_empty),
        TEST(products_come_in_the_order_of_their_ids),
        TEST(thousands_of_products_are_all_listed),
        TEST(revision_stays_while_nothing_changes),
        TEST(revision_grows_with_each_change_of_somebody_else),
        TEST(revision_moves_for_a_change_that_was_already_read),
        TEST(no_commit_is_missed_however_it_is_made),
        TEST(whoever_looks_while_others_commit_has_what_was_committed),
        TEST(a_database_that_is_not_in_wal_mode_is_followed_all_the_same),
        TEST(change_that_is_not_committed_is_not_seen),
        TEST(customer_added_later_is_found),
        TEST(what_was_looked_up_is_forgotten_when_the_revision_moves),
        TEST(a_customer_is_the_same_when_asked_for_again),
        TEST(locked_database_is_busy_and_recovers),
        TEST(text_that_is_not_utf8_is_mended),
        TEST(nul_inside_a_text_does_not_cut_it),
        TEST(schema_refuses_what_the_contract_cannot_carry),
        TEST(price_written_around_the_schema_fails_the_list),
        TEST(price_below_zero_fails_the_list),
        TEST(table_that_was_dropped_fails_and_does_not_crash),
        TEST(failure_and_recovery_are_logged_once_each),
        TEST(database_is_made_for_owner_and_group_only),
        TEST(existing_file_is_left_as_it_is),
        TEST(missing_database_is_named),
        TEST(other_database_is_refused),
        TEST(newer_schema_is_refused),
        TEST(database_without_a_table_is_refused_with_its_name),
        TEST(check_counts_rows),
        TEST(check_finds_a_value_that_breaks_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
