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
        return words_fill(language_word(frame->language, WORD_SEARCHED), "{text}", query->text, arena);
    return category != NULL ? category_title(category) : language_word(frame->language, WORD_ALL_PRODUCTS);
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

/* How many products there are, and how many of them are here. */
static const char *print_count(const struct page_frame *frame, const struct page_listing *listing, struct arena *arena)
{
    bool is_all = listing->next == NULL && listing->previous == NULL;
    int64_t here = (int64_t)listing->products.list->count;

    if (is_all)
        return language_count(frame->language, WORD_PRODUCTS, here, arena);
    if (listing->total < 0)
        return language_count(frame->language, WORD_SHOWN, here, arena);
    return words_fill(language_count(frame->language, WORD_SHOWN_OF, listing->total, arena), "{here}",
                      arena_print(arena, "%d", (int)here), arena);
}

static void put_count(struct html *html, const struct page_frame *frame, const struct page_listing *listing,
                      const struct applied_rule *common)
{
    html_put(html, "<p class=\"shown\" role=\"status\">");
    html_text(html, print_count(frame, listing, html->text.arena));
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
    struct around around = around_place(frame, WORD_RESULTS_FOR, "{text}", html->text.arena);

    query.text = listing->searched;
    html_put(html, "<p class=\"shown\" role=\"status\" dir=\"auto\">");
    put_filled(html, frame, WORD_NOTHING_HAS, "{text}", listing->query->text);
    html_put(html, " ");
    html_text(html, around.before);
    html_put(html, "<a");
    frame_put_link(html, frame, listing_path(&query, html->text.arena), listing_query(&query, html->text.arena));
    html_put(html, ">");
    html_text(html, listing->searched);
    html_put(html, "</a>");
    html_text(html, around.after);
    html_put(html, "</p>\n");
}

static void put_empty(struct html *html, const struct page_frame *frame, const struct product_query *query)
{
    enum word word = query->position.is_set       ? WORD_NO_MORE
                     : listing_is_filtered(query) ? WORD_NOTHING_MATCHES
                     : query->is_category_of_path ? WORD_EMPTY_CATEGORY
                                                  : WORD_NO_PRODUCTS;

    html_put(html, "<div class=\"empty\">\n<p>");
    put_word(html, frame, word);
    html_put(html, "</p>\n<p><a");
    frame_put_link(html, frame, "/products", "");
    html_put(html, ">");
    put_word(html, frame, WORD_SHOW_ALL);
    html_put(html, "</a></p>\n</div>\n");
}

static void put_page(struct html *html, const struct page_frame *frame, const struct product_query *list,
                     const char *query, const char *rel, enum word word)
{
    html_put(html, "<li><a");
    html_attribute(html, "rel", rel);
    frame_put_link(html, frame, listing_path(list, html->text.arena), query);
    html_put(html, ">");
    put_word(html, frame, word);
    html_put(html, "</a></li>\n");
}

static void put_paging(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    const struct product_query *query = listing->query;

    if (listing->next == NULL && listing->previous == NULL)
        return;
    html_put(html, "<nav class=\"pages\"");
    put_label(html, frame, WORD_PAGES);
    html_put(html, ">\n<ul>\n");
    if (listing->previous != NULL) {
        put_page(html, frame, query, listing_query(query, html->text.arena), "first", WORD_FIRST_PAGE);
        put_page(html, frame, query, listing->previous, "prev", WORD_PREVIOUS_PAGE);
    }
    if (listing->next != NULL)
        put_page(html, frame, query, listing->next, "next", WORD_NEXT_PAGE);
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
        put_count(&html, frame, listing, common);
        put_cards(&html, frame, &listing->products, CARDS_AT_ONCE, common == NULL);
    } else if (listing->wrong == NULL) {
        put_empty(&html, frame, query);
    }
    put_paging(&html, frame, listing);
    return frame_end(frame, &html);
}
