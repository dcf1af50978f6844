/* SPDX-License-Identifier: MIT */
/* Customers of a CSV file. */
#include "fcgi-catalog/import/customers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/number.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/import/heading.h"
#include "fcgi-catalog/import/leaving.h"
#include "fcgi-catalog/import/rows.h"

/* Columns by their numbers: those of the fields, then others. */
enum { COLUMN_ID = CUSTOMER_FIELDS, COLUMN_SPREADSHEET, COLUMNS };

struct customer_importer {
    struct customer_importer_setup setup;
    struct rows rows;
    bool has_header, has_failed; /* the store has */
    size_t count;                /* of columns */
    size_t places[COLUMNS];      /* the column's place in the file, from 1; 0: it is not there */
    struct arena arena;          /* of the headings */
    const char *passed_over[ROWS_CELLS_MAX];
    size_t passed_over_count;
    struct importer_counts counts;
};

/* ---- The header ---- */

static const char *column_name(size_t column)
{
    return column < CUSTOMER_FIELDS ? customer_columns[column].name
           : column == COLUMN_ID    ? "id"
                                    : CSV_SPREADSHEET_COLUMN;
}

/* COLUMNS: the heading is of none. */
static size_t find_column(const char *heading, struct arena *arena)
{
    size_t column = 0;
    char *name = arena_print(arena, "%s", heading_fold(heading, arena));

    for (char *at = name; *at != '\0'; at++)
        *at = *at == ' ' ? '_' : *at;
    while (column < COLUMNS && strcmp(column_name(column), name) != 0)
        column++;
    return column;
}

static bool read_header(struct customer_importer *importer, size_t line, const struct cell *cells, size_t count,
                        struct arena *arena)
{
    struct import_faults *faults = importer->setup.faults;
    size_t *places = importer->places;

    importer->has_header = true;
    importer->count = count;
    for (size_t i = 0; i < count; i++) {
        size_t column = find_column(cells[i].text, arena);
        if (column < COLUMNS && places[column] != 0) {
            import_faults_add(faults, line, i + 1, "the column %s is there twice; once is allowed",
                              column_name(column));
            return false;
        }
        if (column < COLUMNS)
            places[column] = i + 1;
        else if (cells[i].text[0] != '\0')
            importer->passed_over[importer->passed_over_count++] =
                arena_copy(&importer->arena, cells[i].text, strlen(cells[i].text));
    }
    if (places[COLUMN_ID] != 0 || places[CUSTOMER_LOGIN] != 0 || places[CUSTOMER_EMAIL] != 0)
        return true;
    import_faults_add(faults, line, 0, "the header has neither id, login nor email; one of them is needed");
    return false;
}

/* ---- A row ---- */

/* The row's cell of this column; NULL: there is no such column. */
static const char *find_cell(const struct customer_importer *importer, const struct cell *cells, size_t column,
                             struct arena *arena)
{
    size_t number = importer->places[column];

    if (number == 0)
        return NULL;
    const char *text = cells[number - 1].text;
    if (importer->places[COLUMN_SPREADSHEET] != 0)
        text = csv_without_apostrophe(text);
    return column == CUSTOMER_FIRST_NAME || column == CUSTOMER_LAST_NAME ? text : cell_trim(text, arena);
}

/* The column that has what the store refused; 0: the whole row. */
static size_t find_place(const struct customer_importer *importer, unsigned field)
{
    if (field == IMPORT_FIELD_ID)
        return importer->places[COLUMN_ID];
    for (size_t i = 0; i < CUSTOMER_FIELDS; i++) {
        if (field == CUSTOMER_BIT(i))
            return importer->places[i];
    }
    return 0;
}

static void count_row(struct importer_counts *counts, enum import_outcome outcome)
{
    counts->read++;
    counts->inserted += outcome == OUTCOME_INSERTED;
    counts->updated += outcome == OUTCOME_UPDATED;
    counts->unchanged += outcome == OUTCOME_UNCHANGED;
}

static void put(struct customer_importer *importer, size_t line, const struct cell *cells,
                const struct customer *customer, unsigned fields)
{
    struct import *import = importer->setup.import;
    enum import_outcome outcome;
    int32_t id;

    switch (import->methods->put_customer(import, customer, fields, &outcome, &id)) {
    case IMPORT_OK:
        count_row(&importer->counts, outcome);
        return;
    case IMPORT_REFUSED: {
        size_t place = find_place(importer, import->reason_field);
        import_faults_add(importer->setup.faults, place > 0 ? cells[place - 1].line : line, place, "%s",
                          import->reason);
        return;
    }
    case IMPORT_FAILED:
        importer->has_failed = true;
        return;
    }
}

static bool take_row(void *data, size_t line, const struct cell *cells, size_t count, struct arena *arena)
{
    struct customer_importer *importer = data;
    struct customer customer = {0};
    unsigned fields = 0;
    int64_t id = 0;

    if (!importer->has_header)
        return read_header(importer, line, cells, count, arena);
    if (count != importer->count) {
        import_faults_add(importer->setup.faults, line, 0,
                          "the row has %zu fields, and the header %zu; as many are "
                          "allowed",
                          count, importer->count);
        return true;
    }
    const char *text = find_cell(importer, cells, COLUMN_ID, arena);
    if (text != NULL && text[0] != '\0' && number_parse(text, 1, INT32_MAX, &id) != NUMBER_OK) {
        size_t place = importer->places[COLUMN_ID];
        import_faults_add(importer->setup.faults, cells[place - 1].line, place,
                          "%s is no id; a number from 1 to %" PRId32 ", or nothing, is allowed",
                          field_show(text, strlen(text), arena), INT32_MAX);
        return true;
    }
    customer.id = (int32_t)id;
    for (size_t i = 0; i < CUSTOMER_FIELDS; i++) {
        if ((text = find_cell(importer, cells, i, arena)) == NULL)
            continue;
        fields |= CUSTOMER_BIT(i);
        customer_set(&customer, (enum customer_field)i, text);
    }
    put(importer, line, cells, &customer, fields);
    return !importer->has_failed;
}

/* ---- The life of an importer ---- */

struct customer_importer *customer_importer_new(const struct customer_importer_setup *setup)
{
    struct customer_importer *importer = memory_get_zeroed(1, sizeof *importer);

    importer->setup = *setup;
    rows_init(&importer->rows, setup->faults, take_row, importer);
    return importer;
}

void customer_importer_free(struct customer_importer *importer)
{
    if (importer == NULL)
        return;
    rows_release(&importer->rows);
    arena_release(&importer->arena);
    free(importer);
}

bool customer_importer_feed(struct customer_importer *importer, const char *bytes, size_t length)
{
    return rows_feed(&importer->rows, bytes, length);
}

/* A file that names nobody must not take everybody away. */
static enum importer_status prune(struct customer_importer *importer)
{
    struct import *import = importer->setup.import;
    int64_t count;

    if (importer->counts.read == 0) {
        import_faults_add(importer->setup.faults, 1, 0,
                          "the file names no customer; nobody would be left, and that is not allowed");
        return IMPORTER_FAULTY;
    }
    if (import->methods->prune_customers(import, &count) != IMPORT_OK)
        return IMPORTER_FAILED;
    importer->counts.deleted = (size_t)count;
    return leaving_is_allowed((size_t)count, (size_t)import->customers, importer->setup.prune_max, "customers",
                              "not named and would be deleted", "--prune-up-to", importer->setup.faults)
               ? IMPORTER_OK
               : IMPORTER_FAULTY;
}

enum importer_status customer_importer_finish(struct customer_importer *importer)
{
    bool is_read = !importer->has_failed && rows_finish(&importer->rows);

    if (importer->has_failed)
        return IMPORTER_FAILED;
    if (is_read && !importer->has_header)
        import_faults_add(importer->setup.faults, 1, 0, "the file is empty; a header is needed");
    if (importer->setup.faults->count > 0)
        return IMPORTER_FAULTY;
    return importer->setup.is_pruning ? prune(importer) : IMPORTER_OK;
}

struct importer_counts customer_importer_counts(const struct customer_importer *importer)
{
    return importer->counts;
}

const char *customer_importer_passed_over(const struct customer_importer *importer, size_t index)
{
    return index < importer->passed_over_count ? importer->passed_over[index] : NULL;
}
