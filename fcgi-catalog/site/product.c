/* SPDX-License-Identifier: MIT */
/* GET /products/{slug or id}: one product. */
#include "fcgi-catalog/site/product.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/site/pricing.h"
#include "fcgi-catalog/site/products.h"

static enum store_status find_product(struct store *store, const char *name, struct arena *arena,
                                      struct product *product)
{
    int64_t id;

    if (name[strspn(name, "0123456789")] != '\0')
        return store_find_product(store, name, arena, product);
    if (name[0] == '0' || number_parse(name, 1, INT32_MAX, &id) != NUMBER_OK) /* each id is written in one way */
        return STORE_NOT_FOUND;
    return store_find_product_by_id(store, (int32_t)id, arena, product);
}

/* The product as a page of one, which is kept. */
static enum store_status read_product(struct visit *visit, const struct priced *priced, struct shelf **shelf)
{
    struct site *site = visit->site;
    struct arena arena = {0};
    struct product product;
    struct shop shop;

    /* Before the product: what is read later is of this revision, or of one whose pages take this one's place. */
    enum store_status status = store_shop(site->store, &shop);
    if (status == STORE_OK)
        status = find_product(site->store, visit->slug, &arena, &product);
    if (status == STORE_OK) {
        *shelf = shelf_new(shop.revision, &(struct shelf_content){
                                              .products = {.items = &product, .count = 1},
                                              .fields = priced->query->fields,
                                              .currency = shop.currency,
                                              .total = -1,
                                          });
        site_keep_page(site, priced->key, *shelf);
    }
    arena_release(&arena);
    return status;
}

/* The product that had this slug once. */
static enum store_status find_renamed(struct visit *visit, struct product *product)
{
    struct arena *arena = &visit->exchange->arena;
    const char *slug;
    enum store_status status = store_find_old_slug(visit->site->store, visit->slug, arena, &slug);

    return status == STORE_OK ? store_find_product(visit->site->store, slug, arena, product) : status;
}

static void answer_missing(struct visit *visit)
{
    struct arena *arena = &visit->exchange->arena;
    struct product product;

    switch (find_renamed(visit, &product)) {
    case STORE_OK:
        visit_redirect(visit, 301, product_path(&product, arena),
                       percent_print_query(visit->exchange->request.query, arena));
        return;
    case STORE_NOT_FOUND:
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is no such product."});
        return;
    case STORE_BUSY:
    case STORE_FAILED:
    case STORE_LIMITED:
        visit_refuse_for_store(visit);
        return;
    }
}

static void answer_product(struct visit *visit, struct priced *priced)
{
    struct site *site = visit->site;
    enum store_status status = STORE_OK;

    priced->shelf = site_find_page(site, priced->key);
    if (priced->shelf == NULL)
        status = read_product(visit, priced, &priced->shelf);
    if (status == STORE_BUSY || status == STORE_FAILED)
        priced->shelf = site_find_old_page(site, priced->key);
    if (priced->shelf != NULL)
        pricing_answer(visit, priced);
    else if (status == STORE_NOT_FOUND)
        answer_missing(visit);
    else
        visit_refuse_for_store(visit);
}

void product_handle(struct visit *visit)
{
    const struct query_frame frame = {.parameters = QUERY_OF_PRODUCT};
    struct arena *arena = &visit->exchange->arena;
    struct product_query *query = arena_get(arena, sizeof *query);
    struct query_fault fault;

    if (!query_parse(visit->exchange->request.query, &frame, arena, query, &fault)) {
        products_refuse_query(visit, &fault);
        return;
    }
    if (!pricing_admit(visit, query))
        return;
    struct priced priced = {
        .query = query,
        .key = arena_print(arena, "/%s?%s", visit->slug, query_print_key(query, arena)),
    };
    answer_product(visit, &priced);
}
