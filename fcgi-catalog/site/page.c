/* SPDX-License-Identifier: MIT */
/* Pages for people: what the request is about, as fcgi-catalog/page/ wants it. */
#include "fcgi-catalog/site/page.h"

#include "common/program.h"
#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/status.h"
#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/page.h"
#include "fcgi-catalog/site/products.h"
#include "fcgi-catalog/site/tag.h"

const char *page_print_key(struct visit *visit, const char *key)
{
    return arena_print(&visit->exchange->arena, PROGRAM_VERSION " %s %s\n%s\n%s", asset_style_path(),
                       visit->exchange->request.base, key, visit->site->shop_name);
}

/* ---- Products ---------------------------------------------------------------------------------------------------- */

static struct page_frame frame_of_view(const struct view *view)
{
    return (struct page_frame){
        .base = view->base,
        .shop_name = view->shop_name,
        .currency = shelf_content(view->shelf)->currency,
        .categories = view->categories,
        .customer = view->customer,
        .is_degraded = view->is_degraded,
    };
}

static struct shelf_text text_of(struct page_text page)
{
    return (struct shelf_text){.bytes = page.bytes, .length = page.length};
}

static struct http_page page_of(struct page_text page)
{
    return (struct http_page){
        .content_type = PAGE_TYPE, .headers = PAGE_HEADERS, .body = page.bytes, .body_length = page.length};
}

/* What else is asked for shows the same products. */
static const char *print_here(const struct view *view, struct arena *arena)
{
    struct product_query here = *view->query;

    here.fields = FIELD_ALL;
    here.wants_count = here.wants_explanation = false;
    return query_print_link(&here, &here.position, view->secret, arena);
}

struct shelf_text page_print_view_list(const struct view *view, struct arena *arena)
{
    const struct shelf_content *content = shelf_content(view->shelf);
    const struct page_frame frame = frame_of_view(view);
    const struct page_listing listing = {
        .query = view->query,
        .products = shelf_products(view->shelf),
        .quotes = view->quotes,
        .applied = view->applied,
        .here = print_here(view, arena),
        .next = content->next,
        .previous = content->previous,
        .total = content->total,
    };

    return text_of(page_print_listing(&frame, &listing, arena));
}

struct http_page page_print_refused_list(struct visit *visit, const struct product_query *query, const char *wrong)
{
    struct tree *tree = NULL;

    (void)!site_take_tree(visit->site, &tree); /* without one no category can be chosen: nothing worse */
    const struct page_frame frame = {
        .base = visit->exchange->request.base,
        .shop_name = visit->site->shop_name,
        .currency = visit->site->shop.currency,
        .categories = tree != NULL ? tree_categories(tree) : NULL,
    };
    const struct product_list nothing = {0};
    const struct page_listing listing = {.query = query, .products = &nothing, .total = -1, .wrong = wrong};
    const struct http_page page = page_of(page_print_listing(&frame, &listing, &visit->exchange->arena));

    tree_drop(tree);
    return page;
}

struct shelf_text page_print_view_one(const struct view *view, struct arena *arena)
{
    const struct page_frame frame = frame_of_view(view);
    const struct page_product shown = {
        .product = shelf_products(view->shelf)->items,
        .quote = view->quotes,
        .applied = view->applied,
    };

    return text_of(page_print_product(&frame, &shown, arena));
}

/* ---- Categories -------------------------------------------------------------------------------------------------- */

/* Nothing but categories, which everybody sees alike. */
static void answer_tree(struct visit *visit, struct tree *tree,
                        struct page_text (*print)(const struct page_frame *frame, struct arena *arena))
{
    struct http_exchange *exchange = visit->exchange;
    struct arena *arena = &exchange->arena;
    const struct page_frame frame = {
        .base = visit->exchange->request.base,
        .shop_name = visit->site->shop_name,
        .currency = visit->site->shop.currency,
        .categories = tree_categories(tree),
    };
    const struct tag_basis basis = {
        .secret = &visit->site->shop.secret,
        .shop_revision = tree_revision(tree),
        .type = visit->form->type,
        .key = page_print_key(visit, exchange->request.path),
    };
    const struct conditional conditional = {
        .sharing = SHARING_PUBLIC,
        .vary = VARY_BY_TYPE,
        .etag = tag_print(&basis, arena),
        .changed_at = tree_changed_at(tree),
    };

    if (print == page_print_home) /* where programs look first */
        visit_link(visit, "/openapi.json", "", "service-desc");
    if (!conditional_apply(exchange, &conditional)) {
        struct page_text page = print(&frame, arena);
        exchange->response.content_type = visit->form->content_type;
        exchange->response.body = page.bytes;
        exchange->response.body_length = page.length;
    }
    http_exchange_finish(exchange);
}

static void handle_tree(struct visit *visit,
                        struct page_text (*print)(const struct page_frame *frame, struct arena *arena))
{
    const struct query_frame frame = {.parameters = QUERY_NOTHING};
    struct product_query query;
    struct query_fault fault;
    struct tree *tree = NULL;

    if (!query_parse(visit->exchange->request.query, &frame, &visit->exchange->arena, &query, &fault)) {
        products_refuse_query(visit, &fault);
        return;
    }
    (void)!site_take_tree(visit->site, &tree); /* those of before will do, while they cannot be read */
    if (tree == NULL) {
        visit_refuse_for_store(visit);
        return;
    }
    answer_tree(visit, tree, print);
    tree_drop(tree);
}

void page_handle_home(struct visit *visit)
{
    handle_tree(visit, page_print_home);
}

void page_handle_categories(struct visit *visit)
{
    handle_tree(visit, page_print_categories);
}

/* ---- What pages load --------------------------------------------------------------------------------------------- */

void page_handle_asset(struct visit *visit)
{
    static const struct cursor_secret no_secret = {0}; /* what comes with the program is the same for every shop */
    struct http_exchange *exchange = visit->exchange;
    struct asset asset;

    if (!asset_find(exchange->request.path, &asset)) {
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is nothing at this address."});
        return;
    }
    if (!visit_accepts(visit))
        return;
    const struct tag_basis basis = {.secret = &no_secret, .type = visit->form->type, .key = asset.bytes};
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
        .currency = "",
    };
    const struct page_problem shown = {
        .status = problem->status, .title = http_status_title(problem->status), .detail = problem->detail};

    return page_of(page_print_problem(&frame, &shown, &exchange->arena));
}
