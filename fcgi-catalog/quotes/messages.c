/* SPDX-License-Identifier: MIT */
/* Asks as messages of the contract, and answers as quotes. */
#include "fcgi-catalog/quotes/messages.h"

#include <math.h>

/* The products of the last ask that has its own, as messages. Asks of one page refer to them. */
struct product_messages {
    const struct product_list *of;
    Ecommerce__Product **items;
};

static void make_products(struct product_messages *messages, const struct product_list *products, struct arena *arena)
{
    Ecommerce__Product *items = arena_get(arena, products->count * sizeof *items);

    messages->of = products;
    messages->items = arena_get(arena, products->count * sizeof *messages->items);
    for (size_t i = 0; i < products->count; i++) {
        ecommerce__product__init(&items[i]);
        items[i].id = products->items[i].id;
        items[i].price_in_cents = products->items[i].price_cents;
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
}

static bool read_value(const Ecommerce__DiscountValue *value, struct quote_ask *ask, size_t product, const char **wrong)
{
    struct quote *quote = &ask->quotes[product];

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
    if (quote->value_cents < 0 || quote->value_cents > ask->products->items[product].price_cents) {
        *wrong = "a price that is not between 0 and the list price";
        return false;
    }
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
        if (!read_value(answer->quotes[i], ask, i, wrong))
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
    return read_value(response->product->discount_value, ask, product, wrong);
}
