/* SPDX-License-Identifier: MIT */
/* catalogctl customer set, customer remove: customers one by one. */
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/display.h"
#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/import.h"

/* Something to do in a transaction: COMMAND_OK commits it. */
struct job {
    const char *command, *database;
    int (*run)(struct job *job);
    struct import *import;
    const void *options;
    int32_t id; /* of the customer that was put */
    enum import_outcome outcome;
};

static int tell(const struct job *job, enum import_status status)
{
    if (status == IMPORT_REFUSED) {
        fprintf(stderr, "%s: %s; nothing was changed\n", job->command, job->import->reason);
        return COMMAND_REFUSED;
    }
    fprintf(stderr, "%s: %s: %s\n", job->command, job->database, job->import->reason);
    return COMMAND_FAILED;
}

static int run_transaction(struct job *job)
{
    if (job->import->methods->begin(job->import) != IMPORT_OK)
        return tell(job, IMPORT_FAILED);
    int code = job->run(job);
    if (code == COMMAND_OK && job->import->methods->commit(job->import, NULL, NULL) != IMPORT_OK)
        code = tell(job, IMPORT_FAILED);
    return code;
}

static int run_job(struct job *job)
{
    char reason[512];

    if (!import_open(job->database, &job->import, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", job->command, reason);
        return COMMAND_FAILED;
    }
    int code = run_transaction(job);
    import_close(job->import);
    return code;
}

/* ---- Set ---- */

struct set_options {
    int64_t id;
    const char *texts[CUSTOMER_FIELDS]; /* NULL: not given */
};

static int set(struct job *job)
{
    const struct set_options *options = job->options;
    struct customer customer = {.id = (int32_t)options->id};
    unsigned fields = 0;

    for (int i = 0; i < CUSTOMER_FIELDS; i++) {
        if (options->texts[i] == NULL)
            continue;
        fields |= CUSTOMER_BIT(i);
        customer_set(&customer, (enum customer_field)i, options->texts[i]);
    }
    enum import_status status =
        job->import->methods->put_customer(job->import, &customer, fields, &job->outcome, &job->id);
    return status == IMPORT_OK ? COMMAND_OK : tell(job, status);
}

int command_customer_set(int argc, char **argv)
{
#define TEXT(field) offsetof(struct set_options, texts) + (field) * sizeof(const char *)
    static const struct argument_row rows[] = {
        NUMBER_OPTION("id", offsetof(struct set_options, id), "ID", "which customer", 1, INT32_MAX),
        TEXT_OPTION("login", TEXT(CUSTOMER_LOGIN), "LOGIN", "the login; without --id, which customer"),
        TEXT_OPTION("email", TEXT(CUSTOMER_EMAIL), "EMAIL", "the e-mail address; without both, which customer"),
        TEXT_OPTION("first-name", TEXT(CUSTOMER_FIRST_NAME), "NAME", "the first name"),
        TEXT_OPTION("last-name", TEXT(CUSTOMER_LAST_NAME), "NAME", "the last name"),
    };
#undef TEXT
    static const char *const outcomes[] = {
        [OUTCOME_INSERTED] = "added", [OUTCOME_UPDATED] = "changed", [OUTCOME_UNCHANGED] = "as it was"};
    const struct arguments arguments = {
        .purpose = "Adds a customer, or changes the one of that id, login or e-mail address. What is not given stays."
                   "\vDATABASE may be left out when CATALOG_DATABASE names it.",
        .words = "[DATABASE]",
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct set_options options = {0};
    struct argument_words words;
    struct arena arena = {0};

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *database = database_choose(&words, 0, argv[0]);
    arena_release(&arena);
    if (database == NULL)
        return EX_USAGE;
    struct job job = {.command = argv[0], .database = database, .run = set, .options = &options};
    int code = run_job(&job);
    if (code == COMMAND_OK)
        printf("%s: customer %" PRId32 " %s\n", database, job.id, outcomes[job.outcome]);
    return code;
}

/* ---- Remove ---- */

struct remove_options {
    struct argument_numbers ids;
    struct argument_texts logins;
};

static int remove_one(struct job *job, int32_t id, const char *login)
{
    bool is_found;
    enum import_status status = job->import->methods->delete_customer(job->import, id, login, &is_found);

    if (status != IMPORT_OK)
        return tell(job, status);
    if (is_found)
        return COMMAND_OK;
    fprintf(stderr, "%s: ", job->command);
    if (id != 0) {
        fprintf(stderr, "no customer has the id %" PRId32, id);
    } else {
        fputs("no customer has the login ", stderr);
        display_put(stderr, login, "");
    }
    fputs("; nothing was changed\n", stderr);
    return COMMAND_NOT_FOUND;
}

static int remove_all(struct job *job)
{
    const struct remove_options *options = job->options;
    int code = COMMAND_OK;

    for (size_t i = 0; code == COMMAND_OK && i < options->ids.count; i++)
        code = remove_one(job, (int32_t)options->ids.items[i], "");
    for (size_t i = 0; code == COMMAND_OK && i < options->logins.count; i++)
        code = remove_one(job, 0, options->logins.items[i]);
    return code;
}

int command_customer_remove(int argc, char **argv)
{
    static const struct argument_row rows[] = {
        NUMBERS_OPTION("id", offsetof(struct remove_options, ids), "ID", "which customer; more than one may be given",
                       1, INT32_MAX),
        TEXTS_OPTION("login", offsetof(struct remove_options, logins), "LOGIN", "the same by login"),
    };
    const struct arguments arguments = {
        .purpose = "Removes customers, all of these or none. An id is not given to another customer."
                   "\vGroups and rules of the Discount service that name the customer keep the id: discountctl group "
                   "drop removes it there.\nDATABASE may be left out when CATALOG_DATABASE names it.",
        .words = "[DATABASE]",
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct remove_options options = {0};
    struct argument_words words;
    struct arena arena = {0};
    int code = EX_USAGE;

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *database = database_choose(&words, 0, argv[0]);
    size_t count = options.ids.count + options.logins.count;
    if (database != NULL && count == 0)
        fprintf(stderr, "%s: which customer? --id ID or --login LOGIN says so\n", argv[0]);
    if (database != NULL && count > 0) {
        struct job job = {.command = argv[0], .database = database, .run = remove_all, .options = &options};
        code = run_job(&job);
        if (code == COMMAND_OK)
            printf("%s: %zu %s removed\n", database, count, plural_pick((int64_t)count, "customer", "customers"));
    }
    arena_release(&arena);
    return code;
}
