/* SPDX-License-Identifier: MIT */
/* discountctl product list, product set: the products that rules may name. */
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

static void print_table(const struct list *products, const struct ctl_options *options, struct arena *arena)
{
    static const struct table_column columns[] = {{.title = "ID", true}, {.title = "SLUG"}, {.title = "FLOOR", true}};
    struct table *table = table_new(arena, columns, ARRAY_LENGTH(columns));

    for (size_t i = 0; i < products->count; i++) {
        const Ecommerce__KnownProduct *product = products->items[i];
        const char *const cells[] = {arena_print(arena, "%" PRId32, product->id), product->slug,
                                     product->floor > 0 ? arena_print(arena, "%" PRId64, product->floor) : "none"};
        table_add(table, TABLE_PLAIN, cells);
    }
    table_print(table, stdout, options);
}

static void print(const struct list *products, int64_t revision, const struct ctl_options *options, struct arena *arena)
{
    if (!options->is_json) {
        print_table(products, options, arena);
        return;
    }
    cJSON *document = cJSON_CreateObject();
    cJSON_AddItemToObject(document, "revision", json_number(revision));
    cJSON_AddItemToObject(document, "products", json_messages((const void *const *)products->items, products->count));
    json_print(stdout, document);
}

static int list(const struct ctl_options *options, struct arena *arena)
{
    enum list_status status = LIST_MOVED;
    struct connection connection;
    struct list products = {0};
    int64_t revision = 0;

    int code = connection_open(&connection, options);
    if (code != COMMAND_OK)
        return code;
    for (int i = 0; i < LIST_ATTEMPTS && status == LIST_MOVED; i++) {
        products = (struct list){0};
        revision = 0;
        status = list_products(&connection, arena, &products, &revision);
    }
    if (status == LIST_OK)
        print(&products, revision, options, arena);
    else
        code = status == LIST_FAILED ? connection_fail(&connection, "") : list_give_up(&connection);
    connection_close(&connection);
    return code;
}

int command_product_list(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Lists the products that rules may name."};
    struct ctl_options options = {0};
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, NULL);
    int code = list(&options, &arena);
    arena_release(&arena);
    return code;
}

struct product_options {
    struct change_options change;
    int64_t floor; /* -1: not given */
};

static const struct argument_row set_rows[] = {
    {.name = "floor",
     .type = ARGUMENT_NUMBER,
     .offset = offsetof(struct product_options, floor),
     .value = "PRICE",
     .help = "no rule takes the price below it, 0: none; when not given, a product keeps the one that it has",
     .min = 0,
     .max = RULE_MONEY_MAX},
    {.name = "message",
     .type = ARGUMENT_TEXT,
     .offset = offsetof(struct product_options, change.message),
     .value = "WHY",
     .help = "for the history"},
    {.name = "expect",
     .type = ARGUMENT_NUMBER,
     .offset = offsetof(struct product_options, change.expect),
     .value = "REVISION",
     .help = "change nothing (exit code 4) when the rules have moved on from it",
     .min = 1,
     .max = INT64_MAX},
};

static int set(const struct product_options *options, char **words, struct arena *arena)
{
    bool keeps_floor = options->floor < 0;
    struct change change = {.kind = CHANGE_SET_PRODUCT,
                            .product = {.slug = words[1], .floor = keeps_floor ? 0 : options->floor},
                            .keeps_floor = keeps_floor};
    struct changeset changes = {.arena = arena};
    int64_t id;

    if (number_parse(words[0], 1, INT32_MAX, &id) != NUMBER_OK) {
        display_error(options->change.ctl.name, "%s: a product's id from 1 to 2147483647 is allowed", words[0]);
        return EX_USAGE;
    }
    change.product.id = (int32_t)id;
    changeset_add(&changes, &change, CHANGESET_NOT_OF_FILE);
    return changeset_run(&changes, &options->change);
}

int command_product_set(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Adds a product that rules may name, or changes the one of that id.",
                                        .words = "ID SLUG",
                                        .words_min = 2,
                                        .words_max = 2,
                                        .rows = set_rows,
                                        .row_count = ARRAY_LENGTH(set_rows)};
    struct product_options options = {.floor = -1};
    struct argument_words words;
    struct arena arena = {0};

    options_read(&arguments, argc, argv, &arena, &options, &words);
    int code = set(&options, words.items, &arena);
    arena_release(&arena);
    return code;
}
