/* SPDX-License-Identifier: MIT */
/*
 * Links that narrow a list by one thing more: a category, a tag, a span of prices. They are those of the products on
 * this page, so that they cost no query; where all products of the list are on it, each says how many it leaves.
 */
#include <stdlib.h>
#include <string.h>

#include "fcgi-catalog/page/internal.h"
#include "fcgi-catalog/page/money.h"

/* So many links of one kind. */
#define LINKS_MAX 12
/* A page with more categories, or tags, than this is not counted: it shows none. */
#define NAMES_MAX 4096

/* ---- What the products have -------------------------------------------------------------------------------------- */

static int compare_names(const void *left, const void *right)
{
    return strcmp(((const struct facet_value *)left)->name, ((const struct facet_value *)right)->name);
}

static int compare_counts(const void *left, const void *right)
{
    const struct facet_value *a = left, *b = right;

    return a->count != b->count ? (a->count < b->count ? 1 : -1) : compare_names(left, right);
}

/* The names that a product has, and how many. */
static const char *const *names_of(const struct product *product, enum facet facet, size_t *count)
{
    *count = facet == FACET_TAG ? product->tag_count : product->category_count;
    return facet == FACET_TAG ? product->tags : product->categories;
}

static struct facet_values gather(const struct product_list *products, enum facet facet, struct arena *arena)
{
    struct facet_values all = {0};
    size_t total = 0, count;

    for (size_t i = 0; i < products->count; i++) {
        (void)names_of(&products->items[i], facet, &count);
        total += count;
    }
    if (total > NAMES_MAX)
        return all;
    all.items = arena_get(arena, total * sizeof *all.items);
    for (size_t i = 0; i < products->count; i++) {
        const char *const *names = names_of(&products->items[i], facet, &count);
        for (size_t k = 0; k < count; k++)
            all.items[all.count++] = (struct facet_value){names[k], 1};
    }
    return all;
}

struct facet_values facet_find(const struct product_list *products, enum facet facet, struct arena *arena)
{
    struct facet_values all = gather(products, facet, arena);
    size_t count = 0;

    if (all.count == 0)
        return all;
    qsort(all.items, all.count, sizeof *all.items, compare_names);
    for (size_t i = 0; i < all.count; i++) {
        if (count > 0 && strcmp(all.items[count - 1].name, all.items[i].name) == 0)
            all.items[count - 1].count++;
        else
            all.items[count++] = all.items[i];
    }
    all.count = count;
    qsort(all.items, all.count, sizeof *all.items, compare_counts);
    return all;
}

/* ---- Links ------------------------------------------------------------------------------------------------------- */

/* The links of one kind, as a list that is begun with the first of them. */
struct links {
    struct html *html;
    const struct page_frame *frame;
    enum word title;
    int count;
    size_t all; /* how many products there are; 0: not known, nor how many a link leaves */
};

static void put_link(struct links *links, const struct product_query *narrowed, const char *name, size_t count)
{
    struct html *html = links->html;
    struct arena *arena = html->text.arena;

    if (links->count == LINKS_MAX || count == links->all) /* what all of them have narrows nothing */
        return;
    if (links->count++ == 0) {
        html_put(html, "<h2>");
        put_word(html, links->frame, links->title);
        html_put(html, "</h2>\n<ul class=\"tags\">\n");
    }
    html_put(html, "<li><a");
    frame_put_link(html, links->frame, listing_path(narrowed, arena), listing_query(narrowed, arena));
    html_put(html, " dir=\"auto\">");
    html_text(html, name);
    html_put(html, "</a>");
    if (links->all > 0) {
        html_put(html, " <span class=\"count\"><span class=\"unseen\">");
        put_word(html, links->frame, WORD_PRODUCTS_LABEL);
        html_put(html, " </span>");
        html_number(html, (int64_t)count);
        html_put(html, "</span>");
    }
    html_put(html, "</li>\n");
}

static void end_links(struct links *links)
{
    if (links->count > 0)
        html_put(links->html, "</ul>\n");
}

static void put_categories(struct links links, const struct page_listing *listing)
{
    struct facet_values values = facet_find(listing->products.list, FACET_CATEGORY, links.html->text.arena);
    struct product_query narrowed = *listing->query;

    for (size_t i = 0; narrowed.category == NULL && i < values.count; i++) {
        struct product_query query = narrowed;
        query.category = values.items[i].name;
        put_link(&links, &query, title_of_category(links.frame, query.category), values.items[i].count);
    }
    end_links(&links);
}

static void put_tags(struct links links, const struct page_listing *listing)
{
    struct facet_values values = facet_find(listing->products.list, FACET_TAG, links.html->text.arena);
    struct product_query narrowed = *listing->query;

    for (size_t i = 0; narrowed.tag == NULL && i < values.count; i++) {
        struct product_query query = narrowed;
        query.tag = values.items[i].name;
        put_link(&links, &query, query.tag, values.items[i].count);
    }
    end_links(&links);
}

static const char *print_span(const struct page_frame *frame, const struct product_query *query, struct arena *arena)
{
    const char *lowest = query->min_price >= 0 ? frame_price(frame, (int32_t)query->min_price, arena) : NULL;
    const char *highest = query->max_price >= 0 ? frame_price(frame, (int32_t)query->max_price, arena) : NULL;

    if (lowest != NULL && highest != NULL)
        return arena_print(arena, "%s – %s", lowest, highest);
    return lowest != NULL ? arena_print(arena, "%s %s", language_word(frame->language, WORD_CHOSEN_FROM), lowest)
                          : arena_print(arena, "%s %s", language_word(frame->language, WORD_CHOSEN_UP_TO), highest);
}

/* Spans between round prices, each up to right below the next one. */
static void put_spans(struct links links, const struct page_listing *listing)
{
    const struct product_list *products = listing->products.list;
    const char *currency = links.frame->currency;
    struct product_query query = *listing->query;
    bool is_chosen = query.min_price >= 0 || query.max_price >= 0;

    for (int span = 0; !is_chosen && span <= MONEY_STEPS; span++) {
        size_t count = 0;
        query.min_price = span > 0 ? money_step(span - 1, currency) : -1;
        query.max_price = span < MONEY_STEPS ? money_step(span, currency) - 1 : -1;
        for (size_t i = 0; i < products->count; i++) {
            int32_t price = products->items[i].price_cents;
            count += price >= query.min_price && (query.max_price < 0 || price <= query.max_price);
        }
        if (count > 0)
            put_link(&links, &query, print_span(links.frame, &query, links.html->text.arena), count);
    }
    end_links(&links);
}

void put_facets(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    bool is_all = listing->next == NULL && listing->previous == NULL;
    struct links links = {.html = html, .frame = frame, .all = is_all ? listing->products.list->count : 0};

    html_put(html, "<div class=\"facets\">\n");
    links.title = WORD_CATEGORY;
    put_categories(links, listing);
    links.title = WORD_TAG;
    put_tags(links, listing);
    links.title = WORD_LIST_PRICE;
    put_spans(links, listing);
    html_put(html, "</div>\n");
}
