/* SPDX-License-Identifier: MIT */
/* GET /: a sign of life, and for people the newest products. */
#include "fcgi-catalog/site/handlers.h"

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/pricing.h"

void home_handle(struct request_context *context)
{
    static const char text[] = "It is working.";
    /* Not for caches: a sign of life must be fresh. */
    static const struct conditional conditional = {.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    struct http_exchange *exchange = context->exchange;

    if (context->site->is_failing) {
        context_refuse_for_store(context);
        return;
    }
    context_link(context, "/openapi.json", "", "service-desc");
    if (!conditional_apply(exchange, &conditional))
        context_fill(context, (struct text){text, sizeof text - 1});
    http_exchange_finish(exchange);
}

/* Appends the first product of each category at the top. They are not worth an error. */
static size_t append_pictured(struct site *site, struct arena *arena, struct product *products, size_t count)
{
    struct tree *tree = NULL;
    int asked = 0;

    (void)!site_take_tree(site, &tree);
    for (size_t i = 0; tree != NULL && i < tree_categories(tree)->count && asked < HOME_CATEGORIES; i++) {
        const struct category_entry *category = &tree_categories(tree)->items[i];
        struct product_query query = query_default();
        struct product_page page;
        if (category->parent != NULL)
            continue;
        asked++;
        query.category = category->slug;
        query.limit = 1;
        if (site->store->methods->list(site->store, &query, arena, &page) == STORE_OK && page.products.count > 0)
            products[count++] = page.products.items[0];
    }
    tree_drop(tree);
    return count;
}

/* Ids grow: the last products are the newest. */
static enum store_status read_newest(struct site *site, const struct priced *priced, struct rendered_page **rendered)
{
    struct arena arena = {0};
    struct product_page page;
    struct product products[HOME_PRODUCTS + HOME_CATEGORIES];
    enum store_status status = site->store->methods->list(site->store, priced->query, &arena, &page);

    if (status == STORE_OK) {
        size_t count = page.products.count;
        for (size_t i = 0; i < count; i++)
            products[i] = page.products.items[count - 1 - i];
        if (count == HOME_PRODUCTS) /* else every product is there */
            count = append_pictured(site, &arena, products, count);
        *rendered = rendered_page_new(page.shop_revision, &(struct page_content){
                                                              .products = {products, count},
                                                              .fields = priced->query->fields,
                                                              .currency = site->shop.currency,
                                                              .total = -1,
                                                          });
        site_keep_page(site, priced->key, *rendered);
    }
    arena_release(&arena);
    return status;
}

void home_handle_page(struct request_context *context)
{
    struct site *site = context->site;
    struct product_query *query = arena_get(&context->exchange->arena, sizeof *query);

    if (!context_read_query(context, QUERY_NOTHING, query) || !pricing_admit(context, query))
        return;
    query->limit = HOME_PRODUCTS;
    query->position = (struct position){.is_set = true, .is_backwards = true, .text = "", .id = INT32_MAX};
    struct priced priced = {.query = query, .key = "/"};
    if (pricing_is_known(context, &priced))
        return;
    priced.rendered = site_find_page(site, priced.key);
    if (priced.rendered == NULL && read_newest(site, &priced, &priced.rendered) != STORE_OK)
        priced.rendered = site_find_old_page(site, priced.key);
    if (priced.rendered != NULL)
        pricing_answer(context, &priced);
    else
        context_refuse_for_store(context);
}
