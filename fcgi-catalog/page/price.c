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

/* A price longer in bytes than "€99,999.99" is set smaller where there is little room, and one longer than "PLN
 * 124,999.00" smaller still; none is cut. */
static const char *price_class(const char *shown)
{
    size_t length = strlen(shown);

    return length <= 12 ? "price" : length <= 15 ? "price long" : "price longest";
}

void put_price(struct html *html, const struct page_frame *frame, int32_t list_price, const struct quote *quote,
               const struct applied_rules *applied)
{
    const char *list = money_print(list_price, frame->currency, html->text.arena);

    html_put(html, "<p");
    html_attribute(html, "class", price_class(list));
    html_put(html, ">");
    if (is_discounted(list_price, quote)) {
        html_put(html, "<span class=\"unseen\">Your price: </span><strong>");
        put_amount(html, frame, quote->value_cents, money_print(quote->value_cents, frame->currency, html->text.arena));
        html_put(html, "</strong>\n<span class=\"unseen\">instead of </span><s>");
        put_amount(html, frame, list_price, list);
        html_put(html, "</s>");
        put_rules(html, applied);
    } else {
        html_put(html, "<span class=\"unseen\">Price: </span><strong>");
        put_amount(html, frame, list_price, list);
        html_put(html, "</strong>");
    }
    html_put(html, "</p>\n");
}

void put_compare_at(struct html *html, const struct page_frame *frame, const struct product *product)
{
    int32_t amount = product->compare_at_cents;

    if (amount <= product->price_cents)
        return;
    html_put(html, "<p class=\"recommended\">Recommended price: ");
    put_amount(html, frame, amount, money_print(amount, frame->currency, html->text.arena));
    html_put(html, "</p>\n");
}

void put_stock(struct html *html, const char *stock)
{
    static const struct {
        const char *stock, *class, *text;
    } states[] = {
        {"in-stock", "stock good", "In stock"},      {"low", "stock few", "Few left"},
        {"out-of-stock", "stock", "Out of stock"},   {"preorder", "stock few", "Pre-order"},
        {"discontinued", "stock", "No longer made"},
    };

    for (size_t i = 0; stock != NULL && i < ARRAY_LENGTH(states); i++) {
        if (strcmp(states[i].stock, stock) != 0)
            continue;
        html_put(html, "<p");
        html_attribute(html, "class", states[i].class);
        html_put(html, ">");
        html_text(html, states[i].text);
        html_put(html, "</p>\n");
    }
}
