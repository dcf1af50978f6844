/* SPDX-License-Identifier: MIT */
/* What search engines read. */
#include "fcgi-catalog/page/sitemap.h"

#include <inttypes.h>
#include <string.h>

#include "fcgi-catalog/catalog/field.h"
#include "fcgi-catalog/page/internal.h"

#define NAMESPACE " xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"

static struct text text_of(const char *bytes)
{
    return (struct text){.bytes = bytes, .length = strlen(bytes)};
}

struct text sitemap_begin(enum sitemap sitemap)
{
    return text_of(sitemap == SITEMAP_INDEX ? "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex" NAMESPACE
                                            : "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset" NAMESPACE);
}

struct text sitemap_end(enum sitemap sitemap)
{
    return text_of(sitemap == SITEMAP_INDEX ? "</sitemapindex>\n" : "</urlset>\n");
}

/* Characters of markup are the same in XML. */
static void put_location(struct html *xml, const char *home, const char *path)
{
    html_put(xml, "<loc>");
    html_text(xml, home);
    html_text(xml, path);
    html_put(xml, "</loc>");
}

static struct text bytes_of(const struct html *xml)
{
    return (struct text){.bytes = xml->text.bytes, .length = xml->text.length};
}

struct text sitemap_print_product(const char *home, const struct product *product, struct arena *arena)
{
    struct html xml = {.text.arena = arena};

    html_put(&xml, "<url>");
    put_location(&xml, home, product_path(product, arena));
    if (product->updated_at > 0 && product->updated_at <= FIELD_TIME_MAX) {
        char time[FIELD_TIME_SIZE];
        field_print_time(product->updated_at, time);
        html_put(&xml, "<lastmod>");
        html_text(&xml, time);
        html_put(&xml, "</lastmod>");
    }
    html_put(&xml, "</url>\n");
    return bytes_of(&xml);
}

struct text sitemap_print_part(const char *home, int64_t part, struct arena *arena)
{
    struct html xml = {.text.arena = arena};

    html_put(&xml, "<sitemap>");
    put_location(&xml, home, arena_print(arena, "/sitemap-%" PRId64 ".xml", part));
    html_put(&xml, "</sitemap>\n");
    return bytes_of(&xml);
}

static void put_page(struct html *xml, const char *home, const char *path)
{
    html_put(xml, "<url>");
    put_location(xml, home, path);
    html_put(xml, "</url>\n");
}

struct text sitemap_print_categories(const char *home, const struct category_list *categories, struct arena *arena)
{
    struct html xml = {.text.arena = arena};

    put_page(&xml, home, "/");
    for (size_t i = 0; i < categories->count && i < SITEMAP_MAX - 1; i++)
        put_page(&xml, home, category_path(categories->items[i].slug, arena));
    return bytes_of(&xml);
}

struct text sitemap_print_robots(const char *base, const char *home, struct arena *arena)
{
    static const char *const parameters[] = {"q",    "category", "tag",    "min_price", "max_price",
                                             "sort", "limit",    "fields", "count",     "explain"};
    const char *text = arena_print(arena, "User-agent: *\nDisallow: %s/products.csv\n", base);

    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++)
        text = arena_print(arena, "%sDisallow: %s/*?%s=\nDisallow: %s/*&%s=\n", text, base, parameters[i], base,
                           parameters[i]);
    if (home != NULL)
        text = arena_print(arena, "%s\nSitemap: %s/sitemap.xml\n", text, home);
    return text_of(text);
}
