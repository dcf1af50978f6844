/* SPDX-License-Identifier: MIT */
/* Reads rule files in tests, and keeps what was told of them as lines "LINE: MESSAGE". */
#ifndef RULEFILE_HARNESS_H
#define RULEFILE_HARNESS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

#include "discount/rulefile/rulefile.h"

#define HEAD "discount-rules 1\n"
#define RULE HEAD "rule a \"A\"\nlane sale\n" /* lines 1 to 3 */
#define TAIL "end\n"

static struct arena arena;
static struct rulefile rulefile;
static char told[256 * 1024];
static size_t told_count, told_line;

static void keep_fault(void *data, size_t line, const char *message)
{
    size_t length = strlen(told);

    (void)data;
    assert_true(line >= told_line);
    assert_null(strchr(message, '\n'));
    told_line = line;
    told_count++;
    snprintf(told + length, sizeof told - length, "%zu: %s\n", line, message);
}

/* The zone of windows that name none. */
static const char *shop_zone = "";

/* From exactly the bytes' own block, so that a read past the end is seen. */
static bool parse_bytes(const char *text, size_t length)
{
    char *exact = malloc(length > 0 ? length : 1);

    memcpy(exact, text, length);
    told[0] = '\0';
    told_count = told_line = 0;
    arena_reset(&arena);
    memset(&rulefile, 0x55, sizeof rulefile);
    bool is_read = rulefile_parse(exact, length, shop_zone, &arena, &rulefile, keep_fault, NULL);
    free(exact);
    assert_int_equal(is_read, told_count == 0);
    return is_read;
}

static inline void parse(const char *text)
{
    if (!parse_bytes(text, strlen(text)))
        fail_msg("%s", told);
}

/* Everything that is told has to be `expected`. */
static inline void assert_told(const char *text, const char *expected)
{
    if (parse_bytes(text, strlen(text)))
        fail_msg("nothing was told of %s", text);
    assert_string_equal(told, expected);
}

static int release_arena(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* The rule of a file that has only that. */
static inline const struct rule *parse_rule(const char *text)
{
    parse(text);
    assert_int_equal(rulefile.change_count, 1);
    assert_int_equal(rulefile.changes[0].kind, CHANGE_SET_RULE);
    return &rulefile.changes[0].rule;
}

#endif
