/* SPDX-License-Identifier: MIT */
/* Any bytes as a rule file: refused with lines and reasons, or read; then what is written reads and writes the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discount/rulefile/rulefile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    size_t count, last_line;
};

static void insist(bool fact)
{
    if (!fact)
        abort();
}

static void check_fault(void *data, size_t line, const char *message)
{
    struct told *told = data;

    insist(line >= 1 && line >= told->last_line);
    insist(message[0] != '\0' && strpbrk(message, "\n\r\x01\x1b\x7f") == NULL);
    told->last_line = line;
    insist(++told->count <= RULEFILE_FAULTS_MAX + 1);
}

static void refuse_fault(void *data, const char *field, const char *message)
{
    (void)data;
    fprintf(stderr, "%s: %s\n", field, message);
    abort();
}

static void print_change(FILE *out, const struct change *change, bool is_last_of_group)
{
    struct rulefile_members members = {0};

    switch (change->kind) {
    case CHANGE_SET_RULE:
        rulefile_print_rule(out, &change->rule);
        return;
    case CHANGE_SET_GROUP:
        rulefile_print_group(out, change->key, change->label);
        return;
    case CHANGE_CLEAR_GROUP:
        return;
    case CHANGE_ADD_MEMBERS:
        rulefile_print_members(out, &members, change->customer_ids, change->customer_count);
        rulefile_print_members(out, &members, NULL, 0);
        insist(is_last_of_group || change->customer_count == CHANGE_MEMBERS_MAX);
        return;
    case CHANGE_SET_PRODUCT:
        rulefile_print_product(out, &change->product);
        return;
    case CHANGE_REMOVE_RULE:
        fprintf(out, "\nremove rule %s\n", change->key);
        return;
    case CHANGE_REMOVE_GROUP:
        fprintf(out, "\nremove group %s\n", change->key);
        return;
    case CHANGE_REMOVE_PRODUCT:
        fprintf(out, "\nremove product %s\n", change->key);
        return;
    default:
        abort(); /* a file cannot say this */
    }
}

static char *print_all(const struct rulefile *rulefile, size_t *length)
{
    char *text;
    FILE *out = open_memstream(&text, length);

    insist(out != NULL);
    rulefile_print_start(out);
    for (size_t i = 0; i < rulefile->change_count; i++) {
        const struct change *change = &rulefile->changes[i];
        insist(change_check(change, refuse_fault, NULL));
        insist(rulefile_line(rulefile, i, "") >= 2 && rulefile_line(rulefile, i, "percent") >= 2);
        bool is_last = i + 1 == rulefile->change_count || change[1].kind != CHANGE_ADD_MEMBERS;
        print_change(out, change, is_last);
    }
    rulefile_print_end(out);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct rulefile rulefile, again;
    struct told told = {0};

    if (!rulefile_parse((const char *)data, size, "", &arena, &rulefile, check_fault, &told)) {
        insist(told.count > 0);
    } else {
        size_t first_length, second_length;
        char *first = print_all(&rulefile, &first_length);
        insist(rulefile_parse(first, first_length, "", &arena, &again, check_fault, &told));
        char *second = print_all(&again, &second_length);
        insist(told.count == 0);
        insist(first_length == second_length && memcmp(first, second, first_length) == 0);
        free(first);
        free(second);
    }
    arena_release(&arena);
    return 0;
}
