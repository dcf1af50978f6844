/* SPDX-License-Identifier: MIT */
/* GET /products/{slug or id}: one product. */
#include "fcgi-catalog/site/handlers.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/site/background.h"
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

/* Appends products like it, for people, who are not told of an error but see a page without them. Both queries together
 * have the time of one. */
static enum store_status add_related(struct store *store, const struct product *product, struct arena *arena,
                                     struct product_list *all, struct product *items)
{
    int64_t budget_ns = store->budget_ns;

    store->budget_ns /= 2;
    enum store_status status = append_others(
        store, product, (struct position){.is_set = true, .text = "", .id = product->id}, arena, all, items);
    if (status == STORE_OK && all->count <= RELATED_PRODUCTS)
        status = append_others(store, product, (struct position){0}, arena, all, items);
    store->budget_ns = budget_ns;
    return status;
}

/* A product to be read as a page: on the thread that serves requests if that is quick, else in the background. */
struct product_reading {
    struct background_task task;
    struct request_context *context;
    struct priced priced;
    enum store_status status;
};

/* The product is read after the shop, and is of this revision then, or of a later one, whose pages replace this one. */
static void read_product(struct product_reading *reading, struct store *store)
{
    const struct request_context *context = reading->context;
    struct arena arena = {0};
    struct product *items = arena_get(&arena, (1 + RELATED_PRODUCTS) * sizeof *items);
    struct product_list all = {.items = items, .count = 1};
    enum store_status others = STORE_OK;
    struct shop shop;

    reading->status = store->methods->shop(store, &shop);
    if (reading->status == STORE_OK)
        reading->status = find_product(store, context->slug, &arena, items);
    if (reading->status == STORE_OK && context->representation->is_page && items->own_category_count > 0)
        others = add_related(store, items, &arena, &all, items);
    if (reading->status == STORE_OK) {
        const struct page_content content = {.products = all,
                                             .fields = reading->priced.query->fields,
                                             .currency = shop.currency,
                                             .total = -1,
                                             .has_variants = true,
                                             .is_partial = others != STORE_OK,
                                             .is_limited = others == STORE_LIMITED};
        reading->priced.rendered = rendered_page_new(shop.revision, &content);
    }
    arena_release(&arena);
}

static bool work(struct background_task *task, struct store *store)
{
    read_product((struct product_reading *)task, store);
    return true;
}

static void drop(struct background_task *task)
{
    rendered_page_drop(((struct product_reading *)task)->priced.rendered);
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

static void answer_reading(struct product_reading *reading)
{
    struct request_context *context = reading->context;
    struct priced *priced = &reading->priced;

    if (reading->status == STORE_OK)
        site_keep_page(context->site, priced->key, priced->rendered);
    else if (reading->status == STORE_BUSY || reading->status == STORE_FAILED)
        priced->rendered = site_find_old_page(context->site, priced->key);
    if (priced->rendered != NULL)
        pricing_answer(context, priced);
    else if (reading->status == STORE_NOT_FOUND)
        answer_missing(context);
    else
        context_refuse_for_store(context);
}

static void resume(struct background_task *task)
{
    answer_reading((struct product_reading *)task);
}

static bool is_limited(const struct product_reading *reading)
{
    return reading->status == STORE_LIMITED ||
           (reading->status == STORE_OK && rendered_page_content(reading->priced.rendered)->is_limited);
}

/* Hands over a product that takes long to the background. False: too many are waiting, and what was read of it is to be
 * answered with. */
static bool read_later(struct product_reading *reading, struct background *background)
{
    struct rendered_page *partial = reading->priced.rendered;

    reading->priced.rendered = NULL;
    if (background_add(background, &reading->task)) {
        rendered_page_drop(partial);
        return true;
    }
    reading->priced.rendered = partial;
    return false;
}

static void answer_product(struct request_context *context, struct priced *priced)
{
    struct site *site = context->site;
    struct product_reading *reading = arena_get(&context->exchange->arena, sizeof *reading);

    priced->rendered = site_find_page(site, priced->key);
    if (priced->rendered != NULL) {
        pricing_answer(context, priced);
        return;
    }
    *reading = (struct product_reading){
        .task = {.work = work, .done = resume, .drop = drop}, .context = context, .priced = *priced};
    read_product(reading, site->store);
    if (is_limited(reading)) {
        site->has_given_up = true;
        if (site->background != NULL && read_later(reading, site->background))
            return;
    }
    answer_reading(reading);
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
