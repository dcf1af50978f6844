/* SPDX-License-Identifier: MIT */
/* An id is never used twice: rules of the Discount service mean products and customers by it. */
#include "tests/unit/catalog/store_import_fixture.h"

#define KEYS ((unsigned)(FIELD_SLUG | FIELD_SKU | FIELD_PRICE))

/* Puts a product in, and returns its id. */
static int32_t put(const char *slug, const char *sku)
{
    const struct product product = {.slug = slug, .sku = sku, .price_cents = 5};
    enum import_outcome outcome;
    int32_t id = 0;

    if (import->methods->put_product(import, &product, KEYS, &outcome, &id) != IMPORT_OK)
        fail_msg("%s", import->reason);
    return id;
}

static void assert_refused(struct product product, const char *why)
{
    enum import_outcome outcome;
    int32_t id;

    assert_int_equal(import->methods->put_product(import, &product, KEYS, &outcome, &id), IMPORT_REFUSED);
    assert_int_equal(import->reason_field, IMPORT_FIELD_ID);
    if (strstr(import->reason, why) == NULL)
        fail_msg("%s", import->reason);
}

static void put_filling(unsigned count)
{
    char slug[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(slug, sizeof slug, "filling-%u", i);
        put(slug, "");
    }
}

static void remove_shop(void)
{
    import_close(import);
    import = NULL;
    remove_database();
}

static int64_t count_repeated_skus(void)
{
    int64_t count;

    assert_int_equal(import->methods->count_repeated_skus(import, &count), IMPORT_OK);
    return count;
}

static void assert_sku_alone(const char *sku, enum import_status status, const char *why)
{
    const struct product product = {.sku = sku};
    enum import_outcome outcome;
    int32_t id;

    assert_int_equal(import->methods->put_product(import, &product, FIELD_SKU, &outcome, &id), status);
    if (status == IMPORT_REFUSED) {
        assert_int_equal(import->reason_field, FIELD_SKU);
        assert_non_null(strstr(import->reason, why));
    }
}

static void withdraw_known_by(unsigned fields, const char *slug, const char *sku)
{
    const struct product product = {.slug = slug, .sku = sku};

    if (import->methods->withdraw(import, NULL, &product, fields) != IMPORT_OK)
        fail_msg("%s", import->reason);
}

static void withdraw(const char *slug, const char *sku)
{
    withdraw_known_by(KEYS, slug, sku);
}

static int64_t delete_withdrawn(void)
{
    int64_t count;

    if (import->methods->delete_withdrawn(import, &count) != IMPORT_OK)
        fail_msg("%s", import->reason);
    return count;
}

/* A shop of "case" (SKU C) and "laptop", the highest, which has left. With many the import goes another way. */
static void open_shop_without_laptop(unsigned filling)
{
    struct import_pruned pruned;

    open_shop();
    assert_int_equal(put("case", "C"), 1);
    put_filling(filling);
    assert_int_equal(put("laptop", "L"), filling + 2);
    commit();
    begin();
    put("case", "C");
    assert_int_equal(import->methods->prune(import, &pruned), IMPORT_OK);
    assert_int_equal(pruned.products, filling + 1);
    commit();
    begin();
}

static void a_new_product_gets_no_id_of_one_that_has_left(void **state)
{
    (void)state;
    for (unsigned filling = 0; filling <= 1200; filling += 1200) {
        open_shop_without_laptop(filling);
        assert_int_equal(put("phone", ""), filling + 3);
        commit();
        remove_shop();
    }
}

static void a_product_that_comes_back_gets_its_id_again(void **state)
{
    (void)state;
    for (unsigned filling = 0; filling <= 1200; filling += 1200) {
        open_shop_without_laptop(filling);
        assert_int_equal(put("new", ""), filling + 3);
        if (filling > 0)
            put_filling(filling);
        assert_int_equal(put("laptop", ""), filling + 2); /* by its slug */
        commit();
        assert_string_equal(ask("SELECT count(*) FROM former_product"), "0");
        assert_int_equal(change("DELETE FROM product WHERE slug = 'laptop'"), SQLITE_OK);
        assert_int_equal(change("UPDATE former_product SET sku = 'L'"), SQLITE_OK);
        begin();
        assert_int_equal(put("another-name", "L"), filling + 2); /* by its SKU */
        commit();
        remove_shop();
    }
}

static void an_id_of_one_that_has_left_is_refused_to_others(void **state)
{
    (void)state;
    open_shop_without_laptop(0);
    assert_refused((struct product){.id = 2, .slug = "phone"}, "the id 2 was that of another product, which has left");
    assert_refused((struct product){.id = 9, .slug = "laptop"}, "the product had the id 2 before it left");
    commit();
}

static void the_one_that_left_last_has_the_slug(void **state)
{
    (void)state;
    open_shop();
    put("a", "");
    put("b", "");
    commit();
    assert_int_equal(change("DELETE FROM product WHERE slug = 'a'; UPDATE product SET slug = 'a' WHERE slug = 'b';"
                            "DELETE FROM product WHERE slug = 'a'"),
                     SQLITE_OK);
    begin();
    assert_int_equal(put("a", ""), 2);
    assert_int_equal(put("c", ""), 3);
    commit();
}

static void those_that_left_elsewhere_keep_their_ids(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(import->methods->put_former(import, 7, "gone", "G"), IMPORT_OK);
    assert_int_equal(import->methods->put_former(import, 7, "other", ""), IMPORT_OK); /* known already */
    assert_int_equal(import->methods->put_former(import, 0, "x", ""), IMPORT_REFUSED);
    assert_int_equal(put("new", ""), 8);
    assert_int_equal(put("gone", ""), 7);
    commit();
    begin();
    assert_int_equal(import->methods->put_former(import, 7, "gone", "G"), IMPORT_OK); /* it is there */
    assert_int_equal(import->methods->put_former(import, 20, "", ""), IMPORT_OK);
    commit();
    assert_int_equal(change("INSERT INTO product (slug, price_in_cents) VALUES ('by-hand', 1)"), SQLITE_OK);
    assert_string_equal(ask("SELECT id FROM product WHERE slug = 'by-hand'"), "21");
    assert_sound();
}

static void several_products_may_have_one_sku(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(put("red", "S"), 1);
    assert_int_equal(put("blue", "S"), 2);
    assert_int_equal(put("hat", "H"), 3);
    assert_int_equal(count_repeated_skus(), 1);
    commit();
    begin();
    assert_sku_alone("S", IMPORT_REFUSED, "several products have the SKU \"S\"; a slug is needed");
    assert_sku_alone("H", IMPORT_OK, "");
    assert_int_equal(put("blue", "S"), 2);
    assert_int_equal(put("green", "S"), 4); /* whose new name it would be is not known */
    assert_int_equal(put("red", "S"), 1);
    assert_int_equal(put("cap", "H"), 5); /* the product of this SKU was there before in this import */
    assert_int_equal(count_repeated_skus(), 2);
    commit();
    assert_int_equal(change("INSERT INTO product (slug, sku, price_in_cents) VALUES ('by-hand', 'S', 1);"
                            "UPDATE product SET sku = 'S' WHERE slug = 'hat'"),
                     SQLITE_OK);
    assert_sound();
}

/* Shops that copy a product copy its SKU, and their files are in the order of names. */
static void a_copy_before_its_original_does_not_get_its_id(void **state)
{
    (void)state;
    for (unsigned filling = 0; filling <= 1200; filling += 1200) {
        open_shop();
        assert_int_equal(put("shirt", "S"), 1);
        commit();
        begin();
        put_filling(filling);
        put("copy-of-shirt", "S");
        assert_int_equal(put("shirt", "S"), 1);
        commit();
        assert_int_equal(atoi(ask("SELECT id FROM product WHERE slug = 'copy-of-shirt'")), filling + 2);
        assert_string_equal(ask("SELECT count(*) FROM old_slug"), "0");
        begin();
        assert_int_equal(put("shirt", "S"), 1);
        assert_int_equal(put("copy-of-shirt", "S"), filling + 2);
        commit();
        remove_shop();
    }
}

static void a_row_with_another_id_is_another_product(void **state)
{
    const struct product copy = {.id = 9, .slug = "copy", .sku = "S", .price_cents = 5};
    enum import_outcome outcome;
    int32_t id;

    (void)state;
    open_shop();
    assert_int_equal(put("shirt", "S"), 1);
    commit();
    begin();
    assert_int_equal(import->methods->put_product(import, &copy, KEYS, &outcome, &id), IMPORT_OK);
    assert_int_equal(id, 9);
    assert_int_equal(put("shirt", "S"), 1);
    commit();
}

static void what_is_not_on_sale_any_more_leaves_and_keeps_its_id(void **state)
{
    (void)state;
    for (unsigned filling = 0; filling <= 1200; filling += 1200) {
        open_shop();
        assert_int_equal(put("shirt", "S"), 1);
        assert_int_equal(put("hat", "H"), 2);
        commit();
        begin();
        put_filling(filling);
        withdraw("shirt", "");
        withdraw("shirt", "");
        withdraw("copy-of-hat", "H"); /* the hat is on sale, as the next row says */
        assert_int_equal(put("hat", "H"), 2);
        withdraw("", "H");
        assert_int_equal(delete_withdrawn(), 1);
        commit();
        assert_string_equal(ask("SELECT group_concat(slug) FROM product WHERE slug NOT LIKE 'f%'"), "hat");
        assert_string_equal(ask("SELECT group_concat(id || slug || sku) FROM former_product"), "1shirtS");
        begin();
        assert_int_equal(put("shirt", "S"), 1);
        withdraw("", "H");
        assert_int_equal(delete_withdrawn(), 1);
        commit();
        begin(); /* what an import noted is not known to the next one */
        assert_int_equal(delete_withdrawn(), 0);
        commit();
        remove_shop();
    }
}

static void a_row_that_is_not_on_sale_takes_nothing_from_one_that_is(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(put("shirt", "S"), 1);
    commit();
    change("UPDATE product SET created_at = 77; INSERT INTO old_slug (slug, product_id) VALUES ('chemise', 1)");
    begin();
    withdraw("shirt", "S");
    withdraw("", "S");
    assert_int_equal(put("tee", "S"), 1);
    assert_int_equal(delete_withdrawn(), 0);
    commit();
    assert_string_equal(ask("SELECT slug || created_at FROM product"), "tee77");
    assert_string_equal(ask("SELECT group_concat(slug) FROM (SELECT slug FROM old_slug ORDER BY slug)"),
                        "chemise,shirt");
}

static void an_sku_takes_off_sale_only_the_product_that_alone_has_it(void **state)
{
    (void)state;
    open_shop();
    put("tee-red", "R");
    put("red", "S");
    put("blue", "S");
    put("shirt", "T");
    commit();
    begin();
    withdraw("", "S");
    withdraw("tee-rouge", "R");
    withdraw_known_by(FIELD_SLUG, "copy-of-shirt", "T"); /* a draft's SKU may be that of what it was copied from */
    assert_int_equal(delete_withdrawn(), 1);
    commit();
    assert_string_equal(ask("SELECT group_concat(slug) FROM (SELECT slug FROM product ORDER BY id)"), "red,blue,shirt");
}

static void a_slug_of_before_of_what_is_not_on_sale_may_be_a_later_rows(void **state)
{
    const struct product kettle = {.slug = "x", .name = "Kettle", .sku = "", .price_cents = 5};
    const struct product draft = {.slug = "kettle-x", .name = "Kettle", .sku = ""};
    enum import_outcome outcome;
    int32_t id;

    (void)state;
    for (int has_other = 0; has_other <= 1; has_other++) {
        open_shop();
        assert_int_equal(import->methods->put_product(import, &kettle, KEYS | FIELD_NAME, &outcome, &id), IMPORT_OK);
        commit();
        begin();
        assert_int_equal(import->methods->withdraw(import, "x", &draft, FIELD_SLUG), IMPORT_OK);
        if (has_other)
            assert_int_equal(put("x", ""), 1);
        assert_int_equal(delete_withdrawn(), !has_other);
        commit();
        assert_string_equal(ask("SELECT coalesce(group_concat(slug), '') FROM product"), has_other ? "x" : "");
        assert_string_equal(ask("SELECT coalesce(group_concat(slug), '') FROM former_product"),
                            has_other ? "" : "kettle-x");
        remove_shop();
    }
}

static bool rename_product(const char *old, const char *slug, const char *sku)
{
    const struct product product = {.slug = slug, .sku = sku};
    bool is_renamed;

    if (import->methods->rename(import, old, &product, &is_renamed) != IMPORT_OK)
        fail_msg("%s", import->reason);
    return is_renamed;
}

static void a_slug_of_before_leads_to_the_one_of_today(void **state)
{
    (void)state;
    for (unsigned filling = 0; filling <= 1200; filling += 1200) {
        open_shop();
        assert_int_equal(put("odka", ""), 1);
        assert_int_equal(put("apa", "L"), 2);
        assert_int_equal(put("oza", ""), 3);
        commit();
        begin();
        put_filling(filling);
        assert_false(rename_product("apa", "lapa", "M")); /* another product */
        assert_int_equal(put("oza", ""), 3);
        assert_false(rename_product("oza", "loza", "")); /* the file has both */
        assert_true(rename_product("odka", "lodka", ""));
        assert_int_equal(put("lodka", ""), 1);
        assert_false(rename_product("odka", "lodka", ""));
        assert_true(rename_product("apa", "lapa", "L"));
        assert_int_equal(put("lapa", "L"), 2);
        assert_int_equal(put("apa", "L"), 2); /* it was this one's after all */
        commit();
        assert_string_equal(ask("SELECT group_concat(slug || product_id) FROM old_slug"), "odka1");
        assert_string_equal(ask("SELECT group_concat(id || slug) FROM product WHERE id <= 3"), "1lodka,2apa,3oza");
        remove_shop();
    }
}

/* Somebody who writes SQL: an id that is not given is a new one, and one that is given is looked at. */
static void by_hand_no_id_is_used_twice(void **state)
{
    (void)state;
    open_demo();
    assert_int_equal(change("DELETE FROM product WHERE id = 3; DELETE FROM customer WHERE id = 2;"
                            "INSERT INTO product (slug, price_in_cents) VALUES ('new', 1);"
                            "INSERT INTO customer (first_name) VALUES ('Arya')"),
                     SQLITE_OK);
    assert_string_equal(ask("SELECT id FROM product WHERE slug = 'new'"), "4");
    assert_string_equal(ask("SELECT id FROM customer WHERE first_name = 'Arya'"), "3");
    assert_int_equal(change("INSERT INTO product (id, slug, price_in_cents) VALUES (3, 'other', 1)"),
                     SQLITE_CONSTRAINT);
    assert_int_equal(change("INSERT INTO product (id, slug, price_in_cents) VALUES (3, 'playstation-4-slim', 1)"),
                     SQLITE_OK);
    assert_sound();
}

/* What left before a database was brought to this version cannot be known; the highest of then is. */
static void an_upgraded_database_uses_no_id_twice(void **state)
{
    (void)state;
    for (int old = 1; old < STORE_SCHEMA_VERSION; old++) {
        int version;
        make_old(old);
        assert_int_equal(change("CREATE TABLE log (id); CREATE INDEX customer_by_first ON customer (first_name);"
                                "CREATE TRIGGER mine AFTER DELETE ON customer BEGIN INSERT INTO log VALUES (OLD.id); "
                                "END"),
                         SQLITE_OK);
        assert_true(store_upgrade(path, &version, reason, sizeof reason));
        assert_int_equal(change("DELETE FROM product WHERE id = 3; DELETE FROM customer WHERE id = 2;"
                                "INSERT INTO product (slug, price_in_cents) VALUES ('new', 1);"
                                "INSERT INTO customer (first_name) VALUES ('Arya')"),
                         SQLITE_OK);
        assert_string_equal(ask("SELECT max(id) FROM product"), "4");
        assert_string_equal(ask("SELECT max(id) FROM customer"), "3");
        assert_string_equal(ask("SELECT id FROM log"), "2"); /* the owner's trigger and index are as they were */
        assert_string_equal(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'customer_by_first'"), "1");
        assert_sound();
        remove_database();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(a_new_product_gets_no_id_of_one_that_has_left),
        IMPORT_TEST(a_product_that_comes_back_gets_its_id_again),
        IMPORT_TEST(an_id_of_one_that_has_left_is_refused_to_others),
        IMPORT_TEST(the_one_that_left_last_has_the_slug),
        IMPORT_TEST(those_that_left_elsewhere_keep_their_ids),
        IMPORT_TEST(several_products_may_have_one_sku),
        IMPORT_TEST(a_copy_before_its_original_does_not_get_its_id),
        IMPORT_TEST(a_row_with_another_id_is_another_product),
        IMPORT_TEST(what_is_not_on_sale_any_more_leaves_and_keeps_its_id),
        IMPORT_TEST(a_row_that_is_not_on_sale_takes_nothing_from_one_that_is),
        IMPORT_TEST(an_sku_takes_off_sale_only_the_product_that_alone_has_it),
        IMPORT_TEST(a_slug_of_before_of_what_is_not_on_sale_may_be_a_later_rows),
        IMPORT_TEST(a_slug_of_before_leads_to_the_one_of_today),
        TEST(by_hand_no_id_is_used_twice),
        TEST(an_upgraded_database_uses_no_id_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
