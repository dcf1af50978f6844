/* SPDX-License-Identifier: MIT */
/* GET /sitemap.xml, /sitemap-{part} and /robots.txt. */
#include "fcgi-catalog/page/sitemap.h"

#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/site/download.h"
#include "fcgi-catalog/site/handlers.h"

#define READ_PRODUCTS 32 /* so many are read at a time: descriptions may be long */
#define WHOLE (-1)       /* the part that is all of a small shop, and the index of a large one */

/* Ids up to this one are in the part. */
static int64_t last_id(const struct download_source *source)
{
    return source->part == WHOLE ? INT64_MAX : source->part * SITEMAP_MAX;
}

/* The id of the next product behind this one; 0: there is none. */
static enum store_status find_next(struct store_walk *walk, int64_t place, int64_t *id)
{
    struct arena arena = {0};
    struct product_list products = {0};

    walk->place = place;
    enum store_status status = walk->next(walk, 1, &arena, &products);
    *id = status == STORE_OK && products.count > 0 ? products.items[0].id : 0;
    arena_release(&arena);
    return status;
}

/* A shop has an index when its ids go beyond what its categories leave room for: that takes no counting. */
static enum store_status prepare(struct download_source *source, bool *is_there)
{
    int64_t room = SITEMAP_MAX - 1 - (int64_t)source->categories->count, id;
    int64_t first = source->part > 0 ? (source->part - 1) * SITEMAP_MAX : 0;
    enum store_status status = find_next(source->walk, source->part == WHOLE && room > 0 ? room : first, &id);

    source->is_index = source->part == WHOLE && (id > 0 || room <= 0);
    *is_there = source->part <= 0 || (id > 0 && id <= last_id(source));
    source->walk->place = first;
    return status;
}

static void put(struct buffer *text, struct text more)
{
    buffer_append(text, more.bytes, more.length);
}

static enum sitemap kind_of(const struct download_source *source)
{
    return source->is_index ? SITEMAP_INDEX : SITEMAP_ADDRESSES;
}

static void begin(const struct download_source *source, struct buffer *text)
{
    struct arena arena = {0};

    put(text, sitemap_begin(kind_of(source)));
    if (source->is_index)
        put(text, sitemap_print_part(source->home, 0, &arena));
    else if (source->part <= 0)
        put(text, sitemap_print_categories(source->home, source->categories, &arena));
    arena_release(&arena);
}

/* The part of the next product; the walk goes on behind that part. */
static enum store_status append_part(const struct download_source *source, struct buffer *text, size_t *count)
{
    struct arena arena = {0};
    int64_t id;
    enum store_status status = find_next(source->walk, source->walk->place, &id);

    *count = id > 0;
    if (id > 0) {
        int64_t part = (id - 1) / SITEMAP_MAX + 1;
        put(text, sitemap_print_part(source->home, part, &arena));
        source->walk->place = part * SITEMAP_MAX;
    }
    arena_release(&arena);
    return status;
}

static enum store_status append_products(const struct download_source *source, struct buffer *text, size_t *count)
{
    struct arena arena = {0};
    struct product_list products = {0};
    enum store_status status = source->walk->next(source->walk, READ_PRODUCTS, &arena, &products);

    for (*count = 0; status == STORE_OK && *count < products.count && products.items[*count].id <= last_id(source);
         (*count)++)
        put(text, sitemap_print_product(source->home, &products.items[*count], &arena));
    arena_release(&arena);
    return status;
}

static enum store_status append(const struct download_source *source, struct buffer *text, size_t *count)
{
    enum store_status status =
        source->is_index ? append_part(source, text, count) : append_products(source, text, count);

    if (status == STORE_OK && *count == 0)
        put(text, sitemap_end(kind_of(source)));
    return status;
}

static void answer(struct request_context *context, int64_t part)
{
    static const struct download_form form = {.headers = "", .prepare = prepare, .begin = begin, .append = append};
    struct product_query query;

    if (!context_read_query(context, QUERY_NOTHING, &query) || !context_accepts(context))
        return;
    if (context->site->public_url == NULL)
        context_refuse(context, &(struct problem){.status = 404,
                                                  .detail = "There is no sitemap: its addresses need the shop's own, "
                                                            "which CATALOG_PUBLIC_URL says."});
    else
        download_answer(context, &form, part,
                        arena_print(&context->exchange->arena, "%lld %s", (long long)part, context->site->public_url),
                        (struct conditional){.sharing = SHARING_PUBLIC, .vary = VARY_BY_TYPE});
}

void sitemap_handle(struct request_context *context)
{
    answer(context, WHOLE);
}

void sitemap_handle_part(struct request_context *context)
{
    const char *slug = context->slug;
    size_t digits = strspn(slug, "0123456789");
    const char *number = arena_copy(&context->exchange->arena, slug, digits);
    bool is_written_so = strcmp(slug + digits, ".xml") == 0 && (slug[0] != '0' || digits == 1);
    int64_t part;

    if (is_written_so && number_parse(number, 0, INT32_MAX / SITEMAP_MAX + 1, &part) == NUMBER_OK)
        answer(context, part);
    else
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
}

/* "/catalog" of "https://shop.example/catalog". */
static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://"), *path = host != NULL ? strchr(host + 3, '/') : NULL;

    return path != NULL ? path : "";
}

void robots_handle(struct request_context *context)
{
    const char *home = context->site->public_url;
    struct product_query query;

    if (!context_read_query(context, QUERY_NOTHING, &query))
        return;
    const struct text text = sitemap_print_robots(home != NULL ? path_of(home) : context->exchange->request.base, home,
                                                  &context->exchange->arena);
    if (!context_apply_public(context, 0, 0, text.bytes))
        context_fill(context, text);
    http_exchange_finish(context->exchange);
}
