/* SPDX-License-Identifier: MIT */
/* Texts of the whole catalog. */
#include "fcgi-catalog/site/download.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"
#include "fcgi-catalog/site/background.h"
#include "fcgi-catalog/site/tag.h"

#define PIECE_SIZE ((size_t)48 * 1024) /* a piece is done when it is so large */
#define TURN_SIZE ((size_t)256 * 1024) /* so much is measured at a time: some milliseconds */
#define READS_MAX 3                    /* while somebody changes the shop */

struct download {
    struct http_source source;   /* first */
    struct background_task task; /* that measures it */
    struct site *site;
    struct request_context *context; /* NULL: its answer is on its way */
    struct download *next;           /* of the site's downloads */
    char *address;                   /* who reads it, as the web server sees it */
    int64_t began_ns;                /* when measuring began, then when sending did */
    struct download_source from;
    struct tree *tree;        /* of the same revision */
    struct catalog_size size; /* what is known of it so far */
    struct buffer piece;
    size_t first_length; /* the first piece is made before the answer begins; 0: it has been sent */
    int64_t first_end;   /* the walk's place behind it */
    bool is_at_end;      /* of the walk */
};

/* Appends some products, or comes to the end. False: they cannot be read. */
static bool append_some(struct download *download)
{
    size_t count = 0;
    bool is_good = download->size.form->append(&download->from, &download->piece, &count) == STORE_OK;

    download->is_at_end = is_good && count == 0;
    download->size.count += (int64_t)count;
    return is_good;
}

/* A slow reader keeps the database's log from being used again, so that it grows: the disk is worth more than one
 * download. */
static bool is_worth_it(const struct download *download)
{
    int64_t growth = download->from.walk->log_growth(download->from.walk);
    int64_t age_ns = clock_now_ns() - download->began_ns;

    if (age_ns <= download->site->answer_ns || growth <= DOWNLOAD_LOG_MAX)
        return true;
    log_warning("download-given-up", "seconds=%lld log_growth=%lld", (long long)(age_ns / CLOCK_NS_PER_MS / 1000),
                (long long)growth);
    return false;
}

/* The header and some products. False: none can be read. */
static bool make_first_piece(struct download *download)
{
    bool is_good = true;

    download->size.form->begin(&download->from, &download->piece);
    while (is_good && !download->is_at_end && download->piece.length < PIECE_SIZE)
        is_good = append_some(download);
    download->first_length = download->piece.length;
    download->first_end = download->from.walk->place;
    download->size.length = download->piece.length;
    return is_good;
}

/* A piece that reaches the promised length goes on until the walk's end, so that a longer catalog is noticed. */
static bool make_piece(struct http_source *source, struct http_piece *piece)
{
    struct download *download = (struct download *)source;
    bool is_good = is_worth_it(download);

    download->piece.length = download->first_length;
    download->first_length = 0;
    while (is_good && !download->is_at_end &&
           (download->piece.length < PIECE_SIZE || download->piece.length == source->left))
        is_good = append_some(download);
    *piece = (struct http_piece){.bytes = download->piece.bytes, .length = download->piece.length};
    return is_good;
}

static bool is_same(const struct catalog_size *one, const struct catalog_size *other)
{
    return one->revision == other->revision && one->changed_at == other->changed_at && one->form == other->form &&
           one->part == other->part;
}

/* The same as it was measured before; NULL: it was not. */
static struct catalog_size *find_size(struct site *site, const struct catalog_size *which)
{
    for (size_t i = 0; i < SITE_SIZES; i++) {
        if (is_same(&site->sizes[i], which))
            return &site->sizes[i];
    }
    return NULL;
}

static void release(struct http_source *source)
{
    struct download *download = (struct download *)source;
    struct site *site = download->site;
    struct download **link = &site->downloads;

    struct catalog_size *size = find_size(site, &download->size);

    if (source->is_wrong && size != NULL)
        *size = (struct catalog_size){0}; /* the database has other products under the revision */
    while (*link != download)
        link = &(*link)->next;
    *link = download->next;
    store_walk_end(download->from.walk);
    tree_drop(download->tree);
    buffer_release(&download->piece);
    free(download->address);
    free(download);
}

/* ---- How long it is ---- */

/* A turn of measuring: goes on behind the first piece. True: that was all, or it failed. */
static bool measure_on(struct background_task *task, struct store *store)
{
    struct download *download = (struct download *)((char *)task - offsetof(struct download, task));
    bool is_good = is_worth_it(download);

    (void)store;
    while (is_good && !download->is_at_end && download->piece.length < download->first_length + TURN_SIZE)
        is_good = append_some(download);
    download->size.length += download->piece.length - download->first_length;
    download->piece.length = download->first_length;
    return !is_good || download->is_at_end;
}

/* A download that waits for this size; NULL: none. */
static struct download *find_waiting(const struct site *site, const struct catalog_size *size)
{
    struct download *download = site->downloads;

    while (download != NULL && (download->context == NULL || !is_same(&download->size, size)))
        download = download->next;
    return download;
}

/* ---- The answer ---- */

static void send_catalog(struct download *download, const struct catalog_size *size)
{
    struct request_context *context = download->context;
    struct http_exchange *exchange = context->exchange;

    download->context = NULL;
    download->began_ns = clock_now_ns();
    download->source.left = size->length;
    download->is_at_end = download->is_at_end && download->first_length == size->length; /* in the first piece */
    download->from.walk->place = download->first_end;
    exchange->response.content_type = context->representation->content_type;
    exchange->response.source = &download->source;
    http_response_add_headers(exchange, size->form->headers);
    if (size->form->is_counted)
        http_response_add_header(exchange, "X-Total-Count", arena_print(&exchange->arena, "%" PRId64, size->count));
    http_exchange_finish(exchange);
}

static void refuse(struct download *download, const struct problem *problem)
{
    struct request_context *context = download->context;

    release(&download->source);
    if (problem != NULL)
        context_refuse(context, problem);
    else
        context_refuse_for_store(context);
}

/* The size is known: answers every download that waits for it. */
static void answer_all(struct background_task *task)
{
    const struct download *measured = (struct download *)((char *)task - offsetof(struct download, task));
    struct site *site = measured->site;
    const struct catalog_size size = measured->size;
    bool is_good = measured->is_at_end;
    struct download *download;

    if (is_good)
        site->sizes[site->sizes_measured++ % SITE_SIZES] = size;
    while ((download = find_waiting(site, &size)) != NULL) {
        if (is_good)
            send_catalog(download, &size);
        else
            refuse(download, NULL);
    }
}

static void drop_all(struct background_task *task)
{
    const struct download *measured = (struct download *)((char *)task - offsetof(struct download, task));
    const struct site *site = measured->site;
    const struct catalog_size size = measured->size;
    struct download *download;

    while ((download = find_waiting(site, &size)) != NULL)
        release(&download->source);
}

/* ---- The request ---- */

/* Products and categories of one revision. */
static enum store_status begin(struct site *site, struct store_walk **walk, struct tree **tree)
{
    for (int i = 0; i < READS_MAX; i++) {
        enum store_status status = site->store->methods->begin_walk(site->store, walk);
        if (status != STORE_OK)
            return status;
        status = site_take_tree(site, tree);
        if (status == STORE_OK && tree_revision(*tree) == (*walk)->shop.revision)
            return STORE_OK;
        tree_drop(*tree);
        store_walk_end(*walk);
        if (status != STORE_OK)
            return status;
        site_refresh(site);
    }
    return STORE_BUSY;
}

static const char *address_of(const struct request_context *context)
{
    const char *address = http_request_variable(&context->exchange->request, CGI_REMOTE_ADDR);

    return address != NULL ? address : "";
}

/* Whether there is a place for one more download, in all and of this address. */
static bool has_place(const struct request_context *context)
{
    int count = 0, count_of_one = 0;

    for (const struct download *each = context->site->downloads; each != NULL; each = each->next) {
        count++;
        count_of_one += strcmp(each->address, address_of(context)) == 0;
    }
    return count < DOWNLOADS_MAX && count_of_one < DOWNLOADS_OF_ONE_MAX;
}

static const struct problem too_many = {
    .status = 503,
    .detail = "Too many downloads are being sent right now.",
    .retry_after_s = 10,
};

static struct download *download_new(struct request_context *context, const struct download_source *from,
                                     struct tree *tree, const struct catalog_size *which)
{
    struct download *download = memory_get_zeroed(1, sizeof *download);

    *download = (struct download){
        .source = {.next = make_piece, .release = release},
        .task = {.work = measure_on, .done = answer_all, .drop = drop_all},
        .site = context->site,
        .context = context,
        .next = context->site->downloads,
        .address = memory_copy_text(address_of(context)),
        .began_ns = clock_now_ns(),
        .from = *from,
        .tree = tree,
        .size = *which,
    };
    context->site->downloads = download;
    return download;
}

/* The length must be known before the answer begins: the first piece is all of a small catalog, and a large one is
 * measured once. */
static void answer(struct request_context *context, const struct download_form *form,
                   const struct download_source *from, struct tree *tree)
{
    struct site *site = context->site;
    const struct shop *shop = &from->walk->shop;
    const struct catalog_size which = {
        .revision = shop->revision, .changed_at = shop->changed_at, .form = form, .part = from->part};
    bool is_under_way = find_waiting(site, &which) != NULL;
    const struct catalog_size *size = find_size(site, &which);
    struct download *download = download_new(context, from, tree, &which);

    if (!make_first_piece(download))
        refuse(download, NULL);
    else if (download->is_at_end)
        send_catalog(download, &download->size);
    else if (size != NULL)
        send_catalog(download, size);
    else if (site->background != NULL && !is_under_way && !background_add(site->background, &download->task))
        refuse(download, &too_many);
    else if (site->background == NULL) {
        while (!measure_on(&download->task, NULL))
            continue;
        answer_all(&download->task);
    }
}

/* True: the caller has it already. */
static bool is_known(struct request_context *context, const char *key, struct conditional *conditional,
                     int64_t shop_revision)
{
    const struct site *site = context->site;
    const struct tag_basis basis = {
        .secret = &site->shop.secret,
        .shop_revision = shop_revision,
        .type = context->representation->type,
        .key = key,
    };

    conditional->etag = tag_print(&basis, &context->exchange->arena);
    conditional->changed_at = shop_revision == site->shop.revision ? site->shop.changed_at : 0;
    return conditional_apply(context->exchange, conditional);
}

/* Whether the request goes on: there is such a text, and the caller does not have it. */
static bool admit(struct request_context *context, const struct download_form *form, struct download_source *from,
                  const char *key, struct conditional *conditional)
{
    bool is_there = true;

    if (form->prepare != NULL && form->prepare(from, &is_there) != STORE_OK)
        context_refuse_for_store(context);
    else if (!is_there)
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
    else if (is_known(context, key, conditional, from->walk->shop.revision))
        http_exchange_finish(context->exchange);
    else
        return true;
    return false;
}

void download_answer(struct request_context *context, const struct download_form *form, int64_t part, const char *key,
                     struct conditional conditional)
{
    struct download_source from = {.part = part, .home = context->site->public_url};
    struct tree *tree = NULL;

    if (!has_place(context)) {
        context_refuse(context, &too_many);
        return;
    }
    if (begin(context->site, &from.walk, &tree) != STORE_OK) {
        context_refuse_for_store(context);
        return;
    }
    from.categories = tree_categories(tree);
    if (admit(context, form, &from, key, &conditional)) {
        answer(context, form, &from, tree);
    } else {
        store_walk_end(from.walk);
        tree_drop(tree);
    }
}
