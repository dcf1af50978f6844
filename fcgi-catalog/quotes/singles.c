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

/* Whether the code is about this question and not the server: then this ask alone fails. A server whose method throws
 * says UNKNOWN. */
static bool is_about_the_question(enum rpc_code code)
{
    switch (code) {
    case RPC_INVALID_ARGUMENT:
    case RPC_NOT_FOUND:
    case RPC_ALREADY_EXISTS:
    case RPC_FAILED_PRECONDITION:
    case RPC_OUT_OF_RANGE:
    case RPC_UNKNOWN:
        return true;
    default:
        return false;
    }
}

static void fail_one(struct singles *singles, size_t ask)
{
    enum rpc_code code = rpc_client_status(singles->client);

    singles->batch->failed[ask] = true;
    if (is_about_the_question(code))
        singles->wrong(singles->batch, "the ask was refused");
    else
        singles->batch->singles_code = code;
}

static void on_answered(const Ecommerce__DiscountResponse *response, void *data)
{
    struct single *single = data;
    struct singles *singles = single->singles;
    struct batch *batch = singles->batch;
    struct quote_ask *ask = batch->asks[single->ask]; /* NULL: its deadline has passed */
    const char *reason;

    if (response == NULL) {
        fail_one(singles, single->ask);
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
