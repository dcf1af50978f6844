/* SPDX-License-Identifier: MIT */
/* GET /products: query -> page, kept from the last time or read -> prices. */
#include "fcgi-catalog/site/products.h"

#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/pricing.h"

static void refuse(struct visit *visit, const struct query_fault *fault, const struct http_page *page)
{
    bool is_named = fault->parameter != NULL && fault->parameter[0] != '\0';

    visit_refuse(visit, &(struct problem){
                            .status = 400,
                            .cause = "wrong-parameter",
                            .detail = fault->detail,
                            .parameter = is_named ? fault->parameter : NULL,
                            .allowed = fault->allowed,
                            .page = page,
                        });
}

void products_refuse_query(struct visit *visit, const struct query_fault *fault)
{
    const char *path = visit->exchange->request.path;
    struct arena *arena = &visit->exchange->arena;

    if (visit->form->is_page && fault->without_clicks != NULL)
        visit_redirect(visit, 302, percent_print(path, strlen(path), arena),
                       percent_print_query(fault->without_clicks, arena));
    else
        refuse(visit, fault, NULL);
}

static const char *print_beside(const struct site *site, const struct product_query *query, bool is_there,
                                struct position position, bool is_backwards, struct arena *arena)
{
    if (!is_there || !position.is_set)
        return NULL;
    position.is_backwards = is_backwards;
    return query_print_link(query, &position, &site->shop.secret, arena);
}

/* Reads the page and keeps it. */
static enum store_status read_page(struct site *site, const struct product_query *query, const char *key,
                                   struct shelf **shelf)
{
    struct arena arena = {0};
    struct product_page page;
    int64_t total = -1;

    enum store_status status = store_list(site->store, query, &arena, &page);
    if (status == STORE_OK && query->wants_count)
        status = store_count(site->store, query, &total);
    if (status == STORE_OK) {
        *shelf = shelf_new(page.shop_revision,
                           &(struct shelf_content){
                               .products = page.products,
                               .fields = query->fields,
                               .currency = site->shop.currency,
                               .next = print_beside(site, query, page.has_next, page.last, false, &arena),
                               .previous = print_beside(site, query, page.has_previous, page.first, true, &arena),
                               .total = total,
                           });
        site_keep_page(site, key, *shelf);
    }
    arena_release(&arena);
    return status;
}

static void answer_page(struct visit *visit, struct priced *priced)
{
    struct site *site = visit->site;

    priced->shelf = site_find_page(site, priced->key);
    if (priced->shelf == NULL && read_page(site, priced->query, priced->key, &priced->shelf) != STORE_OK)
        priced->shelf = site_find_old_page(site, priced->key);
    if (priced->shelf != NULL)
        pricing_answer(visit, priced);
    else
        visit_refuse_for_store(visit);
}

/* False: the address names a category that is not there, and the visit has ended. */
static bool find_category(struct visit *visit)
{
    struct tree *tree = NULL;

    if (visit->slug[0] == '\0')
        return true;
    (void)!site_take_tree(visit->site, &tree);
    bool is_found = tree != NULL && tree_find(tree, visit->slug) != NULL;
    if (tree == NULL)
        visit_refuse_for_store(visit);
    else if (!is_found)
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is no such category."});
    tree_drop(tree);
    return is_found;
}

/* People who chose what does not go together see what they chose, and can choose again. */
static void refuse_list(struct visit *visit, const struct product_query *query, const struct query_fault *fault)
{
    if (!visit->form->is_page || !fault->is_of_filter) {
        products_refuse_query(visit, fault);
    } else if (find_category(visit)) {
        const struct http_page page = page_print_refused_list(visit, query, fault->parameter);
        refuse(visit, fault, &page);
    }
}

void products_handle(struct visit *visit)
{
    struct arena *arena = &visit->exchange->arena;
    const char *category = visit->slug[0] != '\0' ? visit->slug : NULL;
    const struct query_frame frame = {
        .parameters = category != NULL ? QUERY_OF_CATEGORY : QUERY_OF_LIST,
        .category = category,
        .secret = &visit->site->shop.secret,
    };
    struct product_query *query = arena_get(arena, sizeof *query);
    struct query_fault fault;

    if (!query_parse(visit->exchange->request.query, &frame, arena, query, &fault)) {
        refuse_list(visit, query, &fault);
        return;
    }
    if (!find_category(visit) || !pricing_admit(visit, query))
        return;
    struct priced priced = {
        .query = query,
        .category = category,
        .key = query_print_key(query, arena),
    };
    if (!pricing_is_known(visit, &priced))
        answer_page(visit, &priced);
}
