/* SPDX-License-Identifier: MIT */
/* What a page tells programs that read it: search engines, and whoever shows a link to it. */
#include <string.h>

#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/internal.h"
#include "fcgi-catalog/page/money.h"

#define SUMMARY_MAX 160 /* characters of a description: as many as search engines show */
#define SUMMARY_BYTES ((size_t)SUMMARY_MAX * 4)

/* ---- Text -------------------------------------------------------------------------------------------------------- */

/* The beginning of a text on one line, cut between words where that is possible. */
static const char *print_summary(const char *text, struct arena *arena)
{
    char *summary = arena_get(arena, SUMMARY_BYTES + sizeof "…");
    size_t length = 0, words = 0, characters = 0; /* words: the bytes up to the end of the last whole word */

    for (const char *at = text; *at != '\0'; at++) {
        bool is_space = strchr(" \t\r\n", *at) != NULL;
        if (is_space && (length == 0 || summary[length - 1] == ' '))
            continue;
        characters += ((unsigned char)*at & 0xc0) != 0x80;
        if (is_space)
            words = length;
        if (characters > SUMMARY_MAX || length == SUMMARY_BYTES) {
            strcpy(summary + (words > 0 ? words : length), "…");
            return summary;
        }
        summary[length++] = is_space ? ' ' : *at;
    }
    if (length > 0 && summary[length - 1] == ' ')
        length--;
    summary[length] = '\0';
    return summary;
}

/* ---- Addresses --------------------------------------------------------------------------------------------------- */

/* "https://shop.example" of "https://shop.example/catalog". */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");

    return host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/") : 0;
}

/* Where a picture is. Pictures of the program are below its base, other paths are the web server's. */
static const char *picture_address(const struct page_frame *frame, const char *url, struct arena *arena)
{
    if (asset_is_picture(url))
        return frame_address(frame, url, "", arena);
    if (url[0] != '/' || frame->public_url == NULL)
        return url;
    return arena_print(arena, "%.*s%s", (int)origin_length(frame->public_url), frame->public_url, url);
}

/* ---- The head ---------------------------------------------------------------------------------------------------- */

static void put_property(struct html *html, const char *property, const char *value)
{
    html_put(html, "<meta");
    html_attribute(html, "property", property);
    html_attribute(html, "content", value);
    html_put(html, ">\n");
}

/* A property whose value must be an address with a host. */
static void put_address(struct html *html, const char *property, const char *address)
{
    if (address[0] == '/')
        return;
    html_put(html, "<meta");
    html_attribute(html, "property", property);
    html_link(html, "content", address);
    html_put(html, ">\n");
}

/* Links are shown to others: the price in them is everybody's. */
static void put_product_meta(struct html *html, const struct page_frame *frame, const struct product *product)
{
    struct arena *arena = html->text.arena;
    const char *summary = print_summary(product->description, arena);

    if (summary[0] != '\0') {
        html_put(html, "<meta name=\"description\"");
        html_attribute(html, "content", summary);
        html_put(html, ">\n");
        put_property(html, "og:description", summary);
    }
    if (product->image_count > 0 && html_is_picture(product->images[0].url))
        put_address(html, "og:image", picture_address(frame, product->images[0].url, arena));
    if (frame->customer == NULL && frame->currency[0] != '\0') {
        put_property(html, "product:price:amount", money_print_plain(product->price_cents, frame->currency, arena));
        put_property(html, "product:price:currency", frame->currency);
    }
}

void put_meta(struct html *html, const struct page_frame *frame, const struct page_head *head)
{
    if (head->path == NULL)
        return;
    const char *address = frame_address(frame, head->path, head->path_query, html->text.arena);
    html_put(html, "<link rel=\"canonical\"");
    html_link(html, "href", address);
    html_put(html, ">\n");
    put_property(html, "og:type", head->shown != NULL ? "product" : "website");
    put_property(html, "og:site_name", frame->shop_name);
    put_property(html, "og:title", head->title[0] != '\0' ? head->title : frame->shop_name);
    put_address(html, "og:url", address);
    if (head->shown != NULL)
        put_product_meta(html, frame, head->shown->product);
}

/* ---- JSON-LD ----------------------------------------------------------------------------------------------------- */

/* Data for programs: a script element that browsers do not run, whatever the policy of the page lets run. */
#define DATA_BEGIN "<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\","
#define DATA_END "}</script>\n"

static void put_pictures(struct html *html, const struct page_frame *frame, const struct product *product)
{
    bool is_first = true;

    for (size_t i = 0; i < product->image_count; i++) {
        if (!html_is_picture(product->images[i].url))
            continue;
        if (is_first)
            html_put(html, ",\"image\":[");
        else
            html_put(html, ",");
        html_json(html, picture_address(frame, product->images[i].url, html->text.arena));
        is_first = false;
    }
    if (!is_first)
        html_put(html, "]");
}

/* The words of schema.org for a state of the stock; NULL: not known. */
static const char *find_availability(const char *stock)
{
    static const char *const words[][2] = {
        {"in-stock", "InStock"},  {"low", "LimitedAvailability"},   {"out-of-stock", "OutOfStock"},
        {"preorder", "PreOrder"}, {"discontinued", "Discontinued"},
    };

    for (size_t i = 0; stock != NULL && i < ARRAY_LENGTH(words); i++) {
        if (strcmp(words[i][0], stock) == 0)
            return words[i][1];
    }
    return NULL;
}

static void put_offer(struct html *html, const struct page_frame *frame, const struct page_product *shown)
{
    const char *availability = find_availability(shown->product->stock);
    int32_t price = price_to_pay(shown->product->price_cents, shown->quote);

    html_put(html, ",\"offers\":{\"@type\":\"Offer\",\"price\":");
    html_json(html, money_print_plain(price, frame->currency, html->text.arena));
    if (frame->currency[0] != '\0') {
        html_put(html, ",\"priceCurrency\":");
        html_json(html, frame->currency);
    }
    if (availability != NULL) {
        html_put(html, ",\"availability\":");
        html_json(html, arena_print(html->text.arena, "https://schema.org/%s", availability));
    }
    html_put(html, "}");
}

void put_product_data(struct html *html, const struct page_frame *frame, const struct page_product *shown)
{
    const struct product *product = shown->product;
    struct arena *arena = html->text.arena;
    const char *summary = print_summary(product->description, arena);

    html_put(html, DATA_BEGIN "\"@type\":\"Product\",\"name\":");
    html_json(html, product_title(product));
    html_put(html, ",\"url\":");
    html_json(html, frame_address(frame, product_path(product, arena), "", arena));
    if (summary[0] != '\0') {
        html_put(html, ",\"description\":");
        html_json(html, summary);
    }
    if (product->sku != NULL && product->sku[0] != '\0') {
        html_put(html, ",\"sku\":");
        html_json(html, product->sku);
    }
    put_pictures(html, frame, product);
    put_offer(html, frame, shown);
    html_put(html, DATA_END);
}

void put_trail_data(struct html *html, const struct page_frame *frame, const struct category_entry *const *steps,
                    size_t count)
{
    struct arena *arena = html->text.arena;

    html_put(html, DATA_BEGIN "\"@type\":\"BreadcrumbList\",\"itemListElement\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            html_put(html, ",");
        html_put(html, "{\"@type\":\"ListItem\",\"position\":");
        html_number(html, (int64_t)i + 1);
        html_put(html, ",\"name\":");
        html_json(html, category_title(steps[count - 1 - i]));
        html_put(html, ",\"item\":");
        html_json(html, frame_address(frame, category_path(steps[count - 1 - i]->slug, arena), "", arena));
        html_put(html, "}");
    }
    html_put(html, "]" DATA_END);
}
