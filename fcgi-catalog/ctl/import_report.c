/* SPDX-License-Identifier: MIT */
/* What an import says. */
#include "fcgi-catalog/ctl/import_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/ctl/commands.h"

void import_report_begin(struct import_report *report, struct progress *progress)
{
    cJSON_Hooks hooks = {.malloc_fn = memory_get, .free_fn = free}; /* so no item of cJSON is NULL below */

    cJSON_InitHooks(&hooks);
    report->started_ns = clock_now_ns();
    report->progress = progress;
    report->faults = report->is_json ? cJSON_CreateArray() : NULL;
}

/* ---- Faults ---- */

static void keep_fault(struct import_report *report, const struct import_fault *fault)
{
    cJSON *object = cJSON_CreateObject();

    cJSON_AddNumberToObject(object, "line", (double)fault->line);
    if (fault->column > 0)
        cJSON_AddNumberToObject(object, "column", (double)fault->column);
    cJSON_AddStringToObject(object, "message", fault->message);
    cJSON_AddItemToArray(report->faults, object);
}

void import_report_fault(void *data, const struct import_fault *fault)
{
    struct import_report *report = data;

    progress_hide(report->progress);
    if (fault->column > 0)
        fprintf(stderr, "%s:%zu:%zu: %s\n", report->file, fault->line, fault->column, fault->message);
    else
        fprintf(stderr, "%s:%zu: %s\n", report->file, fault->line, fault->message);
    if (report->faults != NULL)
        keep_fault(report, fault);
}

/* ---- The end ---- */

static double seconds_since(const struct import_report *report)
{
    return (double)(clock_now_ns() - report->started_ns) / (double)CLOCK_NS_PER_S;
}

/* Rows that were worked on a second: read from the file, or deleted. */
static double rate_of(const struct importer_counts *counts, double seconds)
{
    size_t rows =
        counts->read + counts->category_rows + counts->deleted + counts->deleted_categories + counts->withdrawn;

    return seconds > 0 ? (double)rows / seconds : 0;
}

static void add_seconds(cJSON *document, const char *name, double value)
{
    char text[32];

    snprintf(text, sizeof text, "%.3f", value);
    cJSON_AddItemToObject(document, name, cJSON_CreateRaw(text));
}

static void print_document(struct import_report *report, const struct importer *importer, size_t fault_count,
                           bool is_committed)
{
    struct importer_counts counts = importer_counts(importer);
    double seconds = seconds_since(report);
    const struct {
        const char *name;
        size_t value;
    } numbers[] = {
        {"read", counts.read},
        {"inserted", counts.inserted},
        {"updated", counts.updated},
        {"unchanged", counts.unchanged},
        {"deleted", counts.deleted},
        {"deleted_categories", counts.deleted_categories},
        {"hidden", counts.hidden},
        {"withdrawn", counts.withdrawn},
        {"unpriced", counts.unpriced},
        {"category_rows", counts.category_rows},
        {"http_images", counts.http_images},
        {"digit_handles", counts.digit_handles},
        {"dropped_compare_at", counts.dropped_compare_at},
        {"repeated_skus", counts.repeated_skus},
        {"fault_count", fault_count},
    };
    cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "database", report->database);
    cJSON_AddStringToObject(document, "file", report->file);
    cJSON_AddStringToObject(document, "format", import_format_name(importer_format(importer)));
    cJSON_AddBoolToObject(document, "dry_run", report->is_dry_run);
    cJSON_AddBoolToObject(document, "committed", is_committed);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cJSON_AddNumberToObject(document, numbers[i].name, (double)numbers[i].value);
    cJSON *columns = cJSON_AddArrayToObject(document, "passed_over");
    for (size_t i = 0; importer_passed_over(importer, i) != NULL; i++)
        cJSON_AddItemToArray(columns, cJSON_CreateString(importer_passed_over(importer, i)));
    cJSON_AddItemToObject(document, "faults", report->faults);
    report->faults = NULL;
    add_seconds(document, "seconds", seconds);
    add_seconds(document, "rows_per_second", rate_of(&counts, seconds));
    char *text = cJSON_PrintUnformatted(document);
    puts(text);
    free(text);
    cJSON_Delete(document);
}

/* Columns that hold what the catalog has no place for: who moves a shop should know. */
static void print_passed_over(const struct import_report *report, const struct importer *importer)
{
    struct arena arena = {0};
    const char *name = importer_passed_over(importer, 0);

    if (name == NULL)
        return;
    printf("%s: %s passed over: ", report->file,
           importer_passed_over(importer, 1) == NULL ? "a column that was" : "columns that were");
    for (size_t i = 0; (name = importer_passed_over(importer, i)) != NULL; i++)
        printf("%s%s", i > 0 ? ", " : "", field_show(name, strlen(name), &arena));
    putchar('\n');
    arena_release(&arena);
}

/* What is in the catalog, but not as the file's author may expect it. */
static void print_hints(const struct import_report *report, const struct importer_counts *counts)
{
    if (counts->http_images > 0)
        printf("%s: %zu %s, which pages do not show\n", report->file, counts->http_images,
               counts->http_images == 1 ? "image is an http: address" : "images are http: addresses");
    if (counts->digit_handles > 0)
        printf("%s: %zu %s with product-\n", report->file, counts->digit_handles,
               counts->digit_handles == 1 ? "handle is digits alone, as an id is; its slug begins"
                                          : "handles are digits alone, as ids are; their slugs begin");
    if (counts->repeated_skus > 0)
        printf("%s: %zu %s of several products, which their slugs tell apart\n", report->database,
               counts->repeated_skus, counts->repeated_skus == 1 ? "SKU is that" : "SKUs are those");
    if (counts->dropped_compare_at > 0)
        printf("%s: %zu compare-at %s not above the price, and %s dropped\n", report->file, counts->dropped_compare_at,
               counts->dropped_compare_at == 1 ? "price is" : "prices are",
               counts->dropped_compare_at == 1 ? "was" : "were");
}

static void print_statistics(const struct import_report *report, const struct importer_counts *counts,
                             const char *title)
{
    double seconds = seconds_since(report);
    int64_t rate = (int64_t)(rate_of(counts, seconds) + 0.5);

    printf("%s: %zu read, %zu inserted, %zu updated, %zu unchanged, %zu deleted", report->database, counts->read,
           counts->inserted, counts->updated, counts->unchanged, counts->deleted);
    if (counts->deleted_categories > 0)
        printf(", %zu empty %s deleted", counts->deleted_categories,
               plural_pick((int64_t)counts->deleted_categories, "category", "categories"));
    if (counts->category_rows > 0)
        printf(", %zu %s of categories alone", counts->category_rows,
               plural_pick((int64_t)counts->category_rows, "row", "rows"));
    if (counts->hidden > 0)
        printf(", %zu not on sale", counts->hidden);
    if (counts->withdrawn > 0)
        printf(", %zu taken off sale", counts->withdrawn);
    if (counts->unpriced > 0)
        printf(", %zu without a price passed over", counts->unpriced);
    printf("; %.1f s, %" PRId64 " %s a second%s", seconds, rate, plural_pick(rate, "row", "rows"),
           report->is_dry_run ? "; only tried, nothing was changed" : "");
    if (title != NULL)
        printf("; this is %s", title);
    putchar('\n');
}

void import_report_done(struct import_report *report, const struct importer *importer)
{
    struct importer_counts counts = importer_counts(importer);

    if (report->is_json) {
        print_document(report, importer, 0, !report->is_dry_run);
        return;
    }
    print_statistics(report, &counts, import_format_title(importer_format(importer)));
    print_hints(report, &counts);
    print_passed_over(report, importer);
}

void import_report_faulty(struct import_report *report, const struct importer *importer,
                          const struct import_faults *faults)
{
    size_t shown = faults->count < faults->most ? faults->count : faults->most;
    const char *title = import_format_title(importer_format(importer));

    fprintf(stderr, "%s: %s: %zu %s", report->command, report->file, faults->count,
            plural_pick((int64_t)faults->count, "fault", "faults"));
    if (shown < faults->count)
        fprintf(stderr, ", %zu of them not shown (--max-faults)", faults->count - shown);
    if (title != NULL)
        fprintf(stderr, "; this is %s", title);
    fputs("; nothing was changed\n", stderr);
    if (report->is_json)
        print_document(report, importer, faults->count, false);
}

/* ---- A first look ---- */

/* "name", in what way it is known. */
static const char *say_field(const struct import_look *look, const struct import_look_column *column,
                             struct arena *arena)
{
    if (column->field == NULL)
        return "passed over";
    if (column->field[0] == '\0')
        return "taken";
    return column->is_mapped ? arena_print(arena, "%s (--map)", column->field)
           : !look->is_known ? arena_print(arena, "%s?", column->field)
                             : column->field;
}

static void print_column(const struct import_look *look, const struct import_look_column *column)
{
    struct arena arena = {0};

    printf("  %s -> %s:", field_show(column->heading, strlen(column->heading), &arena),
           say_field(look, column, &arena));
    for (size_t i = 0; i < look->row_count && column->cells[i] != NULL; i++)
        printf("%s %s", i > 0 ? "," : "", field_show(column->cells[i], strlen(column->cells[i]), &arena));
    putchar('\n');
    arena_release(&arena);
}

void import_report_look(const struct import_report *report, const struct import_look *look)
{
    const char *title = import_format_title(look->format);
    struct arena arena = {0};

    if (!look->is_known)
        printf("%s: the headings are of no known kind; with --map \"Heading=field\" for one, the others are read as "
               "shown, and a second --map corrects them\n",
               report->file);
    else
        printf("%s: this is %s\n", report->file,
               title != NULL                       ? title
               : look->format == IMPORT_JSON_LINES ? "JSON, with the fields of /products"
                                                   : "CSV, with the columns of catalogctl export");
    for (size_t i = 0; i < look->column_count; i++)
        print_column(look, &look->columns[i]);
    if (!look->is_known)
        printf("Fields are %s.\n", import_map_fields(&arena));
    arena_release(&arena);
}
