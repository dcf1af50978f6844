/* SPDX-License-Identifier: MIT */
/* The categories of the shop. */
#include "fcgi-catalog/site/handlers.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/catalog/json.h"

/* NULL: the request has ended. */
static struct tree *take_tree(struct request_context *context)
{
    struct product_query query;
    struct tree *tree = NULL;

    if (!context_read_query(context, QUERY_NOTHING, &query))
        return NULL;
    (void)!site_take_tree(context->site, &tree); /* the last ones that were read will do, while they cannot be read */
    if (tree == NULL)
        context_refuse_for_store(context);
    return tree;
}

/* True: the caller has it already. */
static bool is_known(struct request_context *context, const struct tree *tree)
{
    return context_apply_public(context, tree_revision(tree), tree_changed_at(tree), context->exchange->request.path);
}

void categories_handle(struct request_context *context)
{
    struct tree *tree = take_tree(context);

    if (tree == NULL)
        return;
    if (context_accepts(context)) {
        if (!is_known(context, tree))
            context_fill(context, tree_json(tree));
        http_exchange_finish(context->exchange);
    }
    tree_drop(tree);
}

static struct text print_category(const struct tree *tree, const struct category_entry *category, struct arena *arena)
{
    const struct category_list children = tree_children(tree, category, arena);
    char *json = json_print_category(category, &children);
    const char *text = arena_print(arena, "%s\n", json);

    free(json);
    return (struct text){.bytes = text, .length = strlen(text)};
}

void category_handle(struct request_context *context)
{
    struct tree *tree = take_tree(context);

    if (tree == NULL)
        return;
    const struct category_entry *category = tree_find(tree, context->slug);
    if (category == NULL) {
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is no such category."});
    } else if (context_accepts(context)) {
        if (!is_known(context, tree))
            context_fill(context, print_category(tree, category, &context->exchange->arena));
        http_exchange_finish(context->exchange);
    }
    tree_drop(tree);
}
