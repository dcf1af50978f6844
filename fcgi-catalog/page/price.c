/* SPDX-License-Identifier: MIT */
/* What a product costs, and whether there are any. */
#include <string.h>

#include "fcgi-catalog/page/internal.h"
#include "fcgi-catalog/page/money.h"

/* An amount, for programs and as people read it. */
static void put_amount(struct html *html, const struct page_frame *frame, int32_t amount, const char *shown)
{
    html_put(html, "<data");
    html_attribute(html, "value", money_print_plain(amount, frame->currency, html->text.arena));
    html_put(html, ">");
    html_text(html, shown);
    html_put(html, "</data>");
}

const char *rule_title(const struct applied_rule *rule)
{
    return rule->label[0] != '\0' ? rule->label : rule->key;
}

static void put_rules(struct html *html, const struct applied_rules *applied)
{
    for (size_t i = 0; applied != NULL && i < applied->count; i++) {
        html_put(html, "\n<span class=\"rule\" dir=\"auto\">");
        html_text(html, rule_title(&applied->items[i]));
        html_put(html, "</span>");
    }
}

/* A quote of zeros is no discount: a product that is given away has a share of 1. */
static bool is_discounted(int32_t list_price, const struct quote *quote)
{
    return quote != NULL && (quote->pct > 0 || quote->value_cents > 0) && quote->value_cents < list_price;
}

int32_t price_to_pay(int32_t list_price, const struct quote *quote)
{
    return is_discounted(list_price, quote) ? quote->value_cents : list_price;
}

/* A price of more characters than "€99,999.99" is set smaller where there is little room, and one longer than "PLN
 * 124,999.00" smaller still; none is cut. */
static const char *price_class(const char *shown)
{
    size_t length = 0;

    for (; *shown != '\0'; shown++)
        length += ((unsigned char)*shown & 0xc0) != 0x80;
    return length <= 10 ? "price" : length <= 14 ? "price long" : "price longest";
}

/* For those who hear the page: what the amount behind it is. */
static void put_unseen(struct html *html, const struct page_frame *frame, enum word word)
{
    html_put(html, "<span class=\"unseen\">");
    put_word(html, frame, word);
    html_put(html, " </span>");
}

void put_price(struct html *html, const struct page_frame *frame, int32_t list_price, const struct quote *quote,
               const struct applied_rules *applied, bool is_lowest)
{
    const char *list = frame_price(frame, list_price, html->text.arena);
    bool is_reduced = is_discounted(list_price, quote);
    struct around around = {.before = "", .after = ""};

    if (is_lowest)
        around = around_place(frame, WORD_FROM_PRICE, "{price}", html->text.arena);
    html_put(html, "<p");
    html_attribute(html, "class", price_class(list));
    html_put(html, ">");
    put_unseen(html, frame, is_reduced ? WORD_YOUR_PRICE : WORD_PRICE);
    html_text(html, around.before);
    html_put(html, "<strong>");
    put_amount(html, frame, price_to_pay(list_price, quote),
               frame_price(frame, price_to_pay(list_price, quote), html->text.arena));
    html_put(html, "</strong>");
    html_text(html, around.after);
    if (is_reduced) {
        html_put(html, "\n");
        put_unseen(html, frame, WORD_INSTEAD_OF);
        html_put(html, "<s>");
        put_amount(html, frame, list_price, list);
        html_put(html, "</s>");
        put_rules(html, applied);
    }
    html_put(html, "</p>\n");
}

void put_compare_at(struct html *html, const struct page_frame *frame, const struct product *product)
{
    int32_t amount = product->compare_at_cents;
    struct around around = around_place(frame, WORD_RECOMMENDED_PRICE, "{price}", html->text.arena);

    if (amount <= product->price_cents)
        return;
    html_put(html, "<p class=\"recommended\">");
    html_text(html, around.before);
    put_amount(html, frame, amount, frame_price(frame, amount, html->text.arena));
    html_text(html, around.after);
    html_put(html, "</p>\n");
}

void put_stock(struct html *html, const struct page_frame *frame, const char *stock)
{
    static const struct {
        const char *stock, *class;
        enum word word;
    } states[] = {
        {"in-stock", "stock good", WORD_IN_STOCK},    {"low", "stock few", WORD_LOW_STOCK},
        {"out-of-stock", "stock", WORD_OUT_OF_STOCK}, {"preorder", "stock few", WORD_PREORDER},
        {"discontinued", "stock", WORD_DISCONTINUED},
    };

    for (size_t i = 0; stock != NULL && i < ARRAY_LENGTH(states); i++) {
        if (strcmp(states[i].stock, stock) != 0)
            continue;
        html_put(html, "<p");
        html_attribute(html, "class", states[i].class);
        html_put(html, ">");
        put_word(html, frame, states[i].word);
        html_put(html, "</p>\n");
    }
}
