/* SPDX-License-Identifier: MIT */
/* GET /products: query -> page, kept from the last time or read -> prices. */
#include "fcgi-catalog/site/products.h"

#include <stddef.h>
#include <string.h>

#include "fcgi-catalog/http/percent.h"
#include "fcgi-catalog/site/page.h"
#include "fcgi-catalog/site/pricing.h"
#include "fcgi-catalog/site/readings.h"

static void refuse(struct visit *visit, const struct query_fault *fault, const struct http_page *page)
{
    bool is_named = fault->parameter != NULL && fault->parameter[0] != '\0';

    visit_refuse(visit, &(struct problem){
                            .status = 400,
                            .cause = "wrong-parameter",
                            .detail = fault->detail,
                            .parameter = is_named ? fault->parameter : NULL,
                            .allowed = fault->allowed,
                            .page = page,
                        });
}

void products_refuse_query(struct visit *visit, const struct query_fault *fault)
{
    const char *path = visit->exchange->request.path;
    struct arena *arena = &visit->exchange->arena;

    if (visit->form->is_page && fault->without_clicks != NULL)
        visit_redirect(visit, 302, percent_print(path, strlen(path), arena),
                       percent_print_query(fault->without_clicks, arena));
    else
        refuse(visit, fault, NULL);
}

/* More work than it may be, by itself or beside that of others (for now). */
static void refuse_work(struct visit *visit, const struct product_query *query, bool is_for_now)
{
    const char *detail = query->text != NULL
                             ? "This search takes too long: leave out words that most products have, or write the "
                               "last word out."
                             : "This choice takes too long: choose fewer things at a time.";

    visit_refuse(visit, &(struct problem){
                            .status = 503,
                            .cause = "too-much-work",
                            .detail = is_for_now ? "Too many searches that take long are under way." : detail,
                            .parameter = is_for_now || query->text == NULL ? NULL : "q",
                        });
}

/* The page that was read, or that of before when none can be read. */
static void answer_page(struct visit *visit, struct priced *priced, const struct reading *reading)
{
    struct site *site = visit->site;

    if (reading->status == STORE_LIMITED) {
        refuse_work(visit, priced->query, false);
        return;
    }
    priced->shelf = reading->status == STORE_OK ? reading->shelf : site_find_old_page(site, priced->key);
    if (reading->status == STORE_OK)
        site_keep_page(site, priced->key, priced->shelf);
    if (priced->shelf != NULL)
        pricing_answer(visit, priced);
    else
        visit_refuse_for_store(visit);
}

/* The page took long to read and is there now. */
static void resume(struct background_task *task)
{
    const struct reading *reading = (struct reading *)task; /* it goes with its visit */
    struct priced priced = {.query = reading->query, .key = reading->key, .category = reading->category};

    answer_page(reading->visit, &priced, reading);
}

/* Whether it is worth trying to read the page at once. Where one search has just taken too long, the others that came
 * with it are not tried: everybody would wait for each of them. */
static bool may_try(const struct site *site, const struct product_query *query)
{
    return site->background == NULL || !site->has_given_up || query->text == NULL;
}

/* Reads the page, at once if that takes no more than others can wait for. */
static void read_page(struct visit *visit, struct priced *priced)
{
    struct site *site = visit->site;
    struct reading *reading = arena_get(&visit->exchange->arena, sizeof *reading);

    *reading = (struct reading){
        .task = {.work = reading_work, .done = resume, .drop = reading_drop},
        .visit = visit,
        .query = priced->query,
        .key = priced->key,
        .category = priced->category,
        .secret = site->shop.secret,
    };
    memcpy(reading->currency, site->shop.currency, sizeof reading->currency);
    if (may_try(site, priced->query))
        reading_read(reading, site->store);
    else
        reading->status = STORE_LIMITED;
    site->has_given_up |= reading->status == STORE_LIMITED;
    if (reading->status != STORE_LIMITED || site->background == NULL)
        answer_page(visit, priced, reading);
    else if (!background_add(site->background, &reading->task))
        refuse_work(visit, priced->query, true);
}

static void find_page(struct visit *visit, struct priced *priced)
{
    priced->shelf = site_find_page(visit->site, priced->key);
    if (priced->shelf != NULL)
        pricing_answer(visit, priced);
    else
        read_page(visit, priced);
}

/* False: the address names a category that is not there, and the visit has ended. */
static bool find_category(struct visit *visit)
{
    struct tree *tree = NULL;

    if (visit->slug[0] == '\0')
        return true;
    (void)!site_take_tree(visit->site, &tree);
    bool is_found = tree != NULL && tree_find(tree, visit->slug) != NULL;
    if (tree == NULL)
        visit_refuse_for_store(visit);
    else if (!is_found)
        visit_refuse(visit, &(struct problem){.status = 404, .detail = "There is no such category."});
    tree_drop(tree);
    return is_found;
}

/* People who chose what does not go together see what they chose, and can choose again. */
static void refuse_list(struct visit *visit, const struct product_query *query, const struct query_fault *fault)
{
    if (!visit->form->is_page || !fault->is_of_filter) {
        products_refuse_query(visit, fault);
    } else if (find_category(visit)) {
        const struct http_page page = page_print_refused_list(visit, query, fault->parameter);
        refuse(visit, fault, &page);
    }
}

void products_handle(struct visit *visit)
{
    struct arena *arena = &visit->exchange->arena;
    const char *category = visit->slug[0] != '\0' ? visit->slug : NULL;
    const struct query_frame frame = {
        .parameters = category != NULL ? QUERY_OF_CATEGORY : QUERY_OF_LIST,
        .category = category,
        .secret = &visit->site->shop.secret,
    };
    struct product_query *query = arena_get(arena, sizeof *query);
    struct query_fault fault;

    if (!query_parse(visit->exchange->request.query, &frame, arena, query, &fault)) {
        refuse_list(visit, query, &fault);
        return;
    }
    if (!find_category(visit) || !pricing_admit(visit, query))
        return;
    struct priced priced = {
        .query = query,
        .category = category,
        .key = query_print_key(query, arena),
    };
    if (!pricing_is_known(visit, &priced))
        find_page(visit, &priced);
}
