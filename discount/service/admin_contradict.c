/* SPDX-License-Identifier: MIT */
/* Products that contradict the rules: of a request, and noted ones. */
#include "discount/service/admin_internal.h"
#include "discount/service/value.h"

#include <string.h>

/* Fills in the slug by which the rules know the product. It is read from the database, which may be of another revision
 * than the rules, so it is told only where the rules agree. */
static void name_known(struct admin_service *service, const struct ruleset *rules, struct arena *arena,
                       Ecommerce__Contradiction *contradiction)
{
    struct store *store = service->store;
    struct known_product *known = NULL;
    size_t count = 0;
    int32_t other;

    if (store->methods->list_products(store,
                                      &(struct product_filter){.id = contradiction->known_id, .is_declared = true},
                                      NULL, 1, arena, &known, &count) == STORE_OK &&
        count == 1 && !ruleset_contradicts(rules, contradiction->known_id, known[0].slug, &other))
        contradiction->known_slug = (char *)known[0].slug;
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

/* ---- What callers have asked for ---- */

static bool is_about(const struct rollout_contradiction *seen, const Ecommerce__Product *product)
{
    bool has_slug = product->slug[0] != '\0';
    bool is_same_slug = has_slug && strcmp(seen->slug, product->slug) == 0;

    if (seen->id == product->id && is_same_slug)
        return false; /* the request says so itself */
    return seen->id == product->id || seen->known_id == product->id || is_same_slug;
}

Ecommerce__Contradiction **admin_add_seen(struct admin_service *service, const struct ruleset *rules,
                                          const Ecommerce__Product *product, struct arena *arena,
                                          Ecommerce__Contradiction **found, size_t *count)
{
    struct rollout_contradiction *all = arena_get(arena, ROLLOUT_CONTRADICTIONS_MAX * sizeof *all);
    size_t all_count = rollout_contradictions(service->rollout, all);
    Ecommerce__Contradiction **list = arena_get(arena, (*count + all_count + 1) * sizeof(*list));
    int32_t known_id;

    if (*count > 0)
        memcpy(list, found, *count * sizeof(*list));
    for (size_t i = 0; i < all_count; i++) {
        if ((product != NULL && !is_about(&all[i], product)) ||
            !ruleset_contradicts(rules, all[i].id, all[i].slug, &known_id))
            continue;
        Ecommerce__Contradiction *message = arena_get(arena, sizeof *message);
        ecommerce__contradiction__init(message);
        message->id = all[i].id;
        message->slug = all[i].slug;
        message->known_id = known_id;
        message->seen_at = all[i].seen_at;
        name_known(service, rules, arena, message);
        list[(*count)++] = message;
    }
    return list;
}
