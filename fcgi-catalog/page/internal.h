/* SPDX-License-Identifier: MIT */
/* What the files of this room share: the pieces that pages are made of. */
#ifndef CATALOG_PAGE_INTERNAL_H
#define CATALOG_PAGE_INTERNAL_H

#include "fcgi-catalog/page/html.h"
#include "fcgi-catalog/page/page.h"

/* ---- The frame around each page (frame.c) ---- */

struct page_head {
    const char *title;  /* "": the shop's own page */
    const char *search; /* what the search box holds */
    const char *path;   /* the one address that search engines are to know the page by, below the base; NULL: none */
    const char *path_query;           /* its query string; "": none */
    const struct page_product *shown; /* the product that the page is about; NULL: it is about none */
};

/* Everything up to where the page's own part begins. */
struct html frame_begin(const struct page_frame *frame, const struct page_head *head, struct arena *arena);
struct text frame_end(const struct page_frame *frame, struct html *html);

/* An attribute with an address below the base: a path, and behind it a query string, which may be "". */
void frame_put_link(struct html *html, const struct page_frame *frame, const char *path, const char *query);
void frame_put_action(struct html *html, const struct page_frame *frame, const char *path);

/* A message as text, and as the name of the element for those who do not see it. */
void put_word(struct html *html, const struct page_frame *frame, enum word word);
void put_label(struct html *html, const struct page_frame *frame, enum word word);

/* A message with a value in the first place of this name, as text. */
void put_filled(struct html *html, const struct page_frame *frame, enum word word, const char *place,
                const char *value);

/* What stands before and behind the place of a value that is markup. In `arena`. */
struct around {
    const char *before, *after;
};
struct around around_place(const struct page_frame *frame, enum word word, const char *place, struct arena *arena);

/* An item of a list: a link to a page below the base, with what it is called. */
void put_place(struct html *html, const struct page_frame *frame, const char *path, enum word word);

/* A price of the shop as the page's language writes it. */
const char *frame_price(const struct page_frame *frame, int32_t amount, struct arena *arena);

/* The same address as others are to know it: below the shop's public one, where that is known. */
const char *frame_address(const struct page_frame *frame, const char *path, const char *query, struct arena *arena);

/* ---- For programs (about.c) ---- */

/* In the head: the page's one address, what it is about, and how a link to it is shown (Open Graph). Nothing for a page
 * that has no such address. */
void put_meta(struct html *html, const struct page_frame *frame, const struct page_head *head);

/* The product with this visitor's offer, and the way down to a category (its steps from below), as JSON-LD in the words
 * of schema.org. */
void put_product_data(struct html *html, const struct page_frame *frame, const struct page_product *shown);
void put_trail_data(struct html *html, const struct page_frame *frame, const struct category_entry *const *steps,
                    size_t count);

/* ---- One product (card.c, price.c) ---- */

/* The name, or the slug of one that has none. */
const char *product_title(const struct product *product);

/* A picture; without one, or with one that a page must not load, a drawing that stands for it. */
void put_picture(struct html *html, const struct page_frame *frame, const struct product *product,
                 const struct product_image *image, bool is_lazy);

/* What is to pay, and beside it the list price that it is less than. `is_lowest`: others of the product cost more. */
void put_price(struct html *html, const struct page_frame *frame, int32_t list_price, const struct quote *quote,
               const struct applied_rules *applied, bool is_lowest);

/* What the product is compared at, in words, where that is above the price; else nothing. */
void put_compare_at(struct html *html, const struct page_frame *frame, const struct product *product);

/* The label of a rule as people read it. */
const char *rule_title(const struct applied_rule *rule);

/* The price that put_price() shows first. */
int32_t price_to_pay(int32_t list_price, const struct quote *quote);

/* The state of the stock; nothing when it is not known. */
void put_stock(struct html *html, const struct page_frame *frame, const char *stock);

/* An item of the list of products. Pictures that are not seen at first are loaded when they come near. */
void put_card(struct html *html, const struct page_frame *frame, const struct page_product *shown, bool is_lazy);

/* So many cards of a page are seen at first; the pictures of others are loaded lazily. */
#define CARDS_AT_ONCE 8

/* Cards of all of them, of which so many are seen at first. Rules are left out where they are said elsewhere. */
void put_cards(struct html *html, const struct page_frame *frame, const struct page_products *products, size_t at_once,
               bool with_rules);

/* ---- Categories (category.c) ---- */

/* The name, or the slug. */
const char *category_title(const struct category_entry *category);
/* Its page, below the base. */
const char *category_path(const char *slug, struct arena *arena);

/* From the top down to the category, each a link but the last when `is_here`. */
void put_trail(struct html *html, const struct page_frame *frame, const char *slug, bool is_here);

/* The categories below `parent` (NULL: at the top) as a list of links, `depth` levels of them, or as many as a page
 * holds and a note on the rest. Those of the first level have a picture of one of these products (NULL: none have).
 * False: there are none. */
bool put_children(struct html *html, const struct page_frame *frame, const char *parent, int depth,
                  const struct product_list *pictured);

/* One <option> for each category, indented by its level. Of a shop with many categories, only those at the top and
 * those near the chosen one. */
void put_category_options(struct html *html, const struct page_frame *frame, const char *chosen);

/* ---- The list of products (filter.c) ---- */

/* Where the list is: "/products" or "/categories/…". */
const char *listing_path(const struct product_query *query, struct arena *arena);
/* The query string of the list's first page, for a link. */
const char *listing_query(const struct product_query *query, struct arena *arena);
bool listing_is_filtered(const struct product_query *query);

/* The title of the category, or its slug. */
const char *title_of_category(const struct page_frame *frame, const char *slug);

/* ---- What narrows it further (facets.c) ---- */

enum facet { FACET_CATEGORY, FACET_TAG };

struct facet_value {
    const char *name;
    size_t count; /* of products that have it */
};

struct facet_values {
    struct facet_value *items;
    size_t count;
};

/* The categories (and those above them) or tags that these products have, each once, what most have first. None when
 * there are too many to count. */
struct facet_values facet_find(const struct product_list *products, enum facet facet, struct arena *arena);

void put_facets(struct html *html, const struct page_frame *frame, const struct page_listing *listing);

void put_filters(struct html *html, const struct page_frame *frame, const struct page_listing *listing);

#endif
