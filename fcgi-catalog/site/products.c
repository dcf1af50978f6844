/* SPDX-License-Identifier: MIT */
/* GET /products: query -> page, kept from the last time or read -> prices. */
#include "fcgi-catalog/site/handlers.h"

#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/pricing.h"
#include "fcgi-catalog/site/page_reading.h"

/* Refuses a query that takes too much work, by itself or beside that of others (is_for_now). */
static void refuse_work(struct request_context *context, const struct product_query *query, bool is_for_now)
{
    const char *detail = query->text != NULL
                             ? "This search takes too long: leave out words that most products have, or write the "
                               "last word out."
                             : "This choice takes too long: choose fewer things at a time.";

    context_refuse(context, &(struct problem){
                                .status = 503,
                                .cause = "too-much-work",
                                .detail = is_for_now ? "Too many searches that take long are under way." : detail,
                                .parameter = is_for_now || query->text == NULL ? NULL : "q",
                            });
}

/* Answers with the page that was read, or with an old cached one when none can be read. */
static void answer_page(struct request_context *context, struct priced *priced, const struct page_reading *reading)
{
    struct site *site = context->site;

    tree_drop(reading->tree);
    if (reading->status == STORE_LIMITED) {
        refuse_work(context, priced->query, false);
        return;
    }
    priced->rendered = reading->status == STORE_OK ? reading->rendered : site_find_old_page(site, priced->key);
    if (reading->status == STORE_OK)
        site_keep_page(site, priced->key, priced->rendered);
    if (priced->rendered != NULL)
        pricing_answer(context, priced);
    else
        context_refuse_for_store(context);
}

/* The page was read in the background. */
static void resume(struct background_task *task)
{
    const struct page_reading *reading = (struct page_reading *)task; /* it is freed with its request */
    struct priced priced = {.query = reading->query, .key = reading->key, .category = reading->category};

    answer_page(reading->context, &priced, reading);
}

/* Whether it is worth trying to read the page at once. Where one search has just taken too long, the others that came
 * with it are not tried: everybody would wait for each of them. */
static bool may_try(const struct site *site, const struct product_query *query)
{
    return site->background == NULL || !site->has_given_up || query->text == NULL;
}

/* Reads the page: at once if that is quick, else in the background. */
static void read_page(struct request_context *context, struct priced *priced)
{
    struct site *site = context->site;
    struct page_reading *reading = arena_get(&context->exchange->arena, sizeof *reading);

    *reading = (struct page_reading){
        .task = {.work = page_reading_work, .done = resume, .drop = page_reading_drop},
        .context = context,
        .query = priced->query,
        .key = priced->key,
        .category = priced->category,
        .secret = site->shop.secret,
        .finds_nearest = site->finds_nearest,
        .home_tag = site->home_tag != NULL ? site->home_tag : "",
        .is_patient = site->background == NULL,
    };
    if (priced->has_pictures)
        (void)!site_take_tree(site, &reading->tree);
    if (priced->has_pictures && reading->tree == NULL) {
        context_refuse_for_store(context);
        return;
    }
    memcpy(reading->currency, site->shop.currency, sizeof reading->currency);
    if (may_try(site, priced->query))
        page_reading_read(reading, site->store);
    else
        reading->status = STORE_LIMITED;
    site->has_given_up |= reading->status == STORE_LIMITED;
    if (reading->status != STORE_LIMITED || site->background == NULL) {
        answer_page(context, priced, reading);
    } else if (!background_add(site->background, &reading->task)) {
        tree_drop(reading->tree);
        refuse_work(context, priced->query, true);
    }
}

void products_answer(struct request_context *context, struct priced *priced)
{
    if (pricing_is_known(context, priced))
        return;
    priced->rendered = site_find_page(context->site, priced->key);
    if (priced->rendered != NULL)
        pricing_answer(context, priced);
    else
        read_page(context, priced);
}

/* False: there is no such category, or none can be read, and the request has ended. */
static bool find_category(struct request_context *context)
{
    struct tree *tree = NULL;

    if (context->slug[0] == '\0')
        return true;
    (void)!site_take_tree(context->site, &tree);
    bool is_found = tree != NULL && tree_find(tree, context->slug) != NULL;
    if (tree == NULL)
        context_refuse_for_store(context);
    else if (!is_found)
        context_refuse(context, &(struct problem){.status = 404, .detail = "There is no such category."});
    tree_drop(tree);
    return is_found;
}

/* People whose filters do not go together get the form as they filled it in, and can choose again. */
static void refuse_list(struct request_context *context, const struct product_query *query,
                        const struct query_fault *fault)
{
    if (!context->representation->is_page || !fault->is_of_filter) {
        context_refuse_query(context, fault, NULL);
    } else if (find_category(context)) {
        const struct http_page page = page_print_refused_list(context, query, fault->parameter);
        context_refuse_query(context, fault, &page);
    }
}

/* What is found depends on a setting, too. */
static const char *print_key(struct request_context *context, const struct product_query *query)
{
    struct arena *arena = &context->exchange->arena;
    const char *key = query_print_key(query, arena);

    return query->text != NULL && context->site->finds_nearest ? arena_print(arena, "%s\nnearest", key) : key;
}

void products_handle(struct request_context *context)
{
    struct arena *arena = &context->exchange->arena;
    const char *category = context->slug[0] != '\0' ? context->slug : NULL;
    const struct query_frame frame = {
        .parameters = category != NULL ? QUERY_OF_CATEGORY : QUERY_OF_LIST,
        .category = category,
        .secret = &context->site->shop.secret,
    };
    struct product_query *query = arena_get(arena, sizeof *query);
    struct query_fault fault;

    if (!query_parse(context->exchange->request.query, &frame, arena, query, &fault)) {
        refuse_list(context, query, &fault);
        return;
    }
    if (!find_category(context) || !pricing_admit(context, query))
        return;
    struct priced priced = {
        .query = query,
        .category = category,
        .key = print_key(context, query),
    };
    products_answer(context, &priced);
}
