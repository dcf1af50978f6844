/* SPDX-License-Identifier: MIT */
/* The Discount service as its callers see it: a real server with a real database of rules, over mutual TLS. */
#include "tests/unit/discount/discount_harness.h"

/* ---- One product ---- */

struct reply {
    struct outcome outcome;
    bool has_value;
    float pct;
    int32_t value;
    int32_t id, price;
    char slug[32], description[32];
};

static void on_reply(const Ecommerce__DiscountResponse *response, void *data)
{
    struct reply *reply = data;

    outcome_note(&reply->outcome);
    if (response == NULL)
        return;
    const Ecommerce__Product *product = response->product;
    reply->id = product->id;
    reply->price = product->price_in_cents;
    snprintf(reply->slug, sizeof reply->slug, "%s", product->slug);
    snprintf(reply->description, sizeof reply->description, "%s", product->description);
    reply->has_value = product->discount_value != NULL;
    if (reply->has_value) {
        reply->pct = product->discount_value->pct;
        reply->value = product->discount_value->value_in_cents;
    }
}

static struct reply apply(Ecommerce__Customer *customer, Ecommerce__Product *product)
{
    Ecommerce__DiscountRequest request = ECOMMERCE__DISCOUNT_REQUEST__INIT;
    struct reply reply = {.outcome.client = client};

    request.customer = customer;
    request.product = product;
    ecommerce__discount__apply_discount(&stub.base, &request, on_reply, &reply);
    poll_until(client, &reply.outcome.calls, 1);
    return reply;
}

static struct reply apply_price(int32_t customer_id, int32_t price)
{
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;

    customer.id = customer_id;
    product.price_in_cents = price;
    return apply(&customer, &product);
}

static void the_contract_s_figures_are_answered(void **state)
{
    static const int32_t prices[] = {99999, 150000, 32999, 1, 9, INT32_MAX};
    static const int32_t values[] = {89999, 135000, 29699, 0, 8, 1932735282};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(prices); i++) {
        struct reply reply = apply_price(1, prices[i]);
        assert_int_equal(reply.outcome.code, RPC_OK);
        assert_true(reply.pct == (float)0.1);
        assert_int_equal(reply.value, values[i]);
    }
}

static void assert_empty_value(struct reply reply)
{
    assert_int_equal(reply.outcome.code, RPC_OK);
    assert_true(reply.has_value);
    assert_true(reply.pct == 0);
    assert_int_equal(reply.value, 0);
}

static void where_no_discount_applies_the_value_is_there_and_empty(void **state)
{
    (void)state;
    assert_empty_value(apply_price(2, 99999));
    assert_empty_value(apply_price(0, 99999));
    assert_empty_value(apply_price(-1, 99999));
    assert_empty_value(apply_price(INT32_MIN, 99999));
    assert_empty_value(apply_price(1, 0));
    assert_empty_value(apply_price(1, -1));
    assert_empty_value(apply_price(1, INT32_MIN));
}

static void a_request_without_a_customer_gets_no_discount(void **state)
{
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;

    (void)state;
    product.price_in_cents = 100;
    assert_empty_value(apply(NULL, &product));
}

static void a_request_without_a_product_is_an_invalid_argument(void **state)
{
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;

    (void)state;
    struct reply reply = apply(&customer, NULL);
    assert_int_equal(reply.outcome.code, RPC_INVALID_ARGUMENT);
    assert_non_null(strstr(reply.outcome.message, "product"));
}

static void the_product_comes_back_as_it_was_asked(void **state)
{
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT;
    Ecommerce__DiscountValue claimed = ECOMMERCE__DISCOUNT_VALUE__INIT;

    (void)state;
    customer.id = 2;
    product.id = 7;
    product.slug = (char *)"caf\xc3\xa9";
    product.description = (char *)"black";
    product.price_in_cents = 1000;
    product.discount_value = &claimed;
    claimed.pct = 0.9F; /* what the caller claims counts for nothing */
    struct reply reply = apply(&customer, &product);
    assert_int_equal(reply.id, 7);
    assert_int_equal(reply.price, 1000);
    assert_string_equal(reply.slug, "caf\xc3\xa9");
    assert_string_equal(reply.description, "black");
    assert_empty_value(reply);
}

/* ---- Many asks ---- */

struct answers {
    struct outcome outcome;
    int64_t revision;
    size_t count;
    int32_t codes[8];
    size_t quotes[8];
    int32_t last_values[8];
    size_t refused; /* with RESOURCE_EXHAUSTED */
    size_t contradictions;
    int32_t contradicting[4], known[4]; /* the first of them */
};

static void on_answers(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct answers *answers = data;

    outcome_note(&answers->outcome);
    if (response == NULL)
        return;
    answers->revision = response->revision;
    answers->count = response->n_answers;
    for (size_t i = 0; i < response->n_answers; i++)
        answers->refused += response->answers[i]->code == RPC_RESOURCE_EXHAUSTED;
    answers->contradictions = response->n_contradictions;
    for (size_t i = 0; i < response->n_contradictions && i < 4; i++) {
        answers->contradicting[i] = response->contradictions[i]->id;
        answers->known[i] = response->contradictions[i]->known_id;
    }
    for (size_t i = 0; i < response->n_answers && i < 8; i++) {
        const Ecommerce__DiscountAnswer *answer = response->answers[i];
        answers->codes[i] = answer->code;
        answers->quotes[i] = answer->n_quotes;
        if (answer->n_quotes > 0)
            answers->last_values[i] = answer->quotes[answer->n_quotes - 1]->value_in_cents;
    }
}

static struct answers apply_all(Ecommerce__DiscountAsk **asks, size_t count)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    struct answers answers = {.outcome.client = client};

    request.asks = asks;
    request.n_asks = count;
    ecommerce__discount__apply_discounts(&stub.base, &request, on_answers, &answers);
    poll_until(client, &answers.outcome.calls, 1);
    return answers;
}

static void each_ask_is_answered_in_its_place_and_a_wrong_one_fails_alone(void **state)
{
    Ecommerce__Customer first = ECOMMERCE__CUSTOMER__INIT, second = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product cheap = ECOMMERCE__PRODUCT__INIT, dear = ECOMMERCE__PRODUCT__INIT, *both[] = {&cheap, &dear};
    Ecommerce__DiscountAsk asks[4], *all[4];

    (void)state;
    first.id = 1;
    second.id = 2;
    cheap.price_in_cents = 1000;
    dear.price_in_cents = 99999;
    for (size_t i = 0; i < 4; i++) {
        ecommerce__discount_ask__init(&asks[i]);
        asks[i].n_products = 2;
        asks[i].products = both;
        all[i] = &asks[i];
    }
    asks[0].customer = &first;
    asks[1].customer = NULL;
    asks[2].customer = &second;
    asks[3].customer = &first;
    asks[3].n_products = 0;
    struct answers answers = apply_all(all, 4);
    assert_int_equal(answers.outcome.code, RPC_OK);
    assert_int_equal(answers.count, 4);
    assert_int_equal(answers.codes[0], 0);
    assert_int_equal(answers.quotes[0], 2);
    assert_int_equal(answers.last_values[0], 89999);
    assert_int_equal(answers.codes[1], RPC_INVALID_ARGUMENT);
    assert_int_equal(answers.quotes[1], 0);
    assert_int_equal(answers.codes[2], 0);
    assert_int_equal(answers.quotes[2], 2);
    assert_int_equal(answers.last_values[2], 0);
    assert_int_equal(answers.codes[3], 0);
    assert_int_equal(answers.quotes[3], 0);
}

static void an_ask_may_refer_to_the_products_of_the_one_before(void **state)
{
    Ecommerce__Customer first = ECOMMERCE__CUSTOMER__INIT, second = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product cheap = ECOMMERCE__PRODUCT__INIT, dear = ECOMMERCE__PRODUCT__INIT, *both[] = {&cheap, &dear};
    Ecommerce__DiscountAsk asks[5], *all[5];

    (void)state;
    first.id = 1;
    second.id = 2;
    cheap.price_in_cents = 1000;
    dear.price_in_cents = 99999;
    for (size_t i = 0; i < 5; i++) {
        ecommerce__discount_ask__init(&asks[i]);
        asks[i].customer = &first;
        asks[i].same_products = true;
        all[i] = &asks[i];
    }
    asks[1].same_products = false;
    asks[1].customer = NULL; /* it fails, and its products are there all the same */
    asks[1].n_products = 2;
    asks[1].products = both;
    asks[2].customer = &second;
    asks[4].n_products = 1; /* the same, and others: it cannot mean both */
    asks[4].products = both;
    struct answers answers = apply_all(all, 5);
    assert_int_equal(answers.codes[0], RPC_INVALID_ARGUMENT);
    assert_int_equal(answers.codes[1], RPC_INVALID_ARGUMENT);
    assert_int_equal(answers.codes[2], 0);
    assert_int_equal(answers.quotes[2], 2);
    assert_int_equal(answers.last_values[2], 0);
    assert_int_equal(answers.codes[3], 0);
    assert_int_equal(answers.quotes[3], 2);
    assert_int_equal(answers.last_values[3], 89999);
    assert_int_equal(answers.codes[4], RPC_INVALID_ARGUMENT);
}

static void more_quotes_than_an_answer_can_hold_are_refused(void **state)
{
    enum { PRODUCTS = 1000, ASKS = DISCOUNT_QUOTES_MAX / PRODUCTS + 3 };
    static Ecommerce__Product products[PRODUCTS], *list[PRODUCTS];
    static Ecommerce__DiscountAsk asks[ASKS], *all[ASKS];
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    struct answers answers;

    (void)state;
    customer.id = 1;
    for (size_t i = 0; i < PRODUCTS; i++) {
        ecommerce__product__init(&products[i]);
        products[i].price_in_cents = INT32_MAX;
        list[i] = &products[i];
    }
    for (size_t i = 0; i < ASKS; i++) {
        ecommerce__discount_ask__init(&asks[i]);
        asks[i].customer = &customer;
        asks[i].same_products = i > 0;
        all[i] = &asks[i];
    }
    asks[0].n_products = PRODUCTS;
    asks[0].products = list;
    answers = apply_all(all, ASKS);
    assert_int_equal(answers.outcome.code, RPC_OK);
    assert_int_equal(answers.count, ASKS);
    assert_int_equal(answers.codes[7], 0);
    assert_int_equal(answers.refused, 3);
}

static void no_asks_are_answered_with_the_revision(void **state)
{
    (void)state;
    struct answers answers = apply_all(NULL, 0);
    assert_int_equal(answers.outcome.code, RPC_OK);
    assert_int_equal(answers.count, 0);
    assert_true(answers.revision > 0);
}

/* The demo's rules know iphone-x as 1 and notebook-avell-g1511 as 2. */
static void products_that_contradict_the_rules_list_are_named(void **state)
{
    static const struct {
        int32_t id;
        const char *slug;
    } shop[] = {{1, "iphone-x"}, {2, "iphone-x"}, {7, "notebook-avell-g1511"}, {3, "mug"}, {8, "new"}, {2, ""}};
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__DiscountAsk asks[2] = {ECOMMERCE__DISCOUNT_ASK__INIT, ECOMMERCE__DISCOUNT_ASK__INIT};
    Ecommerce__DiscountAsk *both[] = {&asks[0], &asks[1]};
    Ecommerce__Product products[ARRAY_LENGTH(shop)], *listed[ARRAY_LENGTH(shop)];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(shop); i++) {
        ecommerce__product__init(&products[i]);
        products[i].id = shop[i].id;
        products[i].slug = (char *)shop[i].slug;
        listed[i] = &products[i];
    }
    asks[0].customer = asks[1].customer = &customer;
    asks[0].products = listed;
    asks[0].n_products = ARRAY_LENGTH(shop);
    asks[1].same_products = true;
    struct answers answers = apply_all(both, 2);
    assert_int_equal(answers.contradictions, 3);
    static const int32_t contradicting[] = {2, 7, 3}, known[] = {2, 2, 3};
    assert_memory_equal(answers.contradicting, contradicting, sizeof contradicting);
    assert_memory_equal(answers.known, known, sizeof known);
    assert_int_equal(answers.quotes[1], ARRAY_LENGTH(shop)); /* priced by their ids, as ever */
    apply_all(both, 2);
    struct rollout_contradiction seen[ROLLOUT_CONTRADICTIONS_MAX];
    assert_int_equal(rollout_contradictions(rollout, seen), 3); /* once for each product */
    assert_string_equal(seen[1].slug, "notebook-avell-g1511");

    change_rules("UPDATE product SET slug = 'mug' WHERE id = 3");
    asks[0].products = &listed[3];
    asks[0].n_products = 1;
    for (int i = 0; i < 500 && answers.contradictions > 0; i++) {
        pause_briefly();
        answers = apply_all(both, 1);
    }
    assert_int_equal(answers.contradictions, 0);
}

/* ---- What an ask may want to know ---- */

/* What one quote told. */
struct told {
    struct outcome outcome;
    int64_t next_change;
    int32_t value;
    float pct;
    size_t applied;
    char key[32], label[64], lane[16];
    int32_t before, after;
};

static void on_told(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct told *told = data;

    outcome_note(&told->outcome);
    if (response == NULL)
        return;
    const Ecommerce__DiscountValue *value = response->answers[0]->quotes[0];
    told->next_change = response->next_change;
    told->value = value->value_in_cents;
    told->pct = value->pct;
    told->applied = value->n_applied;
    if (value->n_applied == 0)
        return;
    const Ecommerce__AppliedRule *rule = value->applied[value->n_applied - 1];
    snprintf(told->key, sizeof told->key, "%s", rule->key);
    snprintf(told->label, sizeof told->label, "%s", rule->label);
    snprintf(told->lane, sizeof told->lane, "%s", rule->lane);
    told->before = rule->price_before;
    told->after = rule->price_after;
}

static struct told ask_one(int32_t customer_id, int32_t price, bool explain, char *category)
{
    Ecommerce__ApplyDiscountsRequest request = ECOMMERCE__APPLY_DISCOUNTS_REQUEST__INIT;
    Ecommerce__DiscountAsk ask = ECOMMERCE__DISCOUNT_ASK__INIT, *asks[] = {&ask};
    Ecommerce__Customer customer = ECOMMERCE__CUSTOMER__INIT;
    Ecommerce__Product product = ECOMMERCE__PRODUCT__INIT, *products[] = {&product};
    struct told told = {.outcome.client = client};

    customer.id = customer_id;
    product.id = 1;
    product.price_in_cents = price;
    product.n_categories = category != NULL;
    product.categories = &category;
    ask.customer = &customer;
    ask.explain = explain;
    ask.n_products = 1;
    ask.products = products;
    request.n_asks = 1;
    request.asks = asks;
    ecommerce__discount__apply_discounts(&stub.base, &request, on_told, &told);
    poll_until(client, &told.outcome.calls, 1);
    assert_int_equal(told.outcome.code, RPC_OK);
    return told;
}

static void an_ask_that_wants_it_is_told_which_rules_made_the_price(void **state)
{
    (void)state;
    struct told told = ask_one(1, 1000, true, NULL);
    assert_int_equal(told.applied, 1);
    assert_string_equal(told.key, "demo");
    assert_string_equal(told.label, "10 % off everything for customer 1");
    assert_string_equal(told.lane, "contract");
    assert_int_equal(told.before, 1000);
    assert_int_equal(told.after, 900);
    assert_int_equal(ask_one(2, 1000, true, NULL).applied, 0);
}

static void an_ask_that_does_not_is_not(void **state)
{
    (void)state;
    struct told told = ask_one(1, 1000, false, NULL);
    assert_int_equal(told.value, 900);
    assert_int_equal(told.applied, 0);
}

static void two_rules_show_the_share_that_they_took_off_together(void **state)
{
    (void)state;
    is_told_of_a_change(
        "INSERT INTO rule (key, label, lane, kind, value) VALUES ('less', 'Less', 'sale', 'amount', 200)");
    struct told told = ask_one(1, 1000, true, NULL);
    assert_int_equal(told.value, 700);
    assert_true(told.pct == (float)0.3);
    assert_int_equal(told.applied, 2);
    assert_string_equal(told.lane, "sale");
}

static void the_share_is_1_only_where_nothing_is_to_pay(void **state)
{
    (void)state;
    is_told_of_a_change(
        "INSERT INTO rule (key, label, lane, kind, value) VALUES ('cent', 'A cent', 'sale', 'price', 1)");
    struct told told = ask_one(2, INT32_MAX, true, NULL);
    assert_int_equal(told.value, 1);
    assert_true(told.pct < 1 && told.pct > 0.9999999F);
    is_told_of_a_change("UPDATE rule SET value = 0 WHERE key = 'cent'");
    told = ask_one(2, INT32_MAX, true, NULL);
    assert_int_equal(told.value, 0);
    assert_true(told.pct == 1);
    is_told_of_a_change("DELETE FROM rule WHERE key = 'cent'");
}

static void a_rule_for_a_category_is_for_the_products_in_it(void **state)
{
    (void)state;
    is_told_of_a_change("BEGIN;"
                        "INSERT INTO rule (key, label, lane, kind, value) VALUES ('c', 'C', 'sale', 'percent', 2500);"
                        "INSERT INTO rule_category (rule_key, category) VALUES ('c', 'phones');"
                        "COMMIT");
    assert_int_equal(ask_one(2, 1000, false, (char *)"phones").value, 750);
    assert_int_equal(ask_one(2, 1000, false, (char *)"phone").value, 0);
    assert_int_equal(ask_one(2, 1000, false, NULL).value, 0);
}

static void the_answer_says_when_prices_change_by_themselves(void **state)
{
    (void)state;
    assert_int_equal(ask_one(1, 1000, false, NULL).next_change, 0);
    is_told_of_a_change("UPDATE rule SET ends_at = 4102444800");
    assert_int_equal(ask_one(1, 1000, false, NULL).next_change, 4102444800);
}

/* ---- Rules that change ---- */

static bool pays_half(void *data)
{
    (void)data;
    return apply_price(1, 1000).value == 500;
}

static void a_changed_rule_is_used_within_a_second(void **state)
{
    (void)state;
    assert_int_equal(apply_price(1, 1000).value, 900);
    int64_t before = revision_in_use();
    change_rules("UPDATE rule SET value = 5000");
    const struct stopwatch watch = stopwatch_start();
    assert_true(wait_for(pays_half, NULL));
    assert_true(stopwatch_ms(&watch) < 1000);
    assert_true(revision_in_use() > before);
}

static void rules_that_cannot_be_read_leave_the_old_in_use(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_ERROR + 1); /* it is told in the log */
    assert_int_equal(apply_price(1, 1000).value, 900);
    change_rules("PRAGMA ignore_check_constraints = ON; UPDATE rule SET value = 99999");
    for (int64_t until_ns = clock_now_ns() + 600 * CLOCK_NS_PER_MS; clock_now_ns() < until_ns; pause_briefly())
        assert_int_equal(apply_price(1, 1000).value, 900);
    change_rules("UPDATE rule SET value = 5000");
    assert_true(wait_for(pays_half, NULL));
}

/* ---- Who may ---- */

static int make_more_keys(void **state)
{
    int result = make_keys(state);

    if (result == 0)
        run_command("keys/ca issue mallory --dir %s >/dev/null", keys_directory);
    return result;
}

static void another_valid_certificate_is_denied(void **state)
{
    (void)state;
    rpc_client_free(client);
    use_client("mallory");
    assert_int_equal(apply_price(1, 1000).outcome.code, RPC_PERMISSION_DENIED);
    assert_int_equal(apply_all(NULL, 0).outcome.code, RPC_PERMISSION_DENIED);
}

static void the_administrator_is_admitted(void **state)
{
    (void)state;
    rpc_client_free(client);
    use_client("admin");
    assert_int_equal(apply_price(1, 1000).value, 900);
    assert_int_equal(apply_all(NULL, 0).outcome.code, RPC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVICE_TEST(the_contract_s_figures_are_answered),
        SERVICE_TEST(where_no_discount_applies_the_value_is_there_and_empty),
        SERVICE_TEST(a_request_without_a_customer_gets_no_discount),
        SERVICE_TEST(a_request_without_a_product_is_an_invalid_argument),
        SERVICE_TEST(the_product_comes_back_as_it_was_asked),
        SERVICE_TEST(each_ask_is_answered_in_its_place_and_a_wrong_one_fails_alone),
        SERVICE_TEST(an_ask_may_refer_to_the_products_of_the_one_before),
        SERVICE_TEST(more_quotes_than_an_answer_can_hold_are_refused),
        SERVICE_TEST(no_asks_are_answered_with_the_revision),
        SERVICE_TEST(products_that_contradict_the_rules_list_are_named),
        SERVICE_TEST(an_ask_that_wants_it_is_told_which_rules_made_the_price),
        SERVICE_TEST(an_ask_that_does_not_is_not),
        SERVICE_TEST(two_rules_show_the_share_that_they_took_off_together),
        SERVICE_TEST(the_share_is_1_only_where_nothing_is_to_pay),
        SERVICE_TEST(a_rule_for_a_category_is_for_the_products_in_it),
        SERVICE_TEST(the_answer_says_when_prices_change_by_themselves),
        SERVICE_TEST(a_changed_rule_is_used_within_a_second),
        SERVICE_TEST(rules_that_cannot_be_read_leave_the_old_in_use),
        SERVICE_TEST(another_valid_certificate_is_denied),
        SERVICE_TEST(the_administrator_is_admitted),
    };

    return cmocka_run_group_tests(tests, make_more_keys, remove_keys);
}
