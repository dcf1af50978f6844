/* SPDX-License-Identifier: MIT */
/* The languages of pages: every message in every language, and numbers, prices and counts as people there write them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/text.h"
#include "fcgi-catalog/page/language.h"
#include "fcgi-catalog/page/money.h"

static struct arena arena;
static struct language_list all;

static int open_all(void **state)
{
    (void)state;
    return language_list_read("auto", &all) ? 0 : -1;
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static const struct language *find(const char *tag)
{
    struct language_list list;

    if (!language_list_read(tag, &list) || list.count != 1)
        fail_msg("no language %s", tag);
    return list.items[0];
}

/* ---- Messages ---------------------------------------------------------------------------------------------------- */

/* The names of the places in a text, in alphabetical order. */
static const char *print_places(const char *text)
{
    static const char *const places[] = {"{count}", "{here}", "{highest}", "{lowest}", "{name}", "{price}", "{text}"};
    const char *found = "";
    size_t braces = 0, length = 0;

    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        if (strstr(text, places[i]) != NULL) {
            found = arena_print(&arena, "%s%s", found, places[i]);
            length++;
        }
    }
    for (const char *at = text; *at != '\0'; at++)
        braces += *at == '{';
    if (braces != length)
        fail_msg("a place that is unknown, or there twice: %s", text);
    return found;
}

static void assert_message(const struct language *language, enum word word, enum plural form)
{
    const char *text = language->words[word][form], *english = language_default->words[word][PLURAL_OTHER];

    if (text == NULL || text[0] == '\0')
        fail_msg("%s has no form %d of \"%s\"", language->tag, (int)form, english);
    assert_true(text_is_utf8(text, strlen(text)));
    if (strcmp(print_places(text), print_places(english)) != 0)
        fail_msg("%s has other places than \"%s\": %s", language->tag, english, text);
}

static void every_language_has_every_message_with_the_same_places(void **state)
{
    (void)state;
    assert_int_equal(all.count, 13);
    for (size_t i = 0; i < all.count; i++) {
        for (enum word word = 0; word < WORD_COUNT; word++)
            assert_message(all.items[i], word, PLURAL_OTHER);
    }
}

/* Polish and Russian have no whole number of PLURAL_OTHER: what is said of PLURAL_MANY stands there. */
static enum plural form_of(const struct language *language, int64_t count)
{
    enum plural form = language->plural(count);

    return form == PLURAL_MANY && language->plural(5) == PLURAL_MANY ? PLURAL_OTHER : form;
}

/* What is counted has a form for one in English. */
static void what_is_counted_has_every_form_that_a_count_asks_for(void **state)
{
    static const int64_t counts[] = {0, 1, 2, 5, 11, 12, 21, 22, 101, 111, 1000000};

    (void)state;
    for (size_t i = 0; i < all.count; i++) {
        for (enum word word = 0; word < WORD_COUNT; word++) {
            for (size_t n = 0; language_default->words[word][PLURAL_ONE] != NULL && n < ARRAY_LENGTH(counts); n++)
                assert_message(all.items[i], word, form_of(all.items[i], counts[n]));
        }
    }
}

static void every_form_has_the_same_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < all.count; i++) {
        for (enum word word = 0; word < WORD_COUNT; word++) {
            for (enum plural form = 0; form < PLURAL_COUNT; form++) {
                if (all.items[i]->words[word][form] != NULL)
                    assert_message(all.items[i], word, form);
            }
        }
    }
}

static void counts_are_said_as_the_language_counts(void **state)
{
    (void)state;
    static const struct {
        const char *tag;
        int64_t count;
        const char *text;
    } rows[] = {
        {"en", 0, "0 products"},
        {"en", 1, "1 product"},
        {"en", 1234, "1,234 products"},
        {"de", 1, "1 Produkt"},
        {"de", 12345, "12.345 Produkte"},
        {"fr", 0, "0 produit"},
        {"fr", 2, "2 produits"},
        {"fr", 1000000, "1\u202f000\u202f000 de produits"},
        {"fr", 1000001, "1\u202f000\u202f001 produits"},
        {"es", 1234, "1234 productos"},
        {"es", 12345, "12.345 productos"},
        {"es", 2000000, "2.000.000 de productos"},
        {"it", 1000000, "1.000.000 di prodotti"},
        {"pt", 1000000, "1.000.000 de produtos"},
        {"cs", 1, "1 produkt"},
        {"cs", 4, "4 produkty"},
        {"cs", 5, "5 produktů"},
        {"pl", 1, "1 produkt"},
        {"pl", 3, "3 produkty"},
        {"pl", 12, "12 produktów"},
        {"pl", 22, "22 produkty"},
        {"pl", 21, "21 produktów"},
        {"ru", 1, "1 товар"},
        {"ru", 21, "21 товар"},
        {"ru", 11, "11 товаров"},
        {"ru", 3, "3 товара"},
        {"ru", 13, "13 товаров"},
        {"ru", 1000000, "1\u00a0000\u00a0000 товаров"},
        {"tr", 5, "5 ürün"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_string_equal(language_count(find(rows[i].tag), WORD_PRODUCTS, rows[i].count, &arena), rows[i].text);
}

static void a_value_is_not_looked_through_for_places(void **state)
{
    (void)state;
    assert_string_equal(words_fill("„{text}“", "{text}", "{text} {count}", &arena), "„{text} {count}“");
    assert_string_equal(words_fill("none", "{text}", "a", &arena), "none");
}

/* ---- Prices ------------------------------------------------------------------------------------------------------ */

static void prices_are_written_as_the_language_has_them(void **state)
{
    (void)state;
    static const struct {
        const char *tag, *currency, *text; /* of 129900 and more minor units */
        int32_t amount;
    } rows[] = {
        {"en", "EUR", "€1,299.00", 129900},
        {"en", "GBP", "£1,299.00", 129900},
        {"en", "CAD", "CA$1,299.00", 129900},
        {"en", "PLN", "PLN\u00a01,299.00", 129900},
        {"en", "", "1,299.00", 129900},
        {"de", "EUR", "1.299,00\u00a0€", 129900},
        {"de", "CHF", "1.299,00\u00a0CHF", 129900},
        {"de", "JPY", "129.900\u00a0¥", 129900},
        {"de", "", "1.299,00", 129900},
        {"fr", "EUR", "1\u202f299,00\u00a0€", 129900},
        {"fr", "USD", "1\u202f299,00\u00a0$US", 129900},
        {"es", "EUR", "1299,00\u00a0€", 129900},
        {"es", "EUR", "12.999,00\u00a0€", 1299900},
        {"it", "EUR", "1.299,00\u00a0€", 129900},
        {"pt", "BRL", "R$\u00a01.299,00", 129900},
        {"nl", "EUR", "€\u00a01.299,00", 129900},
        {"pl", "PLN", "1299,00\u00a0zł", 129900},
        {"pl", "PLN", "12\u00a0999,00\u00a0zł", 1299900},
        {"cs", "CZK", "1\u00a0299,00\u00a0Kč", 129900},
        {"sv", "SEK", "1\u00a0299,00\u00a0kr", 129900},
        {"da", "DKK", "1.299,00\u00a0kr.", 129900},
        {"tr", "TRY", "₺1.299,00", 129900},
        {"tr", "CHF", "CHF\u00a01.299,00", 129900},
        {"ru", "RUB", "1\u00a0299,00\u00a0₽", 129900},
        {"ru", "KWD", "129,900\u00a0KWD", 129900},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_string_equal(money_print(rows[i].amount, rows[i].currency, find(rows[i].tag), &arena), rows[i].text);
}

/* ---- Choices ----------------------------------------------------------------------------------------------------- */

static void languages_are_chosen_by_their_tags_in_the_order_of_the_text(void **state)
{
    struct language_list list;

    (void)state;
    assert_string_equal(all.items[0]->tag, "en");
    assert_true(language_list_read("ru, de cs", &list));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0]->tag, "ru");
    assert_string_equal(list.items[2]->tag, "cs");
    static const char *const wrong[] = {"", ",", "xx", "DE", "de-AT", "de, de", "auto, de", "de;en", "d"};
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
        assert_false(language_list_read(wrong[i], &list));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_has_every_message_with_the_same_places),
        cmocka_unit_test(what_is_counted_has_every_form_that_a_count_asks_for),
        cmocka_unit_test(every_form_has_the_same_places),
        cmocka_unit_test(counts_are_said_as_the_language_counts),
        cmocka_unit_test(a_value_is_not_looked_through_for_places),
        cmocka_unit_test(prices_are_written_as_the_language_has_them),
        cmocka_unit_test(languages_are_chosen_by_their_tags_in_the_order_of_the_text),
    };

    return cmocka_run_group_tests(tests, open_all, release_arena);
}
