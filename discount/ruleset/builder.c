/* SPDX-License-Identifier: MIT */
/* Gathering the rules and floors of a ruleset. */
#include "discount/ruleset/builder.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* ---- Texts ---- */

uint32_t pool_add(struct pool *pool, const char *text)
{
    if (pool->used == 0) {
        pool->text = memory_grow(pool->text, 0, 1, 1);
        pool->text[pool->used++] = '\0';
    }
    if (text == NULL || text[0] == '\0')
        return 0;

    uint64_t hash = hash_mix(hash_text(text));
    size_t place = 0, size = strlen(text) + 1;
    uint32_t offset;
    while (hash_index_next(&pool->names, hash, &place, &offset)) {
        if (strcmp(pool->text + offset, text) == 0)
            return offset;
    }
    assert(pool->used + size < UINT32_MAX);
    pool->text = memory_grow(pool->text, pool->used, size, 1);
    offset = (uint32_t)pool->used;
    memcpy(pool->text + offset, text, size);
    pool->used += size;
    hash_index_add(&pool->names, hash, offset);
    return offset;
}

/* ---- Targets ---- */

static uint32_t *get_targets(struct ruleset_builder *builder, size_t count)
{
    assert(builder->target_count + count < UINT32_MAX);
    builder->targets = memory_grow(builder->targets, builder->target_count, count, sizeof *builder->targets);
    uint32_t *targets = builder->targets + builder->target_count;
    builder->target_count += count;
    return targets;
}

static void add_products(struct ruleset_builder *builder, const struct rule_product *products, size_t count,
                         bool has_prices)
{
    if (count == 0)
        return;
    struct rule_product *sorted = memory_get(count * sizeof *sorted);
    memcpy(sorted, products, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, rule_compare_products);
    uint32_t *targets = get_targets(builder, has_prices ? count * 2 : count);
    for (size_t i = 0; i < count; i++) {
        assert(sorted[i].id > 0);
        targets[i] = (uint32_t)sorted[i].id;
        if (has_prices)
            targets[count + i] = (uint32_t)sorted[i].price;
    }
    free(sorted);
}

static void add_categories(struct ruleset_builder *builder, const char *const *categories, size_t count)
{
    if (count == 0)
        return;
    const char **sorted = memory_get(count * sizeof(*sorted));
    for (size_t i = 0; i < count; i++)
        sorted[i] = categories[i];
    qsort(sorted, count, sizeof(*sorted), rule_compare_names);
    uint32_t *targets = get_targets(builder, count);
    for (size_t i = 0; i < count; i++)
        targets[i] = pool_add(&builder->pool, sorted[i]);
    free(sorted);
}

static void add_targets(struct ruleset_builder *builder, const struct rule *rule, struct compiled_rule *compiled)
{
    compiled->targets = (uint32_t)builder->target_count;
    add_products(builder, rule->products, rule->product_count, rule->is_price_list);
    add_categories(builder, rule->categories, rule->category_count);
    add_products(builder, rule->excluded_products, rule->excluded_product_count, false);
    add_categories(builder, rule->excluded_categories, rule->excluded_category_count);
    compiled->product_count = (uint32_t)rule->product_count;
    compiled->category_count = (uint32_t)rule->category_count;
    compiled->excluded_product_count = (uint32_t)rule->excluded_product_count;
    compiled->excluded_category_count = (uint32_t)rule->excluded_category_count;
}

/* ---- Rules ---- */

static struct compiled_rule *find_rule(struct ruleset_builder *builder, const char *key)
{
    size_t place = 0;
    uint32_t number;

    while (hash_index_next(&builder->rule_names, hash_mix(hash_text(key)), &place, &number)) {
        if (strcmp(builder->pool.text + builder->rules[number].key, key) == 0)
            return &builder->rules[number];
    }
    return NULL;
}

static struct compiled_rule *add_rule(struct ruleset_builder *builder, const char *key)
{
    assert(builder->rule_count < INDEX_RULES_MAX);
    builder->rules = memory_grow(builder->rules, builder->rule_count, 1, sizeof *builder->rules);
    hash_index_add(&builder->rule_names, hash_mix(hash_text(key)), (uint32_t)builder->rule_count);
    return &builder->rules[builder->rule_count++];
}

static void hide_rule(struct ruleset_builder *builder, const char *key)
{
    if (builder->base == NULL)
        return;
    size_t place = snapshot_find_rule(builder->base, key);
    if (place < builder->base->rule_count)
        bit_set(builder->hidden_rules, place);
}

#define COMPILE_TEXT(value) pool_add(pool, value)
#define COMPILE_GROUP(value) (rule->audience == RULE_GROUP ? pool_add(pool, value) : 0)
#define COMPILE_VALUE(value) (int32_t)(value)
#define COMPILE_CUSTOMER(value) (rule->audience == RULE_CUSTOMER ? (value) : 0)
#define COMPILE_MONEY(value) (int32_t)(value)
#define COMPILE_NUMBER(value) value
#define COMPILE_LANE(value) (uint8_t)(value)
#define COMPILE_KIND(value) (uint8_t)(value)
#define COMPILE_FLAG(value) value
#define COMPILE_SWITCH(value) value
#define COMPILE_INSTANT(value) value
#define COMPILE(type, member, ...) .member = COMPILE_##type(rule->member),

static struct compiled_rule make_rule(struct ruleset_builder *builder, const struct rule *rule)
{
    struct pool *pool = &builder->pool;
    struct compiled_rule compiled = {.key = pool_add(pool, rule->key),
                                     .audience = (uint8_t)rule->audience,
                                     .is_price_list = rule->is_price_list,
                                     RULE_FIELDS(COMPILE)};

    add_targets(builder, rule, &compiled);
    return compiled;
}

void ruleset_builder_set_rule(struct ruleset_builder *builder, const struct rule *rule)
{
    hide_rule(builder, rule->key);
    struct compiled_rule compiled = make_rule(builder, rule);
    struct compiled_rule *place = find_rule(builder, rule->key);
    if (place == NULL)
        place = add_rule(builder, rule->key);
    *place = compiled;
}

void ruleset_builder_remove_rule(struct ruleset_builder *builder, const char *key)
{
    struct compiled_rule *compiled = find_rule(builder, key);

    hide_rule(builder, key);
    if (compiled != NULL)
        compiled->is_dropped = true;
}

/* ---- Floors ---- */

void ruleset_builder_set_floor(struct ruleset_builder *builder, int32_t product_id, int32_t floor)
{
    uint64_t hash = atom_of_product(product_id);
    size_t place = 0;
    uint32_t number;

    assert(product_id > 0 && floor >= 0);
    while (hash_index_next(&builder->floor_names, hash, &place, &number)) {
        if (builder->floors[number].product_id == product_id) {
            builder->floors[number].floor = floor;
            return;
        }
    }
    if (floor == 0 && builder->base == NULL)
        return;
    builder->floors = memory_grow(builder->floors, builder->floor_count, 1, sizeof *builder->floors);
    hash_index_add(&builder->floor_names, hash, (uint32_t)builder->floor_count);
    builder->floors[builder->floor_count++] = (struct floor){.product_id = product_id, .floor = floor};
}

/* ---- Slugs ---- */

void ruleset_builder_set_slug(struct ruleset_builder *builder, int32_t product_id, const char *slug)
{
    uint64_t hash = slug != NULL ? slug_hash(slug) : 0;

    builder->slugs = memory_grow(builder->slugs, builder->slug_count, 1, sizeof *builder->slugs);
    builder->slugs[builder->slug_count] =
        (struct slug_entry){.id = product_id, .hash = hash, .step = (uint32_t)builder->slug_count};
    builder->slug_count++;
}

/* ---- Its life ---- */

struct ruleset_builder *ruleset_builder_new(const struct ruleset *from)
{
    struct ruleset_builder *builder = memory_get_zeroed(1, sizeof *builder);

    if (from == NULL)
        return builder;
    builder->base = from->snapshots[0];
    atomic_fetch_add_explicit(&builder->base->users, 1, memory_order_relaxed);
    builder->hidden_rules = memory_get_zeroed(builder->base->rule_count / 8 + 1, 1);
    builder->hidden_groups = memory_get_zeroed(builder->base->group_count / 8 + 1, 1);
    return builder;
}

void ruleset_builder_clear(struct ruleset_builder *builder)
{
    snapshot_release(builder->base);
    free(builder->hidden_rules);
    free(builder->hidden_groups);
    hash_index_release(&builder->pool.names);
    free(builder->pool.text);
    free(builder->targets);
    free(builder->rules);
    hash_index_release(&builder->rule_names);
    free(builder->groups);
    hash_index_release(&builder->group_names);
    free(builder->steps);
    free(builder->floors);
    hash_index_release(&builder->floor_names);
    free(builder->slugs);
    /* Without a base there is nothing to hide: the builder makes a base snapshot from here on. */
    *builder = (struct ruleset_builder){0};
}

void ruleset_builder_free(struct ruleset_builder *builder)
{
    if (builder == NULL)
        return;
    ruleset_builder_clear(builder);
    free(builder);
}
