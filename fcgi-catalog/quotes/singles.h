/* SPDX-License-Identifier: MIT */
/* A batch asked product by product, all at the same time: for a server that knows only ApplyDiscount. */
#ifndef CATALOG_QUOTES_SINGLES_H
#define CATALOG_QUOTES_SINGLES_H

#include "common/rpc/client.h"
#include "fcgi-catalog/quotes/batch.h"

/*
 * Makes an RPC for each product of each ask, on the polling thread. When the last one has ended, quotes are filled in,
 * batch->failed says of each ask whether it failed, batch->singles_code is the code of the last RPC that the service
 * did not answer, and ended(batch) is called once: in rpc_client_poll(), or here when there is nothing to ask. `wrong`
 * is called for each answer that cannot be used.
 */
void singles_start(struct batch *batch, struct rpc_client *client, void (*ended)(struct batch *batch),
                   void (*wrong)(struct batch *batch, const char *reason));

#endif
