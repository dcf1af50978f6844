/* SPDX-License-Identifier: MIT */
/*
 * evaluate: what pricing costs by itself, in this process: quotes of 50 products with 10, 1,000 and 100,000 rules, in
 * turns, and what making a ruleset takes. It prints one line of KEY=VALUE:
 *
 *   quote_10_ns, quote_100000_ns              resolving 50 products and a customer and pricing all of them, median; the
 *                                             same ten rules apply, the others are about other things
 *   quote_mixed_1000_ns, quote_mixed_100000_ns  the others are about anything: with more rules more of them apply
 *   build_us, patch_us                        a ruleset of 100,000 rules; one rule changed in it
 *   ruleset_bytes, peak_bytes                 what 100,000 rules hold; how much larger the process grew while they
 *                                             were made ready
 *
 * The rules are a mix, a quarter each: for one customer, for a group, for a category, and sales of single products.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "discount/pricing/evaluate.h"

#define PRODUCTS 50
#define ROUNDS 401
#define QUOTES_A_ROUND 20
#define CUSTOMER 1
#define NOW 1800000000
/* How large the shop is. */
#define SHOP_PRODUCTS 20000
#define SHOP_CUSTOMERS 50000
#define SHOP_GROUPS 200
#define SHOP_CATEGORIES 400
#define GROUPS_OF_CUSTOMER 3

#define FIRST_RULES 10 /* that apply to what is quoted */

struct mix {
    const char *name;
    size_t rule_count;
    bool is_about_anything;
};

static const struct mix mixes[] = {
    {"quote_10_ns", FIRST_RULES, false},
    {"quote_mixed_1000_ns", 1000, true},
    {"quote_mixed_100000_ns", 100000, true},
    {"quote_100000_ns", 100000, false},
};
#define MIXES ARRAY_LENGTH(mixes)

static uint32_t pick(uint32_t below)
{
    static uint64_t state = UINT64_C(88172645463325252); /* xorshift64* */

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * UINT64_C(2685821657736338717) >> 32) % below);
}

/* Of what is numbered from 0, what is quoted comes first. */
static uint32_t pick_of(const struct mix *mix, size_t rule, uint32_t quoted, uint32_t all)
{
    if (rule < FIRST_RULES)
        return (uint32_t)rule % quoted;
    return mix->is_about_anything ? pick(all) : quoted + pick(all);
}

static void add_rule(struct ruleset_builder *builder, const struct mix *mix, size_t number)
{
    char key[32], label[48], group[16], category[16];
    struct rule_product product = {.id = 1 + (int32_t)pick_of(mix, number, PRODUCTS, SHOP_PRODUCTS)};
    const char *categories[] = {category};
    struct rule rule = {
        .key = key,
        .label = label,
        .is_enabled = true,
        .lane = number % 2 == 0 ? RULE_LANE_CONTRACT : RULE_LANE_SALE,
        .priority = (int32_t)pick(3),
        .kind = (enum rule_kind)pick(3),
        .products = &product,
        .product_count = 1,
    };

    snprintf(key, sizeof key, "rule-%06zu", number);
    snprintf(label, sizeof label, "Rule number %zu", number);
    snprintf(group, sizeof group, "group-%u", (unsigned)pick_of(mix, number, GROUPS_OF_CUSTOMER, SHOP_GROUPS));
    snprintf(category, sizeof category, "category-%u", (unsigned)pick_of(mix, number, 10, SHOP_CATEGORIES));
    rule.value = rule.kind == RULE_PERCENT ? 100 * (1 + pick(50)) : 100 + pick(5000);
    rule.ends_at = pick(4) == 0 ? NOW + 1000 + pick(1000000) : 0;
    if (number % 4 == 0) {
        rule.audience = RULE_CUSTOMER;
        rule.customer_id = 1 + (int32_t)pick_of(mix, number, 1, SHOP_CUSTOMERS);
    } else if (number % 4 == 1) {
        rule.audience = RULE_GROUP;
        rule.group = group;
    } else if (number % 4 == 2) {
        rule.product_count = 0;
        rule.categories = categories;
        rule.category_count = 1;
    }
    ruleset_builder_set_rule(builder, &rule);
}

static struct ruleset *make_ruleset(const struct mix *mix)
{
    struct ruleset_builder *builder = ruleset_builder_new(NULL);
    char group[16];

    for (size_t i = 0; i < mix->rule_count; i++)
        add_rule(builder, mix, i);
    for (int i = 0; i < SHOP_GROUPS; i++) {
        snprintf(group, sizeof group, "group-%d", i);
        ruleset_builder_set_group(builder, group, "");
        if (i < GROUPS_OF_CUSTOMER)
            ruleset_builder_add_member(builder, group, CUSTOMER);
    }
    return ruleset_builder_finish(builder, 1, PRICE_ROUND_DOWN, NOW);
}

/* One quote as the service makes it. Returns the sum of its prices, so that none is left out. */
static int64_t make_quote(const struct ruleset *ruleset, const struct product *products, struct arena *arena)
{
    const struct listing *listing = listing_resolve(ruleset, arena, products, PRODUCTS);
    const struct shopper *shopper = shopper_resolve(ruleset, arena, CUSTOMER);
    struct quote quote;
    int64_t sum = 0;

    for (size_t i = 0; i < PRODUCTS; i++) {
        evaluate(listing, i, shopper, NOW, &quote);
        sum += quote.price;
    }
    arena_reset(arena);
    return sum;
}

static int compare_times(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int64_t median_of(int64_t *times, size_t count)
{
    qsort(times, count, sizeof *times, compare_times);
    return times[count / 2];
}

static int64_t time_patch(const struct ruleset *ruleset)
{
    int64_t times[21];

    for (size_t i = 0; i < ARRAY_LENGTH(times); i++) {
        int64_t start = clock_now_ns();
        struct ruleset_builder *builder = ruleset_builder_new(ruleset);
        add_rule(builder, &mixes[MIXES - 1], i * 4000);
        struct ruleset *changed = ruleset_builder_finish(builder, 2, PRICE_ROUND_DOWN, NOW);
        times[i] = clock_now_ns() - start;
        ruleset_release(changed);
    }
    return median_of(times, ARRAY_LENGTH(times));
}

static size_t used_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static size_t peak_bytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * 1024;
}

/* Returns the sum of all prices. */
static int64_t time_quotes(struct ruleset *const *rulesets, const struct product *products, int64_t *medians)
{
    static int64_t times[MIXES][ROUNDS];
    struct arena arena = {0};
    int64_t sum = 0;

    for (size_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < MIXES; i++) {
            int64_t start = clock_now_ns();
            for (int j = 0; j < QUOTES_A_ROUND; j++)
                sum += make_quote(rulesets[i], products, &arena);
            times[i][round] = (clock_now_ns() - start) / QUOTES_A_ROUND;
        }
    }
    for (size_t i = 0; i < MIXES; i++)
        medians[i] = median_of(times[i], ROUNDS);
    arena_release(&arena);
    return sum;
}

static void make_products(struct product *products)
{
    static char names[10][16];
    static const char *categories[PRODUCTS][2];

    for (int i = 0; i < 10; i++)
        snprintf(names[i], sizeof names[i], "category-%d", i);
    for (int i = 0; i < PRODUCTS; i++) {
        categories[i][0] = names[i % 10];
        categories[i][1] = names[(i + 3) % 10];
        products[i] =
            (struct product){.id = i + 1, .price = 9999 + 100 * i, .categories = categories[i], .category_count = 2};
    }
}

int main(void)
{
    struct ruleset *rulesets[MIXES];
    struct product products[PRODUCTS];
    int64_t quotes[MIXES], start = 0;
    size_t before = 0, peak_before = 0;

    make_products(products);
    for (size_t i = 0; i < MIXES; i++) {
        before = used_bytes();
        peak_before = peak_bytes();
        start = clock_now_ns();
        rulesets[i] = make_ruleset(&mixes[i]);
    }
    int64_t build = clock_now_ns() - start;
    size_t bytes = used_bytes() - before, peak = peak_bytes() - peak_before;
    int64_t patch = time_patch(rulesets[MIXES - 1]);
    if (time_quotes(rulesets, products, quotes) <= 0)
        return EXIT_FAILURE;
    for (size_t i = 0; i < MIXES; i++)
        printf("%s=%lld ", mixes[i].name, (long long)quotes[i]);
    printf("build_us=%lld patch_us=%lld ruleset_bytes=%zu peak_bytes=%zu\n", (long long)build / 1000,
           (long long)patch / 1000, bytes, peak);
    for (size_t i = 0; i < MIXES; i++)
        ruleset_release(rulesets[i]);
    return EXIT_SUCCESS;
}
