/* SPDX-License-Identifier: MIT */
/* The list of products: all of them, those of a category, those that were looked for. */
#include <string.h>

#include "fcgi-catalog/page/internal.h"

static const char *listing_title(const struct page_frame *frame, const struct product_query *query, struct arena *arena)
{
    const struct category_entry *category = category_find(frame->categories, query->category);

    if (query->is_category_of_path)
        return category != NULL ? category_title(category) : query->category;
    if (query->text != NULL)
        return arena_print(arena, "Search: %s", query->text);
    return category != NULL ? category_title(category) : "All products";
}

/* The one rule that made the price of every product of the list; NULL: there is none such. */
static const struct applied_rule *find_common_rule(const struct page_listing *listing)
{
    const struct applied_rules *applied = listing->products.applied;
    size_t count = listing->products.list->count;
    const struct applied_rule *rule = applied != NULL && count > 1 && applied[0].count == 1 ? applied[0].items : NULL;

    for (size_t i = 1; rule != NULL && i < count; i++) {
        if (applied[i].count != 1 || strcmp(applied[i].items[0].key, rule->key) != 0)
            rule = NULL;
    }
    return rule;
}

static void put_count(struct html *html, const struct page_listing *listing, const struct applied_rule *common)
{
    bool is_all = listing->next == NULL && listing->previous == NULL;
    int64_t here = (int64_t)listing->products.list->count;
    int64_t total = is_all ? here : listing->total;

    html_put(html, "<p class=\"shown\" role=\"status\">");
    if (!is_all) {
        html_number(html, here);
        html_put(html, " shown");
    }
    if (!is_all && total >= 0)
        html_put(html, " of ");
    if (total >= 0) {
        html_number(html, total);
        if (total == 1)
            html_put(html, " product");
        else
            html_put(html, " products");
    }
    if (common != NULL) {
        html_put(html, " <span class=\"rule\" dir=\"auto\">");
        html_text(html, rule_title(common));
        html_put(html, "</span>");
    }
    html_put(html, "</p>\n");
}

/* What was looked for instead, which links to it. */
static void put_searched(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    struct product_query query = *listing->query;

    query.text = listing->searched;
    html_put(html, "<p class=\"shown\" role=\"status\" dir=\"auto\">Nothing has \xe2\x80\x9c");
    html_text(html, listing->query->text);
    html_put(html, "\xe2\x80\x9d. Showing results for <a");
    frame_put_link(html, frame, listing_path(&query, html->text.arena), listing_query(&query, html->text.arena));
    html_put(html, ">");
    html_text(html, listing->searched);
    html_put(html, "</a>.</p>\n");
}

static void put_empty(struct html *html, const struct page_frame *frame, const struct product_query *query)
{
    html_put(html, "<div class=\"empty\">\n");
    if (query->position.is_set)
        html_put(html, "<p>There are no more products.</p>\n<p><a");
    else if (listing_is_filtered(query))
        html_put(html, "<p>Nothing matches all of that. Take a filter away, or try other words.</p>\n<p><a");
    else if (query->is_category_of_path)
        html_put(html, "<p>There is nothing in this category yet.</p>\n<p><a");
    else
        html_put(html, "<p>There are no products yet.</p>\n<p><a");
    frame_put_link(html, frame, "/products", "");
    html_put(html, ">Show all products</a></p>\n</div>\n");
}

static void put_page(struct html *html, const struct page_frame *frame, const struct product_query *list,
                     const char *query, const char *rel, const char *text)
{
    html_put(html, "<li><a");
    html_attribute(html, "rel", rel);
    frame_put_link(html, frame, listing_path(list, html->text.arena), query);
    html_put(html, ">");
    html_text(html, text);
    html_put(html, "</a></li>\n");
}

static void put_paging(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    const struct product_query *query = listing->query;

    if (listing->next == NULL && listing->previous == NULL)
        return;
    html_put(html, "<nav class=\"pages\" aria-label=\"Pages\">\n<ul>\n");
    if (listing->previous != NULL) {
        put_page(html, frame, query, listing_query(query, html->text.arena), "first", "First page");
        put_page(html, frame, query, listing->previous, "prev", "Previous page");
    }
    if (listing->next != NULL)
        put_page(html, frame, query, listing->next, "next", "Next page");
    html_put(html, "</ul>\n</nav>\n");
}

struct text page_print_listing(const struct page_frame *frame, const struct page_listing *listing, struct arena *arena)
{
    const struct product_query *query = listing->query;
    const char *title = listing_title(frame, query, arena);
    const struct page_head head = {
        .title = title,
        .search = query->text != NULL ? query->text : "",
        .path = listing->wrong == NULL ? listing_path(query, arena) : NULL,
        .path_query = listing->here,
    };
    struct html html = frame_begin(frame, &head, arena);

    if (query->is_category_of_path)
        put_trail(&html, frame, query->category, true);
    html_put(&html, "<h1 dir=\"auto\">");
    html_text(&html, title);
    html_put(&html, "</h1>\n");
    if (query->is_category_of_path)
        (void)put_children(&html, frame, query->category, 1, NULL);
    put_filters(&html, frame, listing);
    if (listing->searched != NULL)
        put_searched(&html, frame, listing);
    if (listing->products.list->count > 0) {
        const struct applied_rule *common = find_common_rule(listing);
        put_count(&html, listing, common);
        put_cards(&html, frame, &listing->products, CARDS_AT_ONCE, common == NULL);
    } else if (listing->wrong == NULL) {
        put_empty(&html, frame, query);
    }
    put_paging(&html, frame, listing);
    return frame_end(frame, &html);
}
