/* SPDX-License-Identifier: MIT */
/* catalogctl customer list: customers as a table, CSV, JSON or ids, in memory that does not grow with them. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/display.h"
#include "common/ctl/output.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/catalog/customer.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

#define BATCH 500 /* customers that are in memory at once */
#define CELLS (CUSTOMER_FIELDS + 1)

struct list_options {
    bool is_csv, is_spreadsheet, is_json, is_ids;
    struct argument_texts logins;
};

#define FIELD(name) offsetof(struct list_options, name)

static const struct argument_row rows[] = {
    FLAG_OPTION("csv", FIELD(is_csv), "as CSV, which catalogctl customer import reads"),
    FLAG_OPTION("spreadsheet", FIELD(is_spreadsheet), "as CSV in which no cell runs as a formula, for people"),
    FLAG_OPTION("json", FIELD(is_json), "as JSON"),
    FLAG_OPTION("ids", FIELD(is_ids), "ids alone, a line each: for discountctl group add"),
    TEXTS_OPTION("login", FIELD(logins), "LOGIN", "only the customer of this login; more than one may be given"),
};

/* One list on its way: what it reads is of one moment. */
struct job {
    const char *command, *database;
    const struct list_options *options;
    struct store_walk *walk;
    FILE *out;
    bool *are_found;      /* by the places of the logins that were asked for */
    size_t widths[CELLS]; /* of a table's columns */
    size_t count;         /* that were printed */
};

typedef void take_f(struct job *job, const char *const cells[CELLS], struct arena *arena);

/* ---- What is read ---- */

static bool is_wanted(const struct job *job, const struct customer *customer)
{
    const struct argument_texts *logins = &job->options->logins;
    bool is_found = false;

    for (size_t i = 0; i < logins->count; i++) {
        if (strcmp(customer_text(customer, CUSTOMER_LOGIN), logins->items[i]) == 0)
            is_found = job->are_found[i] = true;
    }
    return is_found || logins->count == 0;
}

static void take_batch(struct job *job, take_f *take, const struct customer_list *customers, struct arena *arena)
{
    for (size_t i = 0; i < customers->count; i++) {
        const struct customer *customer = &customers->items[i];
        const char *cells[CELLS] = {arena_print(arena, "%" PRId32, customer->id)};
        for (int field = 0; field < CUSTOMER_FIELDS; field++)
            cells[field + 1] = customer_text(customer, (enum customer_field)field);
        if (is_wanted(job, customer))
            take(job, cells, arena);
    }
}

/* Stops when the output cannot be written, which output_close() reports. */
static enum store_status walk_customers(struct job *job, take_f *take)
{
    struct arena arena = {0};
    struct customer_list customers = {.count = 1};
    enum store_status status = STORE_OK;
    int32_t after = 0;

    while (status == STORE_OK && customers.count > 0 && !ferror(job->out)) {
        arena_reset(&arena);
        status = job->walk->next_customers(job->walk, after, BATCH, &arena, &customers);
        if (status != STORE_OK || customers.count == 0)
            break;
        after = customers.items[customers.count - 1].id;
        take_batch(job, take, &customers, &arena);
    }
    arena_release(&arena);
    return status;
}

/* ---- What is written ---- */

static const char *const *column_names(void)
{
    static const char *names[CELLS] = {"id"};

    for (int i = 0; i < CUSTOMER_FIELDS; i++)
        names[i + 1] = customer_columns[i].name;
    return names;
}

static void measure(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    for (size_t i = 0; i < CELLS; i++) {
        size_t width = display_width(display_text(arena, cells[i]));
        job->widths[i] = width > job->widths[i] ? width : job->widths[i];
    }
    job->count++;
}

/* No line ends with a space; ids stand to the right. */
static void put_line(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    size_t last = CELLS, spare = 0;

    while (last > 1 && cells[last - 1][0] == '\0')
        last--;
    for (size_t i = 0; i < last; i++) {
        const char *text = display_text(arena, cells[i]);
        size_t rest = job->widths[i] - display_width(text);
        fprintf(job->out, "%*s%s", (int)(i == 0 ? rest : spare), "", text);
        spare = (i == 0 ? 0 : rest) + 2;
    }
    fputc('\n', job->out);
}

static enum store_status write_table(struct job *job)
{
    const char *titles[CELLS] = {"ID", "LOGIN", "EMAIL", "FIRST NAME", "LAST NAME"};
    struct arena arena = {0};
    enum store_status status = walk_customers(job, measure);

    if (status == STORE_OK && job->count > 0) {
        measure(job, titles, &arena);
        put_line(job, titles, &arena);
        status = walk_customers(job, put_line);
    }
    arena_release(&arena);
    return status;
}

static enum csv_dialect dialect_of(const struct job *job)
{
    return job->options->is_spreadsheet ? CSV_FOR_SPREADSHEET : CSV_PLAIN;
}

static void write_text(const struct job *job, struct text text)
{
    fwrite(text.bytes, 1, text.length, job->out);
}

static void put_row(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    write_text(job, csv_print_texts(cells, CELLS, dialect_of(job), arena));
}

static enum store_status write_csv(struct job *job)
{
    struct arena arena = {0};

    write_text(job, csv_print_names(column_names(), CELLS, dialect_of(job), &arena));
    arena_release(&arena);
    return walk_customers(job, put_row);
}

static void put_object(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    const char *const *names = column_names();
    cJSON *object = cJSON_CreateObject();

    (void)arena;
    cJSON_AddItemToObject(object, names[0], cJSON_CreateRaw(cells[0]));
    for (size_t i = 1; i < CELLS; i++)
        cJSON_AddStringToObject(object, names[i], cells[i]);
    char *text = cJSON_PrintUnformatted(object);
    fprintf(job->out, "%s%s", job->count++ > 0 ? "," : "", text);
    free(text);
    cJSON_Delete(object);
}

static enum store_status write_json(struct job *job)
{
    fputs("{\"customers\":[", job->out);
    enum store_status status = walk_customers(job, put_object);
    fputs("]}\n", job->out);
    return status;
}

static void put_id(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    (void)arena;
    fprintf(job->out, "%s\n", cells[0]);
}

static void pass(struct job *job, const char *const cells[CELLS], struct arena *arena)
{
    (void)job;
    (void)cells;
    (void)arena;
}

static enum store_status write_all(struct job *job)
{
    const struct list_options *options = job->options;

    if (options->is_csv || options->is_spreadsheet)
        return write_csv(job);
    if (options->is_json)
        return write_json(job);
    return options->is_ids ? walk_customers(job, put_id) : write_table(job);
}

/* ---- The command ---- */

static int tell_unreadable(const struct job *job)
{
    fprintf(stderr, "%s: %s: it cannot be read\n", job->command, job->database);
    return COMMAND_FAILED;
}

static int tell_missing(const struct job *job)
{
    const struct argument_texts *logins = &job->options->logins;
    int code = COMMAND_OK;

    for (size_t i = 0; i < logins->count; i++) {
        if (job->are_found[i])
            continue;
        fprintf(stderr, "%s: no customer has the login ", job->command);
        display_put(stderr, logins->items[i], "");
        fputc('\n', stderr);
        code = COMMAND_NOT_FOUND;
    }
    return code;
}

/* Nothing is printed where a login is not there: who hands ids on does not want some of them. */
static int write_list(struct job *job)
{
    struct output output;

    job->out = stdout;
    enum store_status status = job->options->logins.count > 0 ? walk_customers(job, pass) : STORE_OK;
    if (status != STORE_OK)
        return tell_unreadable(job);
    int code = tell_missing(job);
    if (code != COMMAND_OK)
        return code;
    if (output_open(&output, job->command, NULL) != COMMAND_OK)
        return COMMAND_FAILED;
    job->out = output.stream;
    status = write_all(job);
    code = output_close(&output, status == STORE_OK);
    return status == STORE_OK ? code : tell_unreadable(job);
}

static int run_job(struct job *job)
{
    struct store *store;
    char reason[512];
    int code = COMMAND_FAILED;

    if (!store_open(job->database, &store, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", job->command, reason);
        return COMMAND_FAILED;
    }
    if (store->methods->begin_walk(store, &job->walk) == STORE_OK)
        code = write_list(job);
    else
        code = tell_unreadable(job);
    store_walk_end(job->walk);
    store_close(store);
    return code;
}

int command_customer_list(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Lists customers in the order of ids."
                   "\vdiscountctl group add vip $(catalogctl customer list --ids --login ann --login bob) puts "
                   "customers into a group by their logins.\n"
                   "DATABASE may be left out when CATALOG_DATABASE names it.",
        .words = "[DATABASE]",
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    cJSON_Hooks hooks = {.malloc_fn = memory_get, .free_fn = free}; /* so no item of cJSON is NULL above */
    struct list_options options = {0};
    struct argument_words words;
    struct arena arena = {0};
    int code = EX_USAGE;

    cJSON_InitHooks(&hooks);
    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *database = database_choose(&words, 0, argv[0]);
    bool is_clear = (options.is_csv || options.is_spreadsheet) + options.is_json + options.is_ids <= 1;
    if (!is_clear)
        fprintf(stderr, "%s: one of --csv, --json and --ids is allowed\n", argv[0]);
    if (database != NULL && is_clear) {
        struct job job = {.command = argv[0],
                          .database = database,
                          .options = &options,
                          .are_found = memory_get_zeroed(options.logins.count + 1, sizeof(bool))};
        code = run_job(&job);
        free(job.are_found);
    }
    arena_release(&arena);
    return code;
}
