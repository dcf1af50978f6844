/* SPDX-License-Identifier: MIT */
/*
 * The Discount service as the Catalog sees it: asks go in, quotes come out. The only user of the RPC client.
 *
 * Asks are coalesced like a group commit. While an RPC is out, asks that arrive wait for it and then leave together in
 * one ApplyDiscounts, with what comes while its answers are written; when none is out, what came in one go leaves at
 * once. So at most one RPC is out, an ask waits for nothing else, and the more asks come the fewer RPCs each costs.
 * Each ask is answered on its own: a wrong one fails alone, and each keeps its own deadline.
 *
 *            ask                    answer, deadline, refusal
 *     front ─────> waiting ─> out ─────────────────────────────> done(), on the thread that polls
 *              \______________________________________________> done(), at once, while Discount is known to be away
 *
 * States, per process:
 *     asking      asks go to the service
 *     degraded    after a miss (a deadline passed, the service is away or refuses): asks are answered
 *                 QUOTES_DEGRADED at once, while a probe (an ApplyDiscounts without asks) is sent again and again;
 *                 when one is answered: asking
 *
 * The log has one line for each change.
 *
 * Quotes that the service lends (proto/ecommerce.proto: lease_ms) are kept, and asks for them are answered at once, in
 * either state: see kept/kept.h.
 *
 * A server that knows only ApplyDiscount (it answers UNIMPLEMENTED) is asked once per product, all at the same time;
 * this is remembered and ApplyDiscounts tried again after a minute or a miss.
 */
#ifndef CATALOG_QUOTES_QUOTES_H
#define CATALOG_QUOTES_QUOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"
#include "common/compiler.h"
#include "common/rpc/keyset.h"
#include "fcgi-catalog/catalog/product.h"

/* The most products in one RPC, and the most bytes of it and its answer: an ask that would pass either waits for the
 * next RPC; a larger ask travels alone. An ask is for a page (250 products of 64 categories each are 1.2 MB), so no RPC
 * comes near gRPC's limit of 4 MiB. tests/bench/README.md has what it costs. */
#define QUOTES_BATCH_PRODUCTS 4096
#define QUOTES_BATCH_BYTES ((size_t)3 * 1024 * 1024)

struct quotes;

enum quotes_result {
    QUOTES_OK,       /* every product has its quote */
    QUOTES_DEGRADED, /* there are no quotes: show list prices and say so */
};

/* One customer's question. The asker owns it, and what it points to, until done() is called. */
struct quote_ask {
    struct customer customer;
    const struct product_list *products;
    uint64_t page;        /* the number of exactly these products, never of others; 0: the quotes are not kept */
    int64_t deadline_ns;  /* when done() must have been called, on common/clock.h's clock */
    struct quote *quotes; /* room for one quote per product, filled on QUOTES_OK */
    /* Which rules made each quote: room for one per product, filled on QUOTES_OK. NULL: not asked for. The rules live
     * in `arena`, which is the poller's until done() is called. */
    struct applied_rules *applied;
    struct arena *arena;
    /* The revision of the rules that made the quotes, filled on QUOTES_OK; 0: the service does not tell. */
    int64_t rules_revision;
    /* Called exactly once: by quotes_poll(), or by quotes_ask() itself when the answer is known at once. */
    void (*done)(struct quote_ask *ask, enum quotes_result result);
    struct quote_ask *next; /* the waiting line's */
};

struct quotes_options {
    const char *service_host; /* DISCOUNT_SERVICE_HOST: host:port */
    struct keyset_files keyset;
};

/* Makes it without connecting or reading a file. What options point to must outlive it. */
struct quotes *quotes_new(const struct quotes_options *options);

/*
 * Loads the keyset and starts the RPC client in this process, after the last fork. On false `reason` says what is wrong
 * with the keyset. A process that serves one request may leave it out: the first quotes_ask() does it, and answers
 * degraded when it fails.
 */
MUST_CHECK bool quotes_open(struct quotes *quotes, char *reason, size_t reason_size);

/*
 * Opens and begins to connect, so that the handshake goes on while this process does other work: for a process that
 * serves one request, which will ask. Faults of the keyset are logged once it asks.
 */
void quotes_prepare(struct quotes *quotes);

/*
 * Sends a fail-fast probe, so that a wrong certificate or address is named in the log at start and the first ask finds
 * the connection made. Any thread, once, before the first quotes_poll().
 */
void quotes_check(struct quotes *quotes);

/*
 * Asks. Returns at once. One thread, the asking one. The ask is sent at the next quotes_flush(), or earlier with
 * others.
 */
void quotes_ask(struct quotes *quotes, struct quote_ask *ask);

/*
 * Sends the waiting asks, if no RPC is out. The asking thread calls it when it has no more asks at hand, so that asks
 * that came together are sent together.
 */
void quotes_flush(struct quotes *quotes);

/*
 * Lets the polling thread wake the asking thread by an eventfd(2). The asking thread then calls quotes_flush(), so that
 * waiting asks are sent together with those of new requests. Before the first quotes_poll(), if at all.
 */
void quotes_wake_by(struct quotes *quotes, int event_fd);

/* Keeps quotes, in at most bytes_max bytes; 0: none. For a process that serves many requests. Before the first
 * quotes_ask(), if at all. */
void quotes_keep(struct quotes *quotes, size_t bytes_max);

/*
 * Until when no price changes by itself, because no rule's window begins or ends, by the service's last answer: seconds
 * since 1970 in UTC; INT64_MAX: for ever. If that answer is ten seconds old: ten seconds from now, and the service is
 * asked meanwhile. One thread, the asking one.
 */
int64_t quotes_steady_until(struct quotes *quotes);

/* Waits for one thing to happen (answer, deadline, probe) and deals with it. One thread, over and over, until
 * quotes_stop(); false: stopped. */
bool quotes_poll(struct quotes *quotes);

/* Makes quotes_poll() return false once nothing is waiting or out. Any thread. */
void quotes_stop(struct quotes *quotes);

/* Frees it; nothing may be waiting or out. NULL is allowed. */
void quotes_free(struct quotes *quotes);

#endif
