/* SPDX-License-Identifier: MIT */
/* What differs between two revisions. */
#include "tests/unit/discount/store_random.h"

#include "discount/store/sqlite/internal.h"

/* ---- Differences ---- */

static const struct difference *compare(struct store *store, int64_t from, int64_t to, size_t *count)
{
    struct difference *differences;

    assert_ok(store->methods->compare(store, from, to, 0, 1000, &arena, &differences, count));
    return differences;
}

static void a_difference_has_both_states(void **state)
{
    static const int32_t members[] = {3, 20};
    struct rule_product product[] = {{.slug = "iphone-x"}};
    const struct change changes[] = {
        set_group("vip", "Important"),
        change_members(CHANGE_ADD_MEMBERS, "vip", members, 2),
        set_rule((struct rule){.key = "r", .products = product, .product_count = 1}),
        set_percent("demo", 7),
        set_product(1, "iphone-10", 9),
        with_key(CHANGE_REMOVE_PRODUCT, "playstation-4-slim"),
    };
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    /* The rule was written before the product's slug changed. */
    make_revision(store, changes, ARRAY_LENGTH(changes), NULL);
    change_one(store, set_percent("later", 1));
    const struct difference *d = compare(store, 1, 2, &count);
    assert_int_equal(count, 7);
    assert_int_equal(d[0].kind, SUBJECT_RULE);
    assert_string_equal(d[0].key, "demo");
    assert_int_equal(d[0].rule_before->value, 1000);
    assert_int_equal(d[0].rule_before->customer_id, 1);
    assert_int_equal(d[0].rule_after->value, 7);
    assert_string_equal(d[1].key, "r");
    assert_null(d[1].rule_before);
    assert_string_equal(d[1].rule_after->products[0].slug, "iphone-10");
    assert_int_equal(d[2].kind, SUBJECT_GROUP);
    assert_null(d[2].group_before);
    assert_int_equal(d[2].group_after->member_count, 2);
    assert_int_equal(d[3].kind, SUBJECT_MEMBER);
    assert_string_equal(d[3].key, "vip/3");
    assert_string_equal(d[4].key, "vip/20");
    assert_false(d[4].member_before);
    assert_true(d[4].member_after);
    assert_int_equal(d[5].kind, SUBJECT_PRODUCT);
    assert_string_equal(d[5].key, "iphone-10");
    assert_string_equal(d[5].product_before->slug, "iphone-x");
    assert_int_equal(d[5].product_after->floor, 9);
    assert_string_equal(d[6].key, "playstation-4-slim");
    assert_null(d[6].product_after);
    store_close(store);
}

static void comparing_backwards_exchanges_the_states(void **state)
{
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    change_one(store, set_percent("demo", 7));
    const struct difference *d = compare(store, 2, 1, &count);
    assert_int_equal(count, 1);
    assert_int_equal(d->rule_before->value, 7);
    assert_int_equal(d->rule_after->value, 1000);
    (void)compare(store, 2, 2, &count);
    assert_int_equal(count, 0);
    store_close(store);
}

static void what_came_back_does_not_differ(void **state)
{
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    change_one(store, with_key(CHANGE_DISABLE_RULE, "demo"));
    change_one(store, with_key(CHANGE_ENABLE_RULE, "demo"));
    change_one(store, set_percent("x", 1));
    const struct difference *d = compare(store, 1, 4, &count);
    assert_int_equal(count, 1);
    assert_string_equal(d->key, "x");
    store_close(store);
}

static void a_rule_of_which_only_a_target_changed_differs_whole(void **state)
{
    struct rule_product prices[] = {{.slug = "iphone-x", .price = 1}, {.slug = "playstation-4-slim", .price = 2}};
    struct rule list = {
        .key = "list", .kind = RULE_PRICE, .is_price_list = true, .products = prices, .product_count = 2};
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    change_one(store, set_rule(list));
    prices[1].price = 3;
    change_one(store, set_rule(list));
    const struct difference *d = compare(store, 2, 3, &count);
    assert_int_equal(count, 1);
    assert_int_equal(d->rule_before->product_count, 2);
    assert_int_equal(d->rule_before->products[0].price, 1);
    assert_int_equal(d->rule_before->products[1].price, 2);
    assert_int_equal(d->rule_after->products[1].price, 3);
    store_close(store);
}

static void differences_come_in_pages(void **state)
{
    struct difference *d;
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    begin(store);
    for (int i = 0; i < 10; i++)
        apply(store, 0, set_percent(arena_print(&arena, "r%d", i), 1));
    commit(store, NULL);
    assert_ok(store->methods->compare(store, 1, 2, 4, 3, &arena, &d, &count));
    assert_int_equal(count, 3);
    assert_string_equal(d[0].key, "r4");
    assert_string_equal(d[2].key, "r6");
    assert_ok(store->methods->compare(store, 1, 2, 9, 3, &arena, &d, &count));
    assert_int_equal(count, 1);
    store_close(store);
}

/* ---- What it costs ---- */

static int count_step(void *data)
{
    ++*(size_t *)data;
    return 0;
}

/* Hundreds of SQLite's instructions that it takes to read a revision of so many members, page by page. */
static size_t compare_members(struct store *store, int32_t count)
{
    int32_t *ids = arena_get(&arena, (size_t)count * sizeof *ids);
    struct difference *page;
    size_t steps = 0, read = 0, got;

    for (int32_t i = 0; i < count; i++)
        ids[i] = i + 1;
    change_one(store, set_group("vip", ""));
    change_one(store, with_key(CHANGE_CLEAR_GROUP, "vip"));
    int64_t to = change_one(store, change_members(CHANGE_ADD_MEMBERS, "vip", ids, (size_t)count));
    sqlite3_progress_handler(store->state->db, 100, count_step, &steps);
    do {
        struct arena strings = {0};
        assert_ok(store->methods->compare(store, to - 1, to, read, 100, &strings, &page, &got));
        read += got;
        arena_release(&strings);
    } while (got == 100);
    sqlite3_progress_handler(store->state->db, 0, NULL, NULL);
    assert_int_equal(read, count);
    return steps;
}

static void four_times_the_differences_cost_four_times_as_much(void **state)
{
    struct store *store = make_store(false);

    (void)state;
    size_t few = compare_members(store, 1000), many = compare_members(store, 4000);
    if (many > 6 * few)
        fail_msg("%zu and %zu hundred instructions", few, many);
    store_close(store);
}

static void comparing_with_an_unknown_revision_is_not_found(void **state)
{
    struct difference *d;
    struct store *store = make_store(true);
    size_t count;

    (void)state;
    assert_int_equal(store->methods->compare(store, 1, 2, 0, 10, &arena, &d, &count), STORE_NOT_FOUND);
    assert_int_equal(store->methods->compare(store, 0, 1, 0, 10, &arena, &d, &count), STORE_NOT_FOUND);
    store_close(store);
}

/* All rules of the store by key, as a list prints them. */
static size_t list_all(struct store *store, struct rule **rules)
{
    struct rule_filter filter = {.key = NULL};
    size_t count;

    assert_ok(store->methods->list_rules(store, &filter, NULL, 1000, &arena, rules, &count));
    return count;
}

static const struct rule *find_rule(const struct rule *rules, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rules[i].key, key) == 0)
            return &rules[i];
    return NULL;
}

static void assert_same_rule(const struct rule *left, const struct rule *right)
{
    assert_int_equal(left == NULL, right == NULL);
    if (left != NULL)
        assert_string_equal(print_rule(left), print_rule(right));
}

/* A comparison of two revisions says of each rule what the lists at these revisions said. */
static void comparisons_of_a_random_history_agree_with_its_lists(void **state)
{
    enum { STEPS = 40 };
    static struct rule *rules[STEPS];
    static size_t counts[STEPS];
    static int64_t numbers[STEPS];
    struct store *store = make_random_shop();

    (void)state;
    for (size_t i = 0; i < STEPS; i++) {
        while (!change_at_random(store, 3))
            ;
        numbers[i] = latest_revision(store);
        counts[i] = list_all(store, &rules[i]);
    }
    for (size_t i = 0; i < 100; i++) {
        size_t a = random_below(STEPS), b = random_below(STEPS), count;
        const struct difference *d = compare(store, numbers[a], numbers[b], &count);
        size_t seen = 0;
        for (size_t j = 0; j < count && d[j].kind == SUBJECT_RULE; j++, seen++) {
            assert_same_rule(d[j].rule_before, find_rule(rules[a], counts[a], d[j].key));
            assert_same_rule(d[j].rule_after, find_rule(rules[b], counts[b], d[j].key));
        }
        size_t differing = 0;
        for (int k = 1; k <= RANDOM_RULES; k++) {
            const char *key = arena_print(&arena, "r%d", k);
            const struct rule *old = find_rule(rules[a], counts[a], key), *new = find_rule(rules[b], counts[b], key);
            differing +=
                (old == NULL) != (new == NULL) || (old != NULL && strcmp(print_rule(old), print_rule(new)) != 0);
        }
        assert_int_equal(seen, differing);
    }
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_difference_has_both_states),
        STORE_TEST(comparing_backwards_exchanges_the_states),
        STORE_TEST(what_came_back_does_not_differ),
        STORE_TEST(a_rule_of_which_only_a_target_changed_differs_whole),
        STORE_TEST(differences_come_in_pages),
        STORE_TEST(four_times_the_differences_cost_four_times_as_much),
        STORE_TEST(comparing_with_an_unknown_revision_is_not_found),
        STORE_TEST(comparisons_of_a_random_history_agree_with_its_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
