/* SPDX-License-Identifier: MIT */
/* Words that no product has, and the nearest ones. */
#include "tests/unit/catalog/store_fixture.h"

static void open_names(const char *const *names, size_t count)
{
    assert_true(store_create(path, false, "", reason, sizeof reason));
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            change(arena_print(&arena, "INSERT INTO product (slug, name, price_in_cents) VALUES ('p%zu', '%s', 1)",
                               i + 1, names[i])),
            SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
}

static const char *nearest(const char *text)
{
    const char *found = "none";
    enum store_status status = store->methods->find_nearest(store, text, &arena, &found);

    assert_true(status == STORE_OK || status == STORE_NOT_FOUND);
    return found;
}

static void open_shop(void)
{
    static const char *const names[] = {"Red chair",    "Blue chair", "Oak table",  "Notebook G1511", "Strassenkarte",
                                        "Чайник синий", "Chaise",     "Oak chairs", "手机保护壳",     "Lamp"};

    open_names(names, ARRAY_LENGTH(names));
}

static void one_letter_may_be_more_less_other_or_in_the_wrong_place(void **state)
{
    (void)state;
    open_shop();
    assert_string_equal(nearest("chhair"), "chair");
    assert_string_equal(nearest("chir"), "chair");
    assert_string_equal(nearest("hair"), "chair");
    assert_string_equal(nearest("choir"), "chair");
    assert_string_equal(nearest("shair"), "chair");
    assert_string_equal(nearest("chiar"), "chair");
    assert_string_equal(nearest("chaiss"), "chaise");
    assert_string_equal(nearest("Tabel"), "table");
    assert_string_equal(nearest("notbook"), "notebook");
    assert_string_equal(nearest("straßenkahrte"), "strassenkarte");
    assert_string_equal(nearest("чяйник"), "чайник");
    assert_string_equal(nearest("ÇHAİRR"), "chair");
}

static void words_that_are_there_stay(void **state)
{
    (void)state;
    open_shop();
    assert_string_equal(nearest("Red chiar"), "Red chair");
    assert_string_equal(nearest("chiar red"), "chair red");
    assert_string_equal(nearest("chiar tabel"), "chair table");
    assert_string_equal(nearest("chair"), "none");
    assert_string_equal(nearest("chair lamp"), "none");
    assert_string_equal(nearest("noteb"), "none"); /* the beginning of a word */
}

static void what_is_far_short_or_no_word_stays(void **state)
{
    (void)state;
    open_shop();
    assert_string_equal(nearest("cchhair"), "none");
    assert_string_equal(nearest("chiar nowhere"), "none");
    assert_string_equal(nearest("lmp"), "none");
    assert_string_equal(nearest("g1512"), "none");
    assert_string_equal(nearest("手保"), "none");
    assert_string_equal(nearest("..."), "none");
    assert_string_equal(nearest("\xff\xfe"), "none");
}

static void of_several_the_one_in_the_most_places_is_the_nearest(void **state)
{
    static const char *const names[] = {"cart", "carp carp", "carp"};

    (void)state;
    open_names(names, ARRAY_LENGTH(names));
    assert_string_equal(nearest("carx"), "carp");
}

/* However large the vocabulary, the work for one word is bounded. */
static void work_is_bounded(void **state)
{
    (void)state;
    assert_true(store_create(path, false, "", reason, sizeof reason));
    assert_int_equal(change("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) "
                            "INSERT INTO product (slug, name, price_in_cents) SELECT 'p' || i, "
                            "char(97 + i % 26, 97 + i / 26 % 26, 97 + i / 676 % 26) || 'xyz lampshade', 1 FROM n"),
                     SQLITE_OK);
    assert_true(store_open(path, &store, reason, sizeof reason));
    assert_string_equal(nearest("lampshad"), "none");
    assert_string_equal(nearest("lampshaed"), "lampshade");
    store->budget_ns = 1;
    const char *found;
    assert_int_equal(store->methods->find_nearest(store, "lampshaed", &arena, &found), STORE_LIMITED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_letter_may_be_more_less_other_or_in_the_wrong_place),
        TEST(words_that_are_there_stay),
        TEST(what_is_far_short_or_no_word_stays),
        TEST(of_several_the_one_in_the_most_places_is_the_nearest),
        TEST(work_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
