/* SPDX-License-Identifier: MIT */
/* discountctl status: what the service runs and prices by. */
#include <inttypes.h>
#include <stdio.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/connection.h"
#include "discount/ctl/contradictions.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/table.h"
#include "discount/ctl/when.h"

static void print_facts(const Ecommerce__GetStatusResponse *status, const char *zone, struct arena *arena)
{
    printf("version    %s\n", display_text(arena, status->version));
    printf("revision   %" PRId64 " in use", status->revision);
    if (status->latest != status->revision)
        printf(", %" PRId64 " in the database", status->latest);
    printf("\nrules      %" PRId64 "\ngroups     %" PRId64 "\nproducts   %" PRId64 "\n", status->rules, status->groups,
           status->products);
    if (status->told_at != 0)
        printf("shop       %" PRId64 " products, told %s\n", status->told_products, when_utc(arena, status->told_at));
    printf("rounding   %s\n", display_text(arena, status->rounding));
    printf("time zone  %s where none is named\n", zone[0] != '\0' ? zone : "UTC");
    if (status->lease_ms > 0)
        printf("lent       for another %" PRId32 " ms%s\n", status->lease_ms,
               status->waits_for_leases ? "; a revision waits for that" : "");
    if (status->refused[0] != '\0')
        printf("refused    %s\n", display_text(arena, status->refused));
}

static void print_workers(const Ecommerce__GetStatusResponse *status, const struct ctl_options *options,
                          struct arena *arena)
{
    static const struct table_column columns[] = {
        {.title = "WORKER", true}, {.title = "REVISION", true}, {.title = "PREPARED", true}, {.title = "STARTED"}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < status->n_workers; i++) {
        const Ecommerce__WorkerStatus *worker = status->workers[i];
        const char *const cells[] = {
            arena_print(arena, "%" PRId32, worker->pid), arena_print(arena, "%" PRId64, worker->revision),
            arena_print(arena, "%" PRId64, worker->prepared), when_utc(arena, worker->started_at)};
        table_add(table, worker->revision == status->revision ? TABLE_PLAIN : TABLE_BAD, cells);
    }
    if (status->n_workers > 0)
        putchar('\n');
    table_print(table, stdout, options);
    if (status->n_contradictions > 0)
        putchar('\n');
    contradictions_print((const Ecommerce__Contradiction *const *)status->contradictions, status->n_contradictions,
                         options, arena);
}

static int status(const void *options, const struct argument_words *words, struct arena *arena)
{
    const Ecommerce__GetStatusRequest request = ECOMMERCE__GET_STATUS_REQUEST__INIT;
    struct ctl_connection connection;

    (void)words;
    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    const Ecommerce__GetStatusResponse *answer = call_get_status(&connection, &request, arena);
    if (answer == NULL) {
        code = connection_fail(&connection, "");
    } else if (connection.options->is_json) {
        json_print(stdout, json_message(&answer->base));
    } else {
        print_facts(answer, connection.settings.zone, arena);
        print_workers(answer, options, arena);
    }
    connection_close(&connection);
    return code;
}

int command_status(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Tells what the service runs and prices by."};
    struct ctl_options options = {0};

    return options_run(&arguments, argc, argv, &options, status);
}
