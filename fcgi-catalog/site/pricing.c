/* SPDX-License-Identifier: MIT */
/* From products to an answer. */
#include "fcgi-catalog/site/pricing.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/tag.h"

/* An answer that waits for its quotes, or does not need any; in the exchange's arena. */
struct pending {
    struct visit *visit;
    struct view view;
    const char *key;
    struct cursor_secret secret; /* the site's own may change meanwhile */
    struct shelf *shelf;         /* one use of it */
    struct tree *tree;           /* likewise, or NULL */
    struct quote_ask ask;
    struct conditional conditional;
};

/* ---- Who asks ---- */

static bool admit_explanation(struct visit *visit)
{
    if (!identity_is_local(&visit->exchange->request, &visit->site->identity))
        visit_refuse(visit,
                     &(struct problem){
                         .status = 403,
                         .detail = "explain=1 is for administrators: for requests from this machine itself, where "
                                   "CATALOG_TRUST_LOCAL is on.",
                         .parameter = "explain",
                     });
    else if (visit->customer.id == 0 && !visit->is_customer_unclear)
        visit_refuse(visit, &(struct problem){
                                .status = 400,
                                .cause = "no-customer",
                                .detail = "explain=1 needs a customer: X-USER-ID, the number of one that exists.",
                                .parameter = "explain",
                            });
    else
        return true;
    return false;
}

static void find_customer(struct visit *visit)
{
    if (visit->customer_id == 0)
        return;
    switch (store_find_customer(visit->site->store, visit->customer_id, &visit->exchange->arena, &visit->customer)) {
    case STORE_OK:
        return;
    case STORE_BUSY:
    case STORE_FAILED:
    case STORE_LIMITED:
        visit->is_customer_unclear = true; /* there may be such a customer */
        break;
    case STORE_NOT_FOUND:
        break;
    }
    visit->customer = (struct customer){0};
}

bool pricing_admit(struct visit *visit, const struct product_query *query)
{
    find_customer(visit);
    return !query->wants_explanation || admit_explanation(visit);
}

/* ---- Who may keep it ---- */

/* What an answer is made of besides the query: products and, on a page, categories of these revisions of the shop. */
struct made_of {
    int64_t products, categories;
};

static struct made_of made_of(const struct pending *pending)
{
    int64_t products = shelf_revision(pending->shelf);

    return (struct made_of){products, pending->tree != NULL ? tree_revision(pending->tree) : products};
}

/* A page also shows categories and the customer's name. */
static const char *print_key(struct visit *visit, const char *key, const struct made_of *made_of)
{
    const struct customer *customer = &visit->customer;

    if (!visit->form->is_page)
        return key;
    return arena_print(&visit->exchange->arena, "%s\n%" PRId64 "\n%s\n%s", page_print_key(visit, key),
                       made_of->categories, customer->id != 0 ? customer->first_name : "",
                       customer->id != 0 ? customer->last_name : "");
}

static const char *print_etag(struct visit *visit, const char *key, const struct made_of *made_of,
                              const struct pending *priced)
{
    struct tag_basis basis = {
        .secret = priced != NULL ? &priced->secret : &visit->site->shop.secret,
        .shop_revision = made_of->products,
        .type = visit->form->type,
        .key = print_key(visit, key, made_of),
    };

    if (priced != NULL) {
        basis.customer_id = priced->ask.customer.id;
        basis.rules_revision = priced->ask.rules_revision;
        basis.quotes = priced->ask.quotes;
        basis.quote_count = shelf_products(priced->shelf)->count;
    }
    return tag_print(&basis, &visit->exchange->arena);
}

/* Of an answer that shows list prices to whoever asks. */
static struct conditional condition_list(struct visit *visit, const char *key, const struct made_of *made_of)
{
    const struct site *site = visit->site;

    return (struct conditional){
        .sharing = visit->is_named ? SHARING_PRIVATE : SHARING_PUBLIC,
        .vary = VARY_BY_CUSTOMER,
        .etag = print_etag(visit, key, made_of, NULL),
        .changed_at = made_of->products == site->shop.revision ? site->shop.changed_at : 0,
        .steady_until = quotes_steady_until(site->quotes),
    };
}

bool pricing_is_known(struct visit *visit, const struct priced *priced)
{
    struct http_exchange *exchange = visit->exchange;

    if (visit->customer.id != 0 || visit->is_customer_unclear || visit->offered != NULL ||
        http_request_variable(&exchange->request, "HTTP_IF_NONE_MATCH") == NULL)
        return false;
    const char *headers = exchange->response.headers;
    const struct made_of today = {visit->site->shop.revision, visit->site->shop.revision};
    const struct conditional conditional = condition_list(visit, priced->key, &today);
    if (conditional_apply(exchange, &conditional)) {
        http_exchange_finish(exchange);
        return true;
    }
    exchange->response.headers = headers; /* they are for the answer to come, which may be of a later revision */
    return false;
}

/* ---- The answer ---- */

static void add_links(struct visit *visit, const struct pending *pending)
{
    const struct shelf_content *content = shelf_content(pending->shelf);
    struct arena *arena = &visit->exchange->arena;

    if (visit->slug[0] == '\0' || pending->view.category != NULL)
        visit_link(visit, "/openapi.json", "", "service-desc");
    if (content->total >= 0)
        http_response_add_header(visit->exchange, "X-Total-Count", arena_print(arena, "%" PRId64, content->total));
    if (content->next == NULL && content->previous == NULL)
        return;
    const char *path = percent_print(visit->exchange->request.path, strlen(visit->exchange->request.path), arena);
    const struct position beginning = {0};
    visit_link(visit, path, query_print_link(pending->view.query, &beginning, pending->view.secret, arena), "first");
    if (content->previous != NULL)
        visit_link(visit, path, content->previous, "prev");
    if (content->next != NULL)
        visit_link(visit, path, content->next, "next");
}

/* The exchange, and pending with it, is gone after this. Any thread. */
static void finish(struct pending *pending)
{
    struct http_exchange *exchange = pending->visit->exchange;
    struct http_response *response = &exchange->response;
    const struct form *form = pending->visit->form;
    struct shelf *shelf = pending->shelf;
    struct tree *tree = pending->tree;

    if (!conditional_apply(exchange, &pending->conditional)) {
        struct shelf_text text = form->print(&pending->view, &exchange->arena);
        response->content_type = form->content_type;
        response->body = text.bytes;
        response->body_length = text.length;
    }
    http_exchange_finish(exchange);
    shelf_drop(shelf);
    tree_drop(tree);
}

static void finish_degraded(struct pending *pending)
{
    http_response_add_header(pending->visit->exchange, "X-Discount-Status", "degraded");
    pending->view.is_degraded = true;
    pending->conditional = (struct conditional){.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    finish(pending);
}

/* On whichever thread has the quotes. */
static void on_quotes(struct quote_ask *ask, enum quotes_result result)
{
    struct pending *pending = (struct pending *)((char *)ask - offsetof(struct pending, ask));
    struct visit *visit = pending->visit;
    bool is_explained = pending->view.query->wants_explanation;
    const struct made_of made = made_of(pending);

    if (result != QUOTES_OK) {
        finish_degraded(pending);
        return;
    }
    pending->view.quotes = ask->quotes;
    pending->view.applied = ask->applied;
    pending->conditional = (struct conditional){
        .sharing = is_explained ? SHARING_NONE : SHARING_PRIVATE,
        .vary = VARY_BY_CUSTOMER,
        .etag = is_explained ? NULL : print_etag(visit, pending->key, &made, pending),
    };
    finish(pending);
}

static void ask_quotes(struct pending *pending)
{
    struct visit *visit = pending->visit;
    struct arena *arena = &visit->exchange->arena;
    const struct product_list *products = shelf_products(pending->shelf);
    bool wants_rules = pending->view.query->wants_explanation || visit->form->is_page;

    pending->ask = (struct quote_ask){
        .customer = visit->customer,
        .products = products,
        .deadline_ns = visit->exchange->arrived_ns + visit->site->deadline_ns,
        .quotes = arena_get(arena, products->count * sizeof(struct quote)),
        .applied = wants_rules ? arena_get(arena, products->count * sizeof(struct applied_rules)) : NULL,
        .arena = arena,
        .done = on_quotes,
    };
    quotes_ask(visit->site->quotes, &pending->ask);
}

/* A page for people shows the categories, too. */
static bool add_categories(struct pending *pending, const char *category)
{
    struct visit *visit = pending->visit;

    if (!visit->form->is_page)
        return true;
    /* Those of before will do, while they cannot be read. */
    (void)!site_take_tree(visit->site, &pending->tree);
    if (pending->tree == NULL)
        return false;
    pending->view.categories = tree_categories(pending->tree);
    pending->view.category = category != NULL ? tree_find(pending->tree, category) : NULL;
    return true;
}

void pricing_answer(struct visit *visit, const struct priced *priced)
{
    struct pending *pending = arena_get(&visit->exchange->arena, sizeof *pending);

    if (!visit_accepts(visit)) {
        shelf_drop(priced->shelf);
        return;
    }
    *pending = (struct pending){
        .visit = visit,
        .key = priced->key,
        .secret = visit->site->shop.secret,
        .shelf = priced->shelf,
        .view =
            {
                .shop_name = visit->site->shop_name,
                .base = visit->exchange->request.base,
                .query = priced->query,
                .secret = &pending->secret,
                .shelf = priced->shelf,
                .customer = visit->customer.id != 0 ? &visit->customer : NULL,
            },
    };
    if (!add_categories(pending, priced->category)) {
        shelf_drop(priced->shelf);
        visit_refuse_for_store(visit);
        return;
    }
    add_links(visit, pending);
    if (visit->is_customer_unclear) {
        finish_degraded(pending); /* list prices, and a hint that they may not be theirs */
    } else if (visit->customer.id != 0) {
        ask_quotes(pending);
    } else {
        const struct made_of made = made_of(pending);
        pending->conditional = condition_list(visit, pending->key, &made);
        finish(pending);
    }
}
