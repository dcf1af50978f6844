/* SPDX-License-Identifier: MIT */
/* Faults of what a shop describes, told in sentences with the wrong value in a form that fits on one line. */
#ifndef DISCOUNT_RULE_FAULTS_H
#define DISCOUNT_RULE_FAULTS_H

#include "common/arena.h"
#include "common/compiler.h"

#include "discount/rule/change.h"
#include "discount/rule/rule.h"

/* ---- Lists of faults ---- */

struct fault {
    size_t place; /* the number of the change, or the line of the file, that it is in */
    const char *subject, *field, *message;
};

/* All zero but the arena: empty. */
struct fault_list {
    struct arena *arena;
    struct fault *items;
    size_t count;
};

/* Adds one; texts are copied, NULL is "". */
void fault_list_add(struct fault_list *list, size_t place, const char *subject, const char *field, const char *message);

/* Sorts by place; faults of one place stay in the order in which they were added. */
void fault_list_sort(struct fault_list *list);

/* ---- What is wrong with a rule or a change ---- */

/* The function that faults are told to, and how many it was told. */
struct faults {
    rule_fault_f *tell;
    void *data;
    size_t count;
};

void faults_tell(struct faults *faults, const char *field, const char *format, ...) PRINTF_LIKE(3, 4);

/* Room for a value as a message shows it. */
struct shown {
    char text[96];
};

/* A text in quotes, cut when it is long, with question marks for what cannot be printed. NULL shows as "". These
 * return shown->text. */
const char *show_text(const char *text, struct shown *shown);
/* A product's slug, or its id where it has none. */
const char *show_product(const struct rule_product *product, struct shown *shown);
/* 2026-11-27T00:00:00Z */
const char *show_instant(int64_t instant, struct shown *shown);

/* Tells what is wrong with the products and categories of a rule. */
void targets_check(const struct rule *rule, struct faults *faults);

#endif
