/* SPDX-License-Identifier: MIT */
/* catalogctl customer import: a file of customers into the catalog, all of it or nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/ctl/import_report.h"
#include "fcgi-catalog/ctl/input.h"
#include "fcgi-catalog/import/customers.h"
#include "fcgi-catalog/store/import.h"

#define FAULTS_SHOWN 100

struct customer_options {
    bool is_dry_run, is_pruning, is_json;
    int64_t prune_max; /* -1: not given */
    int64_t max_faults;
};

#define FIELD(name) offsetof(struct customer_options, name)

static const struct argument_row rows[] = {
    FLAG_OPTION("dry-run", FIELD(is_dry_run), "do everything, and take it back at the end"),
    FLAG_OPTION("prune", FIELD(is_pruning),
                "delete the customers that FILE does not name; refused where more than a fifth of all customers would "
                "go, and ten at least"),
    NUMBER_OPTION("prune-up-to", FIELD(prune_max), "N", "the same, but N customers at most", 0, INT32_MAX),
    NUMBER_OPTION("max-faults", FIELD(max_faults), "N", "show N faults at most, and count the others (default: 100)", 0,
                  1000000),
    FLAG_OPTION("json", FIELD(is_json), "what was done, for programs"),
};

/* One import on its way. */
struct job {
    const struct customer_options *options;
    struct import_report report;
    struct progress progress; /* of nothing: it is never begun */
    struct import_faults faults;
    struct input input;
    struct import *import;
    struct customer_importer *importer;
};

static int tell(const struct job *job, const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", job->report.command, what, why);
    return COMMAND_FAILED;
}

/* ---- What was done ---- */

static void print_document(struct job *job, bool is_committed)
{
    struct importer_counts counts = customer_importer_counts(job->importer);
    const struct {
        const char *name;
        size_t value;
    } numbers[] = {{"read", counts.read},           {"inserted", counts.inserted}, {"updated", counts.updated},
                   {"unchanged", counts.unchanged}, {"deleted", counts.deleted},   {"fault_count", job->faults.count}};
    cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "database", job->report.database);
    cJSON_AddStringToObject(document, "file", job->report.file);
    cJSON_AddBoolToObject(document, "dry_run", job->options->is_dry_run);
    cJSON_AddBoolToObject(document, "committed", is_committed);
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        cJSON_AddNumberToObject(document, numbers[i].name, (double)numbers[i].value);
    cJSON *columns = cJSON_AddArrayToObject(document, "passed_over");
    for (size_t i = 0; customer_importer_passed_over(job->importer, i) != NULL; i++)
        cJSON_AddItemToArray(columns, cJSON_CreateString(customer_importer_passed_over(job->importer, i)));
    cJSON_AddItemToObject(document, "faults", job->report.faults);
    job->report.faults = NULL;
    char *text = cJSON_PrintUnformatted(document);
    puts(text);
    free(text);
    cJSON_Delete(document);
}

static int done(struct job *job)
{
    struct importer_counts counts = customer_importer_counts(job->importer);
    struct arena arena = {0};
    const char *name;

    if (job->options->is_json) {
        print_document(job, !job->options->is_dry_run);
        return COMMAND_OK;
    }
    printf("%s: %zu read, %zu inserted, %zu updated, %zu unchanged, %zu deleted%s\n", job->report.database, counts.read,
           counts.inserted, counts.updated, counts.unchanged, counts.deleted,
           job->options->is_dry_run ? "; only tried, nothing was changed" : "");
    for (size_t i = 0; (name = customer_importer_passed_over(job->importer, i)) != NULL; i++)
        printf("%s: the column %s was passed over\n", job->report.file, field_show(name, strlen(name), &arena));
    arena_release(&arena);
    return COMMAND_OK;
}

static int faulty(struct job *job)
{
    const struct import_faults *faults = &job->faults;

    fprintf(stderr, "%s: %s: %zu %s", job->report.command, job->report.file, faults->count,
            plural_pick((int64_t)faults->count, "fault", "faults"));
    if (faults->most < faults->count)
        fprintf(stderr, ", %zu of them not shown (--max-faults)", faults->count - faults->most);
    fputs("; nothing was changed\n", stderr);
    if (job->options->is_json)
        print_document(job, false);
    return COMMAND_REFUSED;
}

/* ---- The transaction ---- */

static bool take(void *data, const char *bytes, size_t length)
{
    return customer_importer_feed(((struct job *)data)->importer, bytes, length);
}

static int finish(struct job *job)
{
    switch (customer_importer_finish(job->importer)) {
    case IMPORTER_OK:
        if (!job->options->is_dry_run && job->import->methods->commit(job->import, NULL, NULL) != IMPORT_OK)
            return tell(job, job->report.database, job->import->reason);
        return done(job);
    case IMPORTER_FAULTY:
        return faulty(job);
    case IMPORTER_FAILED:
        return tell(job, job->report.database, job->import->reason);
    }
    return COMMAND_FAILED;
}

static int run_transaction(struct job *job)
{
    const struct customer_importer_setup setup = {.import = job->import,
                                                  .faults = &job->faults,
                                                  .is_pruning =
                                                      job->options->is_pruning || job->options->prune_max >= 0,
                                                  .prune_max = job->options->prune_max};
    int cause;

    if (job->import->methods->begin(job->import) != IMPORT_OK)
        return tell(job, job->report.database, job->import->reason);
    job->importer = customer_importer_new(&setup);
    if (!input_feed(&job->input, take, job, &cause))
        return tell(job, job->report.file, strerror(cause));
    return finish(job);
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
    customer_importer_free(job->importer);
    import_close(job->import); /* takes back what was not committed */
    cJSON_Delete(job->report.faults);
    input_close(&job->input);
    return code;
}

int command_customer_import(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Puts the customers of FILE (\"-\": standard input) into the catalog, all of them or, when anything "
                   "is wrong with one, none. A customer is known by the id, else by the login, else by the e-mail "
                   "address. A known one is changed, and what FILE has no column for stays."
                   "\vFILE is CSV with the columns id, login, email, first_name and last_name, as catalogctl customer "
                   "list --csv writes it; one of the first three is required.\n"
                   "DATABASE may be left out when CATALOG_DATABASE names it.",
        .words = "FILE [DATABASE]",
        .words_min = 1,
        .words_max = 2,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct customer_options options = {.prune_max = -1, .max_faults = FAULTS_SHOWN};
    struct argument_words words;
    struct arena arena = {0};

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = words.items[0], *database = database_choose(&words, 1, argv[0]);
    arena_release(&arena);
    if (database == NULL)
        return EX_USAGE;
    struct job job = {
        .options = &options,
        .report = {.command = argv[0], .file = input_name(path), .database = database, .is_json = options.is_json},
        .faults = {.tell = import_report_fault, .most = (size_t)options.max_faults}};
    job.faults.data = &job.report;
    return run_job(&job, path);
}
