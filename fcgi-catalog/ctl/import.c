/* SPDX-License-Identifier: MIT */
/* catalogctl import: a file of products into the catalog, all of it or nothing. */
#include <stdio.h>
#include <stdlib.h>
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
    bool is_dry_run, is_pruning, is_json, is_look, forgets_map;
    struct argument_texts map;                 /* "Heading=field" */
    int64_t prune_max, withdraw_max, expected; /* -1: not given */
    int64_t max_faults;
};

/* As enum import_format orders them. */
static const char *const formats[] = {"csv", "jsonl", "shopify", "woocommerce", "google", "prestashop", "magento",
                                      "wix", "etsy",  "square",  "bigcommerce", "mapped", NULL};

#define FIELD(name) offsetof(struct import_options, name)

static const struct argument_row rows[] = {
    CHOICE_OPTION("format", FIELD(format),
                  "csv|jsonl|shopify|woocommerce|google|prestashop|magento|wix|etsy|square|bigcommerce|mapped",
                  "what FILE is; without it, its beginning tells", formats),
    FLAG_OPTION("look", FIELD(is_look),
                "show what FILE is, its headings, what they become or may be, and five rows; nothing is imported"),
    TEXTS_OPTION(
        "map", FIELD(map), "HEADING=FIELD",
        "read FILE by its headings, of which this one is that field, or none (\"HEADING=\"); may be repeated, and "
        "is kept in DATABASE for files that have all of these headings"),
    FLAG_OPTION("forget-map", FIELD(forgets_map), "forget the headings that are kept in DATABASE; there is no FILE"),
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
    struct arena arena;
    struct import_map map;
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

/* The shop's currency and time zone, while nobody else can change it. False: an error was printed. */
static bool read_shop(const struct job *job, struct shop *shop)
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
    bool is_known = status == STORE_OK && zone_is_known(shop->time_zone);
    if (status == STORE_OK && !is_known)
        tell(job, job->report.database, "the shop's time zone is not known here; catalogctl shop sets another");
    return is_known;
}

/* ---- Headings ---- */

/* "Heading=field", the last '=' being the one that counts. False: it is none; an error was printed. */
static bool read_mapping(struct job *job, const char *text, struct import_mapping *mapping)
{
    const char *equals = strrchr(text, '=');

    if (equals != NULL && equals > text && (equals[1] == '\0' || import_map_has_field(equals + 1))) {
        *mapping = (struct import_mapping){.heading = arena_copy(&job->arena, text, (size_t)(equals - text)),
                                           .field = equals + 1};
        return true;
    }
    fprintf(stderr,
            "%s: --map=%s: Heading=field is needed; fields are %s, or nothing for a column that is passed over\n",
            job->report.command, text, import_map_fields(&job->arena));
    return false;
}

/* False: a mapping is none. */
static bool read_map(struct job *job)
{
    const struct argument_texts *texts = &job->options->map;
    struct import_mapping *items = arena_get(&job->arena, (texts->count + 1) * sizeof *items);

    for (size_t i = 0; i < texts->count; i++) {
        if (!read_mapping(job, texts->items[i], &items[i]))
            return false;
    }
    job->map = (struct import_map){.items = items, .count = texts->count};
    return true;
}

/* What FILE is, by the options. */
static enum import_format choose_format(const struct job *job)
{
    bool is_mapped = job->options->format == 0 && job->options->map.count > 0;

    return is_mapped ? IMPORT_MAPPED : (enum import_format)job->options->format;
}

/* Keeps the headings that are given, or reads those that are kept. */
static enum import_status settle_map(struct job *job)
{
    const struct import_methods *methods = job->import->methods;

    if (job->map.count > 0)
        return methods->put_map(job->import, &job->map);
    return methods->read_map(job->import, &job->arena, &job->map);
}

static int forget_map(const char *command, const char *database)
{
    char reason[512];
    struct import *import;
    const struct import_map none = {.count = 0};

    if (!import_open(database, &import, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", command, reason);
        return COMMAND_FAILED;
    }
    bool is_done = import->methods->begin(import) == IMPORT_OK &&
                   import->methods->put_map(import, &none) == IMPORT_OK &&
                   import->methods->commit(import, NULL, NULL) == IMPORT_OK;
    if (is_done)
        printf("%s: no headings are kept\n", database);
    else
        fprintf(stderr, "%s: %s: %s\n", command, database, import->reason);
    import_close(import);
    return is_done ? COMMAND_OK : COMMAND_FAILED;
}

/* ---- A first look ---- */

static bool show(void *reader, const char *bytes, size_t length)
{
    return import_reader_feed(reader, bytes, length);
}

static int look_at_file(struct job *job)
{
    struct import_look look = {.column_count = 0};
    struct import_source source = {
        .format = choose_format(job), .map = &job->map, .faults = &job->faults, .look = &look};
    struct import_reader *reader = import_reader_new(&source);
    int code = COMMAND_REFUSED, cause;

    if (!input_feed(&job->input, show, reader, &cause)) {
        code = tell(job, job->report.file, strerror(cause));
    } else if (import_reader_finish(reader)) {
        import_report_look(&job->report, &look);
        code = COMMAND_OK;
    }
    import_reader_free(reader);
    arena_release(&look.arena);
    return code;
}

/* With the headings that are kept, where there is a database to ask. */
static int look(struct job *job)
{
    if (job->import != NULL && job->map.count == 0 &&
        job->import->methods->read_map(job->import, &job->arena, &job->map) != IMPORT_OK)
        return tell(job, job->report.database, job->import->reason);
    return look_at_file(job);
}

/* ---- An import ---- */

static int run_transaction(struct job *job)
{
    struct shop shop;

    if (job->import->methods->begin(job->import) != IMPORT_OK || settle_map(job) != IMPORT_OK)
        return tell(job, job->report.database, job->import->reason);
    if (!read_shop(job, &shop))
        return COMMAND_FAILED;
    struct importer_setup setup = {.import = job->import,
                                   .faults = &job->faults,
                                   .format = choose_format(job),
                                   .map = &job->map,
                                   .currency = shop.currency,
                                   .zone = shop.time_zone,
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
    bool is_open = job->report.database == NULL || /* a look without one */
                   import_open(job->report.database, &job->import, reason, sizeof reason);
    if (is_open)
        code = job->options->is_look ? look(job) : run_transaction(job);
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
        .words_min = 0,
        .words_max = 2,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct import_options options = {.prune_max = -1, .withdraw_max = -1, .expected = -1, .max_faults = FAULTS_SHOWN};
    struct argument_words words;
    struct arena arena = {0};

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    size_t files = options.forgets_map ? 0 : 1;
    if (words.count < files || words.count > files + 1) {
        fprintf(stderr, "%s: FILE and then DATABASE are needed, with --forget-map DATABASE alone; see --help\n",
                argv[0]);
        return EX_USAGE;
    }
    const char *path = files > 0 ? words.items[0] : "";
    bool needs_database = !options.is_look || words.count > files || getenv("CATALOG_DATABASE") != NULL;
    const char *database = needs_database ? database_choose(&words, files, argv[0]) : NULL;
    if (needs_database && database == NULL)
        return EX_USAGE;
    if (options.forgets_map)
        return forget_map(argv[0], database);
    if (options.is_look && options.is_json) {
        fprintf(stderr, "%s: --look is for people; --json is not allowed with it\n", argv[0]);
        return EX_USAGE;
    }
    struct job job = {.options = &options,
                      .arena = arena,
                      .report = {.command = argv[0],
                                 .file = input_name(path),
                                 .database = database,
                                 .is_json = options.is_json,
                                 .is_dry_run = options.is_dry_run},
                      .faults = {.tell = import_report_fault, .most = (size_t)options.max_faults}};
    job.faults.data = &job.report;
    int code = !read_map(&job) ? EX_USAGE : run_job(&job, path);
    arena_release(&job.arena);
    return code;
}
