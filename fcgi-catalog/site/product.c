/* SPDX-License-Identifier: MIT */
/* GET /products/{slug or id}: one product. */
#include "fcgi-catalog/site/handlers.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/site/pricing.h"

static enum store_status find_product(struct store *store, const char *name, struct arena *arena,
                                      struct product *product)
{
    int64_t id;

    if (name[strspn(name, "0123456789")] != '\0')
        return store->methods->find_product(store, name, arena, product);
    if (name[0] == '0' || number_parse(name, 1, INT32_MAX, &id) != NUMBER_OK) /* each id is written in one way */
        return STORE_NOT_FOUND;
    return store->methods->find_product_by_id(store, (int32_t)id, arena, product);
}

/* Appends products of the category, in the order of ids behind the position, but not the product itself. */
static enum store_status append_others(struct store *store, const struct product *product, struct position position,
                                       struct arena *arena, struct product_list *all, struct product *items)
{
    struct product_query query = query_default();
    struct product_page page = {0};

    query.category = product->categories[0];
    query.limit = RELATED_PRODUCTS;
    query.position = position;
    enum store_status status = store->methods->list(store, &query, arena, &page);
    for (size_t i = 0; i < page.products.count && all->count <= RELATED_PRODUCTS; i++) {
        if (position.is_set ? page.products.items[i].id > product->id : page.products.items[i].id < product->id)
            items[all->count++] = page.products.items[i];
    }
    return status;
}

/* The product and, for people, others like it. They are not worth an error: the page is partial without them. */
static struct product_list add_related(struct request_context *context, const struct product *product,
                                       struct arena *arena, bool *is_partial)
{
    struct store *store = context->site->store;
    struct product *items = arena_get(arena, (1 + RELATED_PRODUCTS) * sizeof *items);
    struct product_list all = {.items = items, .count = 1};

    items[0] = *product;
    if (!context->representation->is_page || product->own_category_count == 0)
        return all;
    enum store_status status = append_others(
        store, product, (struct position){.is_set = true, .text = "", .id = product->id}, arena, &all, items);
    if (status == STORE_OK && all.count <= RELATED_PRODUCTS)
        status = append_others(store, product, (struct position){0}, arena, &all, items);
    *is_partial = status != STORE_OK;
    return all;
}

/* Reads the product as a page, which is cached. */
static enum store_status read_product(struct request_context *context, const struct priced *priced,
                                      struct rendered_page **rendered)
{
    struct site *site = context->site;
    struct arena arena = {0};
    struct product product;
    struct shop shop;

    /* The shop is read before the product, which is of this revision then, or of a later one, whose pages replace this
     * one. */
    enum store_status status = site->store->methods->shop(site->store, &shop);
    if (status == STORE_OK)
        status = find_product(site->store, context->slug, &arena, &product);
    if (status == STORE_OK) {
        struct page_content content = {.fields = priced->query->fields, .currency = shop.currency, .total = -1};
        content.products = add_related(context, &product, &arena, &content.is_partial);
        *rendered = rendered_page_new(shop.revision, &content);
        site_keep_page(site, priced->key, *rendered);
    }
    arena_release(&arena);
    return status;
}

/* The product that had this slug once. */
static enum store_status find_renamed(struct request_context *context, struct product *product)
{
    struct arena *arena = &context->exchange->arena;
    const char *slug;
    enum store_status status =
        context->site->store->methods->find_old_slug(context->site->store, context->slug, arena, &slug);

    return status == STORE_OK ? context->site->store->methods->find_product(context->site->store, slug, arena, product)
                              : status;
}

static void answer_missing(struct request_context *context)
{
    struct arena *arena = &context->exchange->arena;
    struct product product;

    switch (find_renamed(context, &product)) {
    case STORE_OK:
        context_redirect(context, 301, product_path(&product, arena),
                         percent_print(context->exchange->request.query, PERCENT_QUERY, arena));
        return;
    case STORE_NOT_FOUND:
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is no such product."});
        return;
    case STORE_BUSY:
    case STORE_FAILED:
    case STORE_LIMITED:
        context_refuse_for_store(context);
        return;
    }
}

static void answer_product(struct request_context *context, struct priced *priced)
{
    struct site *site = context->site;
    enum store_status status = STORE_OK;

    priced->rendered = site_find_page(site, priced->key);
    if (priced->rendered == NULL)
        status = read_product(context, priced, &priced->rendered);
    if (status == STORE_BUSY || status == STORE_FAILED)
        priced->rendered = site_find_old_page(site, priced->key);
    if (priced->rendered != NULL)
        pricing_answer(context, priced);
    else if (status == STORE_NOT_FOUND)
        answer_missing(context);
    else
        context_refuse_for_store(context);
}

void product_handle(struct request_context *context)
{
    struct arena *arena = &context->exchange->arena;
    struct product_query *query = arena_get(arena, sizeof *query);

    if (!context_read_query(context, QUERY_OF_PRODUCT, query) || !pricing_admit(context, query))
        return;
    struct priced priced = {
        .query = query,
        .key = arena_print(arena, "%s/%s?%s", context->representation->is_page ? "page " : "", context->slug,
                           query_print_key(query, arena)),
    };
    answer_product(context, &priced);
}
