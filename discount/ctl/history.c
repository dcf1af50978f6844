/* SPDX-License-Identifier: MIT */
/* discountctl history, rollback: the revisions, and back to one. */
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/number.h"
#include "discount/ctl/changeset.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/json.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/table.h"
#include "discount/ctl/when.h"
#include "discount/wire/wire.h"

#define DEFAULT_LIMIT 100
#define PAGE_SIZE 1000

struct history_options {
    struct ctl_options ctl;
    int64_t limit;
};

static void print_table(const struct message_list *revisions, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {
        {.title = "REVISION", true}, {.title = "MADE"}, {.title = "CHANGED", true}, {.title = "BY"}, {.title = "WHY"}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < revisions->count; i++) {
        const Ecommerce__Revision *revision = revisions->items[i];
        const char *const cells[] = {
            arena_print(arena, "%" PRId64, revision->revision), when_utc(arena, revision->made_at),
            arena_print(arena, "%" PRId32, revision->changed), revision->author, revision->message};
        table_add(table, TABLE_PLAIN, cells);
    }
    table_print(table, stdout, options);
}

/* The latest, at most `limit`. False: connection_fail() tells. */
static bool fetch_revisions(struct ctl_connection *connection, size_t limit, struct arena *arena,
                            struct message_list *revisions)
{
    Ecommerce__ListRevisionsRequest ask = ECOMMERCE__LIST_REVISIONS_REQUEST__INIT;

    do {
        size_t left = limit - revisions->count;
        ask.page_size = left < PAGE_SIZE ? (int32_t)left : PAGE_SIZE;
        const Ecommerce__ListRevisionsResponse *page = call_list_revisions(connection, &ask, arena);
        if (page == NULL)
            return false;
        for (size_t i = 0; i < page->n_revisions && revisions->count < limit; i++)
            message_list_append(revisions, arena, page->revisions[i]);
        ask.page_token = page->next_page_token;
    } while (ask.page_token[0] != '\0' && revisions->count < limit);
    return true;
}

static int history(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct history_options *options = given;
    struct ctl_connection connection;
    struct message_list revisions = {0};

    (void)words;
    int code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    if (!fetch_revisions(&connection, (size_t)options->limit, arena, &revisions))
        code = connection_fail(&connection, "");
    else if (options->ctl.is_json)
        list_print_json("revisions", &revisions, 0);
    else
        print_table(&revisions, &options->ctl, arena);
    connection_close(&connection);
    return code;
}

int command_history(int argc, char **argv)
{
    static const struct argument_row rows[] = {NUMBER_OPTION("limit", offsetof(struct history_options, limit), "N",
                                                             "how many revisions to list (100)", 1, 1000000)};
    const struct arguments arguments = {
        .purpose = "Lists the revisions, the latest first.", .rows = rows, .row_count = ARRAY_LENGTH(rows)};
    struct history_options options = {.limit = DEFAULT_LIMIT};

    return options_run(&arguments, argc, argv, &options, history);
}

/* ---- Rollback ---- */

static int rollback(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct change_options *options = given;
    const char *word = words->items[0];
    Ecommerce__RollbackRequest request = ECOMMERCE__ROLLBACK_REQUEST__INIT;
    const struct changeset none = {.arena = arena};
    struct ctl_connection connection;
    char id[WIRE_ID_SIZE];

    if (number_parse(word, 1, INT64_MAX, &request.revision) != NUMBER_OK) {
        display_error(options->ctl.name, "%s: the number of a revision is allowed", word);
        return EX_USAGE;
    }
    int code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    request.expected_revision = options->expect;
    request.message = (char *)(options->message != NULL ? options->message : "");
    wire_make_id(id);
    request.change_set_id = id;
    const Ecommerce__ApplyChangesResponse *answer = call_rollback(&connection, &request, arena);
    code = answer != NULL ? changeset_tell(&none, options, answer) : connection_fail(&connection, "");
    connection_close(&connection);
    return code;
}

int command_rollback(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Makes a new revision that is equal to an earlier one.",
                                        .words = "REVISION",
                                        .words_min = 1,
                                        .words_max = 1,
                                        .rows = change_option_rows,
                                        .row_count = change_option_count};
    struct change_options options = {0};

    return options_run(&arguments, argc, argv, &options, rollback);
}
