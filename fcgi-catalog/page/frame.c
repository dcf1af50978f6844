/* SPDX-License-Identifier: MIT */
/* What stands around every page: its head, the way to everything else, and the foot. */
#include <string.h>

#include "fcgi-catalog/page/assets.h"
#include "fcgi-catalog/page/internal.h"
#include "fcgi-catalog/page/money.h"

/* So many categories are named at the top of each page. */
#define NAVIGATION_MAX 6

static const char *print_address(const char *home, const char *path, const char *query, struct arena *arena)
{
    return arena_print(arena, "%s%s%s%s", home, path, query[0] != '\0' ? "?" : "", query);
}

void frame_put_link(struct html *html, const struct page_frame *frame, const char *path, const char *query)
{
    html_link(html, "href", print_address(frame->base, path, query, html->text.arena));
}

void frame_put_action(struct html *html, const struct page_frame *frame, const char *path)
{
    html_link(html, "action", print_address(frame->base, path, "", html->text.arena));
}

const char *frame_address(const struct page_frame *frame, const char *path, const char *query, struct arena *arena)
{
    return print_address(frame->public_url != NULL ? frame->public_url : frame->base, path, query, arena);
}

void put_word(struct html *html, const struct page_frame *frame, enum word word)
{
    html_text(html, language_word(frame->language, word));
}

void put_label(struct html *html, const struct page_frame *frame, enum word word)
{
    html_attribute(html, "aria-label", language_word(frame->language, word));
}

void put_filled(struct html *html, const struct page_frame *frame, enum word word, const char *place, const char *value)
{
    html_text(html, words_fill(language_word(frame->language, word), place, value, html->text.arena));
}

const char *frame_price(const struct page_frame *frame, int32_t amount, struct arena *arena)
{
    return money_print(amount, frame->currency, frame->language, arena);
}

struct around around_place(const struct page_frame *frame, enum word word, const char *place, struct arena *arena)
{
    const char *text = language_word(frame->language, word), *at = strstr(text, place);

    if (at == NULL)
        return (struct around){text, ""};
    return (struct around){arena_copy(arena, text, (size_t)(at - text)), at + strlen(place)};
}

void put_place(struct html *html, const struct page_frame *frame, const char *path, enum word word)
{
    html_put(html, "<li><a");
    frame_put_link(html, frame, path, "");
    html_put(html, ">");
    put_word(html, frame, word);
    html_put(html, "</a></li>\n");
}

static void put_head(struct html *html, const struct page_frame *frame, const struct page_head *head)
{
    html_put(html, "<!DOCTYPE html>\n<html");
    html_attribute(html, "lang", frame->language->tag);
    html_put(html, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    if (head->title[0] != '\0') {
        html_text(html, head->title);
        html_put(html, " – ");
    }
    html_text(html, frame->shop_name);
    html_put(html, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"stylesheet\"");
    frame_put_link(html, frame, asset_style_path(), "");
    html_put(html, ">\n<link rel=\"icon\" type=\"image/svg+xml\"");
    frame_put_link(html, frame, "/pictures/icon.svg", "");
    html_put(html, ">\n");
    put_meta(html, frame, head);
    html_put(html, "</head>\n");
}

static void put_search(struct html *html, const struct page_frame *frame, const char *search)
{
    html_put(html, "<form class=\"search\" role=\"search\" method=\"get\"");
    frame_put_action(html, frame, "/products");
    html_put(html, ">\n<label class=\"unseen\" for=\"search\">");
    put_word(html, frame, WORD_SEARCH_PRODUCTS);
    html_put(html, "</label>\n<input id=\"search\" name=\"q\" type=\"search\"");
    html_attribute(html, "placeholder", language_word(frame->language, WORD_SEARCH));
    html_put(html, " maxlength=\"100\"");
    html_attribute(html, "value", search);
    html_put(html, ">\n<button type=\"submit\">");
    put_word(html, frame, WORD_SEARCH);
    html_put(html, "</button>\n</form>\n");
}

static void put_navigation(struct html *html, const struct page_frame *frame)
{
    int named = 0;

    html_put(html, "<nav");
    put_label(html, frame, WORD_SHOP);
    html_put(html, ">\n<ul>\n");
    put_place(html, frame, "/products", WORD_ALL_PRODUCTS);
    for (size_t i = 0; frame->categories != NULL && i < frame->categories->count && named < NAVIGATION_MAX; i++) {
        const struct category_entry *category = &frame->categories->items[i];
        if (category->parent != NULL)
            continue;
        html_put(html, "<li><a");
        frame_put_link(html, frame, category_path(category->slug, html->text.arena), "");
        html_put(html, " dir=\"auto\">");
        html_text(html, category_title(category));
        html_put(html, "</a></li>\n");
        named++;
    }
    if (named > 0)
        put_place(html, frame, "/categories", WORD_ALL_CATEGORIES);
    html_put(html, "</ul>\n</nav>\n");
}

static void put_customer(struct html *html, const struct page_frame *frame)
{
    const struct customer *customer = frame->customer;
    struct around around = around_place(frame, WORD_PRICES_FOR, "{name}", html->text.arena);

    html_put(html, "<p class=\"customer\">");
    html_text(html, around.before);
    html_put(html, "<span dir=\"auto\">");
    html_text(html, customer->first_name);
    if (customer->first_name[0] != '\0' && customer->last_name[0] != '\0')
        html_put(html, " ");
    html_text(html, customer->last_name);
    html_put(html, "</span>");
    html_text(html, around.after);
    html_put(html, "</p>\n");
}

struct html frame_begin(const struct page_frame *frame, const struct page_head *head, struct arena *arena)
{
    struct html html = {.text.arena = arena};
    const struct customer *customer = frame->customer;

    put_head(&html, frame, head);
    html_put(&html, "<body>\n<a class=\"skip\" href=\"#main\">");
    put_word(&html, frame, WORD_SKIP);
    html_put(&html, "</a>\n<header>\n<div class=\"width\">\n<p class=\"shop\"><a");
    frame_put_link(&html, frame, "/", "");
    html_put(&html, " dir=\"auto\">");
    html_text(&html, frame->shop_name);
    html_put(&html, "</a></p>\n");
    put_search(&html, frame, head->search);
    if (customer != NULL && (customer->first_name[0] != '\0' || customer->last_name[0] != '\0'))
        put_customer(&html, frame);
    put_navigation(&html, frame);
    html_put(&html, "</div>\n</header>\n<main id=\"main\" class=\"width\" tabindex=\"-1\">\n");
    if (frame->is_degraded) {
        html_put(&html, "<p class=\"notice\" role=\"status\">");
        put_word(&html, frame, WORD_DEGRADED);
        html_put(&html, "</p>\n");
    }
    return html;
}

struct text frame_end(const struct page_frame *frame, struct html *html)
{
    html_put(html, "</main>\n<footer>\n<div class=\"width\">\n<ul>\n");
    put_place(html, frame, "/", WORD_HOME);
    put_place(html, frame, "/products", WORD_ALL_PRODUCTS);
    put_place(html, frame, "/categories", WORD_ALL_CATEGORIES);
    html_put(html, "</ul>\n</div>\n</footer>\n</body>\n</html>\n");
    return (struct text){html->text.bytes, html->text.length};
}
