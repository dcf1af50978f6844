/* SPDX-License-Identifier: MIT */
/* Search and names: folded words, beginnings, ranks, and texts that mean to be more than words. */
#include "tests/unit/catalog/store_fixture.h"

#include "fcgi-catalog/store/import.h"

static void open_products(const char *rows)
{
    char sql[4096];

    assert_true(store_create(path, false, "", reason, sizeof reason));
    snprintf(sql, sizeof sql, "INSERT INTO product (id, slug, sku, name, description, price_in_cents) VALUES %s", rows);
    assert_int_equal(change(sql), SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
}

/* The ids that a text finds in the order of the sort, "1 2 3". */
static const char *find(const char *text, enum sort sort)
{
    const struct product_query query = {.sort = sort, .text = text, .limit = 250, .min_price = -1, .max_price = -1};
    struct product_page page;
    static char ids[2048];
    int64_t count;

    assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
    assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
    assert_int_equal(count, page.products.count);
    ids[0] = '\0';
    for (size_t i = 0; i < page.products.count; i++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%d", i > 0 ? " " : "", page.products.items[i].id);
    return ids;
}

static const char *search(const char *text)
{
    return find(text, SORT_RANK);
}

static void words_are_found_without_regard_to_case_and_accents(void **state)
{
    (void)state;
    open_products(
        "(1, 'a', '', 'Crème Brûlée', '', 1), (2, 'b', '', 'ÄRMEL-Brett', '', 1), (3, 'c', '', 'Việt Nam', '', 1),"
        "(4, 'd', '', 'ПРИВЕТ мир', '', 1), (5, 'e', '', 'Cafe\xcc\x81', '', 1), (6, 'f', '', 'ΣΊΣΥΦΟΣ', '', 1)");
    assert_string_equal(search("creme brulee"), "1");
    assert_string_equal(search("CRÈME"), "1");
    assert_string_equal(search("armel"), "2");
    assert_string_equal(search("brett"), "2");
    assert_string_equal(search("viet"), "3");
    assert_string_equal(search("привет"), "4");
    assert_string_equal(search("café"), "5");
    assert_string_equal(search("σίσυφος"), "6");
}

static void all_words_must_be_there_and_the_last_may_be_a_beginning(void **state)
{
    (void)state;
    open_products("(1, 'a', '', 'Red chair', 'of oak', 1), (2, 'b', '', 'Red table', 'of oak', 1),"
                  "(3, 'c', '', 'Blue chair', 'of pine', 1)");
    assert_string_equal(search("red oak"), "1 2");
    assert_string_equal(search("red ch"), "1");
    assert_string_equal(search("re chair"), "");
    assert_string_equal(search("chair blu"), "3");
    assert_string_equal(search("red pine"), "");
    assert_string_equal(search("c"), "1 3");
}

static void sku_description_and_categories_are_searched(void **state)
{
    (void)state;
    open_products(
        "(1, 'a', 'AB-1204-X', 'One', '', 1), (2, 'b', 'AB-1205-X', 'Two', 'velvet', 1), (3, 'c', '', 'Three', '', 1)");
    assert_int_equal(change("INSERT INTO category (slug, name, parent) VALUES ('furniture', 'Möbel', NULL), "
                            "('sofas', '', 'furniture'); INSERT INTO product_category VALUES (3, 'sofas')"),
                     SQLITE_OK);
    assert_string_equal(search("AB-1204-X"), "1");
    assert_string_equal(search("ab-1204"), "1");
    assert_string_equal(search("ab-12"), "1 2");
    assert_string_equal(search("velvet"), "2");
    assert_string_equal(search("mobel"), "3");
    assert_string_equal(search("sofas"), "3");
}

static void a_product_without_a_name_is_found_by_its_slug(void **state)
{
    (void)state;
    open_demo();
    assert_string_equal(search("iphone"), "1");
    assert_string_equal(search("slim"), "3");
    assert_int_equal(change("UPDATE product SET name = 'Telephone' WHERE id = 1"), SQLITE_OK);
    assert_string_equal(search("iphone"), "");
    assert_string_equal(search("telephone"), "1");
}

static void better_matches_come_first(void **state)
{
    (void)state;
    open_products(
        "(1, 'a', '', 'Bag', 'for a lamp', 1), (2, 'b', '', 'Shade for a lamp', '', 1), (3, 'c', '', 'Lamp', '', 1),"
        "(4, 'd', '', 'Lamps and more', '', 1), (5, 'e', '', 'Lamp oil', '', 1)");
    assert_string_equal(search("lamp"), "3 5 2 4 1");
    assert_string_equal(find("lamp", SORT_ID), "1 2 3 4 5");
}

/* None of these may be an error, and none may mean anything but its words. */
static void operators_of_the_search_language_are_words(void **state)
{
    static const char *const nothing[] = {
        "\"",
        "\"\"",
        "*",
        "(",
        ")",
        "()",
        "^",
        "-",
        "+",
        ":",
        "{}",
        "&",
        "...",
        "%",
        "_",
        "'",
        "\\",
        "--",
        ";",
        "\t",
        " ",
        "title:red",
        "red AND NOTHING",
        "red NOT blue",
        "NEAR(red chair)",
        "{title}:red",
        "red OR",
        "red\" OR \"blue",
        "\") OR (\"red",
        "^blue*^ x",
        "\xf0\x9f\x98\x80",
    };

    (void)state;
    open_products(
        "(1, 'a', '', 'Red chair', '', 1), (2, 'b', '', 'Blue chair', '', 1), (3, 'c', '', 'near or not', '', 1)");
    for (size_t i = 0; i < ARRAY_LENGTH(nothing); i++) {
        for (enum sort sort = SORT_ID; sort <= SORT_RANK; sort++) {
            if (find(nothing[i], sort)[0] != '\0')
                fail_msg("%s", nothing[i]);
        }
    }
    assert_string_equal(search("NEAR"), "3");
    assert_string_equal(search("near OR not"), "3");
    assert_string_equal(search("\"chair\" re*"), "1");
    assert_string_equal(search("\"chair\" (red)"), "1");
    assert_string_equal(search("chair*"), "1 2");
    assert_string_equal(search("^red"), "1");
}

static void random_texts_are_never_an_error(void **state)
{
    static const char alphabet[] = "ab \"*()^-+:{}&%_'\\;,.NOTANDR0\xc3\xa9\x01";
    char text[64];

    (void)state;
    open_products("(1, 'a', '', 'a b', '', 1), (2, 'b', '', 'ab', '', 1)");
    for (int round = 0; round < 2000; round++) {
        unsigned length = draw(30);
        for (unsigned i = 0; i < length; i++)
            text[i] = alphabet[draw(sizeof alphabet - 1)];
        text[length] = '\0';
        find(text, (enum sort)draw(6));
        arena_reset(&arena);
    }
}

/* A text of every word that fits. */
static void long_texts_are_searched(void **state)
{
    char text[2000] = "";

    (void)state;
    open_products("(1, 'a', '', 'x', '', 1)");
    for (int i = 0; i < 900; i++)
        strcat(text, "x ");
    assert_string_equal(search(text), "1");
    strcat(text, "y");
    assert_string_equal(search(text), "");
}

static void put_in(int count, const char *name)
{
    struct import *import;
    enum import_outcome outcome;
    int32_t id;
    char slug[32];
    static int used;

    assert_true(import_open(path, &import, reason, sizeof reason));
    assert_int_equal(import->methods->begin(import), IMPORT_OK);
    for (int i = 0; i < count; i++) {
        const struct product product = {.slug = slug, .name = name};
        snprintf(slug, sizeof slug, "s-%d", ++used);
        assert_int_equal(
            import->methods->put_product(import, &product, FIELD_SLUG | FIELD_NAME | FIELD_PRICE, &outcome, &id),
            IMPORT_OK);
    }
    assert_int_equal(import->methods->commit(import, NULL, NULL), IMPORT_OK);
    import_close(import);
}

static void a_word_that_many_have_is_not_taken_for_a_beginning(void **state)
{
    struct product_query query = {.sort = SORT_RANK, .text = "oak", .limit = 1, .min_price = -1, .max_price = -1};
    struct product_page page;
    int64_t count;

    (void)state;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    put_in(5, "Oakland");
    put_in(STORE_RANKED_MAX, "Oak");
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
    assert_int_equal(count, STORE_RANKED_MAX + 5);
    put_in(1, "Oak");
    for (enum sort sort = SORT_ID; sort <= SORT_RANK; sort++) {
        query.sort = sort;
        assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
        assert_int_equal(count, STORE_RANKED_MAX + 1);
        assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
        assert_string_equal(page.products.items[0].name, "Oak");
    }
    query.text = "oakl";
    assert_int_equal(store->methods->count(store, &query, &count), STORE_OK);
    assert_int_equal(count, 5);
}

/* Whoever began to page when a word was a beginning goes on so. */
static void what_a_word_means_is_the_same_on_every_page(void **state)
{
    static const char one_more[] = "INSERT INTO product (id, slug, name, price_in_cents) VALUES (9000, 'x', 'Oak', 0)";
    struct product_query query = {.text = "oak", .limit = 250, .min_price = -1, .max_price = -1};
    struct product_page page;
    size_t met;

    (void)state;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    put_in(STORE_RANKED_MAX, "Oak");
    put_in(5, "Oakland");
    assert_true(store_open(path, &store, reason, sizeof reason));
    for (enum sort sort = SORT_ID; sort <= SORT_RANK; sort++) {
        query.sort = sort;
        query.position.is_set = false;
        met = 0;
        do {
            assert_int_equal(store->methods->list(store, &query, &arena, &page), STORE_OK);
            for (size_t i = 0; i < page.products.count; i++)
                met += strcmp(page.products.items[i].name, "Oakland") == 0;
            if (!query.position.is_set)
                assert_int_equal(change(one_more), SQLITE_OK);
            query.position = page.last;
        } while (page.has_next);
        assert_int_equal(met, 5);
        assert_int_equal(change("DELETE FROM product WHERE id = 9000"), SQLITE_OK);
    }
}

static void names_are_sorted_as_words(void **state)
{
    (void)state;
    open_products(
        "(1, 'a', '', 'zebra', 'x', 1), (2, 'b', '', 'Éclair', 'x', 1), (3, 'c', '', 'eclair, large', 'x', 1),"
        "(4, 'd', '', 'ÄPFEL', 'x', 1), (5, 'bananas', '', '', 'x', 1), (6, 'f', '', '-- \"Birnen\"', 'x', 1),"
        "(7, 'g', '', 'Яблоко', 'x', 1), (8, 'h', '', 'яблоки', 'x', 1), (9, 'i', '', 'eclair', 'x', 1)");
    assert_string_equal(find("x", SORT_NAME), "4 5 6 2 9 3 1 8 7");
    assert_string_equal(ask("SELECT sort_name FROM product WHERE id = 3"), "eclair large");
}

static void long_names_are_sorted_by_their_beginning(void **state)
{
    char rows[4096] = "(1, 'a', '', '";

    (void)state;
    for (int i = 0; i < 400; i++)
        strcat(rows, "\xf0\x9d\x92\xb3"); /* four bytes each */
    strcat(rows, "', 'x', 1), (2, 'b', '', 'y', 'x', 1)");
    open_products(rows);
    assert_string_equal(find("x", SORT_NAME), "2 1");
    assert_true(strlen(ask("SELECT sort_name FROM product WHERE id = 1")) <= POSITION_TEXT_MAX);
    assert_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_are_found_without_regard_to_case_and_accents),
        TEST(all_words_must_be_there_and_the_last_may_be_a_beginning),
        TEST(sku_description_and_categories_are_searched),
        TEST(a_product_without_a_name_is_found_by_its_slug),
        TEST(better_matches_come_first),
        TEST(operators_of_the_search_language_are_words),
        TEST(random_texts_are_never_an_error),
        TEST(long_texts_are_searched),
        TEST(a_word_that_many_have_is_not_taken_for_a_beginning),
        TEST(what_a_word_means_is_the_same_on_every_page),
        TEST(names_are_sorted_as_words),
        TEST(long_names_are_sorted_by_their_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
