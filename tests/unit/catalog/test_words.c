/* SPDX-License-Identifier: MIT */
/* Words: one form for all ways to write them, and runs of scripts without spaces taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "common/compiler.h"
#include "fcgi-catalog/catalog/words.h"

static struct arena arena;

static const char *fold(const char *text)
{
    return words_fold(text, strlen(text), &arena);
}

static void ways_to_write_a_word_are_one(void **state)
{
    static const char *const same[][2] = {
        {"STRASSE", "straße"},
        {"STRAẞE", "strasse"},
        {"Łódź", "lodz"},
        {"Smørrebrød", "smorrebrod"},
        {"Ærø", "aero"},
        {"Đà Nẵng", "da nang"},
        {"ﬁsh", "fish"},
        {"Œuvre", "oeuvre"},
        {"Ísland", "island"},
        {"Þór", "thor"},
        {"İSTANBUL", "istanbul"},
        {"ısı", "isi"},
        {"L'Oréal", "loreal"},
        {"levi’s", "levis"},
        {"ｉＰｈｏｎｅ　１２", "iphone 12"},
        {"Ёлка", "елка"},
        {"ΣΊΣΥΦΟΣ", "σισυφος"},
        {"ᾠδή", "ωιδη"},
        {"مُحَمَّد", "محمد"},
        {"أحمد", "احمد"},
        {"إبراهيم", "ابراهيم"},
        {"هـــاتف", "هاتف"},
        {"مكتبة", "مكتبه"},
        {"ک", "ك"},
        {"١٢٣ ۴۵", "123 45"},
        {"שָׁלוֹם", "שלום"},
        {"ｶﾞﾗｽ", "ガラス"},
        {"한국", "한국"},
        {"㎏", "kg"},
        {"½", "1⁄2"},
        {"x\xcc\x81", "x"},
        {"caf\x65\xcc\x81", "cafe"},
    };
    static const char *const different[][2] = {
        {"ガラス", "カラス"}, {"йод", "иод"}, {"їжак", "іжак"}, {"कमल", "कमाल"}, {"a'", "a"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++) {
        if (strcmp(fold(same[i][0]), fold(same[i][1])) != 0)
            fail_msg("%s: %s, %s", same[i][0], fold(same[i][0]), fold(same[i][1]));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(different); i++) {
        if (strcmp(fold(different[i][0]), fold(different[i][1])) == 0)
            fail_msg("%s", different[i][0]);
    }
    arena_release(&arena);
}

static void assert_settled(const char *text)
{
    const char *once = fold(text);

    if (strcmp(fold(once), once) != 0)
        fail_msg("%s: %s, %s", text, once, fold(once));
}

/* Each character of Unicode alone, and between others. */
static void what_is_folded_stays_as_it_is(void **state)
{
    char text[64], alone[8];

    (void)state;
    for (utf8proc_int32_t point = 1; point <= 0x10ffff; point++) {
        if (utf8proc_category(point) == UTF8PROC_CATEGORY_CN || utf8proc_category(point) == UTF8PROC_CATEGORY_CS)
            continue;
        alone[utf8proc_encode_char(point, (utf8proc_uint8_t *)alone)] = '\0';
        assert_settled(alone);
        snprintf(text, sizeof text, "a%s\xcc\x88\xcd\x85%s", alone, alone);
        assert_settled(text);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void random_texts_stay_as_they_are_folded(void **state)
{
    static const char *const parts[] = {"e",  "E",  "\xcc\x81", "\xcc\xb8", "'",        "ß", "Σ", "\xcd\x85",
                                        "ㅎ", "ㅏ", "ᆫ",       "ف",        "\xd9\x94", "ـ", "ｶ", "ﾞ",
                                        "ก",  "็",   " ",        "\xcc\xa7", "ﷺ",        "İ", "Ǆ"};
    uint64_t random = 1;
    char text[128];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        text[0] = '\0';
        for (int i = 0; i < 6; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            strcat(text, parts[(random >> 33) % ARRAY_LENGTH(parts)]);
        }
        assert_settled(text);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static const char *list(const char *text, bool is_asked)
{
    bool is_beginning;
    const char *words = words_list(fold(text), is_asked, &is_beginning, &arena);

    return is_beginning ? arena_print(&arena, "%s*", words) : words;
}

static void runs_are_pairs_of_neighbours(void **state)
{
    (void)state;
    assert_string_equal(list("苹果手机", false), "苹果 果手 手机 机");
    assert_string_equal(list("苹果手机", true), "苹果 果手 手机");
    assert_string_equal(list("果", true), "果*");
    assert_string_equal(list("果", false), "果");
    assert_string_equal(list("iPhone手机壳, 红", false), "iphone 手机 机壳 壳 红");
    assert_string_equal(list("文中B", true), "文中 中 b");
    assert_string_equal(list("ｶﾞﾗｽ", false), "ガラ ラス ス");
    assert_string_equal(list("한국어 책", false), "한국 국어 어 책");
    assert_string_equal(list("ก็", false), "ก\xee\x81\x87 \xee\x81\x87"); /* U+E047 */
    assert_string_equal(list("Crème-brûlée, l'été!", false), "creme brulee lete");
    assert_string_equal(list(" -- ", false), "");
    assert_string_equal(list("๓๐ x", false), "๓๐ x");
    arena_release(&arena);
}

static void bytes_that_are_no_utf8_are_between_words(void **state)
{
    (void)state;
    assert_string_equal(list("a\xff\x62\xc3", false), "a b");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_to_write_a_word_are_one),
        cmocka_unit_test(what_is_folded_stays_as_it_is),
        cmocka_unit_test(random_texts_stay_as_they_are_folded),
        cmocka_unit_test(runs_are_pairs_of_neighbours),
        cmocka_unit_test(bytes_that_are_no_utf8_are_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
