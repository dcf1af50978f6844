/* SPDX-License-Identifier: MIT */
/* A batch asked product by product. */
#include "fcgi-catalog/quotes/singles.h"

#include <stdlib.h>

#include "common/memory.h"
#include "fcgi-catalog/quotes/messages.h"

/* One batch under way. Lives until its last RPC has ended. */
struct singles {
    struct batch *batch;
    struct rpc_client *client;
    void (*ended)(struct batch *batch);
    void (*wrong)(struct batch *batch, const char *reason);
    size_t left;
};

/* One RPC. */
struct single {
    struct singles *singles;
    size_t ask, product;
};

static void end_one(struct singles *singles)
{
    if (--singles->left > 0)
        return;
    struct batch *batch = singles->batch;
    void (*ended)(struct batch *) = singles->ended;
    free(singles);
    ended(batch);
}

static void on_answered(const Ecommerce__DiscountResponse *response, void *data)
{
    struct single *single = data;
    struct singles *singles = single->singles;
    struct batch *batch = singles->batch;
    struct quote_ask *ask = batch->asks[single->ask]; /* NULL: its deadline has passed */
    const char *reason;

    if (response == NULL) {
        batch->failed[single->ask] = true;
        batch->singles_code = rpc_client_status(singles->client);
    } else if (ask != NULL && !messages_read_single(response, ask, single->product, &reason)) {
        batch->failed[single->ask] = true;
        singles->wrong(batch, reason);
    }
    free(single);
    end_one(singles);
}

static void start_one(struct singles *singles, size_t ask, size_t product)
{
    const struct quote_ask *asked = singles->batch->asks[ask];
    struct single *single = memory_get(sizeof *single);
    struct messages_single message;
    struct rpc_stub stub;

    *single = (struct single){.singles = singles, .ask = ask, .product = product};
    singles->left++;
    rpc_stub_init(&stub, singles->client, &ecommerce__discount__descriptor);
    stub.deadline_ns = asked->deadline_ns;
    messages_ask_single(&message, asked, product);
    ecommerce__discount__apply_discount(&stub.base, &message.request, on_answered, single);
}

void singles_start(struct batch *batch, struct rpc_client *client, void (*ended)(struct batch *batch),
                   void (*wrong)(struct batch *batch, const char *reason))
{
    struct singles *singles = memory_get(sizeof *singles);

    *singles = (struct singles){.batch = batch, .client = client, .ended = ended, .wrong = wrong, .left = 1};
    for (size_t i = 0; i < batch->count; i++) {
        for (size_t product = 0; batch->asks[i] != NULL && product < batch->asks[i]->products->count; product++)
            start_one(singles, i, product);
    }
    end_one(singles); /* this function's own count, so that nothing can end before all are asked */
}
