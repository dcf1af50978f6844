/* SPDX-License-Identifier: MIT */
/* discountctl preview: what a rule file would do to prices, asked for some products at a time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/ctl/progress.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/display.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/preview_print.h"
#include "discount/ctl/what_if.h"

#define LIMIT_DEFAULT 1000
#define PRICES_MAX 20000 /* that the service lists in one answer */
#define CHUNK_FIRST 200  /* products of the first call; then more, as long as the time limit is far */
#define CHUNK_MAX 5000   /* so that progress shows */
#define ATTEMPTS 10      /* to begin again, when rules change meanwhile or the service forgets the staged changes */

struct preview_options {
    struct what_if_options what_if;
    struct argument_numbers customers;
    struct argument_texts groups;
    bool is_everybody;
};

struct preview_run {
    const struct preview_options *options;
    const struct what_if *what_if;
    struct ctl_connection *connection;
    struct arena *arena;
    const char *token;
    int32_t *customer_ids;
    size_t done, chunk; /* products */
    struct progress progress;
    struct preview_totals totals;
};

enum step { STEP_GOES_ON, STEP_AGAIN, STEP_REFUSED, STEP_FAILED };

/* ---- One call ---- */

/* How many products go into the next message. */
static size_t count_products(const struct preview_run *previewing)
{
    const struct product_file *file = &previewing->what_if->products;
    size_t count = 0, bytes = 0;

    while (count < previewing->chunk && previewing->done + count < file->count) {
        bytes += file->sizes[previewing->done + count];
        if (count > 0 && bytes > CHANGESET_MESSAGE_MAX)
            break;
        count++;
    }
    return count;
}

static const Ecommerce__PreviewResponse *ask(struct preview_run *previewing, size_t count, int32_t max_prices)
{
    const struct preview_options *options = previewing->options;
    Ecommerce__PreviewRequest request = ECOMMERCE__PREVIEW_REQUEST__INIT;

    request.token = (char *)previewing->token;
    request.at = previewing->what_if->at;
    request.products = previewing->what_if->products.products + previewing->done;
    request.n_products = count;
    request.customer_ids = previewing->customer_ids;
    request.n_customer_ids = options->customers.count;
    request.groups = (char **)options->groups.items;
    request.n_groups = options->groups.count;
    request.everybody = options->is_everybody;
    request.max_prices = max_prices;
    return call_preview(previewing->connection, &request, previewing->arena);
}

static int32_t count_wanted(const struct preview_run *previewing)
{
    size_t left = (size_t)previewing->options->what_if.limit - previewing->totals.prices.count;

    if (left == 0)
        return 1; /* 0 is the service's default; what comes is left out */
    return left < PRICES_MAX ? (int32_t)left : PRICES_MAX;
}

/* Takes part of the products off the next call. False: there is only one left. */
static bool shrink_chunk(struct preview_run *previewing, size_t count)
{
    previewing->chunk = count / 2;
    return count > 1;
}

static enum step take_failure(struct preview_run *previewing, size_t count)
{
    enum rpc_code code = previewing->connection->code;

    if (changeset_is_lost(previewing->connection))
        return STEP_AGAIN;
    /* The answer is too large, or there are too many prices for one call. */
    if ((code == RPC_RESOURCE_EXHAUSTED || code == RPC_INVALID_ARGUMENT) && shrink_chunk(previewing, count))
        return STEP_GOES_ON;
    return STEP_FAILED;
}

static enum step next_step(struct preview_run *previewing)
{
    size_t limit = (size_t)previewing->options->what_if.limit, count = count_products(previewing);
    int32_t wanted = count_wanted(previewing);

    int64_t started_ns = clock_now_ns();
    const Ecommerce__PreviewResponse *answer = ask(previewing, count, wanted);
    int64_t took_ns = clock_now_ns() - started_ns;
    if (answer == NULL)
        return take_failure(previewing, count);
    if (answer->n_faults > 0) {
        previewing->totals.faulty = answer;
        return STEP_REFUSED;
    }
    if (previewing->totals.revision != 0 && previewing->totals.revision != answer->revision)
        return STEP_AGAIN;
    /* An answer that had no room for all that it should list: fewer products at once. */
    bool is_short = (int64_t)answer->n_prices < answer->changed && (int64_t)answer->n_prices < wanted;
    if (is_short && shrink_chunk(previewing, count))
        return STEP_GOES_ON;
    preview_totals_add(&previewing->totals, answer, limit, previewing->arena);
    previewing->done += count;
    /* Most of a call's time may be spent on the changes: few large calls are better than many small ones. */
    if (took_ns < previewing->options->what_if.ctl.timeout_s * CLOCK_NS_PER_S / 8 && previewing->chunk < CHUNK_MAX)
        previewing->chunk *= 2;
    progress_update(&previewing->progress, previewing->done);
    return STEP_GOES_ON;
}

/* ---- All products ---- */

static enum step preview_once(struct preview_run *previewing)
{
    enum step step = STEP_GOES_ON;

    previewing->done = 0;
    previewing->chunk = CHUNK_FIRST;
    previewing->totals = (struct preview_totals){0};
    if (!changeset_stage(&previewing->what_if->set, previewing->connection, &previewing->token))
        return changeset_is_lost(previewing->connection) ? STEP_AGAIN : STEP_FAILED;
    progress_begin(&previewing->progress, "products priced", previewing->what_if->products.count);
    /* The changes are checked without products, too. */
    do
        step = next_step(previewing);
    while (step == STEP_GOES_ON && previewing->done < previewing->what_if->products.count);
    progress_end(&previewing->progress);
    return step;
}

static int tell(const struct preview_run *previewing)
{
    const struct what_if *what_if = previewing->what_if;
    const struct preview_totals *totals = &previewing->totals;
    struct fault_list notes = {.arena = previewing->arena};

    if (totals->faulty == NULL) {
        preview_totals_print(totals, &previewing->options->what_if.ctl, previewing->arena);
        return COMMAND_OK;
    }
    changeset_note_faults(&what_if->set, totals->faulty->faults, totals->faulty->n_faults, &notes);
    return fault_notes_tell(&notes, &previewing->options->what_if.ctl, what_if->set.file);
}

static int preview(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct preview_options *options = given;
    struct what_if what_if = {.arena = arena};
    struct ctl_connection connection;
    struct preview_run previewing = {
        .options = options, .what_if = &what_if, .connection = &connection, .arena = arena};
    enum step step = STEP_AGAIN;

    if (options->what_if.source.products == NULL && options->what_if.source.catalog == NULL) {
        display_error(options->what_if.ctl.name,
                      "--products or --catalog is missing: the products with their list prices");
        return EX_USAGE;
    }
    int code = what_if_read(&what_if, &options->what_if, words->items[0]);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->what_if.ctl);
    if (code != COMMAND_OK)
        return code;
    previewing.customer_ids = arena_get(arena, (options->customers.count + 1) * sizeof(int32_t));
    for (size_t i = 0; i < options->customers.count; i++)
        previewing.customer_ids[i] = (int32_t)options->customers.items[i];
    for (int i = 0; i < ATTEMPTS && step == STEP_AGAIN; i++)
        step = preview_once(&previewing);
    if (step == STEP_AGAIN && connection.code == RPC_OK)
        code = list_give_up(&connection);
    else if (step == STEP_AGAIN || step == STEP_FAILED)
        code = connection_fail(&connection, "");
    else
        code = tell(&previewing);
    connection_close(&connection);
    return code;
}

#define FIELD(name) offsetof(struct preview_options, name)

static const struct argument_row own_rows[] = {
    NUMBERS_OPTION("customer", FIELD(customers), "ID", "for this customer; once for each", 1, INT32_MAX),
    TEXTS_OPTION("group", FIELD(groups), "KEY", "for somebody of this group; once for each"),
    FLAG_OPTION("everybody", FIELD(is_everybody),
                "for nobody in particular. Without these three: for all to whom the change may give another price"),
};

int command_preview(int argc, char **argv)
{
    struct argument_row rows[WHAT_IF_ROWS + ARRAY_LENGTH(own_rows)];
    const struct arguments arguments = {
        .purpose =
            "Lists every price that importing a rule file (\"-\": standard input) would change. Nothing changes.",
        .words = "FILE",
        .words_min = 1,
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct preview_options options = {.what_if = {.limit = LIMIT_DEFAULT}};

    memcpy(rows, what_if_rows, sizeof what_if_rows);
    memcpy(rows + WHAT_IF_ROWS, own_rows, sizeof own_rows);
    return options_run(&arguments, argc, argv, &options, preview);
}
