/* SPDX-License-Identifier: MIT */
/* From products to an answer. */
#include "fcgi-catalog/site/pricing.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/http/conditional.h"
#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/tag.h"

/* An answer that waits for its quotes, or does not need any; in the exchange's arena. */
struct pending {
    struct request_context *context;
    struct view view;
    const char *key;
    struct cursor_secret secret;    /* the site's own may change meanwhile */
    struct rendered_page *rendered; /* a reference to it */
    struct tree *tree;              /* likewise, or NULL */
    struct quote_ask ask;
    struct conditional conditional;
};

/* ---- Who asks ---- */

static bool admit_explanation(struct request_context *context)
{
    if (!identity_is_local(&context->exchange->request, &context->site->identity))
        context_refuse(context,
                       &(struct problem){
                           .status = 403,
                           .detail = "explain=1 is for administrators: for requests from this machine itself, where "
                                     "CATALOG_TRUST_LOCAL is on.",
                           .parameter = "explain",
                       });
    else if (context->customer.id == 0 && !context->is_customer_unclear)
        context_refuse(context, &(struct problem){
                                    .status = 400,
                                    .cause = "no-customer",
                                    .detail = "explain=1 needs a customer: X-USER-ID, the number of one that exists.",
                                    .parameter = "explain",
                                });
    else
        return true;
    return false;
}

static void find_customer(struct request_context *context)
{
    if (context->customer_id == 0)
        return;
    switch (context->site->store->methods->find_customer(context->site->store, context->customer_id,
                                                         &context->exchange->arena, &context->customer)) {
    case STORE_OK:
        return;
    case STORE_BUSY:
    case STORE_FAILED:
    case STORE_LIMITED:
        context->is_customer_unclear = true; /* there may be such a customer */
        break;
    case STORE_NOT_FOUND:
        break;
    }
    context->customer = (struct customer){0};
}

bool pricing_admit(struct request_context *context, const struct product_query *query)
{
    find_customer(context);
    return !query->wants_explanation || admit_explanation(context);
}

/* ---- Who may keep it ---- */

/* What an answer is made of besides the query: products and, on a page, categories of these revisions of the shop. */
struct made_of {
    int64_t products, categories;
};

static struct made_of made_of(const struct pending *pending)
{
    int64_t products = rendered_page_revision(pending->rendered);

    return (struct made_of){products, pending->tree != NULL ? tree_revision(pending->tree) : products};
}

/* A page also shows categories and the customer's name. */
static const char *print_key(struct request_context *context, const char *key, const struct made_of *made_of)
{
    const struct customer *customer = &context->customer;

    if (!context->representation->is_page)
        return key;
    return arena_print(&context->exchange->arena, "%s\n%" PRId64 "\n%s\n%s", page_print_key(context, key),
                       made_of->categories, customer->id != 0 ? customer->first_name : "",
                       customer->id != 0 ? customer->last_name : "");
}

static const char *print_etag(struct request_context *context, const char *key, const struct made_of *made_of,
                              const struct pending *priced)
{
    struct tag_basis basis = {
        .secret = priced != NULL ? &priced->secret : &context->site->shop.secret,
        .shop_revision = made_of->products,
        .type = context->representation->type,
        .key = print_key(context, key, made_of),
    };

    if (priced != NULL) {
        basis.customer_id = priced->ask.customer.id;
        basis.rules_revision = priced->ask.rules_revision;
        basis.quotes = priced->ask.quotes;
        basis.quote_count = priced->ask.products->count;
    }
    return tag_print(&basis, &context->exchange->arena);
}

/* For an answer with list prices. */
static struct conditional condition_list(struct request_context *context, const char *key,
                                         const struct made_of *made_of)
{
    const struct site *site = context->site;

    return (struct conditional){
        .sharing = context->is_named ? SHARING_PRIVATE : SHARING_PUBLIC,
        .vary = VARY_BY_CUSTOMER,
        .etag = print_etag(context, key, made_of, NULL),
        .changed_at = made_of->products == site->shop.revision ? site->shop.changed_at : 0,
        .steady_until = quotes_steady_until(site->quotes),
    };
}

bool pricing_is_known(struct request_context *context, const struct priced *priced)
{
    struct http_exchange *exchange = context->exchange;

    if (context->customer.id != 0 || context->is_customer_unclear || context->offered != NULL ||
        http_request_variable(&exchange->request, CGI_HTTP_IF_NONE_MATCH) == NULL)
        return false;
    const char *headers = exchange->response.headers;
    const struct made_of today = {context->site->shop.revision, context->site->shop.revision};
    const struct conditional conditional = condition_list(context, priced->key, &today);
    if (conditional_apply(exchange, &conditional)) {
        http_exchange_finish(exchange);
        return true;
    }
    exchange->response.headers = headers; /* these are for the answer to come, which may be of a later revision */
    return false;
}

/* ---- The answer ---- */

static void add_links(struct request_context *context, const struct pending *pending)
{
    const struct page_content *content = rendered_page_content(pending->rendered);
    struct arena *arena = &context->exchange->arena;

    if (context->slug[0] == '\0' || pending->view.category != NULL)
        context_link(context, "/openapi.json", "", "service-desc");
    if (content->total >= 0)
        http_response_add_header(context->exchange, "X-Total-Count", arena_print(arena, "%" PRId64, content->total));
    if (content->searched != NULL)
        http_response_add_header(context->exchange, "X-Searched-For", percent_print(content->searched, "", arena));
    if (content->next == NULL && content->previous == NULL)
        return;
    const char *path = percent_print(context->exchange->request.path, PERCENT_PATH, arena);
    const struct position beginning = {0};
    context_link(context, path, query_print_link(pending->view.query, &beginning, pending->view.secret, arena),
                 "first");
    if (content->previous != NULL)
        context_link(context, path, content->previous, "prev");
    if (content->next != NULL)
        context_link(context, path, content->next, "next");
}

/* The exchange, and pending with it, is gone after this. Any thread. */
static void finish(struct pending *pending)
{
    struct http_exchange *exchange = pending->context->exchange;
    struct rendered_page *rendered = pending->rendered;
    struct tree *tree = pending->tree;

    if (rendered_page_content(rendered)->is_partial)
        pending->conditional = (struct conditional){.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    if (!conditional_apply(exchange, &pending->conditional))
        context_fill(pending->context, pending->context->representation->print(&pending->view, &exchange->arena));
    http_exchange_finish(exchange);
    rendered_page_drop(rendered);
    tree_drop(tree);
}

static void finish_degraded(struct pending *pending)
{
    http_response_add_header(pending->context->exchange, "X-Discount-Status", "degraded");
    pending->view.is_degraded = true;
    pending->conditional = (struct conditional){.sharing = SHARING_NONE, .vary = VARY_BY_CUSTOMER};
    finish(pending);
}

/* On the thread that has the quotes: the asking or the polling one. */
static void on_quotes(struct quote_ask *ask, enum quotes_result result)
{
    struct pending *pending = (struct pending *)((char *)ask - offsetof(struct pending, ask));
    struct request_context *context = pending->context;
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
        .etag = is_explained ? NULL : print_etag(context, pending->key, &made, pending),
    };
    finish(pending);
}

static void ask_quotes(struct pending *pending)
{
    struct request_context *context = pending->context;
    struct arena *arena = &context->exchange->arena;
    const struct product_list *products = rendered_page_asked(pending->rendered);
    bool wants_rules = pending->view.query->wants_explanation || context->representation->is_page;

    pending->ask = (struct quote_ask){
        .customer = context->customer,
        .products = products,
        .page = pending->view.query->wants_explanation ? 0 : rendered_page_number(pending->rendered),
        .deadline_ns = context->exchange->arrived_ns + context->site->deadline_ns,
        .quotes = arena_get(arena, products->count * sizeof(struct quote)),
        .applied = wants_rules ? arena_get(arena, products->count * sizeof(struct applied_rules)) : NULL,
        .arena = arena,
        .done = on_quotes,
    };
    quotes_ask(context->site->quotes, &pending->ask);
}

/* A page for people shows the categories, too. */
static bool add_categories(struct pending *pending, const char *category)
{
    struct request_context *context = pending->context;

    if (!context->representation->is_page)
        return true;
    /* The last ones that were read will do, while they cannot be read. */
    (void)!site_take_tree(context->site, &pending->tree);
    if (pending->tree == NULL)
        return false;
    pending->view.categories = tree_categories(pending->tree);
    pending->view.category = category != NULL ? tree_find(pending->tree, category) : NULL;
    return true;
}

void pricing_answer(struct request_context *context, const struct priced *priced)
{
    struct pending *pending = arena_get(&context->exchange->arena, sizeof *pending);

    if (!context_accepts(context)) {
        rendered_page_drop(priced->rendered);
        return;
    }
    *pending = (struct pending){
        .context = context,
        .key = priced->key,
        .secret = context->site->shop.secret,
        .rendered = priced->rendered,
        .view =
            {
                .shop_name = context->site->shop_name,
                .public_url = context->site->public_url,
                .home_tag = context->site->home_tag,
                .language = context->language,
                .base = context->exchange->request.base,
                .query = priced->query,
                .secret = &pending->secret,
                .rendered = priced->rendered,
                .customer = context->customer.id != 0 ? &context->customer : NULL,
            },
    };
    if (!add_categories(pending, priced->category)) {
        rendered_page_drop(priced->rendered);
        context_refuse_for_store(context);
        return;
    }
    add_links(context, pending);
    if (context->is_customer_unclear) {
        finish_degraded(pending); /* list prices, and a hint that they may not be theirs */
    } else if (context->customer.id != 0) {
        ask_quotes(pending);
    } else {
        const struct made_of made = made_of(pending);
        pending->conditional = condition_list(context, pending->key, &made);
        finish(pending);
    }
}
