/* SPDX-License-Identifier: MIT */
/* Products of formats that are tables of the same columns. */
#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/import/plain.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/currency.h"

/* ---- Rows ---- */

const char *plain_no_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    (void)shop, (void)row, (void)arena;
    *other = NULL;
    return NULL;
}

const char *plain_key(struct shop *shop, const struct shop_row *row, const char **other, struct arena *arena)
{
    const char *key = shop_cell(shop, row, PLAIN_KEY).text;

    (void)arena;
    *other = NULL;
    return key[0] != '\0' ? key : NULL;
}

static const char *text_of(const struct shop *shop, const struct shop_row *row, size_t column)
{
    return shop_cell(shop, row, column).text;
}

/* The row's cell, or where that is empty its product's. */
static struct shop_cell inherit(const struct shop *shop, const struct shop_row *row, const struct shop_row *parent,
                                size_t column)
{
    struct shop_cell own = shop_cell(shop, row, column);

    return own.text[0] != '\0' ? own : shop_cell(shop, parent, column);
}

/* The row that empty cells of a variant are taken from: its product's, or where that has none the variant itself. */
static const struct shop_row *find_heritage(const struct shop *shop, const struct shop_row *row,
                                            const struct shop_row *parent)
{
    return shop->format->plain->kinds != NULL && plain_kind(shop, parent) == PLAIN_PRODUCT ? parent : row;
}

/* The word's row; NULL: there is none. */
static const struct plain_word *find_kind(const struct shop *shop, const struct shop_row *row)
{
    const struct plain_word *word = shop->format->plain->kinds;
    const char *text = text_of(shop, row, PLAIN_KIND);

    while (word != NULL && word->word != NULL && strcasecmp(word->word, text) != 0)
        word++;
    return word != NULL && word->word != NULL ? word : NULL;
}

enum plain_kind plain_kind(const struct shop *shop, const struct shop_row *row)
{
    const struct plain_word *word = find_kind(shop, row);

    if (text_of(shop, row, PLAIN_STORE)[0] != '\0')
        return PLAIN_NONE;
    return word != NULL ? word->kind : PLAIN_PRODUCT;
}

static void check_kind(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    const struct plain_word *word = shop->format->plain->kinds;
    struct shop_cell cell = shop_cell(shop, row, PLAIN_KIND);
    const char *allowed = "";

    if (word == NULL || cell.text[0] == '\0' || find_kind(shop, row) != NULL)
        return;
    for (; word->word != NULL; word++)
        allowed = arena_print(&product->arena, "%s%s%s", allowed, allowed[0] != '\0' ? ", " : "", word->word);
    shop_refuse(shop, product, cell.place, "%s is %s; %s are allowed", shop_heading(shop, cell.place),
                field_show(cell.text, strlen(cell.text), &product->arena), allowed);
}

/* ---- Whether it is on sale ---- */

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasecmp(text, *words) == 0)
            return true;
    }
    return false;
}

static const char *list_words(const struct plain_state *state, struct arena *arena)
{
    const char *list = "";

    for (const char *const *word = state->shown; *word != NULL; word++)
        list = arena_print(arena, "%s%s, ", list, *word);
    for (const char *const *word = state->hidden; *word != NULL; word++)
        list = arena_print(arena, "%s%s%s", list, word == state->hidden ? "" : ", ", *word);
    return list;
}

static bool is_hidden(struct shop *shop, struct shop_product *product, const struct shop_row *row, bool is_variant)
{
    bool is_hidden = false;

    for (size_t i = 0; i < PLAIN_STATES; i++) {
        const struct plain_state *state = &shop->format->plain->states[i];
        struct shop_cell cell = shop_cell(shop, row, PLAIN_STATE + i);
        if (cell.text[0] == '\0' || state->shown == NULL)
            continue;
        bool hides = is_one_of(cell.text, state->hidden);
        if (!hides && !is_one_of(cell.text, state->shown))
            shop_refuse(shop, product, cell.place, "%s is %s; %s are allowed, in small letters or capitals",
                        shop_heading(shop, cell.place), field_show(cell.text, strlen(cell.text), &product->arena),
                        list_words(state, &product->arena));
        is_hidden = is_hidden || (hides && !(is_variant && state->is_of_products));
    }
    return is_hidden;
}

/* ---- Prices ---- */

/* An amount of the shop's minor units as money is written. */
static const char *show_amount(const struct shop *shop, int64_t amount, struct arena *arena)
{
    char text[CURRENCY_TEXT_SIZE];
    size_t length = currency_print((int32_t)amount, shop->output->source.exponent, text);

    return arena_copy(arena, text, length);
}

static bool is_zero(const struct shop *shop, struct shop_product *product, const char *text)
{
    int32_t amount;

    return shop_read_amount(shop, product, text, &amount) && amount == 0;
}

/* The product's price with the variant's surcharge. */
static const char *add_surcharge(struct shop *shop, struct shop_product *product, struct shop_cell price,
                                 struct shop_cell surcharge)
{
    int32_t whole, more;

    if (surcharge.text[0] == '\0' || is_zero(shop, product, surcharge.text) ||
        !shop_read_amount(shop, product, price.text, &whole))
        return price.text;
    if (shop_read_amount(shop, product, surcharge.text, &more) && (int64_t)whole + more <= INT32_MAX)
        return show_amount(shop, (int64_t)whole + more, &product->arena);
    shop_refuse(shop, product, surcharge.place, "%s is %s; an amount of 0 or more is allowed",
                shop_heading(shop, surcharge.place),
                field_show(surcharge.text, strlen(surcharge.text), &product->arena));
    return price.text;
}

/* Hundredths of per cent, "12.5" being 1250; -1: it is none. */
static int64_t read_percent(const char *text)
{
    int32_t hundredths;

    return currency_read(text, 2, &hundredths) == CURRENCY_OK && hundredths <= 10000 ? hundredths : -1;
}

/* The price without what is taken off; "": nothing is. */
static const char *take_off(struct shop *shop, struct shop_product *product, const char *price, struct shop_cell off,
                            bool is_percent)
{
    int32_t whole, less = -1;

    if (off.text[0] == '\0' || is_zero(shop, product, off.text) || !shop_read_amount(shop, product, price, &whole))
        return "";
    int64_t percent = is_percent ? read_percent(off.text) : -1;
    if (is_percent && percent >= 0)
        less = (int32_t)(((int64_t)whole * percent + 5000) / 10000); /* half a unit is one: less is paid */
    else if (!is_percent && (!shop_read_amount(shop, product, off.text, &less) || less > whole))
        less = -1;
    if (less >= 0)
        return show_amount(shop, whole - less, &product->arena);
    shop_refuse(shop, product, off.place, "%s is %s; %s are allowed", shop_heading(shop, off.place),
                field_show(off.text, strlen(off.text), &product->arena),
                is_percent ? "0 to 100 per cent" : "amounts up to the price");
    return "";
}

static bool is_in_time(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                       const struct shop_row *parent)
{
    int64_t now = shop->output->source.now, starts = INT64_MIN, ends = INT64_MAX;
    bool is_month_first = shop->format->plain->is_month_first;

    shop_read_time(shop, product, inherit(shop, row, parent, PLAIN_STARTS), 0, is_month_first, &starts);
    shop_read_time(shop, product, inherit(shop, row, parent, PLAIN_ENDS), 1, is_month_first, &ends);
    return starts <= now && now < ends;
}

/* The price of a sale that is on; "": none is. */
static struct shop_cell find_sale(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                                  const struct shop_row *parent, const char *regular)
{
    struct shop_cell sale = inherit(shop, row, parent, PLAIN_SALE_PRICE), off = inherit(shop, row, parent, PLAIN_OFF),
                     percent = inherit(shop, row, parent, PLAIN_PERCENT);
    bool is_percent = strcasecmp(inherit(shop, row, parent, PLAIN_OFF_MODE).text, "percent") == 0;

    if (sale.text[0] != '\0' && is_zero(shop, product, sale.text))
        sale.text = "";
    if (sale.text[0] == '\0')
        sale = (struct shop_cell){.text = take_off(shop, product, regular, off, is_percent), .place = off.place};
    if (sale.text[0] == '\0')
        sale = (struct shop_cell){.text = take_off(shop, product, regular, percent, true), .place = percent.place};
    if (sale.text[0] != '\0' &&
        (!is_in_time(shop, product, row, parent) || shop_is_no_sale(shop, product, sale.text, regular)))
        sale.text = "";
    return sale;
}

/* Appends the code that another column has, so that it is read as the price's. */
static void add_currency(struct shop_cell *price, const char *currency, struct arena *arena)
{
    if (price->text != NULL && price->text[0] != '\0' && currency[0] != '\0')
        price->text = arena_print(arena, "%s %s", price->text, currency);
}

/* False: there is no price. */
static bool read_prices(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                        const struct shop_row *parent, struct shop_variant *variant)
{
    size_t column = shop_has(shop, PLAIN_PRICE) ? PLAIN_PRICE : PLAIN_NET_PRICE;
    const struct shop_row *heritage = find_heritage(shop, row, parent);
    /* The product's sale and compare-at price are those of its own price. */
    const struct shop_row *terms = text_of(shop, row, column)[0] != '\0' ? row : heritage;
    struct shop_cell regular = inherit(shop, row, heritage, column),
                     compare_at = inherit(shop, row, terms, PLAIN_COMPARE_AT);
    const char *currency = inherit(shop, row, heritage, PLAIN_CURRENCY).text;
    bool has_sales = shop_has(shop, PLAIN_SALE_PRICE) || shop_has(shop, PLAIN_OFF) || shop_has(shop, PLAIN_PERCENT);

    if (!shop_has(shop, column))
        return true;
    if (column == PLAIN_PRICE && text_of(shop, row, PLAIN_NET_PRICE)[0] != '\0')
        shop_pass_over(shop, PLAIN_NET_PRICE);
    if (shop->format->plain->no_price != NULL && strcasecmp(regular.text, shop->format->plain->no_price) == 0)
        regular.text = "";
    if (row != heritage)
        regular.text = add_surcharge(shop, product, regular, shop_cell(shop, row, PLAIN_SURCHARGE));
    struct shop_cell sale = find_sale(shop, product, row, terms, regular.text);
    bool is_sale = sale.text[0] != '\0';
    variant->price = is_sale ? sale : regular;
    if (is_sale || has_sales)
        variant->compare_at = (struct shop_cell){.text = is_sale ? regular.text : "", .place = regular.place};
    if (!is_sale && compare_at.text[0] != '\0' && !is_zero(shop, product, compare_at.text))
        variant->compare_at = compare_at;
    else if (!is_sale && shop_has(shop, PLAIN_COMPARE_AT))
        variant->compare_at = (struct shop_cell){.text = "", .place = compare_at.place};
    bool has_price = variant->price.text[0] != '\0';
    add_currency(&variant->price, currency, &product->arena);
    add_currency(&variant->compare_at, currency, &product->arena);
    return has_price;
}

/* ---- Stock ---- */

/* The word's letters, in small ones. */
static const char *fold_word(const char *text, struct arena *arena)
{
    char *folded = arena_get(arena, strlen(text) + 1);
    size_t used = 0;

    for (; *text != '\0'; text++) {
        if (isalpha((unsigned char)*text))
            folded[used++] = (char)tolower((unsigned char)*text);
    }
    folded[used] = '\0';
    return folded;
}

static const char *find_stock(const char *text, struct arena *arena)
{
    static const struct {
        const char *word, *stock;
    } words[] = {
        {"instock", "in-stock"},     {"available", "in-stock"},       {"yes", "in-stock"},
        {"true", "in-stock"},        {"backorder", "in-stock"},       {"outofstock", "out-of-stock"},
        {"soldout", "out-of-stock"}, {"unavailable", "out-of-stock"}, {"no", "out-of-stock"},
        {"false", "out-of-stock"},   {"preorder", "preorder"},
    };
    size_t sign = *text == '-', whole = strspn(text + sign, "0123456789");
    const char *rest = text + sign + whole, *word = fold_word(text, arena);

    if (*rest == '.' || *rest == ',')
        rest += 1 + strspn(rest + 1, "0123456789");
    if (whole > 0 && *rest == '\0')
        return sign != 0 || text[strspn(text, "0.,")] == '\0' ? "out-of-stock" : "in-stock";
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].stock;
    }
    return NULL;
}

static void read_stock(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                       const struct shop_row *parent, struct shop_variant *variant)
{
    const char *tracked = text_of(shop, parent, PLAIN_TRACKED);
    bool is_of_all = strcasestr(tracked, "product") != NULL, is_free = strcasecmp(tracked, "none") == 0;
    struct shop_cell cell = is_of_all ? shop_cell(shop, parent, PLAIN_STOCK)
                                      : inherit(shop, row, find_heritage(shop, row, parent), PLAIN_STOCK);

    variant->stock_place = cell.place;
    if (cell.text[0] == '\0')
        return;
    variant->stock = is_free ? "in-stock" : find_stock(cell.text, &product->arena);
    if (variant->stock == NULL)
        shop_refuse(shop, product, cell.place, "%s is %s; a number, in stock, out of stock and preorder are allowed",
                    shop_heading(shop, cell.place), field_show(cell.text, strlen(cell.text), &product->arena));
}

/* ---- Lists ---- */

static bool is_address(const char *text)
{
    return strncasecmp(text, "http:", 5) == 0 || strncasecmp(text, "https:", 6) == 0 || text[0] == '/';
}

/* The next image of a list. A part that is no address goes on with the one before: addresses have commas, too. */
static const char *next_image(const struct plain_rules *rules, const char **at, char *found, struct arena *arena)
{
    const char *url = cell_trim(list_next(at, rules->image_separators, "", found, arena), arena);
    bool may_go_on = is_address(url) && rules->image_base == NULL;
    struct buffer whole = {.arena = arena};

    buffer_append(&whole, url, strlen(url));
    while (*found != '\0' && may_go_on && !is_address(*at + strspn(*at, " \t"))) {
        char separator = *found;
        const char *more = list_next(at, rules->image_separators, "", found, arena);
        if (more[strspn(more, " \t")] == '\0')
            continue;
        buffer_append_byte(&whole, separator);
        buffer_append(&whole, more, strlen(more));
    }
    return buffer_text(&whole);
}

/* Those of a row, in the product's arena. Returns how many. */
static size_t read_images(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                          struct shop_image **images)
{
    const struct plain_rules *rules = shop->format->plain;
    size_t count = 0;

    *images = NULL;
    for (size_t column = PLAIN_IMAGES; column < PLAIN_IMAGES + PLAIN_IMAGES_MAX; column++) {
        struct shop_cell cell = shop_cell(shop, row, column);
        char found = cell.text[0];
        while (found != '\0' && count <= FIELD_IMAGES_MAX) { /* one too many is a fault later */
            const char *url = next_image(rules, &cell.text, &found, &product->arena);
            if (url[0] != '\0' && rules->image_base != NULL && strchr(url, '/') == NULL)
                url = arena_print(&product->arena, "%s%s", rules->image_base, url);
            bool is_whole = is_address(url) && (url[0] != '/' || url[1] == '/');
            if (url[0] != '\0' && !is_whole)
                shop_pass_over(shop, column);
            if (!is_whole)
                continue;
            *images = arena_grow(&product->arena, *images, count, sizeof **images);
            (*images)[count++] = (struct shop_image){.url = {.text = url, .place = cell.place}, .alt.text = ""};
        }
    }
    return count;
}

static void add_images(struct shop *shop, struct shop_product *product, const struct shop_row *row)
{
    struct shop_image *images;

    for (size_t i = 0, count = read_images(shop, product, row, &images); i < count; i++)
        shop_add_image(shop, product, &images[i]);
}

/* "Home/Clothes/Shirts": as shop_add_path() has it, without the root. */
static const char *make_path(const struct plain_rules *rules, const char *text, struct arena *arena)
{
    size_t root = rules->root != NULL ? strlen(rules->root) : 0;
    char *path;

    text = cell_trim(text, arena);
    if (root > 0 && strncasecmp(text, rules->root, root) == 0 &&
        (text[root] == '\0' || text[root] == rules->path_separator))
        text += root + (text[root] != '\0');
    path = arena_copy(arena, text, strlen(text));
    for (char *at = path; *at != '\0'; at++)
        *at = *at == rules->path_separator ? '>' : *at;
    return path;
}

static void add_categories(struct shop *shop, struct shop_product *product, const struct shop_row *row, size_t column)
{
    const struct plain_rules *rules = shop->format->plain;
    struct shop_cell cell = shop_cell(shop, row, column);
    char found = '\0';

    do {
        const char *one = list_next(&cell.text, rules->category_separators, "", &found, &product->arena);
        if (rules->path_separator != '\0')
            shop_add_path(product, cell.place, make_path(rules, one, &product->arena));
        else
            shop_add_category(product, cell.place, cell_trim(one, &product->arena));
    } while (found != '\0' && !product->shared.is_full);
}

static void add_tags(struct shop *shop, struct shop_product *product, const struct shop_row *row, size_t column)
{
    const struct plain_rules *rules = shop->format->plain;
    struct shop_cell cell = shop_cell(shop, row, column);
    char found = '\0';

    do {
        const char *part = list_next(&cell.text, rules->tag_separators, "", &found, &product->arena);
        char *tag = arena_copy(&product->arena, part, strlen(part));
        for (char *at = tag; rules->has_underscores && *at != '\0'; at++)
            *at = *at == '_' ? ' ' : *at;
        row_builder_add_tag(&product->shared, cell.place, tag);
    } while (found != '\0' && !product->shared.is_full);
}

/* ---- Products ---- */

/* Line ends of a text without tags are its own. */
static const char *read_text(const char *text, struct arena *arena)
{
    struct buffer html = {.arena = arena};

    if (strchr(text, '<') != NULL)
        return html_to_text(text, arena);
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            buffer_append(&html, "<br>", 4);
        else
            buffer_append_byte(&html, *text);
    }
    return html_to_text(buffer_text(&html), arena);
}

static void build_shared(struct shop *shop, struct shop_product *product, const struct shop_row *parent)
{
    size_t column = text_of(shop, parent, PLAIN_DESCRIPTION)[0] != '\0' || !shop_has(shop, PLAIN_SHORT)
                        ? PLAIN_DESCRIPTION
                        : PLAIN_SHORT;
    struct shop_cell description = shop_cell(shop, parent, column);

    if (column == PLAIN_DESCRIPTION && text_of(shop, parent, PLAIN_SHORT)[0] != '\0')
        shop_pass_over(shop, PLAIN_SHORT);
    if (shop_has(shop, column))
        row_builder_set(&product->shared, description.place, FIELD_DESCRIPTION,
                        read_text(description.text, &product->arena));
    for (size_t i = 0; i < PLAIN_LISTS; i++) {
        if (shop_has(shop, PLAIN_CATEGORIES + i))
            add_categories(shop, product, parent, PLAIN_CATEGORIES + i);
        if (shop_has(shop, PLAIN_TAGS + i))
            add_tags(shop, product, parent, PLAIN_TAGS + i);
    }
    for (size_t i = PLAIN_IMAGES; i < PLAIN_IMAGES + PLAIN_IMAGES_MAX; i++)
        product->has_images = product->has_images || shop_has(shop, i);
    for (size_t i = 0; i < product->row_count; i++) {
        if (&product->rows[i] == parent || plain_kind(shop, &product->rows[i]) == PLAIN_IMAGE)
            add_images(shop, product, &product->rows[i]);
    }
}

static const char *join_options(const struct shop *shop, const struct shop_row *row, struct arena *arena)
{
    struct buffer options = {.arena = arena};

    for (size_t i = 0; i < PLAIN_OPTIONS_MAX; i++)
        shop_add_option(&options, text_of(shop, row, PLAIN_OPTION + i));
    return buffer_text(&options);
}

/* A row that is the product has no options. */
static void add_variant(struct shop *shop, struct shop_product *product, const struct shop_row *row,
                        const struct shop_row *parent, bool is_variant)
{
    const struct plain_rules *rules = shop->format->plain;
    struct shop_variant own = {.line = row->line, .options = ""};

    if (is_variant)
        own.options = rules->options != NULL ? rules->options(shop, row, parent, &product->arena)
                                             : join_options(shop, row, &product->arena);
    own.options_place = shop_cell(shop, row, PLAIN_NAME).place;
    own.is_hidden = is_variant && is_hidden(shop, product, row, true);
    if (shop_has(shop, PLAIN_SKU))
        own.sku = shop_cell(shop, row, PLAIN_SKU);
    if (!product->is_hidden && !own.is_hidden) {
        if (!read_prices(shop, product, row, parent, &own) && !product->is_faulty) {
            shop->output->counts.unpriced++;
            return;
        }
        read_stock(shop, product, row, parent, &own);
        struct shop_image *images;
        own.image_count = is_variant && row != parent ? read_images(shop, product, row, &images) : 0;
        own.images = own.image_count > 0 ? images : NULL;
    }
    *shop_add_variant(shop, product, row->line) = own;
}

/* The row that has what all share: the first of the product, or of all where none is. NULL: no row says anything. */
static const struct shop_row *find_parent(const struct shop *shop, const struct shop_product *product)
{
    const struct shop_row *parent = NULL;

    for (size_t i = 0; i < product->row_count; i++) {
        enum plain_kind kind = plain_kind(shop, &product->rows[i]);
        if (kind == PLAIN_PRODUCT)
            return &product->rows[i];
        if (kind == PLAIN_VARIANT && parent == NULL)
            parent = &product->rows[i];
    }
    return parent;
}

static void add_variants(struct shop *shop, struct shop_product *product, const struct shop_row *parent)
{
    bool has_kinds = shop->format->plain->kinds != NULL && plain_kind(shop, parent) == PLAIN_PRODUCT;
    size_t count = 0;

    for (size_t i = 0; i < product->row_count; i++) {
        const struct shop_row *row = &product->rows[i];
        enum plain_kind kind = plain_kind(shop, row);
        check_kind(shop, product, row);
        if (kind == PLAIN_NONE || kind == PLAIN_IMAGE || (has_kinds && kind == PLAIN_PRODUCT && row == parent))
            continue;
        if (has_kinds && kind == PLAIN_PRODUCT) {
            shop_refuse(shop, product, (struct file_place){.line = row->line},
                        "the product was there before, on line %zu; once is allowed", parent->line);
            return;
        }
        count++;
        add_variant(shop, product, row, parent, has_kinds || product->row_count > 1);
    }
    if (count == 0)
        add_variant(shop, product, parent, parent, false);
}

bool plain_build(struct shop *shop, struct shop_product *product)
{
    const struct shop_row *parent = find_parent(shop, product);

    if (parent == NULL) {
        shop_pass_over(shop, text_of(shop, product->rows, PLAIN_STORE)[0] != '\0' ? PLAIN_STORE : PLAIN_KIND);
        return false;
    }
    struct shop_cell slug = shop_cell(shop, parent, PLAIN_SLUG);
    product->name = shop_cell(shop, parent, PLAIN_NAME);
    product->has_slug = slug.text[0] != '\0';
    product->handle = slug.text[0] != '\0' ? slug : product->name;
    product->handle_ends[0] = text_of(shop, parent, PLAIN_SKU);
    product->handle_ends[1] = text_of(shop, parent, PLAIN_ID);
    product->is_hidden = is_hidden(shop, product, parent, false) && !product->is_faulty;
    add_variants(shop, product, parent);
    if (product->variant_count == 0 && !product->is_faulty)
        return false;
    if (!product->is_hidden)
        build_shared(shop, product, parent);
    return true;
}
