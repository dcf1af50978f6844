/* SPDX-License-Identifier: MIT */
/* discountctl explain: why a customer pays what they pay for a product. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "common/number.h"
#include "common/zone.h"
#include "discount/ctl/commands.h"
#include "discount/ctl/connection.h"
#include "discount/ctl/display.h"
#include "discount/ctl/explain_text.h"
#include "discount/ctl/json.h"
#include "discount/ctl/lists.h"
#include "discount/ctl/product_file.h"
#include "discount/ctl/when.h"
#include "discount/rule/rule.h"

#define LOSERS_DEFAULT 20
#define LOOKUPS_MAX 50 /* of losers, for their time zones; the rest are told in UTC */

struct explain_options {
    struct ctl_options ctl;
    int64_t price; /* -1: not given */
    struct argument_texts categories;
    struct product_source source;
    const char *at, *zone;
    int64_t limit;
};

#define FIELD(name) offsetof(struct explain_options, name)

static const struct argument_row rows[] = {
    NUMBER_OPTION("price", FIELD(price), "N",
                  "the product's list price, where the Catalog has not told it, or another one", 0, RULE_MONEY_MAX),
    TEXTS_OPTION("category", FIELD(categories), "SLUG", "a category of the product, or one above those; once for each"),
    TEXT_OPTION("products", FIELD(source.products), "CSV", PRODUCTS_HELP),
    TEXT_OPTION("catalog", FIELD(source.catalog), "DATABASE", CATALOG_HELP),
    TEXT_OPTION("at", FIELD(at), "WHEN", "then, instead of now"),
    TEXT_OPTION("zone", FIELD(zone), "ZONE", "WHEN's time zone, instead of DISCOUNTCTL_TIME_ZONE"),
    NUMBER_OPTION("limit", FIELD(limit), "N", "how many rules that lost to name (20)", 1, 10000),
};

/* ---- Which product ---- */

/* Out of the shop's own list: its id, slug, price and categories. */
static int take_product(const struct explain_options *options, const char *word, struct arena *arena,
                        Ecommerce__Product *product)
{
    struct product_file file;

    int code = product_file_read(&options->ctl, &options->source, arena, &file);
    if (code != COMMAND_OK)
        return code;
    const Ecommerce__Product *found = product_file_find(&file, word);
    if (found == NULL) {
        display_error(options->ctl.name, "%s: there is no product \"%s\"", product_source_name(&options->source), word);
        return COMMAND_NOT_FOUND;
    }
    *product = *found;
    return COMMAND_OK;
}

/* Categories of the command line come before the list's; its price replaces the list's. */
static void add_options(const struct explain_options *options, struct arena *arena, Ecommerce__Product *product)
{
    size_t own = options->categories.count, count = own + product->n_categories;
    char **categories = arena_get(arena, (count + 1) * sizeof *categories);

    for (size_t i = 0; i < count; i++)
        categories[i] = i < own ? (char *)options->categories.items[i] : product->categories[i - own];
    product->categories = categories;
    product->n_categories = count;
    if (options->price >= 0)
        product->price_in_cents = (int32_t)options->price;
}

/* A product of the service's list: what the Catalog told of it, where it has. An id that is not in the list is left as
 * it is. */
static void take_known(const struct explain_options *options, const Ecommerce__KnownProduct *known, struct arena *arena,
                       Ecommerce__Product *product)
{
    product->id = known->id;
    product->slug = known->slug;
    if (known->in_shop == NULL)
        return;
    product->price_in_cents = known->in_shop->price_in_cents;
    product->categories = known->in_shop->categories;
    product->n_categories = known->in_shop->n_categories;
    add_options(options, arena, product);
}

/* Without a list of products: by its id or slug. *told_at: when the Catalog told the price; 0: it is the caller's. */
static int find_product(struct ctl_connection *connection, const struct explain_options *options, const char *word,
                        struct arena *arena, Ecommerce__Product *product, int64_t *told_at)
{
    Ecommerce__ListProductsRequest request = ECOMMERCE__LIST_PRODUCTS_REQUEST__INIT;
    bool has_id = number_parse(word, 1, INT32_MAX, &(int64_t){0}) == NUMBER_OK;

    if (has_id)
        request.id = (int32_t)strtol(word, NULL, 10);
    else
        request.slug = (char *)word;
    const Ecommerce__ListProductsResponse *answer = call_list_products(connection, &request, arena);
    if (answer == NULL)
        return connection_fail(connection, "");
    const Ecommerce__KnownProduct *known = answer->n_products > 0 ? answer->products[0] : NULL;
    if (known == NULL && !has_id) {
        display_error(connection->options->name,
                      "there is no product \"%s\" (products that no rule may name are given by id)", word);
        return COMMAND_NOT_FOUND;
    }
    product->id = request.id;
    if (known != NULL)
        take_known(options, known, arena, product);
    if (options->price < 0 && (known == NULL || known->in_shop == NULL)) {
        display_error(connection->options->name,
                      "the Catalog has told no price of product \"%s\": --price (or --catalog) gives it", word);
        return COMMAND_NOT_FOUND;
    }
    *told_at = options->price < 0 ? answer->told_at : 0;
    return COMMAND_OK;
}

static int ask(struct ctl_connection *connection, const struct explain_options *options, int64_t at,
               int32_t customer_id, Ecommerce__Product *product, struct arena *arena,
               const Ecommerce__ExplainResponse **answer)
{
    Ecommerce__ExplainRequest request = ECOMMERCE__EXPLAIN_REQUEST__INIT;

    request.customer_id = customer_id;
    request.product = product;
    request.at = at;
    request.max_losers = (int32_t)options->limit;
    *answer = call_explain(connection, &request, arena);
    return *answer != NULL ? COMMAND_OK : connection_fail(connection, "");
}

/* The rules that lost by their window, to tell it in their time zone. One that is gone by now is told in UTC. */
static void fetch_losers(struct ctl_connection *connection, const Ecommerce__ExplainResponse *answer,
                         struct arena *arena, struct message_list *rules)
{
    size_t lookups = 0;

    for (size_t i = 0; i < answer->n_lanes; i++) {
        for (size_t j = 0; j < answer->lanes[i]->n_losers && lookups < LOOKUPS_MAX; j++) {
            Ecommerce__ListRulesRequest request = ECOMMERCE__LIST_RULES_REQUEST__INIT;
            const Ecommerce__Loser *loser = answer->lanes[i]->losers[j];
            if (loser->loss != ECOMMERCE__LOSS__LOSS_WINDOW_AHEAD && loser->loss != ECOMMERCE__LOSS__LOSS_WINDOW_OVER)
                continue;
            request.key = loser->key;
            const Ecommerce__ListRulesResponse *found = call_list_rules(connection, &request, arena);
            if (found != NULL && found->n_rules == 1)
                message_list_append(rules, arena, found->rules[0]);
            lookups++;
        }
    }
}

static int explain(const void *given, const struct argument_words *all_words, struct arena *arena)
{
    const struct explain_options *options = given;
    char *const *words = all_words->items;
    bool has_list = options->source.products != NULL || options->source.catalog != NULL;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;
    const Ecommerce__ExplainResponse *answer = NULL;
    struct ctl_connection connection;
    struct message_list rules = {0};
    char shop_zone[ZONE_NAME_MAX + 1];
    const char *word = words[1];
    int64_t customer, at, told_at = 0;

    if (number_parse(words[0], 0, INT32_MAX, &customer) != NUMBER_OK) {
        word = words[0]; /* "iphone-x 1" */
        if (number_parse(words[1], 0, INT32_MAX, &customer) != NUMBER_OK) {
            display_error(options->ctl.name,
                          "%s: a customer's id from 0 (nobody in particular) to 2147483647 is allowed", words[0]);
            return EX_USAGE;
        }
    }
    int code = options_zone(&options->ctl, shop_zone);
    if (code == COMMAND_OK)
        code = when_read(&options->ctl, "at", options->at, options->zone, &at);
    if (code == COMMAND_OK && has_list)
        code = take_product(options, word, arena, &product);
    if (code == COMMAND_OK)
        code = connection_open(&connection, &options->ctl);
    if (code != COMMAND_OK)
        return code;
    add_options(options, arena, &product);
    if (!has_list)
        code = find_product(&connection, options, word, arena, &product, &told_at);
    if (code == COMMAND_OK)
        code = ask(&connection, options, at, (int32_t)customer, &product, arena, &answer);
    if (code == COMMAND_OK && !options->ctl.is_json)
        fetch_losers(&connection, answer, arena, &rules);
    connection_close(&connection);
    if (code != COMMAND_OK)
        return code;
    if (options->ctl.is_json) {
        json_print(stdout, json_message(&answer->base));
    } else {
        const struct explain_asked asked = {.customer_id = (int32_t)customer,
                                            .product_id = product.id,
                                            .slug = product.slug[0] != '\0' ? product.slug : NULL,
                                            .told_at = told_at,
                                            .zone = options->zone != NULL ? options->zone : shop_zone};
        explain_text_print(answer, &asked, &rules, &options->ctl, arena);
    }
    return COMMAND_OK;
}

int command_explain(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose =
            "Tells why a customer (0: nobody in particular) pays what they pay for a product, given by its slug "
            "or its id. Price and categories are those that the Catalog told last; others come from --catalog or "
            "--products, or stand here: the categories above its own are its, too.",
        .words = "CUSTOMER PRODUCT",
        .words_min = 2,
        .words_max = 2,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct explain_options options = {.price = -1, .limit = LOSERS_DEFAULT};

    return options_run(&arguments, argc, argv, &options, explain);
}
