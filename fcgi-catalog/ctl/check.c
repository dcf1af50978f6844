/* SPDX-License-Identifier: MIT */
/* catalogctl check: looks at a whole database and says what is in it. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/compiler.h"
#include "common/ctl/command.h"
#include "fcgi-catalog/ctl/commands.h"
#include "fcgi-catalog/store/store.h"

#define BATCH 500

struct check_options {
    bool is_detailed, is_json;
};

static const struct argument_row rows[] = {
    FLAG_OPTION("details", offsetof(struct check_options, is_detailed), "count what products lack, too"),
    FLAG_OPTION("json", offsetof(struct check_options, is_json), "all of that, for programs"),
};

/* What a shop's owner may want to look at: none of it is wrong. */
struct shop_details {
    int64_t revision;
    char currency[4];
    int64_t nameless, without_category, without_image, without_stock, free_of_charge, empty_categories;
};

struct check_result {
    struct store_counts counts;
    struct shop_details details;
};

/* ---- Looking ---- */

static void note_product(struct shop_details *details, const struct product *product)
{
    details->nameless += product->name == NULL || product->name[0] == '\0';
    details->without_category += product->own_category_count == 0;
    details->without_image += product->image_count == 0;
    details->without_stock += product->stock == NULL || product->stock[0] == '\0';
    details->free_of_charge += product->price_cents == 0;
}

static enum store_status walk_products(struct store_walk *walk, struct arena *arena, struct shop_details *details)
{
    struct product_list products = {.count = 1};
    enum store_status status = STORE_OK;

    while (products.count > 0 && status == STORE_OK) {
        arena_reset(arena);
        status = walk->next(walk, BATCH, arena, &products);
        for (size_t i = 0; status == STORE_OK && i < products.count; i++)
            note_product(details, &products.items[i]);
    }
    return status;
}

static enum store_status note_categories(struct store *store, struct arena *arena, struct shop_details *details)
{
    struct category_list categories;
    enum store_status status = store->methods->list_categories(store, arena, &categories);

    for (size_t i = 0; status == STORE_OK && i < categories.count; i++)
        details->empty_categories += categories.items[i].product_count == 0;
    return status;
}

static enum store_status read_details(struct store *store, struct shop_details *details)
{
    struct store_walk *walk = NULL;
    struct arena arena = {0};

    enum store_status status = store->methods->begin_walk(store, &walk);
    if (status == STORE_OK) {
        const struct shop *shop = &walk->shop;
        *details = (struct shop_details){.revision = shop->revision};
        snprintf(details->currency, sizeof details->currency, "%s", shop->currency);
        status = walk_products(walk, &arena, details);
    }
    if (status == STORE_OK)
        status = note_categories(store, &arena, details);
    store_walk_end(walk);
    arena_release(&arena);
    return status;
}

static bool check(const char *path, bool has_details, struct check_result *result, char *reason, size_t reason_size)
{
    struct store *store;

    if (!store_open(path, &store, reason, reason_size))
        return false;
    bool passed = store_check(path, &result->counts, reason, reason_size);
    if (passed && has_details && read_details(store, &result->details) != STORE_OK) {
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

/* What there is to look at, for people and for programs. */
static const struct detail {
    size_t offset; /* in struct shop_details */
    const char *one, *many, *what, *name;
} details_table[] = {
    {offsetof(struct shop_details, nameless), "product", "products", "without a name", "without_name"},
    {offsetof(struct shop_details, without_category), "product", "products", "without a category", "without_category"},
    {offsetof(struct shop_details, without_image), "product", "products", "without an image", "without_image"},
    {offsetof(struct shop_details, without_stock), "product", "products", "without a stock state", "without_stock"},
    {offsetof(struct shop_details, free_of_charge), "product", "products", "at a price of 0", "price_0"},
    {offsetof(struct shop_details, empty_categories), "category", "categories", "without a product",
     "empty_categories"},
};

static int64_t count_of(const struct shop_details *details, const struct detail *detail)
{
    return *(const int64_t *)((const char *)details + detail->offset);
}

static void print_details(const struct shop_details *details)
{
    printf("revision %" PRId64 ", currency %s\n", details->revision,
           details->currency[0] != '\0' ? details->currency : "not set");
    for (size_t i = 0; i < ARRAY_LENGTH(details_table); i++) {
        const struct detail *detail = &details_table[i];
        int64_t count = count_of(details, detail);
        printf("%10" PRId64 " %s %s\n", count, plural_pick(count, detail->one, detail->many), detail->what);
    }
}

static void print_json(const char *path, const struct check_result *result, const char *reason)
{
    cJSON *document = cJSON_CreateObject();

    cJSON_AddStringToObject(document, "database", path);
    cJSON_AddBoolToObject(document, "ok", reason == NULL);
    if (reason != NULL) {
        cJSON_AddStringToObject(document, "reason", reason);
    } else {
        cJSON_AddNumberToObject(document, "products", (double)result->counts.products);
        cJSON_AddNumberToObject(document, "customers", (double)result->counts.customers);
        cJSON_AddNumberToObject(document, "categories", (double)result->counts.categories);
        cJSON_AddNumberToObject(document, "revision", (double)result->details.revision);
        for (size_t i = 0; i < ARRAY_LENGTH(details_table); i++)
            cJSON_AddNumberToObject(document, details_table[i].name,
                                    (double)count_of(&result->details, &details_table[i]));
        cJSON_AddStringToObject(document, "currency", result->details.currency);
    }
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
    struct check_result result = {0};
    char reason[512];

    arguments_read(&arguments, argc, argv, &arena, &options, &words);
    const char *path = words.items[0];
    arena_release(&arena);
    bool passed = check(path, options.is_detailed || options.is_json, &result, reason, sizeof reason);
    if (options.is_json)
        print_json(path, &result, passed ? NULL : reason);
    if (!passed) {
        fprintf(stderr, "%s: %s\n", argv[0], reason);
        return COMMAND_FAILED;
    }
    if (!options.is_json)
        print_counts(path, &result.counts);
    if (!options.is_json && options.is_detailed)
        print_details(&result.details);
    return COMMAND_OK;
}
