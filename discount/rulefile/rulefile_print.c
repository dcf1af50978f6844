/* SPDX-License-Identifier: MIT */
/* Products, groups and rules become a rule file: each word in its place, so that the same things give the same bytes.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "discount/rulefile/rulefile.h"
#include "discount/window/window.h"

#define INDENT "    "
#define COLUMNS 100

void rulefile_print_start(FILE *out)
{
    fputs("discount-rules 1\n", out);
}

void rulefile_print_end(FILE *out)
{
    fputs("\nend\n", out);
}

/* Nothing for an empty label. */
static void print_label(FILE *out, const char *label)
{
    if (label == NULL || label[0] == '\0')
        return;
    fputs(" \"", out);
    for (; *label != '\0'; label++) {
        if (*label == '"' || *label == '\\')
            fputc('\\', out);
        fputc(*label, out);
    }
    fputc('"', out);
}

void rulefile_print_product(FILE *out, const struct known_product *product)
{
    fprintf(out, "\nproduct %" PRId32 " %s\n", product->id, product->slug);
    if (product->floor != 0)
        fprintf(out, INDENT "floor %" PRId64 "\n", product->floor);
}

/* ---- Groups ---- */

void rulefile_print_group(FILE *out, const char *key, const char *label)
{
    fprintf(out, "\ngroup %s", key);
    print_label(out, label);
    fputc('\n', out);
}

/* Prints a word of a line; when the line is full, another one begins with `start`. */
static void print_wrapped(FILE *out, const char *start, const char *word, size_t *column)
{
    size_t length = strlen(word);

    if (*column > 0 && *column + 1 + length > COLUMNS) {
        fputc('\n', out);
        *column = 0;
    }
    if (*column == 0) {
        fputs(start, out);
        *column = strlen(start);
    }
    fprintf(out, " %s", word);
    *column += 1 + length;
}

static void print_member(FILE *out, struct rulefile_members *members, int32_t customer_id)
{
    char word[16];
    snprintf(word, sizeof word, "%" PRId32, customer_id);
    print_wrapped(out, INDENT "members", word, &members->column);
}

/* Writes the customers that are pending; two of them are no range. */
static void flush_range(FILE *out, struct rulefile_members *members)
{
    if (members->first == 0)
        return;
    if (members->last - members->first > 1) {
        char word[32];
        snprintf(word, sizeof word, "%" PRId32 "-%" PRId32, members->first, members->last);
        print_wrapped(out, INDENT "members", word, &members->column);
    } else {
        print_member(out, members, members->first);
        if (members->last != members->first)
            print_member(out, members, members->last);
    }
    members->first = members->last = 0;
}

void rulefile_print_members(FILE *out, struct rulefile_members *members, const int32_t *customer_ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert(customer_ids[i] > members->last);
        if (members->first != 0 && customer_ids[i] - 1 == members->last) {
            members->last = customer_ids[i];
            continue;
        }
        flush_range(out, members);
        members->first = members->last = customer_ids[i];
    }
    if (count > 0)
        return;
    flush_range(out, members);
    if (members->column > 0)
        fputc('\n', out);
    *members = (struct rulefile_members){0};
}

/* ---- Rules ---- */

/* "12.5" for 1250. */
static void print_percent(FILE *out, int64_t percent)
{
    fprintf(out, INDENT "percent %" PRId64, percent / 100);
    if (percent % 10 != 0)
        fprintf(out, ".%02d", (int)(percent % 100));
    else if (percent % 100 != 0)
        fprintf(out, ".%d", (int)(percent % 100 / 10));
    fputc('\n', out);
}

static void print_value(FILE *out, const struct rule *rule)
{
    if (rule->is_price_list)
        return;
    if (rule->kind == RULE_PERCENT)
        print_percent(out, rule->value);
    else
        fprintf(out, INDENT "%s %" PRId64 "\n", rule_kind_names[rule->kind], rule->value);
}

static void print_audience(FILE *out, const struct rule *rule)
{
    if (rule->audience == RULE_CUSTOMER)
        fprintf(out, INDENT "audience customer %" PRId32 "\n", rule->customer_id);
    else if (rule->audience == RULE_GROUP)
        fprintf(out, INDENT "audience group %s\n", rule->group);
}

static void print_products(FILE *out, const char *start, const struct rule_product *products, size_t count)
{
    size_t column = 0;

    for (size_t i = 0; i < count; i++)
        print_wrapped(out, start, products[i].slug, &column);
    if (column > 0)
        fputc('\n', out);
}

static void print_categories(FILE *out, const char *start, const char *const *categories, size_t count)
{
    size_t column = 0;

    for (size_t i = 0; i < count; i++)
        print_wrapped(out, start, categories[i], &column);
    if (column > 0)
        fputc('\n', out);
}

static void print_targets(FILE *out, const struct rule *rule)
{
    if (!rule->is_price_list)
        print_products(out, INDENT "include product", rule->products, rule->product_count);
    print_categories(out, INDENT "include category", rule->categories, rule->category_count);
    print_products(out, INDENT "exclude product", rule->excluded_products, rule->excluded_product_count);
    print_categories(out, INDENT "exclude category", rule->excluded_categories, rule->excluded_category_count);
}

static void print_instant(FILE *out, const char *name, int64_t instant, const char *zone, bool is_end)
{
    char text[WINDOW_TEXT_SIZE];

    if (instant == 0)
        return;
    fprintf(out, INDENT "%s %s %s\n", name, window_print(instant, zone, is_end, text),
            zone != NULL && zone[0] != '\0' ? zone : RULEFILE_UTC);
}

/* A field of the table, where it says something. */
static void print_field(FILE *out, const struct rule_field *field, const struct rule *rule)
{
    int64_t value = rule_field_get(field, rule);

    switch (field->type) {
    case RULE_FIELD_MONEY:
    case RULE_FIELD_NUMBER:
        if (value != 0)
            fprintf(out, INDENT "%s %" PRId64 "\n", field->word, value);
        return;
    case RULE_FIELD_FLAG:
    case RULE_FIELD_SWITCH:
        if ((value != 0) == (field->type == RULE_FIELD_FLAG))
            fprintf(out, INDENT "%s\n", field->word);
        return;
    case RULE_FIELD_INSTANT:
        print_instant(out, field->word, value, rule->zone, field->offset == offsetof(struct rule, ends_at));
        return;
    default:
        return;
    }
}

static void print_prices(FILE *out, const struct rule *rule)
{
    if (!rule->is_price_list)
        return;
    for (size_t i = 0; i < rule->product_count; i++)
        fprintf(out, INDENT "price %s %" PRId64 "\n", rule->products[i].slug, rule->products[i].price);
}

void rulefile_print_rule(FILE *out, const struct rule *rule)
{
    fprintf(out, "\nrule %s", rule->key);
    print_label(out, rule->label);
    fprintf(out, "\n" INDENT "lane %s\n", rule_lane_names[rule->lane]);
    print_value(out, rule);
    print_audience(out, rule);
    print_targets(out, rule);
    for (size_t i = 0; i < RULE_FIELD_COUNT; i++)
        print_field(out, &rule_fields[i], rule);
    print_prices(out, rule);
}
