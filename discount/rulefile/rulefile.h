/* SPDX-License-Identifier: MIT */
/*
 * The rule file: products, groups and rules as text that people write and read. Pure: bytes in, changes out, and back.
 * discount-rules(5) describes it. What it looks like:
 *
 *     discount-rules 1
 *
 *     product 1 iphone-x
 *         floor 50000
 *
 *     group vip "Very important people"
 *         members 1 2 77-80
 *
 *     rule black-friday "20 % off phones"
 *         lane sale
 *         percent 20
 *         audience group vip
 *         include category phones
 *         exclude product iphone-x
 *         cap 5000
 *         starts 2026-11-27 Europe/Berlin
 *         ends 2026-11-30 Europe/Berlin
 *
 *     end
 *
 * The last line is `end`, so that a file that was cut is noticed.
 */
#ifndef DISCOUNT_RULEFILE_H
#define DISCOUNT_RULEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "discount/rule/change.h"

#define RULEFILE_SIZE_MAX ((size_t)64 * 1024 * 1024)
#define RULEFILE_FAULTS_MAX 1000 /* that are told; all are counted */
/* Of a whole file; more of them end the reading. */
#define RULEFILE_BLOCKS_MAX 1000000
#define RULEFILE_TARGETS_MAX 10000000 /* products and categories that rules name */
#define RULEFILE_MEMBERS_MAX 20000000

#define RULEFILE_UTC "UTC" /* the zone "" as a file names it */

/* What a rule file says. All of it lives in the arena that it was parsed into. */
struct rulefile {
    struct change *changes; /* in the file's order; a group with members is a set, a clear, and an add for each
                               CHANGE_MEMBERS_MAX of them */
    size_t change_count;
    struct rulefile_place *places; /* for rulefile_line() */
};

/* Told of what is wrong, in the order of lines. `message` has the value and what is allowed, and lives during the call.
 */
typedef void rulefile_fault_f(void *data, size_t line, const char *message);

/*
 * Reads a whole file; `zone` is that of windows that name none: as of zone_is_known(), "" is UTC. Everything that is
 * wrong in it told (up to RULEFILE_FAULTS_MAX, then one last that counts the rest): bytes that are not UTF-8, NUL,
 * lines over 64 KiB, unknown words, numbers out of range, what change_check() finds, the same thing described twice, a
 * malformed window, an end that is missing. True: nothing was, and *rulefile is set.
 */
MUST_CHECK bool rulefile_parse(const char *text, size_t length, const char *zone, struct arena *arena,
                               struct rulefile *rulefile, rulefile_fault_f *fault, void *data);

/* The line that says `field` of a change ("" or one that the file does not say: the line where the change begins); for
 * faults that others find. */
size_t rulefile_line(const struct rulefile *rulefile, size_t change, const char *field);

/* ---- Writing: the same things in the same order give the same bytes, and windows name their zone, UTC, too ---- */

void rulefile_print_start(FILE *out);
void rulefile_print_product(FILE *out, const struct known_product *product);
/* The group's line; members follow, ascending, in as many calls as it takes, and a last one with count 0. */
void rulefile_print_group(FILE *out, const char *key, const char *label);
struct rulefile_members { /* all zero: before the first */
    int32_t first, last;
    size_t column;
};
void rulefile_print_members(FILE *out, struct rulefile_members *members, const int32_t *customer_ids, size_t count);
void rulefile_print_rule(FILE *out, const struct rule *rule);
void rulefile_print_end(FILE *out);

#endif
