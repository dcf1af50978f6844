/* SPDX-License-Identifier: MIT */
/* Writing the catalog: what becomes of each row, and that it is all of them or none. */
#include "tests/unit/catalog/store_import_fixture.h"

/* Puts a product in and expects this to become of it. */
static int32_t put(struct product product, unsigned fields, enum import_outcome expected)
{
    enum import_outcome outcome;
    int32_t id = 0;

    if (import->methods->put_product(import, &product, fields, &outcome, &id) != IMPORT_OK)
        fail_msg("%s", import->reason);
    assert_int_equal(outcome, expected);
    return id;
}

/* `about`: the field that the reason is about. */
static void assert_refused(struct product product, unsigned fields, unsigned about, const char *why)
{
    enum import_outcome outcome;
    int32_t id;

    assert_int_equal(import->methods->put_product(import, &product, fields, &outcome, &id), IMPORT_REFUSED);
    if (strstr(import->reason, why) == NULL || import->reason_field != about)
        fail_msg("%s: %#x, not %#x", import->reason, import->reason_field, about);
}

static void put_category(const char *slug, const char *name, const char *parent, enum import_outcome expected)
{
    enum import_outcome outcome;

    if (import->methods->put_category(import, slug, name, parent, &outcome) != IMPORT_OK)
        fail_msg("%s", import->reason);
    assert_int_equal(outcome, expected);
}

static const char *const chairs[] = {"chairs", "sale"};
static const char *const tags[] = {"new", "eco", "new"};
static const struct product_image images[] = {{"/a.svg", "a"}, {"https://example.org/b.png", NULL}};
static const struct product chair = {.slug = "red-chair",
                                     .sku = "RC-1",
                                     .name = "Red chair",
                                     .description = "of oak",
                                     .price_cents = 4500,
                                     .stock = "low",
                                     .categories = chairs,
                                     .own_category_count = 2,
                                     .tags = tags,
                                     .tag_count = 3,
                                     .images = images,
                                     .image_count = 2,
                                     .created_at = 100,
                                     .updated_at = 200};

static void a_new_product_is_there_after_the_commit(void **state)
{
    struct product found;

    (void)state;
    open_shop();
    int32_t id = put(chair, FIELD_ALL, OUTCOME_INSERTED);
    assert_int_equal(store->methods->find_product(store, "red-chair", &arena, &found), STORE_NOT_FOUND);
    commit();
    assert_int_equal(store->methods->find_product(store, "red-chair", &arena, &found), STORE_OK);
    assert_int_equal(found.id, id);
    assert_string_equal(found.name, "Red chair");
    assert_string_equal(found.stock, "low");
    assert_int_equal(found.price_cents, 4500);
    assert_int_equal(found.own_category_count, 2);
    assert_int_equal(found.tag_count, 2);
    assert_string_equal(found.tags[0], "eco");
    assert_int_equal(found.image_count, 2);
    assert_string_equal(found.images[1].url, "https://example.org/b.png");
    assert_string_equal(found.images[1].alt, "");
    assert_int_equal(found.created_at, 100);
    assert_int_equal(found.updated_at, 200);
}

static void the_same_again_changes_nothing(void **state)
{
    struct shop before, after;

    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    assert_int_equal(store->methods->shop(store, &before), STORE_OK);
    begin();
    import->now = 5000;
    put(chair, FIELD_ALL, OUTCOME_UNCHANGED);
    commit();
    assert_int_equal(store->methods->shop(store, &after), STORE_OK);
    assert_int_equal(after.revision, before.revision);
}

/* Each field alone makes the product another. */
static void every_field_that_differs_is_written(void **state)
{
    static const char *const others[] = {"sale"};
    static const struct product_image swapped[] = {{"https://example.org/b.png", NULL}, {"/a.svg", "a"}};
    struct product now = chair, found;
    const struct {
        unsigned field;
        struct product product;
    } differences[] = {
        {FIELD_NAME, {.name = "Chair", .sku = "RC-1"}},
        {FIELD_DESCRIPTION, {.description = "", .sku = "RC-1"}},
        {FIELD_PRICE, {.price_cents = 1, .sku = "RC-1"}},
        {FIELD_STOCK, {.stock = "", .sku = "RC-1"}},
        {FIELD_COMPARE_AT, {.compare_at_cents = 5000, .sku = "RC-1"}},
        {FIELD_CATEGORIES, {.categories = others, .own_category_count = 1, .sku = "RC-1"}},
        {FIELD_TAGS, {.tags = others, .tag_count = 1, .sku = "RC-1"}},
        {FIELD_IMAGES, {.images = swapped, .image_count = 2, .sku = "RC-1"}},
        {FIELD_CREATED, {.created_at = 7, .sku = "RC-1"}},
        {FIELD_SLUG, {.slug = "chair", .sku = "RC-1"}},
    };

    (void)state;
    open_shop();
    put(now, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    for (size_t i = 0; i < ARRAY_LENGTH(differences); i++) {
        begin();
        import->now = 5000 + (int64_t)i;
        put(differences[i].product, FIELD_SKU | differences[i].field, OUTCOME_UPDATED);
        commit();
        begin();
        put(differences[i].product, FIELD_SKU | differences[i].field, OUTCOME_UNCHANGED);
        commit();
        assert_int_equal(store->methods->find_product_by_id(store, 1, &arena, &found), STORE_OK);
        assert_int_equal(found.updated_at, 5000 + (int64_t)i);
    }
    assert_string_equal(found.slug, "chair");
    assert_string_equal(found.name, "Chair");
    assert_int_equal(found.price_cents, 1);
    assert_int_equal(found.tag_count, 1);
    assert_string_equal(found.images[0].url, "https://example.org/b.png");
}

static void times_are_those_of_the_row_or_stay(void **state)
{
    struct product changed = chair;

    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    put((struct product){.slug = "x"}, FIELD_SLUG | FIELD_PRICE, OUTCOME_INSERTED);
    commit();
    begin();
    changed.price_cents = 1;
    put(changed, FIELD_ALL, OUTCOME_UPDATED);
    put((struct product){.slug = "x", .price_cents = 5}, FIELD_SLUG | FIELD_PRICE, OUTCOME_UPDATED);
    commit();
    assert_string_equal(ask("SELECT group_concat(created_at || '/' || updated_at) FROM product"), "100/200,0/0");
    begin();
    changed.price_cents = 2;
    put(changed, FIELD_ALL & ~FIELD_UPDATED, OUTCOME_UPDATED);
    commit();
    assert_string_equal(ask("SELECT updated_at FROM product WHERE id = 1"), "200");
}

/* Exported, edited, imported: the time that came along is that of the change before. */
static void a_row_that_changes_a_product_but_not_its_time_updates_it_now(void **state)
{
    struct product changed = chair;

    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    begin();
    import->now = 5000;
    put(chair, FIELD_ALL, OUTCOME_UNCHANGED);
    commit();
    assert_string_equal(ask("SELECT updated_at FROM product"), "200");
    begin();
    import->now = 6000;
    changed.price_cents = 1;
    put(changed, FIELD_ALL, OUTCOME_UPDATED);
    commit();
    assert_string_equal(ask("SELECT updated_at FROM product"), "6000");
}

static void a_known_sku_with_another_slug_is_a_rename(void **state)
{
    const char *slug;

    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    begin();
    put((struct product){.sku = "RC-1", .slug = "armchair"}, FIELD_SKU | FIELD_SLUG, OUTCOME_UPDATED);
    commit();
    assert_int_equal(store->methods->find_old_slug(store, "red-chair", &arena, &slug), STORE_OK);
    assert_string_equal(slug, "armchair");
}

static void a_product_without_a_known_sku_is_found_by_its_slug(void **state)
{
    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    begin();
    int32_t id = put((struct product){.sku = "RC-2", .slug = "red-chair"}, FIELD_SKU | FIELD_SLUG, OUTCOME_UPDATED);
    assert_int_equal(id, 1);
    commit();
    begin();
    put((struct product){.slug = "red-chair", .price_cents = 9}, FIELD_SLUG | FIELD_PRICE, OUTCOME_UPDATED);
    commit();
    assert_string_equal(ask("SELECT sku || price_in_cents FROM product"), "RC-29");
}

static void a_compare_at_price_that_is_not_above_the_price_is_dropped(void **state)
{
    const unsigned prices = FIELD_SLUG | FIELD_PRICE | FIELD_COMPARE_AT;

    (void)state;
    open_shop();
    put((struct product){.slug = "sale", .price_cents = 500, .compare_at_cents = 501}, prices, OUTCOME_INSERTED);
    put((struct product){.slug = "same", .price_cents = 500, .compare_at_cents = 500}, prices, OUTCOME_INSERTED);
    put((struct product){.slug = "none", .price_cents = 500}, prices, OUTCOME_INSERTED);
    const struct product refused = {.slug = "not a slug", .price_cents = 500, .compare_at_cents = 1};
    enum import_outcome outcome;
    int32_t id;
    assert_int_equal(import->methods->put_product(import, &refused, prices, &outcome, &id), IMPORT_REFUSED);
    assert_int_equal(import->dropped_compare_at, 1);
    commit();
    assert_string_equal(ask("SELECT group_concat(compare_at_price_in_cents) FROM product"), "501,0,0");
    begin();
    put((struct product){.slug = "sale", .price_cents = 501}, FIELD_SLUG | FIELD_PRICE, OUTCOME_UPDATED);
    assert_int_equal(import->dropped_compare_at, 1);
    commit();
    assert_string_equal(ask("SELECT group_concat(compare_at_price_in_cents) FROM product"), "0,0,0");
}

static void wrong_rows_are_refused_and_leave_the_others(void **state)
{
    static const char *const bad_category[] = {"Not A Slug"}, *const empty_tag[] = {""};
    static const struct product_image bad_image[] = {{"javascript:alert(1)", ""}};
    const unsigned key = FIELD_SLUG | FIELD_PRICE;

    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    put((struct product){.slug = "other", .sku = "O", .id = 50}, key | FIELD_SKU, OUTCOME_INSERTED);
    assert_refused(chair, FIELD_ALL, FIELD_SLUG, "came before");
    assert_refused((struct product){.slug = "red-chair", .sku = "N"}, FIELD_SLUG | FIELD_SKU, FIELD_SLUG, "before");
    assert_refused((struct product){.slug = "red-chair"}, FIELD_SLUG, FIELD_SLUG, "came before");
    assert_refused((struct product){.slug = "new"}, FIELD_SLUG, FIELD_PRICE, "needs a price");
    assert_refused((struct product){.sku = "new"}, FIELD_SKU | FIELD_PRICE, FIELD_SLUG, "needs a slug");
    assert_refused((struct product){.slug = "No Slug"}, key, FIELD_SLUG, "slug");
    assert_refused((struct product){.slug = "123"}, key, FIELD_SLUG, "slug");
    assert_refused((struct product){.slug = "\xff"}, key, FIELD_SLUG, "slug");
    assert_refused((struct product){.slug = "n", .sku = "\xff"}, key | FIELD_SKU, FIELD_SKU, "sku");
    assert_refused((struct product){.slug = "n", .id = 50}, key, IMPORT_FIELD_ID, "50");
    assert_refused((struct product){.slug = "n", .id = -1}, key, IMPORT_FIELD_ID, "-1");
    assert_refused((struct product){.slug = "n", .price_cents = -1}, key, FIELD_PRICE, "-1");
    assert_refused((struct product){.slug = "n", .stock = "plenty"}, key | FIELD_STOCK, FIELD_STOCK, "plenty");
    assert_refused((struct product){.slug = "n", .name = "\xff"}, key | FIELD_NAME, FIELD_NAME, "name");
    assert_refused((struct product){.slug = "n", .categories = bad_category, .own_category_count = 1},
                   key | FIELD_CATEGORIES, FIELD_CATEGORIES, "Not A Slug");
    assert_refused((struct product){.slug = "n", .tags = empty_tag, .tag_count = 1}, key | FIELD_TAGS, FIELD_TAGS,
                   "tag");
    assert_refused((struct product){.slug = "n", .images = bad_image, .image_count = 1}, key | FIELD_IMAGES,
                   FIELD_IMAGES, "javascript");
    assert_refused((struct product){.slug = "n", .created_at = FIELD_TIME_MAX + 1}, key | FIELD_CREATED, FIELD_CREATED,
                   "created_at");
    assert_refused((struct product){.slug = "n", .updated_at = -1}, key | FIELD_UPDATED, FIELD_UPDATED, "1970");
    commit();
    begin();
    assert_refused((struct product){.slug = "other", .id = 51}, FIELD_SLUG, IMPORT_FIELD_ID, "51");
    commit();
    assert_int_equal(list().count, 2);
    assert_string_equal(ask("SELECT count(*) FROM category"), "2");
}

static void ids_are_given_behind_the_highest(void **state)
{
    (void)state;
    open_shop();
    assert_int_equal(put((struct product){.slug = "a", .id = 70}, FIELD_SLUG | FIELD_PRICE, OUTCOME_INSERTED), 70);
    assert_int_equal(put((struct product){.slug = "b"}, FIELD_SLUG | FIELD_PRICE, OUTCOME_INSERTED), 71);
    assert_int_equal(put((struct product){.slug = "c", .id = 5}, FIELD_SLUG | FIELD_PRICE, OUTCOME_INSERTED), 5);
    assert_int_equal(put((struct product){.slug = "d"}, FIELD_SLUG | FIELD_PRICE, OUTCOME_INSERTED), 72);
    commit();
}

static void categories_are_put_and_moved(void **state)
{
    enum import_outcome outcome;

    (void)state;
    open_shop();
    put_category("phones", "Phones", "electronics", OUTCOME_INSERTED);
    put_category("electronics", "Electronics", NULL, OUTCOME_UPDATED);
    put_category("phones", "Phones", "electronics", OUTCOME_UNCHANGED);
    put_category("phones", NULL, NULL, OUTCOME_UNCHANGED);
    put_category("smart", "", "phones", OUTCOME_INSERTED);
    assert_int_equal(import->methods->put_category(import, "electronics", NULL, "smart", &outcome), IMPORT_REFUSED);
    assert_non_null(strstr(import->reason, "above itself"));
    assert_int_equal(import->reason_field, FIELD_CATEGORIES);
    assert_int_equal(import->methods->put_category(import, "smart", NULL, "smart", &outcome), IMPORT_REFUSED);
    assert_int_equal(import->methods->put_category(import, "Nope", NULL, NULL, &outcome), IMPORT_REFUSED);
    assert_int_equal(import->methods->put_category(import, "nope", "\xff", NULL, &outcome), IMPORT_REFUSED);
    put_category("phones", NULL, "", OUTCOME_UPDATED);
    commit();
    assert_string_equal(ask("SELECT coalesce(parent, 'top') FROM category WHERE slug = 'phones'"), "top");
    assert_string_equal(ask("SELECT parent FROM category WHERE slug = 'smart'"), "phones");
}

static void pruning_removes_what_was_not_named(void **state)
{
    static const char *const smart[] = {"smart"};
    struct import_pruned pruned;

    (void)state;
    open_shop();
    put_category("phones", "Phones", "electronics", OUTCOME_INSERTED);
    put_category("smart", "", "phones", OUTCOME_INSERTED);
    put_category("kept", "", "", OUTCOME_INSERTED);
    put_category("old-child", "", "old", OUTCOME_INSERTED);
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    put((struct product){.slug = "x", .categories = smart, .own_category_count = 1},
        FIELD_SLUG | FIELD_PRICE | FIELD_CATEGORIES, OUTCOME_INSERTED);
    commit();
    begin();
    put_category("kept", NULL, NULL, OUTCOME_UNCHANGED);
    put((struct product){.slug = "x"}, FIELD_SLUG, OUTCOME_UNCHANGED);
    assert_int_equal(import->methods->prune(import, &pruned), IMPORT_OK);
    assert_int_equal(pruned.products, 1);
    assert_int_equal(pruned.categories, 4); /* chairs, sale, old, old-child */
    commit();
    assert_int_equal(list().count, 1);
    assert_string_equal(ask("SELECT group_concat(slug) FROM (SELECT slug FROM category ORDER BY slug)"),
                        "electronics,kept,phones,smart");
}

static void what_is_rolled_back_was_never_there(void **state)
{
    (void)state;
    open_shop();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    import->methods->roll_back(import);
    assert_int_equal(list().count, 0);
    begin();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    import_close(import);
    import = NULL;
    assert_int_equal(list().count, 0);
    assert_sound();
    begin();
    put(chair, FIELD_ALL, OUTCOME_INSERTED);
    commit();
    assert_int_equal(list().count, 1);
}

static void only_one_writes_at_a_time(void **state)
{
    sqlite3 *other;

    (void)state;
    open_shop();
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_BUSY);
    commit();
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(a_new_product_is_there_after_the_commit),
        IMPORT_TEST(the_same_again_changes_nothing),
        IMPORT_TEST(every_field_that_differs_is_written),
        IMPORT_TEST(a_known_sku_with_another_slug_is_a_rename),
        IMPORT_TEST(a_product_without_a_known_sku_is_found_by_its_slug),
        IMPORT_TEST(a_compare_at_price_that_is_not_above_the_price_is_dropped),
        IMPORT_TEST(wrong_rows_are_refused_and_leave_the_others),
        IMPORT_TEST(ids_are_given_behind_the_highest),
        IMPORT_TEST(categories_are_put_and_moved),
        IMPORT_TEST(pruning_removes_what_was_not_named),
        IMPORT_TEST(what_is_rolled_back_was_never_there),
        IMPORT_TEST(only_one_writes_at_a_time),
        IMPORT_TEST(times_are_those_of_the_row_or_stay),
        IMPORT_TEST(a_row_that_changes_a_product_but_not_its_time_updates_it_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
