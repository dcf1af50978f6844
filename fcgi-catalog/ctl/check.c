/* SPDX-License-Identifier: MIT */
/* catalogctl check: looks at a whole database and says what is in it. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/ctl/plural.h"
#include "fcgi-catalog/store/store.h"

#define BATCH 500

struct check_options {
    bool is_detailed, is_json;
};

static const struct argument_row rows[] = {
    {.name = "details",
     .type = ARGUMENT_FLAG,
     .offset = offsetof(struct check_options, is_detailed),
     .help = "count what products lack, too"},
    {.name = "json",
     .type = ARGUMENT_FLAG,
     .offset = offsetof(struct check_options, is_json),
     .help = "all of that, for programs"},
};

/* What a shop's owner may want to look at: none of it is wrong. */
struct details {
    int64_t revision;
    char currency[4];
    int64_t nameless, without_category, without_image, without_stock, free_of_charge, empty_categories;
};

struct found {
    struct store_counts counts;
    struct details details;
};

/* ---- Looking ---- */

static void note_product(struct details *details, const struct product *product)
{
    details->nameless += product->name == NULL || product->name[0] == '\0';
    details->without_category += product->own_category_count == 0;
    details->without_image += product->image_count == 0;
    details->without_stock += product->stock == NULL || product->stock[0] == '\0';
    details->free_of_charge += product->price_cents == 0;
}

static enum store_status walk_products(struct store_walk *walk, struct arena *arena, struct details *details)
{
    struct product_list products = {.count = 1};
    enum store_status status = STORE_OK;

    while (products.count > 0 && status == STORE_OK) {
        arena_reset(arena);
        status = store_walk_next(walk, BATCH, arena, &products);
        for (size_t i = 0; status == STORE_OK && i < products.count; i++)
            note_product(details, &products.items[i]);
    }
    return status;
}

static enum store_status note_categories(struct store *store, struct arena *arena, struct details *details)
{
    struct category_list categories;
    enum store_status status = store_list_categories(store, arena, &categories);

    for (size_t i = 0; status == STORE_OK && i < categories.count; i++)
        details->empty_categories += categories.items[i].product_count == 0;
    return status;
}

static enum store_status read_details(struct store *store, struct details *details)
{
    struct store_walk *walk = NULL;
    struct arena arena = {0};

    enum store_status status = store_walk_begin(store, &walk);
    if (status == STORE_OK) {
        const struct shop *shop = store_walk_shop(walk);
        *details = (struct details){.revision = shop->revision};
        snprintf(details->currency, sizeof details->currency, "%s", shop->currency);
        status = walk_products(walk, &arena, details);
    }
    if (status == STORE_OK)
        status = note_categories(store, &arena, details);
    store_walk_end(walk);
    arena_release(&arena);
    return status;
}

static bool check(const char *path, bool has_details, struct found *found, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return false;
    bool passed = store_check(path, &found->counts, reason, reason_size);
    if (passed && has_details && read_details(store, &found->details) != STORE_OK) {
        snprintf(reason, reason_size, "%s: it cannot be read", path);
        passed = false;
    }
    store_close(store);
    return passed;
}

/* ---- Telling ---- */

static void print_counts(const char *path, const struct store_counts *counts)
{
    printf("%s: OK, %" PRId64 " %s, %" PRId64 " %s, %" PRId64 " %s\n", path, counts->products,
           plural_pick(counts->products, "product", "products"), counts->customers,
           plural_pick(counts->customers, "customer", "customers"), counts->categories,
           plural_pick(counts->categories, "category", "categories"));
}

static void print_details(const struct details *details)
{
    const struct {
        int64_t count;
        const char *one, *many, *what;
    } lines[] = {
        {details->nameless, "product", "products", "without a name"},
        {details->without_category, "product", "products", "without a category"},
        {details->without_image, "product", "products", "without an image"},
        {details->without_stock, "product", "products", "without a stock state"},
        {details->free_of_charge, "product", "products", "at a price of 0"},
        {details->empty_categories, "category", "categories", "without a product"},
    };

    printf("revision %" PRId64 ", currency %s\n", details->revision,
           details->currency[0] != '\0' ? details->currency : "not set");
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
        printf("%10" PRId64 " %s %s\n", lines[i].count, plural_pick(lines[i].count, lines[i].one, lines[i].many),
               lines[i].what);
}

static void print_json(const char *path, const struct found *found, const char *reason)
{
    const struct details *details = &found->details;
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        {"products", found->counts.products},      {"customers", found->counts.customers},
        {"categories", found->counts.categories},  {"revision", details->revision},
        {"without_name", details->nameless},       {"without_category", details->without_category},
        {"without_image", details->without_image}, {"without_stock", details->without_stock},
        {"price_0", details->free_of_charge},      {"empty_categories", details->empty_categories},
    };
    cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "database", path);
    cJSON_AddBoolToObject(document, "ok", reason == NULL);
    if (reason != NULL)
        cJSON_AddStringToObject(document, "reason", reason);
    for (size_t i = 0; reason == NULL && i < ARRAY_LENGTH(numbers); i++)
        cJSON_AddNumberToObject(document, numbers[i].name, (double)numbers[i].value);
    if (reason == NULL)
        cJSON_AddStringToObject(document, "currency", details->currency);
    char *text = cJSON_PrintUnformatted(document);
    if (text != NULL)
        puts(text);
    free(text);
    cJSON_Delete(document);
}

int command_check(int argc, char **argv)
{
    const struct arguments arguments = {
        .purpose = "Opens the database as the catalog does, checks it whole, and counts what is in it.",
        .words = "DATABASE",
        .words_min = 1,
        .words_max = 1,
        .rows = rows,
        .row_count = ARRAY_LENGTH(rows)};
    struct check_options options = {0};
    struct argument_words words;
    struct arena arena = {0};
    struct found found = {0};
    char reason[512];

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = words.items[0];
    arena_release(&arena);
    bool passed = check(path, options.is_detailed || options.is_json, &found, reason, sizeof reason);
    if (options.is_json)
        print_json(path, &found, passed ? NULL : reason);
    if (!passed) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    if (!options.is_json)
        print_counts(path, &found.counts);
    if (!options.is_json && options.is_detailed)
        print_details(&found.details);
    return COMMAND_OK;
}
