/* SPDX-License-Identifier: MIT */
/* GET /products/{slug or id}: one product. */
#include "fcgi-catalog/http/product.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/http/pricing.h"
#include "fcgi-catalog/http/products.h"

static enum store_status find_product(struct store *store, const char *name, struct arena *arena,
                                      struct product *product)
{
    int64_t id;

    if (name[strspn(name, "0123456789")] != '\0')
        return store_find_product(store, name, arena, product);
    if (number_parse(name, 1, INT32_MAX, &id) != NUMBER_OK)
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

static void redirect(struct visit *visit, const char *slug)
{
    struct http_exchange *exchange = visit->exchange;
    const char *query = exchange->request.query;
    const struct conditional conditional = {
        .sharing = visit->is_named ? SHARING_PRIVATE : SHARING_PUBLIC,
        .vary = VARY_BY_CUSTOMER,
    };

    exchange->response.status = 301;
    http_response_add_header(exchange, "Location",
                             arena_print(&exchange->arena, "%s/products/%s%s%s", visit_base(visit),
                                         percent_print_segment(slug, &exchange->arena), query[0] != '\0' ? "?" : "",
                                         percent_print_query(query, &exchange->arena)));
    (void)!conditional_apply(exchange, &conditional); /* it has no tag that could be known */
    http_exchange_finish(exchange);
}

static void answer_missing(struct visit *visit)
{
    const char *slug;

    switch (store_find_old_slug(visit->site->store, visit->slug, &visit->exchange->arena, &slug)) {
    case STORE_OK:
        redirect(visit, slug);
        return;
    case STORE_NOT_FOUND:
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is no such product."});
        return;
    case STORE_BUSY:
    case STORE_FAILED:
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
