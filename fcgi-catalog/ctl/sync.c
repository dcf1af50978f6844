/* SPDX-License-Identifier: MIT */
/* catalogctl sync: tells Discount what the shop has, for sites where no catalog.fcgi stays running. */
#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/rpc/runtime.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/settings.h"
#include "fcgi-catalog/tell/tell.h"

#define PATIENCE_S 60 /* while another program tells */

struct sync_options {
    const char *config;
};

static const struct argument_row rows[] = {
    TEXT_OPTION("config", offsetof(struct sync_options, config), "FILE",
                "the settings of catalog.fcgi, as its --config has them"),
};

static int tell(const char *command, struct tell *tell, struct store *store)
{
    const struct timespec second = {.tv_sec = 1};
    struct tell_result result;
    enum tell_status status;

    for (int i = 0; (status = tell_shop(tell, store, true, &result)) == TELL_BUSY && i < PATIENCE_S; i++)
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
    if (status == TELL_DONE) {
        if (result.was_known)
            puts("Discount knows the shop as it is");
        else
            printf("%" PRId64 " %s told, %" PRId64 " of them anew\n", result.products,
                   plural_pick(result.products, "product", "products"), result.sent);
        if (result.renamed != 0)
            printf("revision %" PRId64 " of the rules has the new names\n", result.renamed);
        return COMMAND_OK;
    }
    fprintf(stderr, "%s: %s\n", command,
            status == TELL_BUSY      ? "another program is telling all the time; try again"
            : status == TELL_UNKNOWN ? "this Discount takes no products: it is older than this program"
                                     : result.reason);
    return COMMAND_FAILED;
}

static int connect_and_tell(const char *command, const struct catalog_settings *settings, const char *database)
{
    const struct tell_options options = {.service_host = settings->service_host,
                                         .keyset = catalog_settings_keyset(settings)};
    struct store *store;
    char reason[512];
    int code = COMMAND_FAILED;

    if (!store_open(database, &store, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", command, reason);
        return COMMAND_FAILED;
    }
    rpc_runtime_start();
    struct tell *telling = tell_new(&options, reason, sizeof reason);
    if (telling != NULL)
        code = tell(command, telling, store);
    else
        fprintf(stderr, "%s: %s\n", command, reason);
    tell_free(telling);
    store_close(store);
    return code;
}

int command_sync(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Tells Discount which products and categories the shop has, so that rules can name them. A running "
                   "catalog.fcgi does so with CATALOG_TELL_SHOP=on. What Discount knows already is not sent."
                   "\vDISCOUNT_SERVICE_HOST, the database and the keys are settings of catalog.fcgi: of the "
                   "environment, of --config or CATALOG_CONFIG, or of catalog.conf beside this program.",
        .words = "[DATABASE]",
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct sync_options options = {0};
    struct catalog_settings settings;
    struct argument_words words;
    struct arena arena = {0};
    char reason[512];

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    if (!settings_load(&catalog_settings_table, options.config, &settings, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        arena_release(&arena);
        return SETTINGS_EXIT_CODE;
    }
    int code = connect_and_tell(argv[0], &settings, words.count > 0 ? words.items[0] : settings.database);
    settings_release(&catalog_settings_table, &settings);
    arena_release(&arena);
    return code;
}
