/* SPDX-License-Identifier: MIT */
/* catalogctl import: a file of products into the catalog, all of it or nothing. */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/progress.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/ctl/import_report.h"
#include "fcgi-catalog/ctl/input.h"
#include "fcgi-catalog/import/importer.h"
#include "fcgi-catalog/store/store.h"
#include "fcgi-catalog/store/import.h"

#define FAULTS_SHOWN 100

struct import_options {
    int64_t format; /* the place in formats, from 1; 0: find out */
    bool is_dry_run, is_pruning, is_json;
    int64_t prune_max, withdraw_max, expected; /* -1: not given */
    int64_t max_faults;
};

/* As enum import_format orders them. */
static const char *const formats[] = {"csv",     "jsonl", "shopify", "woocommerce", "google",      "prestashop",
                                      "magento", "wix",   "etsy",    "square",      "bigcommerce", NULL};

#define FIELD(name) offsetof(struct import_options, name)

static const struct argument_row rows[] = {
    CHOICE_OPTION("format", FIELD(format),
                  "csv|jsonl|shopify|woocommerce|google|prestashop|magento|wix|etsy|square|bigcommerce",
                  "what FILE is; without it, its beginning tells", formats),
    FLAG_OPTION("dry-run", FIELD(is_dry_run), "do everything, and take it back at the end"),
    FLAG_OPTION(
        "prune", FIELD(is_pruning),
        "delete the products that FILE does not name, and categories that are empty then; refused where more than "
        "a fifth of all products would go, and ten at least"),
    NUMBER_OPTION("prune-up-to", FIELD(prune_max), "N", "the same, but N products at most", 0, INT32_MAX),
    NUMBER_OPTION("withdraw-up-to", FIELD(withdraw_max), "N",
                  "let N products leave that FILE marks as not on sale (default: a fifth of all, and nine at least)", 0,
                  INT32_MAX),
    NUMBER_OPTION("expect", FIELD(expected), "N",
                  "refuse FILE when it does not have N products (the X-Total-Count of a download)", 0, INT32_MAX),
    NUMBER_OPTION("max-faults", FIELD(max_faults), "N", "show N faults at most, and count the others (default: 100)", 0,
                  1000000),
    FLAG_OPTION("json", FIELD(is_json), "what was done, for programs"),
};

/* One import on its way. */
struct job {
    const struct import_options *options;
    struct import_report report;
    struct progress progress;
    struct import_faults faults;
    struct import *import;
    struct importer *importer;
    struct input input;
};

/* ---- The file ---- */

static int tell(const struct job *job, const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", job->report.command, what, why);
    return COMMAND_FAILED;
}

static void show_progress(struct job *job)
{
    struct importer_counts counts = importer_counts(job->importer);

    if (job->input.size > 0 && job->input.bytes_read > 0)
        job->progress.total = (size_t)((double)counts.read * (double)job->input.size / (double)job->input.bytes_read);
    if (job->progress.total <= counts.read)
        job->progress.total = job->input.bytes_read < job->input.size ? counts.read + 1 : counts.read;
    progress_update(&job->progress, counts.read);
}

static bool take(void *data, const char *bytes, size_t length)
{
    struct job *job = data;
    bool goes_on = importer_feed(job->importer, bytes, length);

    if (goes_on)
        show_progress(job);
    return goes_on;
}

/* False: the file could not be read to its end; an error was printed. */
static bool feed_file(struct job *job)
{
    int cause;
    bool is_read = input_feed(&job->input, take, job, &cause);

    progress_end(&job->progress);
    if (!is_read)
        tell(job, job->report.file, strerror(cause));
    return is_read;
}

/* ---- The transaction ---- */

static void show_commit(void *data, double done)
{
    struct job *job = data;

    progress_update(&job->progress, (size_t)(done * 100));
}

static int commit(struct job *job)
{
    progress_begin(&job->progress, "per cent of the indexes", 100);
    enum import_status status = job->import->methods->commit(job->import, show_commit, job);
    progress_end(&job->progress);
    if (status != IMPORT_OK)
        return tell(job, job->report.database, job->import->reason);
    import_report_done(&job->report, job->importer);
    return COMMAND_OK;
}

static int finish(struct job *job)
{
    switch (importer_finish(job->importer)) {
    case IMPORTER_OK:
        if (!job->options->is_dry_run)
            return commit(job);
        import_report_done(&job->report, job->importer);
        return COMMAND_OK;
    case IMPORTER_FAULTY:
        import_report_faulty(&job->report, job->importer, &job->faults);
        return COMMAND_REFUSED;
    case IMPORTER_FAILED:
        return tell(job, job->report.database, job->import->reason);
    }
    return COMMAND_FAILED;
}

/* The shop's currency, while nobody else can change it. False: an error was printed. */
static bool read_currency(const struct job *job, struct shop *shop)
{
    struct store *store;
    char reason[512];

    if (!store_open(job->report.database, &store, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", job->report.command, reason);
        return false;
    }
    enum store_status status = store->methods->shop(store, shop);
    store_close(store);
    if (status != STORE_OK)
        tell(job, job->report.database, "the shop cannot be read");
    return status == STORE_OK;
}

static int run_transaction(struct job *job)
{
    struct shop shop;

    if (job->import->methods->begin(job->import) != IMPORT_OK)
        return tell(job, job->report.database, job->import->reason);
    if (!read_currency(job, &shop))
        return COMMAND_FAILED;
    struct importer_setup setup = {.import = job->import,
                                   .faults = &job->faults,
                                   .format = (enum import_format)job->options->format,
                                   .currency = shop.currency,
                                   .now = time(NULL),
                                   .is_pruning = job->options->is_pruning || job->options->prune_max >= 0,
                                   .prune_max = job->options->prune_max,
                                   .withdraw_max = job->options->withdraw_max,
                                   .expected = job->options->expected};
    job->importer = importer_new(&setup);
    progress_begin(&job->progress, "products", 0);
    return feed_file(job) ? finish(job) : COMMAND_FAILED;
}

static int run_job(struct job *job, const char *path)
{
    char reason[512];
    int code = COMMAND_FAILED;

    if (!input_open(&job->input, job->report.command, path))
        return COMMAND_FAILED;
    import_report_begin(&job->report, &job->progress);
    if (import_open(job->report.database, &job->import, reason, sizeof reason))
        code = run_transaction(job);
    else
        fprintf(stderr, "%s: %s\n", job->report.command, reason);
    importer_free(job->importer);
    import_close(job->import); /* takes back what was not committed */
    cJSON_Delete(job->report.faults);
    input_close(&job->input);
    return code;
}

int command_import(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Puts the products of FILE (\"-\": standard input) into the catalog, all of them or, when anything "
                   "is wrong with one, none. A product that is known by its slug, or else by its SKU, is changed; what "
                   "FILE does not say of it stays. Whoever asks the catalog meanwhile gets what was until all is in."
                   "\vFormats: our own CSV and JSON Lines, as catalogctl export writes them, what /products answers "
                   "(jsonl, too), feeds for Google, and the product CSV of Shopify, WooCommerce, PrestaShop, Magento, "
                   "Wix, Etsy, Square and BigCommerce. In UTF-8; a spreadsheet's CSV may have semicolons or tabs for "
                   "commas, and headings in any case.\nDATABASE may be left "
                   "out when CATALOG_DATABASE names it.",
        .words = "FILE [DATABASE]",
        .words_min = 1,
        .words_max = 2,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct import_options options = {.prune_max = -1, .withdraw_max = -1, .expected = -1, .max_faults = FAULTS_SHOWN};
    struct argument_words words;
    struct arena arena = {0};

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = words.items[0], *database = database_choose(&words, 1, argv[0]);
    arena_release(&arena);
    if (database == NULL)
        return EX_USAGE;
    struct job job = {.options = &options,
                      .report = {.command = argv[0],
                                 .file = input_name(path),
                                 .database = database,
                                 .is_json = options.is_json,
                                 .is_dry_run = options.is_dry_run},
                      .faults = {.tell = import_report_fault, .most = (size_t)options.max_faults}};
    job.faults.data = &job.report;
    return run_job(&job, path);
}
