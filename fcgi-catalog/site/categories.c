/* SPDX-License-Identifier: MIT */
/* The categories of the shop. */
#include "fcgi-catalog/site/categories.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/json.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/tag.h"

/* NULL: the visit has ended. */
static struct tree *take_tree(struct visit *visit)
{
    const struct query_frame frame = {.parameters = QUERY_NOTHING};
    struct product_query query;
    struct query_fault fault;
    struct tree *tree = NULL;

    if (!query_parse(visit->exchange->request.query, &frame, &visit->exchange->arena, &query, &fault)) {
        products_refuse_query(visit, &fault);
        return NULL;
    }
    (void)!site_take_tree(visit->site, &tree); /* those of before will do, while they cannot be read */
    if (tree == NULL)
        visit_refuse_for_store(visit);
    return tree;
}

/* True: the caller has it already. */
static bool is_known(struct visit *visit, const struct tree *tree)
{
    const struct tag_basis basis = {
        .secret = &visit->site->shop.secret,
        .shop_revision = tree_revision(tree),
        .type = visit->form->type,
        .key = visit->exchange->request.path,
    };
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .vary = VARY_BY_TYPE,
        .etag = tag_print(&basis, &visit->exchange->arena),
        .changed_at = tree_changed_at(tree),
    };

    return conditional_apply(visit->exchange, &conditional);
}

static void fill(struct visit *visit, struct shelf_text text)
{
    visit->exchange->response.content_type = visit->form->content_type;
    visit->exchange->response.body = text.bytes;
    visit->exchange->response.body_length = text.length;
}

void categories_handle(struct visit *visit)
{
    struct tree *tree = take_tree(visit);

    if (tree == NULL)
        return;
    if (visit_accepts(visit)) {
        if (!is_known(visit, tree))
            fill(visit, tree_json(tree));
        http_exchange_finish(visit->exchange);
    }
    tree_drop(tree);
}

static struct shelf_text print_category(const struct tree *tree, const struct category_entry *category,
                                        struct arena *arena)
{
    const struct category_list children = tree_children(tree, category, arena);
    char *json = json_print_category(category, &children);
    const char *text = arena_print(arena, "%s\n", json);

    free(json);
    return (struct shelf_text){.bytes = text, .length = strlen(text)};
}

void category_handle(struct visit *visit)
{
    struct tree *tree = take_tree(visit);

    if (tree == NULL)
        return;
    const struct category_entry *category = tree_find(tree, visit->slug);
    if (category == NULL) {
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is no such category."});
    } else if (visit_accepts(visit)) {
        if (!is_known(visit, tree))
            fill(visit, print_category(tree, category, &visit->exchange->arena));
        http_exchange_finish(visit->exchange);
    }
    tree_drop(tree);
}
