/* SPDX-License-Identifier: MIT */
/* One product by itself. */
#include "fcgi-catalog/catalog/percent.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/page/internal.h"

static void put_gallery(struct html *html, const struct page_frame *frame, const struct product *product)
{
    html_put(html, "<div class=\"gallery\">\n");
    if (product->image_count == 0)
        put_picture(html, frame, product, NULL, false);
    for (size_t i = 0; i < product->image_count; i++) {
        put_picture(html, frame, product, &product->images[i], i > 0);
        html_put(html, "\n");
    }
    html_put(html, "</div>\n");
}

static void put_tags(struct html *html, const struct page_frame *frame, const struct product *product)
{
    if (product->tag_count == 0)
        return;
    html_put(html, "<ul class=\"tags\"");
    put_label(html, frame, WORD_TAGS);
    html_put(html, ">\n");
    for (size_t i = 0; i < product->tag_count; i++) {
        html_put(html, "<li><a");
        frame_put_link(html, frame, "/products",
                       arena_print(html->text.arena, "tag=%s", percent_print(product->tags[i], "", html->text.arena)));
        html_put(html, " dir=\"auto\">");
        html_text(html, product->tags[i]);
        html_put(html, "</a></li>\n");
    }
    html_put(html, "</ul>\n");
}

static void put_facts(struct html *html, const struct page_frame *frame, const struct product *product)
{
    if (product->sku != NULL && product->sku[0] != '\0') {
        html_put(html, "<p class=\"sku\">");
        put_word(html, frame, WORD_ARTICLE_NUMBER);
        html_put(html, " <span dir=\"auto\">");
        html_text(html, product->sku);
        html_put(html, "</span></p>\n");
    }
    put_tags(html, frame, product);
}

/* "M / Red". */
static void put_choice(struct html *html, const struct product_variant *variant)
{
    for (size_t i = 0; i < variant->option_count; i++) {
        html_text(html, i > 0 ? " / " : "");
        html_text(html, variant->options[i].value);
    }
}

/* A link for each variant; with its price where they differ. */
static void put_variants(struct html *html, const struct page_frame *frame, const struct page_product *shown)
{
    const struct product *product = shown->product;
    struct arena *arena = html->text.arena;
    bool has_prices = variant_highest_price(product) > variant_lowest_price(product);

    if (product->variant_count == 0)
        return;
    html_put(html, "<ul class=\"tags variants\"");
    put_label(html, frame, WORD_VARIANTS);
    html_put(html, ">\n");
    for (size_t i = 0; i < product->variant_count; i++) {
        const struct product_variant *variant = &product->variants[i];
        const struct quote *quote = shown->variant_quotes != NULL ? shown->variant_quotes[i] : NULL;
        html_put(html, "<li><a");
        frame_put_link(html, frame, product_path(product, arena), arena_print(arena, "variant=%d", (int)variant->id));
        if (variant->id == shown->variant)
            html_put(html, " aria-current=\"true\"");
        html_put(html, " dir=\"auto\">");
        put_choice(html, variant);
        if (has_prices) {
            html_put(html, " · ");
            html_text(html, frame_price(frame, price_to_pay(variant->price_cents, quote), arena));
        }
        html_put(html, "</a></li>\n");
    }
    html_put(html, "</ul>\n");
}

/* They stand below the first screen. */
static void put_related(struct html *html, const struct page_frame *frame, const struct page_products *related)
{
    if (related->list->count == 0)
        return;
    html_put(html, "<section class=\"related\"");
    put_label(html, frame, WORD_RELATED);
    html_put(html, ">\n<h2>");
    put_word(html, frame, WORD_RELATED);
    html_put(html, "</h2>\n");
    put_cards(html, frame, related, 0, false);
    html_put(html, "</section>\n");
}

struct text page_print_product(const struct page_frame *frame, const struct page_product *shown,
                               const struct page_products *related, struct arena *arena)
{
    const struct product *product = shown->product;
    const struct page_head head = {
        .title = product_title(product),
        .search = "",
        .path = product_path(product, arena),
        .path_query = "",
        .shown = shown,
    };
    struct html html = frame_begin(frame, &head, arena);

    put_trail(&html, frame, product->own_category_count > 0 ? product->categories[0] : NULL, false);
    html_put(&html, "<article class=\"product\">\n");
    put_gallery(&html, frame, product);
    html_put(&html, "<div class=\"about\">\n<h1 dir=\"auto\">");
    html_text(&html, product_title(product));
    html_put(&html, "</h1>\n");
    put_price(&html, frame, product->price_cents, shown->quote, shown->applied,
              shown->variant == 0 && variant_highest_price(product) > product->price_cents);
    put_compare_at(&html, frame, product);
    put_stock(&html, frame, product->stock);
    put_variants(&html, frame, shown);
    if (product->description[0] != '\0') {
        html_put(&html, "<p class=\"description\" dir=\"auto\">");
        html_text(&html, product->description);
        html_put(&html, "</p>\n");
    }
    put_facts(&html, frame, product);
    html_put(&html, "</div>\n</article>\n");
    put_related(&html, frame, related);
    put_product_data(&html, frame, shown);
    return frame_end(frame, &html);
}
