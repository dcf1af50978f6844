/* SPDX-License-Identifier: MIT */
/* Rule files that are wrong: all of it is told, with its line, and nothing that only seems wrong because of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "rulefile_harness.h"

/* A rule with one line of which exactly one thing is told, in the line given, with `part` in it. */
static void assert_line_told(const char *text, size_t line, const char *part)
{
    if (parse_bytes(text, strlen(text)))
        fail_msg("nothing was told of %s", text);
    if (told_count != 1 || told_line != line || strstr(told, part) == NULL)
        fail_msg("%s\nwas told for \"%s\" in line %zu of\n%s", told, part, line, text);
}

static void words_out_of_range_are_told_with_what_is_allowed(void **state)
{
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"percent 100.01", "percent is \"100.01\"; 0 to 100 with up to two decimals, such as 12.5, is allowed"},
        {"percent 101", "\"101\""},
        {"percent 99999999999999999999", "0 to 100"},
        {"percent -1", "\"-1\""},
        {"percent 12.345", "two decimals"},
        {"percent 12.", "two decimals"},
        {"percent .5", "two decimals"},
        {"percent 12%", "two decimals"},
        {"percent 1e1", "two decimals"},
        {"amount 0", "amount is \"0\"; 1 to 2147483647 is allowed"},
        {"amount -5", "1 to 2147483647"},
        {"amount 2147483648", "1 to 2147483647"},
        {"amount 99999999999999999999999", "1 to 2147483647"},
        {"amount 9.99", "\"9.99\", which is no whole number"},
        {"price -1", "price is \"-1\"; 0 to 2147483647 is allowed"},
        {"price 0x10", "no whole number"},
        {"price ball 2147483648", "price is \"2147483648\""},
        {"price Ball 1", "\"Ball\" is no product"},
        {"amount", "amount has 0 words behind it; it is written like: amount 500"},
        {"amount 1 2", "amount has 2 words"},
        {"price 1 2 3", "price has 3 words"},
        {"percent \"5\"", "leave the quotes out"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, RULE "  %s\n" TAIL, cases[i].line);
        assert_line_told(text, 4, cases[i].part);
    }
}

static void other_words_of_rules_are_told_with_what_is_allowed(void **state)
{
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"minimum -1", "minimum is \"-1\"; 0 to 2147483647"},
        {"cap 0", "cap is \"0\"; 1 to 2147483647"},
        {"priority 1000001", "-1000000 to 1000000"},
        {"priority -1000001", "-1000000 to 1000000"},
        {"exclusive yes", "exclusive has 1 words"},
        {"audience nobody", "\"nobody\" is no audience; everybody, customer N or group KEY"},
        {"audience customer", "everybody, customer N or group KEY"},
        {"audience everybody 1", "everybody, customer N or group KEY"},
        {"audience customer 0", "customer is \"0\"; 1 to 2147483647"},
        {"audience customer 2147483648", "1 to 2147483647"},
        {"audience group V-", "\"V-\" is no group"},
        {"include ball", "include product SLUG..."},
        {"include ball bat", "\"ball\" is neither product nor category"},
        {"include product Ball", "\"Ball\" is no product; 1 to 200 characters"},
        {"include category a--b", "\"a--b\" is no category; 1 to 64 characters"},
        {"exclude category -a", "\"-a\" is no category"},
        {"starts 2026-13-01", "month 13; 1 to 12"},
        {"starts tomorrow", "\"tomorrow\" is no date"},
        {"starts 2026-01-01 Mars/Base", "\"Mars/Base\" is no time zone"},
        {"starts 2026-01-01 ../../etc/passwd", "is no time zone"},
        {"ends 2026-03-29T02:30 Europe/Berlin", "does not exist in Europe/Berlin"},
        {"percnt 5", "\"percnt\" is an unknown word; in a rule lane, percent"},
        {"floor 5", "floor does not belong in a rule; in a rule lane, percent"},
        {"members 5", "members does not belong in a rule"},
        {"minimum \"1", "the string has no closing \""},
        {"minimum 1\"", "a word has a \" in it"},
        {"minimum \"1\"2", "a space is needed between"},
        {"minimum \"\\n\"", "a \\ in a string stands alone"},
        {"minimum \xff", "not UTF-8"},
        {"minimum \xed\xa0\x80", "not UTF-8"},
        {"minimum 1\x1b", "U+001B"},
        {"minimum 1\r2", "U+000D"},
        {"minimum 1\xc2\x85", "U+0085"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, RULE "percent 5\n\n  %s\n" TAIL, cases[i].line);
        assert_line_told(text, 6, cases[i].part);
    }
}

static void words_of_groups_and_products_are_told_with_what_is_allowed(void **state)
{
    static const struct {
        const char *lines, *part;
    } cases[] = {
        {"group vip\n members 0\n", "\"0\" is no customer; 1 to 2147483647 or a range of these, such as 77-80"},
        {"group vip\n members 5-4\n", "\"5-4\" is no customer"},
        {"group vip\n members 1-\n", "is no customer"},
        {"group vip\n members 1-2-3\n", "is no customer"},
        {"group vip\n members 2147483648\n", "is no customer"},
        {"group vip\n members 1,2\n", "is no customer"},
        {"group vip\n members\n", "members has 0 words"},
        {"group vip\n percent 5\n", "percent does not belong in a group; in a group members is allowed"},
        {"group vip\n members 1-2000000000\n", "the file has 2000000000 members; up to 20000000 are allowed"},
        {"product 1 ball\n floor -1\n", "floor is \"-1\"; 0 to 2147483647"},
        {"product 1 ball\n cap 5\n", "cap does not belong in a product"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, HEAD "%s" TAIL, cases[i].lines);
        assert_line_told(text, 3, cases[i].part);
    }
}

static void beginnings_that_are_wrong_are_told_alone(void **state)
{
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"rule", "it is written like: rule black-friday"},
        {"rule Sale \"A\"", "\"Sale\" is not a key"},
        {"rule a A", "it is written like: rule"},
        {"rule a", "is not a label"},
        {"rule \"a\"", "it is written like: rule"},
        {"rule a \"A\" \"B\"", "it is written like: rule"},
        {"rule a \"A", "no closing"},
        {"rule \xff \"A\"", "not UTF-8"},
        {"rle a \"A\"", "\"rle\" is an unknown word; a block begins with product, group, rule or remove"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char text[256];
        snprintf(text, sizeof text, HEAD "%s\n  lane sale\n  percent 5\n  cap 7\n" TAIL, cases[i].line);
        assert_line_told(text, 2, cases[i].part);
    }
    assert_line_told(HEAD "product 0 ball\n floor 5\n" TAIL, 2, "the product's id is \"0\"; 1 to 2147483647");
    assert_line_told(HEAD "product ball\n floor 5\n" TAIL, 2, "it is written like: product 1 iphone-x");
    assert_line_told(HEAD "product 1 Ball\n floor 5\n" TAIL, 2, "\"Ball\" is not a product's slug");
    assert_line_told(HEAD "group VIP\n members 5\n" TAIL, 2, "\"VIP\" is not a group's key");
    assert_line_told(HEAD "remove ball\n" TAIL, 2, "it is written like: remove rule KEY");
    assert_line_told(HEAD "remove shop a\n" TAIL, 2, "\"shop\" cannot be removed");
    assert_line_told(HEAD "remove rule A\n" TAIL, 2, "\"A\" is not a rule's key");
}

static void a_wrong_beginning_between_blocks_leaves_both_alone(void **state)
{
    (void)state;
    assert_line_told(HEAD "rule a \"A\"\n  lane sale\n  percent 5\nrul b \"B\"\n  lane contract\n  amount 5\n"
                          "rule c \"C\"\n  lane sale\n  percent 5\n" TAIL,
                     5, "\"rul\" is an unknown word");
}

static void words_outside_of_blocks_are_told_once(void **state)
{
    (void)state;
    assert_line_told(HEAD "lane sale\npercent 5\ncap 5\n" TAIL, 2,
                     "lane stands outside of any block; it belongs in a rule");
    assert_line_told(HEAD "remove rule a\n  lane sale\n percent 5\n" TAIL, 3, "lane stands outside of any block");
}

static void what_a_rule_lacks_is_told_where_it_begins(void **state)
{
    (void)state;
    assert_told(HEAD "rule a \"A\"\n" TAIL,
                "2: the rule has no lane; lane contract or lane sale is needed\n"
                "2: the rule takes nothing off; one of percent, amount and price is needed\n");
}

static void a_misspelt_word_is_not_told_as_missing_too(void **state)
{
    (void)state;
    assert_line_told(RULE "  percnt 5\n" TAIL, 4, "\"percnt\" is an unknown word");
    assert_line_told(HEAD "rule a \"A\"\n  lan sale\n  percent 5\n" TAIL, 3, "\"lan\" is an unknown word");
}

static void what_does_not_go_together_is_told_with_both_lines(void **state)
{
    (void)state;
    assert_line_told(RULE "percent 5\namount 5\n" TAIL, 5, "the rule has amount and, in line 4, percent");
    assert_line_told(RULE "percent 5\npercent 5\n" TAIL, 5, "percent is given twice: lines 4 and 5");
    assert_line_told(RULE "price 5\nprice 5\n" TAIL, 5, "more than one price: lines 4 and 5");
    assert_line_told(RULE "price 5\nprice ball 5\n" TAIL, 5, "more than one price: lines 4 and 5");
    assert_line_told(RULE "price ball 5\nprice 5\n" TAIL, 5, "more than one price: lines 4 and 5");
    assert_line_told(RULE "price ball 5\nprice ball 6\n" TAIL, 5, "product \"ball\" is named twice: lines 4 and 5");
    assert_line_told(RULE "price ball 5\ninclude product bat\n" TAIL, 5, "a price list, from line 4 on");
    assert_line_told(RULE "price ball 5\ninclude category bats\n" TAIL, 5, "price list");
    assert_line_told(RULE "amount 5\ncap 5\n" TAIL, 5, "cap");
    assert_line_told(RULE "percent 5\nstarts 2026-01-02\nends 2026-01-01T12:00\n" TAIL, 6, "is not after the start");
    assert_line_told(RULE "percent 5\nstarts 2026-01-02 Europe/Berlin\nends 2026-01-03\n" TAIL, 6,
                     "the zone is UTC here and Europe/Berlin in line 5");
    assert_line_told(RULE "percent 5\nends 2026-01-02 Asia/Tokyo\nstarts 2026-01-01 Europe/Berlin\n" TAIL, 6,
                     "the zone is Europe/Berlin here and Asia/Tokyo in line 5");
}

static void names_that_come_twice_are_told_with_both_lines(void **state)
{
    (void)state;
    assert_line_told(RULE
                     "percent 5\ninclude product a b\ninclude category a\nexclude product a\ninclude product b\n" TAIL,
                     8, "product \"b\" is named twice: lines 5 and 8");
    assert_line_told(RULE "percent 5\nexclude category a a\n" TAIL, 5, "category \"a\" is named twice: lines 5 and 5");
}

static void things_that_are_described_twice_are_told_with_both_lines(void **state)
{
    (void)state;
    assert_line_told(HEAD "rule x \"A\"\nlane sale\npercent 1\nrule x \"B\"\nlane sale\npercent 2\n" TAIL, 5,
                     "rule x is described twice: lines 2 and 5");
    assert_line_told(HEAD "group x\ngroup x\nmembers 5\n" TAIL, 3, "group x is described twice: lines 2 and 3");
    assert_line_told(HEAD "product 1 x\nproduct 2 x\n" TAIL, 3, "product x is described twice: lines 2 and 3");
    assert_line_told(HEAD "product 1 x\nproduct 01 y\n" TAIL, 3,
                     "the product of id 1 is described twice: lines 2 and 3");
    assert_line_told(HEAD "remove rule x\nrule x \"B\"\nlane sale\npercent 2\n" TAIL, 3,
                     "rule x is described twice: lines 2 and 3");
}

static void everything_that_is_wrong_is_told_in_the_order_of_lines(void **state)
{
    (void)state;
    assert_told(
        HEAD "rule Sale \"A\"\nlane up\npercent 500\naudience us\nends never\n\n"
             "group g\nmembers x 5 y\nrule b \"B\"\nlane sale\namount 1\ncap 5\n",
        "2: key: \"Sale\" is not a key: 1 to 64 characters of a-z, 0-9 and single hyphens between them are allowed\n"
        "3: \"up\" is no lane; contract or sale is allowed\n"
        "4: percent is \"500\"; 0 to 100 with up to two decimals, such as 12.5, is allowed\n"
        "5: \"us\" is no audience; everybody, customer N or group KEY is allowed\n"
        "6: \"never\" is no date or time; write it like 2026-11-27, 2026-11-27T18:00, 2026-11-27T18:00:30, or in "
        "UTC 2026-11-27T18:00Z\n"
        "9: \"x\" is no customer; 1 to 2147483647 or a range of these, such as 77-80, is allowed\n"
        "9: \"y\" is no customer; 1 to 2147483647 or a range of these, such as 77-80, is allowed\n"
        "13: cap: only a rule with a percentage can have a cap\n"
        "13: the last line is not end, so the file may have been cut here\n");
}

static void a_file_that_is_none_is_told_as_such(void **state)
{
    (void)state;
    assert_line_told("", 1, "the file is empty; its first line is discount-rules 1");
    assert_line_told("\n# nothing\n", 2, "the file is empty");
    assert_line_told("product,price\nball,5\n", 1, "the first line is not discount-rules 1");
    assert_line_told("# x\ndiscount-rules 2\nrule\n", 2, "the version is \"2\"; discount-rules 1 is allowed");
    assert_line_told("discount-rules\n", 1, "discount-rules 1 is allowed");
    assert_line_told("\xff\xfe"
                     "d",
                     1, "not UTF-8");
}

static void nul_is_refused(void **state)
{
    static const char text[] = RULE "percent 5\nminimum 1\0 2\n" TAIL;

    (void)state;
    assert_false(parse_bytes(text, sizeof text - 1));
    assert_string_equal(told, "5: the line has a NUL byte; only text is allowed\n");
}

static void what_follows_the_end_is_refused(void **state)
{
    (void)state;
    assert_line_told(HEAD "end\nrule a \"A\"\nnonsense\n", 3, "something follows the line end");
    assert_line_told(HEAD "end now\n", 2, "something follows end");
}

static void a_line_has_up_to_64_kib(void **state)
{
    size_t room = 70000;
    char *text = malloc(room + 100);

    (void)state;
    for (size_t length = 65535; length <= 65537; length++) {
        size_t at = (size_t)sprintf(text, HEAD);
        memset(text + at, '#', length);
        strcpy(text + at + length, "\n" TAIL);
        assert_int_equal(parse_bytes(text, strlen(text)), length <= 65536);
    }
    assert_string_equal(told, "2: the line has 65537 bytes; up to 65536 are allowed\n");
    free(text);
}

static void a_file_cut_anywhere_is_refused_at_its_last_line(void **state)
{
    static const char text[] =
        HEAD "product 1 ball\n  floor 5\n\ngroup vip \"V\"\n  members 1 2-5\n"
             "rule a \"A\"\n  lane sale\n  percent 12\n  starts 2026-01-01 Europe/Berlin\n\nend\n";

    (void)state;
    for (size_t length = 0; length < sizeof text - 2; length++) {
        size_t last_line = 1;
        for (size_t i = 0; i + 1 < length; i++)
            last_line += text[i] == '\n';
        if (parse_bytes(text, length))
            fail_msg("%zu bytes were enough", length);
        assert_int_equal(told_line, last_line);
    }
    assert_true(parse_bytes(text, sizeof text - 2));
}

static void a_file_over_the_limit_is_refused_at_once(void **state)
{
    char *text = calloc(1, RULEFILE_SIZE_MAX + 1);

    (void)state;
    told[0] = '\0';
    told_count = told_line = 0;
    assert_false(rulefile_parse(text, RULEFILE_SIZE_MAX + 1, "", &arena, &rulefile, keep_fault, NULL));
    free(text);
    assert_string_equal(told, "1: the file has 67108865 bytes; up to 67108864 are allowed\n");
}

static void more_than_a_thousand_faults_are_counted(void **state)
{
    size_t lines = 5000, room = 64 + lines * 8;
    char *text = malloc(room), *to = text + sprintf(text, RULE "percent 1\n");

    (void)state;
    for (size_t i = 0; i < lines; i++)
        to += sprintf(to, "xyz\n");
    strcpy(to, TAIL);
    assert_false(parse_bytes(text, strlen(text)));
    free(text);
    assert_int_equal(told_count, RULEFILE_FAULTS_MAX + 1);
    assert_non_null(strstr(told, "\n1004: and 4000 more, which are not told\n"));
}

/* Four million bytes of several kinds of nonsense: the bound is far above what it takes, far below what anything but
 * linear time would. */
static void much_garbage_takes_little_time(void **state)
{
    static const char *const patterns[] = {"x\n",    "rule a\n",   "members 1 2 3\n", "include product a b c d e\n",
                                           "\xff\n", "group \"\n", "price a 1\n",     "a b c d e f g h i j "};
    size_t size = (size_t)4 * 1000 * 1000;
    char *text = malloc(size);

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        size_t at = (size_t)sprintf(text, RULE), length = strlen(patterns[i]);
        for (; at + length < size; at += length)
            memcpy(text + at, patterns[i], length);
        struct timespec before, after;
        told[0] = '\0';
        told_count = told_line = 0;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
        assert_false(rulefile_parse(text, at, "", &arena, &rulefile, keep_fault, NULL));
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
        arena_reset(&arena);
        assert_true(told_count <= RULEFILE_FAULTS_MAX + 1);
        if (after.tv_sec - before.tv_sec > 10)
            fail_msg("%s took %ld s", patterns[i], (long)(after.tv_sec - before.tv_sec));
        if (getenv("SHOW_TIMES") != NULL)
            printf("%.3f s\n", (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_out_of_range_are_told_with_what_is_allowed),
        cmocka_unit_test(other_words_of_rules_are_told_with_what_is_allowed),
        cmocka_unit_test(words_of_groups_and_products_are_told_with_what_is_allowed),
        cmocka_unit_test(beginnings_that_are_wrong_are_told_alone),
        cmocka_unit_test(a_wrong_beginning_between_blocks_leaves_both_alone),
        cmocka_unit_test(words_outside_of_blocks_are_told_once),
        cmocka_unit_test(what_a_rule_lacks_is_told_where_it_begins),
        cmocka_unit_test(a_misspelt_word_is_not_told_as_missing_too),
        cmocka_unit_test(what_does_not_go_together_is_told_with_both_lines),
        cmocka_unit_test(names_that_come_twice_are_told_with_both_lines),
        cmocka_unit_test(things_that_are_described_twice_are_told_with_both_lines),
        cmocka_unit_test(everything_that_is_wrong_is_told_in_the_order_of_lines),
        cmocka_unit_test(a_file_that_is_none_is_told_as_such),
        cmocka_unit_test(nul_is_refused),
        cmocka_unit_test(what_follows_the_end_is_refused),
        cmocka_unit_test(a_line_has_up_to_64_kib),
        cmocka_unit_test(a_file_cut_anywhere_is_refused_at_its_last_line),
        cmocka_unit_test(a_file_over_the_limit_is_refused_at_once),
        cmocka_unit_test(more_than_a_thousand_faults_are_counted),
        cmocka_unit_test(much_garbage_takes_little_time),
    };
    return cmocka_run_group_tests(tests, NULL, release_arena);
}
