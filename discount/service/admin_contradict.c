/* SPDX-License-Identifier: MIT */
/* Products of a request that are others to the rules. */
#include "discount/service/admin_internal.h"
#include "discount/service/value.h"

/* The slug by which the rules know the product, out of the database, which may be of another revision than they are: it
 * is told where they agree. */
static void name_known(struct admin_service *service, const struct ruleset *rules, struct arena *arena,
                       Ecommerce__Contradiction *contradiction)
{
    const char *slug;
    int32_t other;

    if (store_find_slug(service->store, contradiction->known_id, arena, &slug) == STORE_OK &&
        !ruleset_contradicts(rules, contradiction->known_id, slug, &other))
        contradiction->known_slug = (char *)slug;
}

Ecommerce__Contradiction **admin_find_contradictions(struct admin_service *service, const struct ruleset *rules,
                                                     Ecommerce__Product *const *products, size_t product_count,
                                                     struct arena *arena, size_t *count)
{
    Ecommerce__Contradiction **found = NULL;
    int32_t known_id;

    *count = 0;
    for (size_t i = 0; i < product_count && *count < ADMIN_CONTRADICTIONS_MAX; i++) {
        if (!ruleset_contradicts(rules, products[i]->id, products[i]->slug, &known_id))
            continue;
        if (found == NULL)
            found = arena_get(arena, ADMIN_CONTRADICTIONS_MAX * sizeof(*found));
        found[*count] = arena_get(arena, sizeof **found);
        contradiction_fill(found[*count], products[i], known_id);
        name_known(service, rules, arena, found[(*count)++]);
    }
    return found;
}
