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

/* What the shop has of them is told once the Catalog has told anything. */
static void print_table(const struct message_list *products, bool is_told, const struct ctl_options *options,
                        struct arena *arena)
{
    static const struct table_column columns[] = {{.title = "ID", true},
                                                  {.title = "SLUG"},
                                                  {.title = "FLOOR", true},
                                                  {.title = "PRICE", true},
                                                  {.title = "SHOP"}};
    struct table *table = table_new(arena, columns, is_told ? ARRAY_LENGTH(columns) : 3);

    for (size_t i = 0; i < products->count; i++) {
        const Ecommerce__KnownProduct *product = products->items[i];
        const char *const cells[] = {
            arena_print(arena, "%" PRId32, product->id), product->slug,
            product->floor > 0 ? arena_print(arena, "%" PRId64, product->floor) : "none",
            product->in_shop != NULL ? arena_print(arena, "%" PRId32, product->in_shop->price_in_cents) : "",
            product->in_shop != NULL ? "" : "gone"};
        table_add(table, TABLE_PLAIN, cells);
    }
    table_print(table, stdout, options);
}

struct found_products {
    struct message_list products;
    int64_t revision;
    bool is_told; /* by the Catalog */
};

static enum list_status fetch_products(struct ctl_connection *connection, void *data, struct arena *arena)
{
    const Ecommerce__ListProductsRequest request = ECOMMERCE__LIST_PRODUCTS_REQUEST__INIT;
    struct found_products *found = data;

    *found = (struct found_products){.revision = 0};
    enum list_status status = list_products(connection, &request, arena, &found->products, &found->revision);
    for (size_t i = 0; i < found->products.count; i++)
        found->is_told |= ((const Ecommerce__KnownProduct *)found->products.items[i])->in_shop != NULL;
    return status;
}

static int list(const void *options, const struct argument_words *words, struct arena *arena)
{
    struct found_products found;

    (void)words;
    int code = list_alone(options, fetch_products, &found, arena);
    if (code != COMMAND_OK)
        return code;
    if (((const struct ctl_options *)options)->is_json)
        list_print_json("products", &found.products, found.revision);
    else
        print_table(&found.products, found.is_told, options, arena);
    return COMMAND_OK;
}

int command_product_list(int argc, char **argv)
{
    const struct arguments arguments = {.purpose = "Lists the products that rules may name."};
    struct ctl_options options = {0};

    return options_run(&arguments, argc, argv, &options, list);
}

struct product_options {
    struct change_options change;
    int64_t floor; /* -1: not given */
};

static const struct argument_row set_rows[] = {
    NUMBER_OPTION("floor", offsetof(struct product_options, floor), "PRICE",
                  "no rule takes the price below it, 0: none; when not given, a product keeps the one that it has", 0,
                  RULE_MONEY_MAX),
    CHANGE_OPTIONS(offsetof(struct product_options, change)),
};

static int set(const void *given, const struct argument_words *words, struct arena *arena)
{
    const struct product_options *options = given;
    bool keeps_floor = options->floor < 0;
    struct change change = {.kind = CHANGE_SET_PRODUCT,
                            .product = {.slug = words->items[1], .floor = keeps_floor ? 0 : options->floor},
                            .keeps_floor = keeps_floor};
    struct changeset changes = {.arena = arena};
    int64_t id;

    if (number_parse(words->items[0], 1, INT32_MAX, &id) != NUMBER_OK) {
        display_error(options->change.ctl.name, "%s: a product's id from 1 to 2147483647 is allowed", words->items[0]);
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

    return options_run(&arguments, argc, argv, &options, set);
}
