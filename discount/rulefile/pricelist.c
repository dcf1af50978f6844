/* SPDX-License-Identifier: MIT */
/* Price lists as CSV, by libcsv. It gets the lines one by one, so that each fault has its line. */
#include "discount/rulefile/pricelist.h"

#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/number.h"
#include "common/text.h"

#include "discount/rulefile/internal.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define COLUMNS 2
/* A price is short, and so is a slug: of a longer field the beginning is enough to refuse it. */
#define FIELD_MAX 256
#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI)

struct pricelist_reading {
    struct arena *arena;
    struct csv_parser csv;
    struct line_faults faults;
    size_t line;     /* that libcsv has now */
    size_t row_line; /* where the row begins; 0: it does not yet */
    bool has_header;
    bool is_stopped;
    size_t column;
    char fields[COLUMNS][FIELD_MAX + 1];
    struct name_set slugs;
    struct item_list products;
};

static void take_field(void *bytes, size_t length, void *data)
{
    struct pricelist_reading *reading = data;

    if (reading->column < COLUMNS) {
        size_t kept = length < FIELD_MAX ? length : FIELD_MAX;
        if (kept > 0)
            memcpy(reading->fields[reading->column], bytes, kept);
        reading->fields[reading->column][kept] = '\0';
    }
    reading->column++;
}

static void check_header(struct pricelist_reading *reading)
{
    reading->has_header = true;
    if (reading->column == COLUMNS && strcmp(reading->fields[0], "product") == 0 &&
        strcmp(reading->fields[1], "price") == 0)
        return;
    line_faults_add(&reading->faults, reading->row_line, "the first row is not product,price");
    reading->is_stopped = true;
}

static bool check_slug(struct pricelist_reading *reading, const char *slug)
{
    struct shown shown;

    if (rule_is_key(slug, RULE_SLUG_MAX))
        return true;
    line_faults_add(&reading->faults, reading->row_line,
                    "%s is no product; 1 to %d characters of a-z, 0-9 and single hyphens between them are allowed",
                    show_text(slug, &shown), RULE_SLUG_MAX);
    return false;
}

static bool check_price(struct pricelist_reading *reading, const char *text, int64_t *price)
{
    struct shown shown;
    enum number_status status = number_parse(text, 0, RULE_MONEY_MAX, price);

    if (status == NUMBER_OK)
        return true;
    line_faults_add(&reading->faults, reading->row_line, "the price is %s%s; 0 to %d is allowed",
                    show_text(text, &shown), status == NUMBER_MALFORMED ? ", which is no whole number" : "",
                    RULE_MONEY_MAX);
    return false;
}

static void add_product(struct pricelist_reading *reading, const char *slug, int64_t price)
{
    const char *kept = arena_copy(reading->arena, slug, strlen(slug));
    size_t before = name_set_add(&reading->slugs, SCOPE_SLUG, kept, reading->row_line);

    if (before != 0) {
        line_faults_add(&reading->faults, reading->row_line,
                        "product %s is named twice: lines %zu and %zu; once is allowed", slug, before,
                        reading->row_line);
        return;
    }
    if (reading->products.count == RULE_TARGETS_MAX) {
        line_faults_add(&reading->faults, reading->row_line, "there are more than %d products; fewer are allowed",
                        RULE_TARGETS_MAX);
        reading->is_stopped = true;
        return;
    }
    *(struct rule_product *)list_add(&reading->products, sizeof(struct rule_product)) =
        (struct rule_product){.slug = kept, .price = price};
}

static void take_row(struct pricelist_reading *reading)
{
    int64_t price;

    if (!reading->has_header) {
        check_header(reading);
        return;
    }
    if (reading->column != COLUMNS) {
        line_faults_add(&reading->faults, reading->row_line,
                        "the row has %zu fields; a product and its price are allowed", reading->column);
        return;
    }
    bool is_slug = check_slug(reading, reading->fields[0]);
    if (check_price(reading, reading->fields[1], &price) && is_slug)
        add_product(reading, reading->fields[0], price);
}

static void end_row(int terminator, void *data)
{
    struct pricelist_reading *reading = data;

    (void)terminator;
    if (!reading->is_stopped)
        take_row(reading);
    reading->column = 0;
    reading->row_line = 0;
}

/* Starts libcsv anew, which cannot go on after text that is no CSV. */
static void restart_csv(struct pricelist_reading *reading)
{
    csv_free(&reading->csv); /* all zero is free already */
    if (csv_init(&reading->csv, OPTIONS) != 0)
        abort(); /* it only sets fields */
    csv_set_realloc_func(&reading->csv, memory_resize);
    csv_set_blk_size(&reading->csv, 4096);
    reading->column = 0;
    reading->row_line = 0;
}

static bool check_line(struct pricelist_reading *reading, const char *line, size_t length)
{
    size_t content = length;

    if (content > 0 && line[content - 1] == '\n')
        content--;
    if (content > 0 && line[content - 1] == '\r')
        content--;
    if (memchr(line, '\0', length) != NULL)
        line_faults_add(&reading->faults, reading->line, "the line has a NUL byte; only text is allowed");
    else if (!text_is_utf8(line, length))
        line_faults_add(&reading->faults, reading->line, "the line is not UTF-8; only text in UTF-8 is allowed");
    else if (memchr(line, '\r', content) != NULL)
        line_faults_add(&reading->faults, reading->line,
                        "the line has a carriage return inside; one is allowed at its end only");
    else
        return true;
    return false;
}

static bool is_blank(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(" \t\r\n", line[i]) == NULL)
            return false;
    }
    return true;
}

static void read_line(struct pricelist_reading *reading, const char *line, size_t length)
{
    reading->line++;
    if (reading->row_line == 0) {
        if (memchr(line, '\0', length) == NULL && is_blank(line, length))
            return;
        reading->row_line = reading->line;
    }
    if (!check_line(reading, line, length)) {
        restart_csv(reading);
    } else if (csv_parse(&reading->csv, line, length, take_field, end_row, reading) != length) {
        line_faults_add(&reading->faults, reading->line,
                        "the line is no CSV; a \" stands around a whole field only, and twice inside of one");
        restart_csv(reading);
    } else {
        return;
    }
    /* Without a header that is understood, rows cannot be read. */
    reading->is_stopped = !reading->has_header;
}

static void read_lines(struct pricelist_reading *reading, const char *text, size_t length)
{
    const char *end = text + length;

    for (const char *from = text; from < end && !reading->is_stopped;) {
        const char *newline = memchr(from, '\n', (size_t)(end - from));
        const char *to = newline != NULL ? newline + 1 : end;
        read_line(reading, from, (size_t)(to - from));
        from = to;
    }
}

/* The last row may have no line end, but an opening quote needs a closing one. */
static void finish(struct pricelist_reading *reading)
{
    size_t last_row = reading->row_line;

    if (reading->is_stopped)
        return;
    if (csv_fini(&reading->csv, take_field, end_row, reading) != 0)
        line_faults_add(&reading->faults, last_row,
                        "a \" in this row has no other one; each field that begins with one "
                        "ends with one");
    else if (!reading->has_header)
        line_faults_add(&reading->faults, 1, "the list is empty; its first row is product,price");
    else if (reading->products.count == 0 && reading->faults.count == 0)
        line_faults_add(&reading->faults, reading->line, "the list has no products; at least one is needed");
}

static void read_text(struct pricelist_reading *reading, const char *text, size_t length)
{
    size_t mark = strlen(BYTE_ORDER_MARK);

    if (length > RULEFILE_SIZE_MAX) {
        line_faults_add(&reading->faults, 1, "the list has %zu bytes; up to %zu are allowed", length,
                        RULEFILE_SIZE_MAX);
        return;
    }
    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        length -= mark;
    }
    restart_csv(reading);
    read_lines(reading, text, length);
    finish(reading);
    csv_free(&reading->csv);
}

bool pricelist_parse(const char *text, size_t length, struct arena *arena, struct rule_product **products,
                     size_t *count, rulefile_fault_f *fault, void *data)
{
    struct pricelist_reading reading = {.arena = arena};

    read_text(&reading, text, length);
    bool is_sound = reading.faults.count == 0;
    if (is_sound) {
        *products = list_copy(&reading.products, sizeof **products, arena);
        *count = reading.products.count;
    }
    line_faults_tell(&reading.faults, fault, data);
    free(reading.products.items);
    name_set_release(&reading.slugs);
    return is_sound;
}

void pricelist_print(FILE *out, const struct rule_product *products, size_t count)
{
    fputs("product,price\n", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s,%" PRId64 "\n", products[i].slug, products[i].price);
}
