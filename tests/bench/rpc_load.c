/* SPDX-License-Identifier: MIT */
/*
 * rpc_load: asks a Discount server for prices as fast as it answers, with a fixed number of calls outstanding on one
 * connection, and prints one line of JSON: calls per second, latencies, errors. Every answer is looked at: one without
 * a discount for each product counts as an error.
 */
#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "common/number.h"
#include "common/rpc/client.h"
#include "common/rpc/runtime.h"
#include "proto/ecommerce.pb-c.h"

#define WARM_UP_NS (200 * CLOCK_NS_PER_MS) /* connecting and filling caches are not measured */
#define DEADLINE_NS (5 * CLOCK_NS_PER_S)

struct settings {
    struct rpc_client_options client;
    bool is_single; /* ApplyDiscount, else ApplyDiscounts */
    int64_t asks, products, categories, customers, outstanding, seconds;
};

struct load {
    const struct settings *settings;
    struct rpc_client *client;
    int64_t next_customer;
    int64_t measure_from_ns, measure_until_ns;
    int32_t *latencies_us; /* of the calls that began and ended in between */
    size_t count, room;
    size_t errors, out;
};

/* A call of its own memory, made again as soon as it is answered. */
struct slot {
    struct load *load;
    int64_t began_ns;
    Ecommerce__DiscountRequest single;
    Ecommerce__ApplyDiscountsRequest batch;
    Ecommerce__DiscountAsk *asks;
    Ecommerce__Customer *customers; /* one an ask */
    Ecommerce__Product *products;   /* all asks share them */
    char **categories;              /* of product i: number i, by turns */
};

/* ---- Requests ---- */

static void *list_of_pointers(void *items, size_t count, size_t size)
{
    void **list = memory_get_zeroed(count, sizeof *list);

    for (size_t i = 0; i < count; i++)
        list[i] = (char *)items + i * size;
    return list;
}

static void slot_init_products(struct slot *slot, const struct settings *settings)
{
    size_t products = (size_t)settings->products, categories = (size_t)settings->categories;
    char name[32];

    slot->products = memory_get_zeroed(products, sizeof *slot->products);
    slot->categories = memory_get_zeroed(categories + 1, sizeof *slot->categories);
    for (size_t i = 0; i < categories; i++) {
        snprintf(name, sizeof name, "category-%zu", i);
        slot->categories[i] = memory_copy_text(name);
    }
    for (size_t i = 0; i < products; i++) {
        ecommerce__product__init(&slot->products[i]);
        slot->products[i].id = (int32_t)i + 1;
        slot->products[i].price_in_cents = 1000 + (int32_t)i * 37;
        slot->products[i].n_categories = categories > 0;
        slot->products[i].categories = categories > 0 ? &slot->categories[i % categories] : NULL;
    }
}

static void slot_init(struct slot *slot, struct load *load)
{
    size_t asks = (size_t)load->settings->asks, products = (size_t)load->settings->products;

    slot->load = load;
    slot->asks = memory_get_zeroed(asks, sizeof *slot->asks);
    slot->customers = memory_get_zeroed(asks, sizeof *slot->customers);
    slot_init_products(slot, load->settings);
    Ecommerce__Product **list = list_of_pointers(slot->products, products, sizeof *slot->products);
    for (size_t i = 0; i < asks; i++) {
        ecommerce__customer__init(&slot->customers[i]);
        ecommerce__discount_ask__init(&slot->asks[i]);
        slot->asks[i].customer = &slot->customers[i];
        slot->asks[i].n_products = products;
        slot->asks[i].products = list;
    }
    ecommerce__discount_request__init(&slot->single);
    slot->single.customer = &slot->customers[0];
    slot->single.product = &slot->products[0];
    ecommerce__apply_discounts_request__init(&slot->batch);
    slot->batch.n_asks = asks;
    slot->batch.asks = list_of_pointers(slot->asks, asks, sizeof *slot->asks);
}

static void slot_release(struct slot *slot)
{
    free(slot->asks[0].products);
    free(slot->batch.asks);
    free(slot->asks);
    free(slot->customers);
    free(slot->products);
    for (size_t i = 0; slot->categories[i] != NULL; i++)
        free(slot->categories[i]);
    free(slot->categories);
}

static void choose_customers(struct slot *slot)
{
    struct load *load = slot->load;

    for (int64_t i = 0; i < load->settings->asks; i++) {
        slot->customers[i].id = (int32_t)(1 + load->next_customer);
        load->next_customer = (load->next_customer + 1) % load->settings->customers;
    }
}

/* ---- Answers ---- */

static void note_latency(struct load *load, int64_t began_ns, int64_t ended_ns)
{
    if (began_ns < load->measure_from_ns || ended_ns > load->measure_until_ns)
        return;
    if (load->count == load->room) {
        load->room = load->room == 0 ? 65536 : load->room * 2;
        load->latencies_us = memory_resize(load->latencies_us, load->room * sizeof *load->latencies_us);
    }
    load->latencies_us[load->count++] = (int32_t)((ended_ns - began_ns) / 1000);
}

static void slot_start(struct slot *slot);

static void slot_answered(struct slot *slot, bool is_good)
{
    struct load *load = slot->load;
    int64_t now_ns = clock_now_ns();

    load->out--;
    if (is_good)
        note_latency(load, slot->began_ns, now_ns);
    else
        load->errors++;
    if (now_ns < load->measure_until_ns)
        slot_start(slot);
}

static bool is_discounted(const Ecommerce__DiscountValue *value)
{
    return value != NULL && value->pct > 0;
}

static void on_single(const Ecommerce__DiscountResponse *response, void *data)
{
    slot_answered(data,
                  response != NULL && response->product != NULL && is_discounted(response->product->discount_value));
}

static void on_batch(const Ecommerce__ApplyDiscountsResponse *response, void *data)
{
    struct slot *slot = data;
    bool is_good = response != NULL && response->n_answers == slot->batch.n_asks;

    for (size_t i = 0; is_good && i < response->n_answers; i++) {
        const Ecommerce__DiscountAnswer *answer = response->answers[i];
        is_good = answer->code == 0 && answer->n_quotes == slot->asks[i].n_products;
        for (size_t j = 0; is_good && j < answer->n_quotes; j++)
            is_good = is_discounted(answer->quotes[j]);
    }
    slot_answered(slot, is_good);
}

static void slot_start(struct slot *slot)
{
    struct rpc_stub stub;

    choose_customers(slot);
    slot->began_ns = clock_now_ns();
    slot->load->out++;
    rpc_stub_init(&stub, slot->load->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = slot->began_ns + DEADLINE_NS;
    if (slot->load->settings->is_single)
        ecommerce__discount__apply_discount(&stub.base, &slot->single, on_single, slot);
    else
        ecommerce__discount__apply_discounts(&stub.base, &slot->batch, on_batch, slot);
}

/* ---- The run ---- */

static int compare_latencies(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static int percentile(const struct load *load, double share)
{
    return load->count == 0 ? 0 : load->latencies_us[(size_t)((double)(load->count - 1) * share)];
}

static void print_result(struct load *load)
{
    qsort(load->latencies_us, load->count, sizeof *load->latencies_us, compare_latencies);
    printf("{\"calls_per_s\":%.0f,\"p50_us\":%d,\"p99_us\":%d,\"errors\":%zu}\n",
           (double)load->count / (double)load->settings->seconds, percentile(load, 0.5), percentile(load, 0.99),
           load->errors);
}

static bool run(const struct settings *settings)
{
    char reason[512];
    struct load load = {.settings = settings};
    struct slot *slots = memory_get_zeroed((size_t)settings->outstanding, sizeof *slots);

    rpc_runtime_start();
    load.client = rpc_client_new(&settings->client, reason, sizeof reason);
    if (load.client == NULL) {
        fprintf(stderr, "rpc_load: %s\n", reason);
        free(slots);
        return false;
    }
    load.measure_from_ns = clock_now_ns() + WARM_UP_NS;
    load.measure_until_ns = load.measure_from_ns + settings->seconds * CLOCK_NS_PER_S;
    for (int64_t i = 0; i < settings->outstanding; i++) {
        slot_init(&slots[i], &load);
        slot_start(&slots[i]);
    }
    while (load.out > 0)
        rpc_client_poll(load.client, CLOCK_NEVER);
    print_result(&load);
    rpc_client_free(load.client);
    rpc_runtime_stop();
    for (int64_t i = 0; i < settings->outstanding; i++)
        slot_release(&slots[i]);
    free(slots);
    free(load.latencies_us);
    return load.count > 0 && load.errors == 0;
}

/* ---- Options ---- */

enum {
    KEY_TARGET = 1000,
    KEY_CA,
    KEY_CERTIFICATE,
    KEY_KEY,
    KEY_METHOD,
    KEY_ASKS,
    KEY_PRODUCTS,
    KEY_CATEGORIES,
    KEY_CUSTOMERS,
    KEY_OUTSTANDING,
    KEY_SECONDS
};

static const struct argp_option option_rows[] = {
    {"target", KEY_TARGET, "HOST:PORT", 0, "The server (127.0.0.1:11443)", 0},
    {"ca", KEY_CA, "FILE", 0, "The authority's certificate", 0},
    {"certificate", KEY_CERTIFICATE, "FILE", 0, "The client's certificate", 0},
    {"key", KEY_KEY, "FILE", 0, "The client's private key", 0},
    {"method", KEY_METHOD, "single|batch", 0, "ApplyDiscount, or ApplyDiscounts (single)", 0},
    {"asks", KEY_ASKS, "N", 0, "Customers in an ApplyDiscounts (1)", 0},
    {"products", KEY_PRODUCTS, "N", 0, "Products that each of them asks for (1)", 0},
    {"categories", KEY_CATEGORIES, "N", 0, "Each product is in one of category-0 to category-N-1 (in none)", 0},
    {"customers", KEY_CUSTOMERS, "N", 0, "Ask for customers 1 to N in turn (10000)", 0},
    {"outstanding", KEY_OUTSTANDING, "N", 0, "Calls that are out at any time (1)", 0},
    {"seconds", KEY_SECONDS, "S", 0, "How long to measure (2)", 0},
    {0},
};

static int64_t read_number(struct argp_state *state, const char *text, int64_t max)
{
    int64_t number = 0;

    if (number_parse(text, 1, max, &number) != NUMBER_OK)
        argp_error(state, "%s is not a number from 1 to %lld", text, (long long)max);
    return number;
}

static bool read_method(struct argp_state *state, const char *text)
{
    bool is_single = strcmp(text, "single") == 0;

    if (!is_single && strcmp(text, "batch") != 0)
        argp_error(state, "the method is single or batch, not %s", text);
    return is_single;
}

static error_t read_option(int key, char *value, struct argp_state *state)
{
    struct settings *settings = state->input;

    switch (key) {
    case KEY_TARGET:
        settings->client.target = value;
        return 0;
    case KEY_CA:
        settings->client.keyset.ca = value;
        return 0;
    case KEY_CERTIFICATE:
        settings->client.keyset.certificate = value;
        return 0;
    case KEY_KEY:
        settings->client.keyset.key = value;
        return 0;
    case KEY_METHOD:
        settings->is_single = read_method(state, value);
        return 0;
    case KEY_ASKS:
        settings->asks = read_number(state, value, 10000);
        return 0;
    case KEY_PRODUCTS:
        settings->products = read_number(state, value, 100000);
        return 0;
    case KEY_CATEGORIES:
        settings->categories = read_number(state, value, 1000);
        return 0;
    case KEY_CUSTOMERS:
        settings->customers = read_number(state, value, INT32_MAX);
        return 0;
    case KEY_OUTSTANDING:
        settings->outstanding = read_number(state, value, 10000);
        return 0;
    case KEY_SECONDS:
        settings->seconds = read_number(state, value, 3600);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    struct argp argp = {
        .options = option_rows, .parser = read_option, .doc = "rpc_load -- load for a Discount server."};
    struct settings settings = {
        .client = {.target = "127.0.0.1:11443"},
        .is_single = true,
        .asks = 1,
        .products = 1,
        .customers = 10000,
        .outstanding = 1,
        .seconds = 2,
    };

    log_open("rpc_load");
    log_set_level(LOG_LEVEL_WARNING);
    signal(SIGPIPE, SIG_IGN);
    argp_parse(&argp, argc, argv, 0, NULL, &settings);
    return run(&settings) ? EXIT_SUCCESS : EXIT_FAILURE;
}
