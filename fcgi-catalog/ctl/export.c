/* SPDX-License-Identifier: MIT */
/* catalogctl export: every product into a file that import reads back, in memory that does not grow with the catalog.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/output.h"
#include "common/ctl/progress.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/ctl/json_line.h"
#include "fcgi-catalog/store/store.h"

#define BATCH 500 /* products that are in memory at once */
#define ATTEMPTS 10

enum { FORMAT_CSV = 1, FORMAT_JSON_LINES }; /* places in formats, from 1 */
static const char *const formats[] = {"csv", "jsonl", NULL};

struct export_options {
    int64_t format;
    const char *output;
    bool is_for_spreadsheet;
};

#define FIELD(name) offsetof(struct export_options, name)

static const struct argument_row rows[] = {
    CHOICE_OPTION("format", FIELD(format), "csv|jsonl", "what is written (default: csv)", formats),
    TEXT_OPTION("output", FIELD(output), "FILE", "write to FILE, whole or not at all, instead of standard output"),
    FLAG_OPTION("spreadsheet", FIELD(is_for_spreadsheet),
                "write CSV in which no cell runs as a formula, for people; import reads it as well"),
};

/* One export on its way: what it reads is of one moment. */
struct job {
    const char *command, *database;
    const struct export_options *options;
    struct store *store;
    struct store_walk *walk;
    struct arena tree; /* where the categories live */
    struct category_list categories;
    struct progress progress;
    size_t count;
};

/* ---- What is read ---- */

static int tell(const struct job *job, enum store_status status)
{
    fprintf(stderr, "%s: %s: %s\n", job->command, job->database,
            status == STORE_BUSY ? "somebody else is changing it all the time; try again" : "it cannot be read");
    return COMMAND_FAILED;
}

/* Begins a walk and reads the categories of the same moment: both again when somebody changed something in between. */
static enum store_status begin_walk(struct job *job)
{
    struct shop shop;
    enum store_status status = STORE_BUSY;

    for (int i = 0; i < ATTEMPTS; i++) {
        store_walk_end(job->walk);
        job->walk = NULL;
        arena_reset(&job->tree);
        if ((status = job->store->methods->begin_walk(job->store, &job->walk)) != STORE_OK ||
            (status = job->store->methods->list_categories(job->store, &job->tree, &job->categories)) != STORE_OK ||
            (status = job->store->methods->shop(job->store, &shop)) != STORE_OK)
            return status;
        if (shop.revision == job->walk->shop.revision)
            return STORE_OK;
        status = STORE_BUSY;
    }
    return status;
}

/* ---- What is written ---- */

static enum csv_dialect dialect_of(const struct job *job)
{
    return job->options->is_for_spreadsheet ? CSV_FOR_SPREADSHEET : CSV_PLAIN;
}

static void write_text(struct text text, FILE *out)
{
    fwrite(text.bytes, 1, text.length, out);
}

static void write_product(const struct job *job, const struct product *product, struct arena *arena, FILE *out)
{
    const char *currency = job->walk->shop.currency;

    if (job->options->format == FORMAT_JSON_LINES) {
        json_line_write_product(product, currency, out);
    } else {
        write_text(csv_print_product(product, &job->categories, currency, dialect_of(job), arena), out);
    }
}

static void write_one_former(const struct job *job, const struct former_product *former, struct arena *arena, FILE *out)
{
    if (job->options->format == FORMAT_JSON_LINES) {
        json_line_write_former(former, out);
    } else {
        write_text(csv_print_former(former, dialect_of(job), arena), out);
    }
}

/* Written before the products, so that new products that somebody adds to the file get none of these ids. */
static enum store_status write_former(struct job *job, FILE *out)
{
    struct arena arena = {0};
    struct former_list former = {.count = 1};
    enum store_status status = STORE_OK;

    while (status == STORE_OK && former.count > 0 && !ferror(out)) {
        arena_reset(&arena);
        status = job->walk->next_former(job->walk, BATCH, &arena, &former);
        for (size_t i = 0; status == STORE_OK && i < former.count; i++)
            write_one_former(job, &former.items[i], &arena, out);
    }
    arena_release(&arena);
    return status;
}

/* Stops when the file cannot be written, which output_close() reports. */
static enum store_status write_products(struct job *job, FILE *out)
{
    struct arena arena = {0};
    struct product_list products = {.count = 1};

    if (job->options->format == FORMAT_JSON_LINES)
        json_line_write_categories(&job->categories, out);
    else
        write_text(csv_print_header(dialect_of(job), &arena), out);
    enum store_status status = write_former(job, out);
    while (status == STORE_OK && products.count > 0 && !ferror(out)) {
        arena_reset(&arena);
        status = job->walk->next(job->walk, BATCH, &arena, &products);
        if (status != STORE_OK)
            break;
        for (size_t i = 0; i < products.count; i++)
            write_product(job, &products.items[i], &arena, out);
        job->count += products.count;
        progress_update(&job->progress, job->count);
    }
    if (status == STORE_OK && job->options->format != FORMAT_JSON_LINES)
        /* Beside products CSV has the names and places of categories; rows without one are for the rest of them. */
        write_text(csv_print_empty_categories(&job->categories, job->walk->shop.currency, dialect_of(job), &arena),
                   out);
    arena_release(&arena);
    return status;
}

static int write_file(struct job *job)
{
    struct output output;

    if (output_open(&output, job->command, job->options->output) != COMMAND_OK)
        return COMMAND_FAILED;
    if (output.path != NULL)
        progress_begin(&job->progress, "products", 0);
    enum store_status status = write_products(job, output.stream);
    progress_end(&job->progress);
    int code = output_close(&output, status == STORE_OK);
    if (status != STORE_OK)
        return tell(job, status);
    if (code == COMMAND_OK && output.path != NULL)
        printf("%s: %zu %s\n", output.path, job->count, plural_pick((int64_t)job->count, "product", "products"));
    return code;
}

static int run_job(struct job *job)
{
    char reason[512];

    if (!store_open(job->database, &job->store, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", job->command, reason);
        return COMMAND_FAILED;
    }
    enum store_status status = begin_walk(job);
    int code = status == STORE_OK ? write_file(job) : tell(job, status);
    store_walk_end(job->walk);
    store_close(job->store);
    arena_release(&job->tree);
    return code;
}

int command_export(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Writes every product, in the order of ids, and every category as catalogctl import reads them. The "
                   "same catalog gives the same bytes."
                   "\vIn CSV a category that no product is in has a row of its own, and so has, in both formats, the "
                   "id of a product that has left.\nDATABASE may be left out when "
                   "CATALOG_DATABASE names it.",
        .words = "[DATABASE]",
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct export_options options = {.format = FORMAT_CSV};
    struct argument_words words;
    struct arena arena = {0};

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *database = database_choose(&words, 0, argv[0]);
    arena_release(&arena);
    if (database == NULL)
        return EX_USAGE;
    if (options.is_for_spreadsheet && options.format != FORMAT_CSV) {
        fprintf(stderr, "%s: --spreadsheet is for CSV alone\n", argv[0]);
        return EX_USAGE;
    }
    struct job job = {.command = argv[0], .database = database, .options = &options};
    return run_job(&job);
}
