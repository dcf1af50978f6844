/* SPDX-License-Identifier: MIT */
/* A product among others. */
#include <string.h>

#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/internal.h"

const char *product_title(const struct product *product)
{
    return product->name != NULL && product->name[0] != '\0' ? product->name : product->slug;
}

/* Pictures of the program are below the base; other paths are the web server's. */
static void put_source(struct html *html, const struct page_frame *frame, const char *address)
{
    const char *base = asset_is_picture(address) ? frame->base : "";

    html_link(html, "src", arena_print(html->text.arena, "%s%s", base, address));
}

void put_picture(struct html *html, const struct page_frame *frame, const struct product *product,
                 const struct product_image *image, bool is_lazy)
{
    bool is_shown = image != NULL && html_is_picture(image->url);
    const char *text = image != NULL && image->alt[0] != '\0' ? image->alt : product_title(product);

    html_put(html, "<img");
    put_source(html, frame, is_shown ? image->url : "/pictures/none.svg");
    /* The drawing says nothing that the name beside it does not. */
    html_attribute(html, "alt", is_shown ? text : "");
    if (is_lazy)
        html_put(html, " loading=\"lazy\"");
    /* The style makes it as wide as there is room; without the style it fits a narrow window. */
    html_put(html, " width=\"240\" height=\"240\">");
}

void put_card(struct html *html, const struct page_frame *frame, const struct page_product *shown, bool is_lazy)
{
    const struct product *product = shown->product;

    html_put(html, "<li class=\"card\">\n");
    put_picture(html, frame, product, product->image_count > 0 ? product->images : NULL, is_lazy);
    html_put(html, "\n<h2 dir=\"auto\"><a");
    frame_put_link(html, frame, product_path(product, html->text.arena), "");
    html_put(html, ">");
    html_text(html, product_title(product));
    html_put(html, "</a></h2>\n");
    put_price(html, frame, product->price_cents, shown->quote, shown->applied,
              variant_highest_price(product) > product->price_cents);
    put_stock(html, frame, product->stock);
    html_put(html, "</li>\n");
}

void put_cards(struct html *html, const struct page_frame *frame, const struct page_products *products, size_t at_once,
               bool with_rules)
{
    html_put(html, "<ul class=\"cards\">\n");
    for (size_t i = 0; i < products->list->count; i++) {
        const struct page_product shown = {
            .product = &products->list->items[i],
            .quote = products->quotes != NULL ? &products->quotes[i] : NULL,
            .applied = with_rules && products->applied != NULL ? &products->applied[i] : NULL,
        };
        put_card(html, frame, &shown, i >= at_once);
    }
    html_put(html, "</ul>\n");
}
