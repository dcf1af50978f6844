/* SPDX-License-Identifier: MIT */
/* Writing the catalog: so many rows that triggers and indexes are put aside. */
#include "tests/unit/catalog/store_import_fixture.h"

#include "common/memory.h"

#define MANY 1200 /* products: more than are put in with triggers and indexes */

static void put_many(unsigned count, unsigned seed)
{
    char slug[32], sku[32], name[32];
    static const char *const names[] = {"a", "b", "b-b", "c", "d"};

    for (unsigned i = 0; i < count; i++) {
        enum import_outcome outcome;
        int32_t id;
        unsigned n = i * 7 + seed;
        snprintf(slug, sizeof slug, "s-%u%s", i, n % 11 == 0 ? "-new" : "");
        snprintf(sku, sizeof sku, "SKU%u", i);
        snprintf(name, sizeof name, "N\xc3\xa4me gro\xc3\x9f %u", n % 17);
        const struct product_option option = {"Size", names[n % 5]};
        const struct product_variant variant = {
            .options = &option, .option_count = 1, .price_cents = (int32_t)(n % 13)};
        const struct product product = {.slug = slug,
                                        .sku = sku,
                                        .name = name,
                                        .price_cents = (int32_t)(n % 13),
                                        .categories = &names[n % 4],
                                        .own_category_count = n % 3 > 1 ? 2 : n % 3,
                                        .tags = &names[n % 3],
                                        .tag_count = n % 2,
                                        .variants = &variant,
                                        .variant_count = n % 4 == 1};
        if (import->methods->put_product(import, &product, FIELD_ALL & ~(FIELD_STOCK | FIELD_IMAGES), &outcome, &id) !=
            IMPORT_OK)
            fail_msg("%s", import->reason);
    }
}

static void add_tree(void)
{
    enum import_outcome outcome;

    assert_int_equal(import->methods->put_category(import, "a", "\xc3\x84\xc3\x98", "", &outcome), IMPORT_OK);
    assert_int_equal(import->methods->put_category(import, "b-b", "Bb", "b", &outcome), IMPORT_OK);
    assert_int_equal(import->methods->put_category(import, "b", "B", "a", &outcome), IMPORT_OK);
}

/* Everything that somebody could see or that follows from it, as one text. */
static const char *digest(void)
{
    return ask(
        "SELECT group_concat(line, char(10)) FROM ("
        "SELECT id || slug || sku || name || price_in_cents || sort_name || category_words || title_words || "
        "other_words || variant_words || hex(lists) AS line FROM product "
        "UNION ALL SELECT product_id || category FROM product_category "
        "UNION ALL SELECT product_id || tag FROM product_tag UNION ALL SELECT slug || product_id FROM old_slug "
        "UNION ALL SELECT product_id || ':' || id || options || price_in_cents FROM variant "
        "UNION ALL SELECT product_id || '-' || id || options FROM former_variant "
        "UNION ALL SELECT slug || name || coalesce(parent, '') || product_count FROM category "
        "UNION ALL SELECT category || '/' || product_id || '/' || price_in_cents FROM product_in "
        "UNION ALL SELECT type || name || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'product_search_%' "
        "ORDER BY 1)");
}

/* Many rows in one import go another way than a few at a time, and come to the same. */
static void many_rows_come_to_what_a_few_at_a_time_do(void **state)
{
    static const unsigned many = 1700;
    const char *whole, *pieces;

    (void)state;
    for (int round = 0; round < 2; round++) {
        open_shop();
        add_tree();
        put_many(round == 0 ? many : 900, 0); /* 900 are not many */
        commit();
        for (unsigned part = 900; round == 1 && part < many; part += 800) {
            begin();
            put_many(part + 800 < many ? part + 800 : many, 0);
            commit();
        }
        begin();
        put_many(round == 0 ? many : 900, 5);
        commit();
        for (unsigned part = 900; round == 1 && part < many; part += 800) {
            begin();
            put_many(part + 800 < many ? part + 800 : many, 5);
            commit();
        }
        if (round == 0)
            whole = memory_copy_text(digest());
        else
            pieces = digest();
        import_close(import);
        import = NULL;
        remove_database();
    }
    assert_string_equal(whole, pieces);
    free((void *)(uintptr_t)whole);
}

/* The category of thousands of products gets another name and place, behind them. */
static void many_rows_and_then_another_tree(void **state)
{
    enum import_outcome outcome;

    (void)state;
    open_shop();
    add_tree();
    put_many(1500, 3);
    assert_int_equal(import->methods->put_category(import, "b", "Bee", "d", &outcome), IMPORT_OK);
    commit();
    begin();
    put_many(1500, 8);
    assert_int_equal(import->methods->put_category(import, "a", "Ay", NULL, &outcome), IMPORT_OK);
    commit();
}

static void many_products_are_pruned(void **state)
{
    struct import_pruned pruned;

    (void)state;
    open_shop();
    put_many(MANY, 0);
    commit();
    begin();
    put_many(100, 0);
    assert_int_equal(import->methods->prune(import, &pruned), IMPORT_OK);
    assert_int_equal(pruned.products, MANY - 100);
    commit();
    assert_int_equal(list().count, 100);
}

static void readers_see_the_old_catalog_until_the_commit_of_many(void **state)
{
    struct product_query query = {.text = "name", .sort = SORT_RANK, .limit = 5, .min_price = -1, .max_price = -1};
    struct product_page page;

    (void)state;
    open_shop();
    put_many(10, 0);
    commit();
    int64_t before = revision();
    begin();
    put_many(MANY, 1);
    assert_int_equal(revision(), before);
    assert_int_equal(list().count, 10);
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(page.products.count, 5);
    commit();
    assert_true(revision() > before);
    assert_int_equal(list().count, MANY);
    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_true(page.has_next);
}

static void many_that_are_rolled_back_leave_triggers_and_indexes(void **state)
{
    (void)state;
    open_shop();
    put_many(10, 0);
    commit();
    const char *before = digest();
    begin();
    put_many(MANY, 1);
    import->methods->roll_back(import);
    assert_string_equal(digest(), before);
    assert_sound();
}

/* What was written before it was taken back is in the log, as long as it was: on a full disk nobody else could write.
 */
static void many_that_are_rolled_back_leave_no_disk_taken(void **state)
{
    static char description[8000];
    char slug[32], name[128];
    struct stat log;

    (void)state;
    memset(description, 'x', sizeof description - 1);
    open_shop(); /* the store goes on reading */
    for (unsigned i = 0; i < 4000; i++) {
        const struct product product = {.slug = slug, .description = description};
        enum import_outcome outcome;
        int32_t id;
        snprintf(slug, sizeof slug, "s-%u", i);
        assert_int_equal(
            import->methods->put_product(import, &product, FIELD_SLUG | FIELD_PRICE | FIELD_DESCRIPTION, &outcome, &id),
            IMPORT_OK);
    }
    snprintf(name, sizeof name, "%s-wal", path);
    assert_int_equal(stat(name, &log), 0);
    assert_true(log.st_size > 4 << 20);
    import->methods->roll_back(import);
    assert_int_equal(stat(name, &log), 0);
    assert_int_equal(log.st_size, 0);
    assert_string_equal(sqlite3_temp_directory, directory);
}

static double done;
static void note_progress(void *data, double fraction)
{
    assert_ptr_equal(data, &done);
    assert_true(fraction >= done && fraction <= 1);
    done = fraction;
}

static void the_commit_of_many_tells_how_far_it_is(void **state)
{
    (void)state;
    open_shop();
    put_many(MANY, 0);
    done = 0;
    assert_int_equal(import->methods->commit(import, note_progress, &done), IMPORT_OK);
    assert_true(done == 1);
}

static void a_trigger_of_somebody_else_is_kept(void **state)
{
    (void)state;
    open_shop();
    import->methods->roll_back(import);
    assert_int_equal(change("CREATE TABLE mine (n); CREATE TRIGGER mine_too AFTER INSERT ON product "
                            "BEGIN INSERT INTO mine VALUES (NEW.id); END"),
                     SQLITE_OK);
    begin();
    put_many(MANY, 0);
    commit();
    assert_string_equal(ask("SELECT name FROM sqlite_schema WHERE name = 'mine_too'"), "mine_too");
    assert_string_equal(ask("SELECT count(DISTINCT n) FROM mine"), "1200");
}

/* What follows from what it changes is made as well. */
static void a_trigger_of_somebody_else_may_change_products(void **state)
{
    (void)state;
    open_shop();
    import->methods->roll_back(import);
    assert_int_equal(change("CREATE TABLE mine (n); CREATE TRIGGER mine_too AFTER INSERT ON product_category BEGIN "
                            "INSERT INTO mine VALUES (NEW.product_id);"
                            "UPDATE product SET name = name || ' in ' || NEW.category WHERE id = NEW.product_id; END"),
                     SQLITE_OK);
    begin();
    put_many(MANY, 0);
    commit();
    assert_string_equal(ask("SELECT count(*) > 500 FROM mine"), "1");
    begin();
    put_many(MANY, 0);
    commit();
}

static void count_steps(void *data, double fraction)
{
    (void)fraction;
    ++*(unsigned *)data;
}

/* One that no row of an import fires is nobody's concern. */
static void a_trigger_of_somebody_elses_table_does_not_make_it_slow(void **state)
{
    unsigned steps = 0;

    (void)state;
    open_shop();
    import->methods->roll_back(import);
    assert_int_equal(change("CREATE TABLE mine (n); CREATE TRIGGER mine_too AFTER INSERT ON mine BEGIN SELECT 1; END"),
                     SQLITE_OK);
    begin();
    put_many(1001, 0);
    assert_int_equal(import->methods->commit(import, count_steps, &steps), IMPORT_OK);
    assert_true(steps > 10); /* it made anew what follows */
    assert_string_equal(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'mine_too'"), "1");
    assert_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(many_rows_come_to_what_a_few_at_a_time_do),
        IMPORT_TEST(many_rows_and_then_another_tree),
        IMPORT_TEST(many_products_are_pruned),
        IMPORT_TEST(readers_see_the_old_catalog_until_the_commit_of_many),
        IMPORT_TEST(many_that_are_rolled_back_leave_triggers_and_indexes),
        IMPORT_TEST(many_that_are_rolled_back_leave_no_disk_taken),
        IMPORT_TEST(the_commit_of_many_tells_how_far_it_is),
        IMPORT_TEST(a_trigger_of_somebody_else_is_kept),
        IMPORT_TEST(a_trigger_of_somebody_else_may_change_products),
        IMPORT_TEST(a_trigger_of_somebody_elses_table_does_not_make_it_slow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
