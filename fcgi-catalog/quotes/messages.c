/* SPDX-License-Identifier: MIT */
/* Asks as messages of the contract, and answers as quotes. */
#include "fcgi-catalog/quotes/messages.h"

#include <math.h>
#include <string.h>

/* The products of the last ask that has its own, as messages. Asks of one page refer to them. */
struct product_messages {
    const struct product_list *of;
    Ecommerce__Product **items;
};

/* The message borrows the product's own array: protobuf-c's types know no const, but packing only reads. */
static void put_categories(Ecommerce__Product *message, const struct product *product)
{
    message->n_categories = product->category_count;
    message->categories = (char **)product->categories;
}

static void make_products(struct product_messages *messages, const struct product_list *products, struct arena *arena)
{
    Ecommerce__Product *items = arena_get(arena, products->count * sizeof *items);

    messages->of = products;
    messages->items = arena_get(arena, products->count * sizeof *messages->items);
    for (size_t i = 0; i < products->count; i++) {
        ecommerce__product__init(&items[i]);
        items[i].id = products->items[i].id;
        items[i].slug = (char *)products->items[i].slug;
        items[i].price_in_cents = products->items[i].price_cents;
        put_categories(&items[i], &products->items[i]);
        messages->items[i] = &items[i];
    }
}

static void fill_customer(Ecommerce__Customer *message, const struct customer *customer)
{
    ecommerce__customer__init(message);
    message->id = customer->id;
    message->first_name = (char *)customer->first_name;
    message->last_name = (char *)customer->last_name;
}

/* At the most, in bytes: a number with its tag, a message's tag and length; a quote; the rules that made one, keys of
 * 64 and labels of 200 characters (discount/pricing/rule.h). */
#define NUMBER_BYTES 11
#define FRAME_BYTES 6
#define QUOTE_BYTES (FRAME_BYTES + 5 + NUMBER_BYTES)
#define APPLIED_BYTES ((size_t)3 * (FRAME_BYTES + 2 + 64 + 3 + 4 * 200 + 10 + 2 * NUMBER_BYTES))

static size_t product_bytes(const struct product *product)
{
    size_t bytes = 2 * FRAME_BYTES + 2 * NUMBER_BYTES + strlen(product->slug);

    for (size_t i = 0; i < product->category_count; i++)
        bytes += FRAME_BYTES + strlen(product->categories[i]);
    return bytes;
}

size_t messages_ask_bytes(const struct quote_ask *ask, const struct product_list *before)
{
    const struct product_list *products = ask->products;
    size_t each = ask->applied != NULL ? QUOTE_BYTES + APPLIED_BYTES : QUOTE_BYTES;
    size_t bytes = 4 * NUMBER_BYTES + products->count * each;

    for (size_t i = 0; products != before && i < products->count; i++)
        bytes += product_bytes(&products->items[i]);
    return bytes;
}

static Ecommerce__DiscountAsk *make_ask(const struct quote_ask *ask, struct product_messages *products,
                                        struct arena *arena)
{
    struct {
        Ecommerce__DiscountAsk ask;
        Ecommerce__Customer customer;
    } *message = arena_get(arena, sizeof *message);

    ecommerce__discount_ask__init(&message->ask);
    ecommerce__customer__init(&message->customer);
    message->customer.id = ask->customer.id; /* the rules need no more */
    message->ask.customer = &message->customer;
    message->ask.explain = ask->applied != NULL;
    message->ask.same_products = products->of == ask->products;
    if (!message->ask.same_products) {
        make_products(products, ask->products, arena);
        message->ask.n_products = ask->products->count;
        message->ask.products = products->items;
    }
    return &message->ask;
}

void messages_ask_all(Ecommerce__ApplyDiscountsRequest *request, struct quote_ask *const *asks, size_t count,
                      struct arena *arena)
{
    struct product_messages products = {0};

    ecommerce__apply_discounts_request__init(request);
    request->asks = arena_get(arena, count * sizeof *request->asks);
    for (size_t i = 0; i < count; i++) {
        if (asks[i] != NULL)
            request->asks[request->n_asks++] = make_ask(asks[i], &products, arena);
    }
}

void messages_ask_single(struct messages_single *single, const struct quote_ask *ask, size_t product)
{
    const struct product *of = &ask->products->items[product];

    ecommerce__discount_request__init(&single->request);
    single->request.customer = &single->customer;
    single->request.product = &single->product;
    fill_customer(&single->customer, &ask->customer);
    ecommerce__product__init(&single->product);
    single->product.id = of->id;
    single->product.slug = (char *)of->slug;
    single->product.description = (char *)of->description;
    single->product.price_in_cents = of->price_cents;
    put_categories(&single->product, of);
}

/* Inline, because it is called for every product of every answer. */
static inline bool read_quote(const Ecommerce__DiscountValue *value, int32_t list_cents, struct quote *quote,
                              const char **wrong)
{
    *quote = (struct quote){0};
    if (value == NULL)
        return true;
    *quote = (struct quote){.pct = value->pct, .value_cents = value->value_in_cents};
    if (quote->pct == 0 && quote->value_cents == 0)
        return true;
    if (!isfinite(quote->pct) || quote->pct < 0 || quote->pct > 1) {
        *wrong = "a share that is not between 0 and 1";
        return false;
    }
    if (quote->value_cents < 0 || quote->value_cents > list_cents) {
        *wrong = "a price that is not between 0 and the list price";
        return false;
    }
    return true;
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}

/* Reads which rules made a quote, into new memory of the ask's arena. The price must not rise from one rule to the
 * next. */
static bool read_applied(const Ecommerce__DiscountValue *value, struct quote_ask *ask, size_t product,
                         const char **wrong)
{
    size_t count = value != NULL ? value->n_applied : 0;
    struct applied_rule *rules = arena_get(ask->arena, count * sizeof *rules);
    int32_t before_cents = ask->products->items[product].price_cents;

    for (size_t i = 0; i < count; i++) {
        const Ecommerce__AppliedRule *rule = value->applied[i];
        if (rule->price_before > before_cents || rule->price_after > rule->price_before || rule->price_after < 0) {
            *wrong = "a rule that raised the price, or took it below zero";
            return false;
        }
        before_cents = rule->price_after;
        rules[i] = (struct applied_rule){.key = copy_text(ask->arena, rule->key),
                                         .label = copy_text(ask->arena, rule->label),
                                         .lane = copy_text(ask->arena, rule->lane),
                                         .before_cents = rule->price_before,
                                         .after_cents = rule->price_after};
    }
    ask->applied[product] = (struct applied_rules){.items = rules, .count = count};
    return true;
}

bool messages_read_answer(const Ecommerce__DiscountAnswer *answer, struct quote_ask *ask, const char **wrong)
{
    if (answer->code != 0) {
        *wrong = "the ask was refused";
        return false;
    }
    if (answer->n_quotes != ask->products->count) {
        *wrong = "another number of quotes than products";
        return false;
    }
    for (size_t i = 0; i < answer->n_quotes; i++) {
        if (!read_quote(answer->quotes[i], ask->products->items[i].price_cents, &ask->quotes[i], wrong))
            return false;
    }
    for (size_t i = 0; ask->applied != NULL && i < answer->n_quotes; i++) {
        if (!read_applied(answer->quotes[i], ask, i, wrong))
            return false;
    }
    return true;
}

bool messages_read_single(const Ecommerce__DiscountResponse *response, struct quote_ask *ask, size_t product,
                          const char **wrong)
{
    if (response->product == NULL) {
        *wrong = "an answer without a product";
        return false;
    }
    const Ecommerce__DiscountValue *value = response->product->discount_value;
    return read_quote(value, ask->products->items[product].price_cents, &ask->quotes[product], wrong) &&
           (ask->applied == NULL || read_applied(value, ask, product, wrong));
}
