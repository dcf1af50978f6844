/* SPDX-License-Identifier: MIT */
/*
 * The addresses of all pages, for search engines (sitemaps.org 0.9), and which pages they are to read (robots.txt, RFC
 * 9309). A sitemap has at most SITEMAP_MAX addresses; a shop with more has an index of parts. Products are in a part by
 * their id, so that each is found at once:
 *
 *     part 0    the first page and the categories
 *     part N    the products with ids from (N - 1) * SITEMAP_MAX + 1 on
 *
 * Pure.
 */
#ifndef CATALOG_PAGE_SITEMAP_H
#define CATALOG_PAGE_SITEMAP_H

#include "fcgi-catalog/page/page.h"

#define SITEMAP_MAX 50000

enum sitemap { SITEMAP_ADDRESSES, SITEMAP_INDEX };

/* What stands before the first address and behind the last. Static. */
struct text sitemap_begin(enum sitemap sitemap);
struct text sitemap_end(enum sitemap sitemap);

/* One address each, below `home` ("https://shop.example"). In `arena`. */
struct text sitemap_print_product(const char *home, const struct product *product, struct arena *arena);
struct text sitemap_print_part(const char *home, int64_t part, struct arena *arena);

/* The first page and the categories, at most SITEMAP_MAX addresses. In `arena`. */
struct text sitemap_print_categories(const char *home, const struct category_list *categories, struct arena *arena);

/* robots.txt: all pages, but no list that was searched, filtered or sorted: there is no end of those. `base` is where
 * the shop is on its host; `home` as above, or NULL: there is no sitemap. In `arena`. */
struct text sitemap_print_robots(const char *base, const char *home, struct arena *arena);

#endif
