/* SPDX-License-Identifier: MIT */
/* catalogctl shop: the shop's currency and time zone, shown and set. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/import.h"
#include "fcgi-catalog/store/store.h"

struct shop_options {
    const char *currency, *time_zone; /* NULL: not given */
    bool is_json;
};

#define FIELD(name) offsetof(struct shop_options, name)

static const struct argument_row rows[] = {
    TEXT_OPTION("currency", FIELD(currency), "CODE",
                "what prices are in, as EUR (ISO 4217); it can be set while there is none, or no product"),
    TEXT_OPTION("time-zone", FIELD(time_zone), "ZONE",
                "the zone of local times in imports, as Europe/Berlin (IANA); empty: UTC"),
    FLAG_OPTION("json", FIELD(is_json), "print it for programs"),
};

static bool read_shop(const char *path, struct shop *shop, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return false;
    bool is_read = store->methods->shop(store, shop) == STORE_OK;
    if (!is_read)
        snprintf(reason, reason_size, "%s: it cannot be read", path);
    store_close(store);
    return is_read;
}

/* What 500 is worth follows from the currency: products would change their prices with it. */
static enum import_status put_currency(struct import *import, const char *path, const char *currency)
{
    struct shop shop;

    if (!read_shop(path, &shop, import->reason, sizeof import->reason))
        return IMPORT_FAILED;
    if (import->products == 0 || shop.currency[0] == '\0' || strcmp(shop.currency, currency) == 0)
        return import->methods->put_currency(import, currency);
    snprintf(import->reason, sizeof import->reason, "the currency is %s, and products have prices in it",
             shop.currency);
    return IMPORT_REFUSED;
}

static enum import_status put_all(struct import *import, const char *path, const struct shop_options *options)
{
    enum import_status status = import->methods->begin(import);

    if (status == IMPORT_OK && options->currency != NULL)
        status = put_currency(import, path, options->currency);
    if (status == IMPORT_OK && options->time_zone != NULL)
        status = import->methods->put_time_zone(import, options->time_zone);
    return status == IMPORT_OK ? import->methods->commit(import, NULL, NULL) : status;
}

static int set(const char *command, const char *path, const struct shop_options *options)
{
    struct import *import;
    char reason[512];

    if (!import_open(path, &import, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", command, reason);
        return COMMAND_FAILED;
    }
    enum import_status status = put_all(import, path, options);
    if (status != IMPORT_OK)
        fprintf(stderr, "%s: %s: %s\n", command, path, import->reason);
    import_close(import);
    return status == IMPORT_OK ? COMMAND_OK : status == IMPORT_REFUSED ? COMMAND_REFUSED : COMMAND_FAILED;
}

static void print(const struct shop *shop, bool is_json)
{
    if (!is_json) {
        printf("currency   %s\ntime zone  %s\n", shop->currency[0] != '\0' ? shop->currency : "not set",
               shop->time_zone[0] != '\0' ? shop->time_zone : "UTC");
        return;
    }
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "currency", shop->currency);
    cJSON_AddStringToObject(document, "time_zone", shop->time_zone);
    char *text = cJSON_PrintUnformatted(document);
    if (text != NULL)
        puts(text);
    free(text);
    cJSON_Delete(document);
}

int command_shop(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Shows the shop's currency and time zone, and sets them."
                                                   "\vDATABASE may be left out when CATALOG_DATABASE names it.",
                                        .words = "[DATABASE]",
                                        .words_max = 1,
                                        .rows = rows,
                                        .row_count = ARRAY_LENGTH(rows)};
    struct shop_options options = {0};
    struct argument_words words;
    struct arena arena = {0};
    struct shop shop;
    char reason[512];

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = database_choose(&words, 0, argv[0]);
    arena_release(&arena);
    if (path == NULL)
        return EX_USAGE;
    int code = options.currency != NULL || options.time_zone != NULL ? set(argv[0], path, &options) : COMMAND_OK;
    if (code != COMMAND_OK)
        return code;
    if (!read_shop(path, &shop, reason, sizeof reason)) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    print(&shop, options.is_json);
    return COMMAND_OK;
}
