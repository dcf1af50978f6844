/* SPDX-License-Identifier: MIT */
/* Pages for people: what the request is about, as fcgi-catalog/page/ wants it. */
#include "fcgi-catalog/site/page.h"

#include <string.h>

#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/http/accept.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/status.h"
#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/page.h"
#include "fcgi-catalog/site/handlers.h"
#include "fcgi-catalog/site/tag.h"

_Static_assert(LANGUAGES_MAX <= ACCEPT_LANGUAGES_MAX, "each of them can be chosen");

static void vary_by_language(struct http_exchange *exchange)
{
    static const char header[] = "Accept-Language";
    const char *also = exchange->also_varies;

    if (also == NULL)
        exchange->also_varies = header;
    else if (strstr(also, header) == NULL)
        exchange->also_varies = arena_print(&exchange->arena, "%s, %s", also, header);
}

const struct language *page_language(const struct site *site, struct http_exchange *exchange)
{
    const struct language_list *list = &site->languages;
    const char *tags[LANGUAGES_MAX] = {NULL};

    if (list->count <= 1)
        return list->count == 1 ? list->items[0] : language_default;
    for (size_t i = 0; i < list->count; i++)
        tags[i] = list->items[i]->tag;
    const char *accept = http_request_list(&exchange->request, CGI_HTTP_ACCEPT_LANGUAGE, &exchange->arena);
    int chosen = accept_choose_language(accept, tags, list->count);
    vary_by_language(exchange);
    return list->items[chosen >= 0 ? chosen : 0];
}

const char *page_print_key(struct request_context *context, const char *key)
{
    const struct site *site = context->site;

    return arena_print(&context->exchange->arena, "%s %s %s\n%s\n%s\n%s", asset_style_path(), context->language->tag,
                       context->exchange->request.base, key, site->shop_name,
                       site->public_url != NULL ? site->public_url : "");
}

/* ---- Products ---------------------------------------------------------------------------------------------------- */

static struct page_frame frame_of_view(const struct view *view)
{
    return (struct page_frame){
        .base = view->base,
        .public_url = view->public_url,
        .shop_name = view->shop_name,
        .language = view->language,
        .currency = rendered_page_content(view->rendered)->currency,
        .categories = view->categories,
        .customer = view->customer,
        .is_degraded = view->is_degraded,
    };
}

static struct page_products products_of_view(const struct view *view)
{
    return (struct page_products){rendered_page_products(view->rendered), view->quotes, view->applied};
}

static struct http_page page_of(struct text page)
{
    return (struct http_page){
        .content_type = PAGE_TYPE, .headers = PAGE_HEADERS, .body = page.bytes, .body_length = page.length};
}

/* The query of this page without what does not change its products: fields, count and explain. */
static const char *print_here(const struct view *view, struct arena *arena)
{
    struct product_query here = *view->query;

    here.fields = FIELD_ALL;
    here.wants_count = here.wants_explanation = false;
    return query_print_link(&here, &here.position, view->secret, arena);
}

struct text page_print_view_list(const struct view *view, struct arena *arena)
{
    const struct page_content *content = rendered_page_content(view->rendered);
    const struct page_frame frame = frame_of_view(view);
    const struct page_listing listing = {
        .query = view->query,
        .products = products_of_view(view),
        .here = print_here(view, arena),
        .next = content->next,
        .previous = content->previous,
        .total = content->total,
        .searched = content->searched,
    };

    return page_print_listing(&frame, &listing, arena);
}

struct http_page page_print_refused_list(struct request_context *context, const struct product_query *query,
                                         const char *wrong)
{
    struct tree *tree = NULL;

    (void)!site_take_tree(context->site, &tree); /* without a tree no category can be chosen */
    const struct page_frame frame = {
        .base = context->exchange->request.base,
        .public_url = context->site->public_url,
        .shop_name = context->site->shop_name,
        .language = context->language,
        .currency = context->site->shop.currency,
        .categories = tree != NULL ? tree_categories(tree) : NULL,
    };
    const struct product_list nothing = {0};
    const struct page_listing listing = {.query = query, .products.list = &nothing, .total = -1, .wrong = wrong};
    const struct http_page page = page_of(page_print_listing(&frame, &listing, &context->exchange->arena));

    tree_drop(tree);
    return page;
}

/* Some of all products, which begin at this one, with their prices. */
static struct page_products products_from(const struct page_products *all, size_t first,
                                          const struct product_list *products)
{
    return (struct page_products){
        .list = products,
        .quotes = all->quotes != NULL ? all->quotes + first : NULL,
        .applied = all->applied != NULL ? all->applied + first : NULL,
    };
}

/* The product as the variant that the visitor has chosen. */
static struct product choose(const struct product *product, const struct product_variant *variant, struct arena *arena)
{
    struct product chosen = *product;

    chosen.price_cents = variant->price_cents;
    chosen.compare_at_cents = variant->compare_at_cents;
    chosen.sku = variant->sku[0] != '\0' ? variant->sku : product->sku;
    chosen.stock = variant->stock[0] != '\0' ? variant->stock : product->stock;
    if (variant->image[0] != '\0') {
        struct product_image *images = arena_get(arena, (product->image_count + 1) * sizeof *images);
        size_t count = 1;
        images[0] = (struct product_image){.url = variant->image, .alt = ""};
        for (size_t i = 0; i < product->image_count; i++) {
            if (strcmp(product->images[i].url, variant->image) == 0)
                images[0] = product->images[i];
            else
                images[count++] = product->images[i];
        }
        chosen.images = images;
        chosen.image_count = count;
    }
    return chosen;
}

/* The quotes of the variants, in their order. */
static const struct quote *const *find_variant_quotes(const struct view *view, const struct product *product,
                                                      struct arena *arena)
{
    const struct quote **quotes = arena_get(arena, product->variant_count * sizeof *quotes);

    for (size_t i = 0; i < product->variant_count; i++)
        quotes[i] = &view->quotes[rendered_page_variant_place(view->rendered, i)];
    return quotes;
}

/* Behind the product are those like it. */
struct text page_print_view_one(const struct view *view, struct arena *arena)
{
    const struct page_frame frame = frame_of_view(view);
    const struct page_products all = products_of_view(view);
    const struct product *product = all.list->items;
    const struct product_variant *variant = variant_find(product, view->query->variant);
    size_t place =
        variant != NULL ? rendered_page_variant_place(view->rendered, (size_t)(variant - product->variants)) : 0;
    const struct product chosen = variant != NULL ? choose(product, variant, arena) : *product;
    const struct page_product shown = {
        .product = &chosen,
        .quote = all.quotes != NULL ? &all.quotes[place] : NULL,
        .applied = all.applied != NULL ? &all.applied[place] : NULL,
        .variant = variant != NULL ? variant->id : 0,
        .variant_quotes = all.quotes != NULL ? find_variant_quotes(view, product, arena) : NULL,
    };
    const struct product_list others = {all.list->items + 1, all.list->count - 1};
    const struct page_products related = products_from(&all, 1, &others);

    return page_print_product(&frame, &shown, &related, arena);
}

struct text page_print_view_home(const struct view *view, struct arena *arena)
{
    const struct page_frame frame = frame_of_view(view);
    const struct page_products all = products_of_view(view);
    const struct page_content *content = rendered_page_content(view->rendered);
    size_t count = all.list->count - content->pictured - content->tagged;
    const struct product_list first = {all.list->items, count}, second = {all.list->items + count, content->tagged};
    const struct page_home home = {
        .newest = {&first, all.quotes, all.applied},
        .tag = view->home_tag,
        .tagged = products_from(&all, count, &second),
        .pictured = all.list,
    };

    return page_print_home(&frame, &home, arena);
}

/* ---- Categories -------------------------------------------------------------------------------------------------- */

/* A page of categories alone, the same for everybody. */
void page_handle_categories(struct request_context *context)
{
    struct product_query query;
    struct tree *tree = NULL;

    if (!context_read_query(context, QUERY_NOTHING, &query))
        return;
    (void)!site_take_tree(context->site, &tree); /* the last ones that were read will do, while they cannot be read */
    if (tree == NULL) {
        context_refuse_for_store(context);
        return;
    }
    const struct page_frame frame = {
        .base = context->exchange->request.base,
        .public_url = context->site->public_url,
        .shop_name = context->site->shop_name,
        .language = context->language,
        .currency = context->site->shop.currency,
        .categories = tree_categories(tree),
    };
    if (!context_apply_public(context, tree_revision(tree), tree_changed_at(tree),
                              page_print_key(context, context->exchange->request.path)))
        context_fill(context, page_print_categories(&frame, &context->exchange->arena));
    http_exchange_finish(context->exchange);
    tree_drop(tree);
}

/* ---- What pages load --------------------------------------------------------------------------------------------- */

void page_handle_asset(struct request_context *context)
{
    static const struct cursor_secret no_secret = {0}; /* what comes with the program is the same for every shop */
    struct http_exchange *exchange = context->exchange;
    struct asset asset;

    if (!asset_find(exchange->request.path, &asset)) {
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
        return;
    }
    if (!context_accepts(context))
        return;
    const struct tag_basis basis = {.secret = &no_secret, .type = context->representation->type, .key = asset.bytes};
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .etag = tag_print(&basis, &exchange->arena),
        .lifetime = asset.lifetime,
    };
    http_response_add_headers(exchange, asset.headers);
    if (!conditional_apply(exchange, &conditional)) {
        exchange->response.content_type = asset.content_type;
        exchange->response.body = asset.bytes;
        exchange->response.body_length = asset.length;
    }
    http_exchange_finish(exchange);
}

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

struct http_page page_print_error(void *data, struct http_exchange *exchange, const struct problem *problem)
{
    const struct site *site = data;
    const struct page_frame frame = {
        .base = exchange->request.base,
        .shop_name = site->shop_name,
        .language = page_language(site, exchange),
        .currency = "",
    };
    const struct page_problem shown = {
        .status = problem->status, .title = http_status_title(problem->status), .detail = problem->detail};

    return page_of(page_print_problem(&frame, &shown, &exchange->arena));
}
