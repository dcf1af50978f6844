/* SPDX-License-Identifier: MIT */
/* What narrows and orders the list of products: a form, the filters that are on, and the orders to choose from. */
#include <string.h>

#include "fcgi-catalog/page/internal.h"
#include "fcgi-catalog/page/money.h"

/* So many tags are suggested. */
#define TAGS_MAX 40

const char *listing_path(const struct product_query *query, struct arena *arena)
{
    return query->is_category_of_path ? category_path(query->category, arena) : "/products";
}

const char *listing_query(const struct product_query *query, struct arena *arena)
{
    /* At the beginning there is no cursor to sign. */
    return query_print_link(query, &(struct position){0}, NULL, arena);
}

bool listing_is_filtered(const struct product_query *query)
{
    return query->text != NULL || query->tag != NULL || query->min_price >= 0 || query->max_price >= 0 ||
           (query->category != NULL && !query->is_category_of_path);
}

/* ---- What is wrong with them ------------------------------------------------------------------------------------- */

static const char *describe_wrong(const struct page_frame *frame, const struct page_listing *listing,
                                  struct arena *arena)
{
    static const struct {
        const char *parameter;
        enum word word;
    } wrongs[] = {
        {"q", WORD_WRONG_WORDS},          {"tag", WORD_WRONG_TAG},           {"category", WORD_WRONG_CATEGORY},
        {"min_price", WORD_WRONG_LOWEST}, {"max_price", WORD_WRONG_HIGHEST},
    };
    const struct language *language = frame->language;
    const struct product_query *query = listing->query;

    if (query->min_price >= 0 && query->max_price >= 0 && query->min_price > query->max_price &&
        strcmp(listing->wrong, "min_price") == 0)
        return words_fill(words_fill(language_word(language, WORD_WRONG_PRICES), "{lowest}",
                                     frame_price(frame, (int32_t)query->min_price, arena), arena),
                          "{highest}", frame_price(frame, (int32_t)query->max_price, arena), arena);
    for (size_t i = 0; i < ARRAY_LENGTH(wrongs); i++) {
        if (strcmp(listing->wrong, wrongs[i].parameter) == 0)
            return language_word(language, wrongs[i].word);
    }
    return language_word(language, WORD_WRONG);
}

static void put_wrong(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    html_put(html, "<p class=\"notice\" role=\"alert\" id=\"wrong\">");
    html_text(html, describe_wrong(frame, listing, html->text.arena));
    html_put(html, "</p>\n");
}

/* Points from the field of a wrong parameter to the text that says what is wrong. */
static void put_wrong_mark(struct html *html, const struct page_listing *listing, const char *parameter)
{
    if (listing->wrong != NULL && strcmp(listing->wrong, parameter) == 0)
        html_put(html, " aria-invalid=\"true\" aria-describedby=\"wrong\"");
}

/* ---- The form ---------------------------------------------------------------------------------------------------- */

/* Parameters that the form keeps although it does not ask for them. */
static void put_hidden(struct html *html, const struct product_query *query)
{
    static const char *const orders[] = {NULL, "name", "price", "-price", "-updated", NULL};

    if (orders[query->sort] != NULL || (query->sort == SORT_ID && query->text != NULL)) {
        html_put(html, "<input type=\"hidden\" name=\"sort\"");
        html_attribute(html, "value", orders[query->sort] != NULL ? orders[query->sort] : "id");
        html_put(html, ">\n");
    }
    if (query->limit != QUERY_LIMIT_DEFAULT) {
        html_put(html, "<input type=\"hidden\" name=\"limit\" value=\"");
        html_number(html, query->limit);
        html_put(html, "\">\n");
    }
}

/* Begins a field: what it is called, for the element of this id. */
static void put_field(struct html *html, const struct page_frame *frame, const char *id, enum word word)
{
    html_put(html, "<p><label");
    html_attribute(html, "for", id);
    html_put(html, ">");
    put_word(html, frame, word);
    html_put(html, "</label>\n");
}

static void put_text_field(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    const struct product_query *query = listing->query;

    put_field(html, frame, "words", WORD_WORDS);
    html_put(html, "<input id=\"words\" name=\"q\" type=\"search\" maxlength=\"100\"");
    put_wrong_mark(html, listing, "q");
    html_attribute(html, "value", query->text != NULL ? query->text : "");
    html_put(html, "></p>\n");
}

/* The option of a list that chooses nothing. */
static void put_any(struct html *html, const struct page_frame *frame, enum word word)
{
    html_put(html, "<option value=\"\">");
    put_word(html, frame, word);
    html_put(html, "</option>\n");
}

static void put_category_field(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    put_field(html, frame, "category", WORD_CATEGORY);
    html_put(html, "<select id=\"category\" name=\"category\"");
    put_wrong_mark(html, listing, "category");
    html_put(html, ">\n");
    put_any(html, frame, WORD_ANY_CATEGORY);
    put_category_options(html, frame, listing->query->category);
    html_put(html, "</select></p>\n");
}

static void put_tag_suggestions(struct html *html, const struct product_list *products)
{
    struct facet_values tags = facet_find(products, FACET_TAG, html->text.arena);

    html_put(html, "<datalist id=\"tags\">\n");
    for (size_t i = 0; i < tags.count && i < TAGS_MAX; i++) {
        html_put(html, "<option");
        html_attribute(html, "value", tags.items[i].name);
        html_put(html, "></option>\n");
    }
    html_put(html, "</datalist>\n");
}

static void put_tag_field(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    const char *tag = listing->query->tag;

    put_field(html, frame, "tag", WORD_TAG);
    html_put(html, "<input id=\"tag\" name=\"tag\" list=\"tags\" maxlength=\"100\"");
    put_wrong_mark(html, listing, "tag");
    html_attribute(html, "value", tag != NULL ? tag : "");
    html_put(html, "></p>\n");
    put_tag_suggestions(html, listing->products.list);
}

static void put_price_option(struct html *html, const struct page_frame *frame, int32_t price, bool is_chosen)
{
    html_put(html, "<option value=\"");
    html_number(html, price);
    html_put(html, "\"");
    if (is_chosen)
        html_put(html, " selected");
    html_put(html, ">");
    html_text(html, frame_price(frame, price, html->text.arena));
    html_put(html, "</option>\n");
}

/* Round prices, and among them the one that was asked for, -1: none. */
static void put_price_options(struct html *html, const struct page_frame *frame, int64_t chosen)
{
    put_any(html, frame, WORD_ANY_PRICE);
    for (int i = 0; i < MONEY_STEPS; i++) {
        int32_t step = money_step(i, frame->currency);
        if (chosen >= 0 && chosen < step && (i == 0 || chosen > money_step(i - 1, frame->currency)))
            put_price_option(html, frame, (int32_t)chosen, true);
        put_price_option(html, frame, step, chosen == step);
    }
    if (chosen > money_step(MONEY_STEPS - 1, frame->currency))
        put_price_option(html, frame, (int32_t)chosen, true);
}

static void put_price_field(struct html *html, const struct page_frame *frame, const struct page_listing *listing,
                            bool is_lowest)
{
    const char *parameter = is_lowest ? "min_price" : "max_price";

    put_field(html, frame, is_lowest ? "min" : "max", is_lowest ? WORD_PRICE_FROM : WORD_PRICE_UP_TO);
    html_put(html, "<select");
    html_attribute(html, "id", is_lowest ? "min" : "max");
    html_attribute(html, "name", parameter);
    put_wrong_mark(html, listing, parameter);
    html_put(html, ">\n");
    put_price_options(html, frame, is_lowest ? listing->query->min_price : listing->query->max_price);
    html_put(html, "</select></p>\n");
}

static void put_form(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    const struct product_query *query = listing->query;

    html_put(html, "<form class=\"filter\" method=\"get\"");
    put_label(html, frame, WORD_FILTER);
    frame_put_action(html, frame, listing_path(query, html->text.arena));
    html_put(html, ">\n");
    put_text_field(html, frame, listing);
    if (!query->is_category_of_path)
        put_category_field(html, frame, listing);
    put_tag_field(html, frame, listing);
    put_price_field(html, frame, listing, true);
    put_price_field(html, frame, listing, false);
    put_hidden(html, query);
    html_put(html, "<p><button type=\"submit\">");
    put_word(html, frame, WORD_SHOW);
    html_put(html, "</button></p>\n</form>\n");
}

/* ---- Filters that are on ----------------------------------------------------------------------------------------- */

/* One filter, and a link to the list without it. */
static void put_filter(struct html *html, const struct page_frame *frame, const struct product_query *without,
                       enum word name, const char *value)
{
    html_put(html, "<li><a");
    frame_put_link(html, frame, listing_path(without, html->text.arena), listing_query(without, html->text.arena));
    html_put(html, "><span class=\"unseen\">");
    put_word(html, frame, WORD_WITHOUT);
    html_put(html, " </span>");
    put_word(html, frame, name);
    html_put(html, " <span dir=\"auto\">");
    html_text(html, value);
    html_put(html, "</span> <span aria-hidden=\"true\">×</span></a></li>\n");
}

const char *title_of_category(const struct page_frame *frame, const char *slug)
{
    const struct category_entry *category = category_find(frame->categories, slug);

    return category != NULL ? category_title(category) : slug;
}

static void put_filters_that_are_on(struct html *html, const struct page_frame *frame,
                                    const struct product_query *query)
{
    struct product_query without = *query;

    html_put(html, "<ul class=\"chosen\"");
    put_label(html, frame, WORD_CHOSEN);
    html_put(html, ">\n");
    if (query->text != NULL) {
        without.text = NULL;
        without.sort = query->sort == SORT_RANK ? SORT_ID : query->sort;
        put_filter(html, frame, &without, WORD_CHOSEN_WORDS, query->text);
        without = *query;
    }
    if (query->category != NULL && !query->is_category_of_path) {
        without.category = NULL;
        put_filter(html, frame, &without, WORD_CHOSEN_CATEGORY, title_of_category(frame, query->category));
        without = *query;
    }
    if (query->tag != NULL) {
        without.tag = NULL;
        put_filter(html, frame, &without, WORD_CHOSEN_TAG, query->tag);
        without = *query;
    }
    if (query->min_price >= 0) {
        without.min_price = -1;
        put_filter(html, frame, &without, WORD_CHOSEN_FROM,
                   frame_price(frame, (int32_t)query->min_price, html->text.arena));
        without = *query;
    }
    if (query->max_price >= 0) {
        without.max_price = -1;
        put_filter(html, frame, &without, WORD_CHOSEN_UP_TO,
                   frame_price(frame, (int32_t)query->max_price, html->text.arena));
    }
    html_put(html, "</ul>\n");
}

/* ---- Orders ------------------------------------------------------------------------------------------------------ */

static void put_orders(struct html *html, const struct page_frame *frame, const struct product_query *query)
{
    static const struct {
        enum sort sort;
        enum word word;
    } orders[] = {
        {SORT_RANK, WORD_ORDER_RANK},
        {SORT_ID, WORD_ORDER_ID},
        {SORT_UPDATED_DOWN, WORD_ORDER_UPDATED},
        {SORT_PRICE, WORD_ORDER_PRICE},
        {SORT_PRICE_DOWN, WORD_ORDER_PRICE_DOWN},
        {SORT_NAME, WORD_ORDER_NAME},
    };

    html_put(html, "<nav class=\"orders\"");
    put_label(html, frame, WORD_ORDER);
    html_put(html, ">\n<ul>\n");
    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
        struct product_query ordered = *query;
        ordered.sort = orders[i].sort;
        if (orders[i].sort == SORT_RANK && query->text == NULL)
            continue;
        html_put(html, "<li><a");
        frame_put_link(html, frame, listing_path(query, html->text.arena), listing_query(&ordered, html->text.arena));
        if (query->sort == orders[i].sort)
            html_put(html, " aria-current=\"true\"");
        html_put(html, ">");
        put_word(html, frame, orders[i].word);
        html_put(html, "</a></li>\n");
    }
    html_put(html, "</ul>\n</nav>\n");
}

void put_filters(struct html *html, const struct page_frame *frame, const struct page_listing *listing)
{
    struct product_query query = *listing->query;
    struct page_listing found = *listing;

    if (listing->searched != NULL)
        query.text = listing->searched; /* filters and orders of the products that were found */
    found.query = &query;
    if (listing->wrong != NULL)
        put_wrong(html, frame, listing);
    html_put(html, "<div class=\"tools\">\n<details class=\"filters\"");
    if (listing->wrong != NULL)
        html_put(html, " open");
    html_put(html, ">\n<summary>");
    put_word(html, frame, WORD_FILTER);
    html_put(html, "</summary>\n");
    put_form(html, frame, listing);
    if (listing->wrong == NULL && listing->products.list->count > 1)
        put_facets(html, frame, &found);
    html_put(html, "</details>\n");
    if (listing->wrong == NULL) /* the other links would repeat the wrong parameter */
        put_orders(html, frame, &query);
    html_put(html, "</div>\n");
    if (listing->wrong == NULL && listing_is_filtered(listing->query))
        put_filters_that_are_on(html, frame, listing->query);
}
