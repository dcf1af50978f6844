/* SPDX-License-Identifier: MIT */
/* The whole catalog as CSV. */
#include "fcgi-catalog/site/download.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/csv.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/tag.h"

#define PIECE_SIZE ((size_t)48 * 1024) /* a piece is done when it is so large */
#define READ_PRODUCTS 32               /* so many are read at a time: descriptions may be long */
#define READS_MAX 3                    /* while somebody changes the shop */

struct download {
    struct http_source source; /* first */
    struct site *site;
    struct download *next; /* of those that are being sent */
    char *address;         /* who reads it, as the web server sees it */
    int64_t began_ns;
    enum csv_form form;
    struct store_walk *walk;
    struct tree *tree; /* of the same revision */
    char *piece;
    size_t length, room;
    bool has_begun;
};

static void append(struct download *download, const char *bytes, size_t length)
{
    if (download->room - download->length < length) {
        download->room = (download->length + length) * 2;
        download->piece = memory_resize(download->piece, download->room);
    }
    memcpy(download->piece + download->length, bytes, length);
    download->length += length;
}

/* Appends some products. False: that was all, or, when *is_good says so, it broke off. */
static bool append_some(struct download *download, bool *is_good)
{
    const struct shop *shop = store_walk_shop(download->walk);
    struct arena arena = {0};
    struct product_list products = {0};

    *is_good = store_walk_next(download->walk, READ_PRODUCTS, &arena, &products) == STORE_OK;
    for (size_t i = 0; *is_good && i < products.count; i++) {
        const struct csv_text row = csv_print_product(&products.items[i], tree_categories(download->tree),
                                                      shop->currency, download->form, &arena);
        append(download, row.bytes, row.length);
    }
    arena_release(&arena);
    return *is_good && products.count > 0;
}

/* A slow reader keeps the database's log from being used again: everybody's disk is worth more than one download. */
static bool is_worth_it(const struct download *download)
{
    int64_t growth = store_walk_log_growth(download->walk);
    int64_t age_ns = clock_now_ns() - download->began_ns;

    if (age_ns <= download->site->answer_ns || growth <= DOWNLOAD_LOG_MAX)
        return true;
    log_warning("download-given-up", "seconds=%lld log_growth=%lld", (long long)(age_ns / CLOCK_NS_PER_MS / 1000),
                (long long)growth);
    return false;
}

static bool make_piece(struct http_source *source, struct http_piece *piece)
{
    struct download *download = (struct download *)source;
    bool is_good = true;

    if (!is_worth_it(download))
        return false;
    download->length = 0;
    if (!download->has_begun)
        append(download, csv_header(download->form), strlen(csv_header(download->form)));
    download->has_begun = true;
    while (download->length < PIECE_SIZE && append_some(download, &is_good))
        continue;
    *piece = (struct http_piece){.bytes = download->piece, .length = download->length};
    return is_good;
}

static void release(struct http_source *source)
{
    struct download *download = (struct download *)source;

    struct download **link = &download->site->downloads;

    while (*link != download)
        link = &(*link)->next;
    *link = download->next;
    store_walk_end(download->walk);
    tree_drop(download->tree);
    free(download->piece);
    free(download->address);
    free(download);
}

/* Products and categories of one revision. */
static enum store_status begin(struct site *site, struct store_walk **walk, struct tree **tree)
{
    for (int i = 0; i < READS_MAX; i++) {
        enum store_status status = store_walk_begin(site->store, walk);
        if (status != STORE_OK)
            return status;
        status = site_take_tree(site, tree);
        if (status == STORE_OK && tree_revision(*tree) == store_walk_shop(*walk)->revision)
            return STORE_OK;
        tree_drop(*tree);
        store_walk_end(*walk);
        if (status != STORE_OK)
            return status;
        site_refresh(site);
    }
    return STORE_BUSY;
}

static const char *address_of(const struct visit *visit)
{
    const char *address = http_request_variable(&visit->exchange->request, "REMOTE_ADDR");

    return address != NULL ? address : "";
}

/* Whoever reads as many as one may leaves places for others. */
static bool has_place(const struct visit *visit)
{
    int count = 0, count_of_one = 0;

    for (const struct download *each = visit->site->downloads; each != NULL; each = each->next) {
        count++;
        count_of_one += strcmp(each->address, address_of(visit)) == 0;
    }
    return count < DOWNLOADS_MAX && count_of_one < DOWNLOADS_OF_ONE_MAX;
}

static void send_catalog(struct visit *visit, enum csv_form form, struct store_walk *walk, struct tree *tree)
{
    struct http_response *response = &visit->exchange->response;
    struct download *download = memory_get_zeroed(1, sizeof *download);

    *download = (struct download){
        .source = {.next = make_piece, .release = release},
        .site = visit->site,
        .next = visit->site->downloads,
        .address = memory_copy_text(address_of(visit)),
        .began_ns = clock_now_ns(),
        .form = form,
        .walk = walk,
        .tree = tree,
    };
    visit->site->downloads = download;
    response->content_type = visit->form->content_type;
    response->source = &download->source;
    http_response_add_header(visit->exchange, "Content-Disposition", "attachment; filename=\"products.csv\"");
    http_exchange_finish(visit->exchange);
}

/* True: the caller has it already. */
static bool is_known(struct visit *visit, const struct product_query *query, int64_t shop_revision)
{
    const struct site *site = visit->site;
    const struct tag_basis basis = {
        .secret = &site->shop.secret,
        .shop_revision = shop_revision,
        .type = visit->form->type,
        .key = query->is_for_spreadsheet ? "spreadsheet" : "",
    };
    const struct conditional conditional = {
        .sharing = visit->is_named ? SHARING_PRIVATE : SHARING_PUBLIC, /* as the other answers of its address */
        .vary = VARY_BY_CUSTOMER,
        .etag = tag_print(&basis, &visit->exchange->arena),
        .changed_at = shop_revision == site->shop.revision ? site->shop.changed_at : 0,
        .steady_until = quotes_steady_until(site->quotes),
    };

    return conditional_apply(visit->exchange, &conditional);
}

void download_handle(struct visit *visit)
{
    const struct query_frame frame = {.parameters = QUERY_FOR};
    struct product_query query;
    struct query_fault fault;
    struct store_walk *walk = NULL;
    struct tree *tree = NULL;

    if (!query_parse(visit->exchange->request.query, &frame, &visit->exchange->arena, &query, &fault)) {
        products_refuse_query(visit, &fault);
    } else if (!visit_accepts(visit)) {
        return;
    } else if (!has_place(visit)) {
        visit_refuse(visit, &(struct problem){
                                .status = 503,
                                .detail = "Too many downloads are being sent right now.",
                                .retry_after_s = 10,
                            });
    } else if (begin(visit->site, &walk, &tree) != STORE_OK) {
        visit_refuse_for_store(visit);
    } else if (is_known(visit, &query, store_walk_shop(walk)->revision)) {
        store_walk_end(walk);
        tree_drop(tree);
        http_exchange_finish(visit->exchange);
    } else {
        send_catalog(visit, query.is_for_spreadsheet ? CSV_FOR_SPREADSHEET : CSV_PLAIN, walk, tree);
    }
}
