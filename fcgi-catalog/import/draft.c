/* SPDX-License-Identifier: MIT */
/* A row that is being put together. */
#include "fcgi-catalog/import/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "fcgi-catalog/catalog/currency.h"

struct draft draft_begin(struct arena *arena, struct import_faults *faults, size_t line)
{
    return (struct draft){
        .arena = arena,
        .faults = faults,
        .row = {.line = line,
                .product = {.slug = "", .description = "", .sku = "", .name = "", .stock = ""},
                .currency = ""},
    };
}

void draft_refuse(struct draft *draft, struct place place, const char *format, ...)
{
    char message[512];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    draft->is_faulty = true;
    import_faults_add(draft->faults, place.line, place.column, "%s", message);
}

static const char *show(struct draft *draft, const char *text)
{
    return field_show(text, strlen(text), draft->arena);
}

/* ---- Single values ---- */

void draft_set_id(struct draft *draft, struct place place, const char *text)
{
    int64_t id;

    if (text[0] == '\0')
        return;
    draft->row.places.id = place;
    if (number_parse(text, 1, INT32_MAX, &id) == NUMBER_OK)
        draft->row.product.id = (int32_t)id;
    else
        draft_refuse(draft, place, "the id is %s; a whole number from 1 to 2147483647 is allowed", show(draft, text));
}

void draft_set_price(struct draft *draft, struct place place, const char *minor_units)
{
    int64_t price;

    draft->row.places.price = place;
    if (number_parse(minor_units, 0, FIELD_PRICE_MAX, &price) != NUMBER_OK) {
        draft_refuse(draft, place, "the price is %s; a whole number of minor units from 0 to 2147483647 is allowed",
                     show(draft, minor_units));
        return;
    }
    draft->row.product.price_cents = (int32_t)price;
    draft->row.fields |= FIELD_PRICE;
}

void draft_set_decimal_price(struct draft *draft, struct place place, const char *text, int exponent)
{
    char most[CURRENCY_TEXT_SIZE];

    draft->row.places.price = place;
    currency_print(FIELD_PRICE_MAX, exponent, most);
    switch (currency_read(text, exponent, &draft->row.product.price_cents)) {
    case CURRENCY_OK:
        draft->row.fields |= FIELD_PRICE;
        return;
    case CURRENCY_TOO_PRECISE:
        draft_refuse(draft, place, "the price is %s; %d decimals are allowed in this currency", show(draft, text),
                     exponent);
        return;
    case CURRENCY_MALFORMED:
    case CURRENCY_OUT_OF_RANGE:
        draft_refuse(draft, place, "the price is %s; a decimal from 0 to %s with a point and no other sign is allowed",
                     show(draft, text), most);
        return;
    }
}

/* False: it is too long, which was told. */
static bool check_size(struct draft *draft, struct place place, const char *what, const char *text, size_t max)
{
    size_t length = strlen(text);

    if (length > max)
        draft_refuse(draft, place, "the %s has %zu bytes; at most %zu are allowed", what, length, max);
    return length <= max;
}

static void set_text(struct draft *draft, struct place place, enum field_bit bit, const char *text, size_t max,
                     const char **field)
{
    if (!check_size(draft, place, field_name(bit), text, max))
        return;
    *field = text;
    draft->row.fields |= bit;
}

void draft_set_slug(struct draft *draft, struct place place, const char *text)
{
    if (!field_is_slug(text)) {
        draft_refuse(draft, place, "the slug is %s; " FIELD_SLUG_FORM " are allowed", show(draft, text));
        return;
    }
    draft->row.product.slug = text;
    draft->row.places.slug = place;
    draft->row.fields |= FIELD_SLUG;
}

void draft_set_former(struct draft *draft, struct place place, const char *id)
{
    draft->row.is_former = true;
    draft_set_id(draft, place, id);
}

void draft_set_former_slug(struct draft *draft, struct place place, const char *text)
{
    set_text(draft, place, FIELD_SLUG, text, FIELD_SLUG_MAX, &draft->row.product.slug);
}

void draft_set_sku(struct draft *draft, struct place place, const char *text)
{
    draft->row.places.sku = place;
    set_text(draft, place, FIELD_SKU, text, FIELD_SKU_MAX, &draft->row.product.sku);
}

void draft_set_name(struct draft *draft, struct place place, const char *text)
{
    set_text(draft, place, FIELD_NAME, text, FIELD_NAME_MAX, &draft->row.product.name);
}

void draft_set_description(struct draft *draft, struct place place, const char *text)
{
    set_text(draft, place, FIELD_DESCRIPTION, text, FIELD_DESCRIPTION_MAX, &draft->row.product.description);
}

void draft_set_currency(struct draft *draft, struct place place, const char *text)
{
    int exponent;

    if (!currency_find(text, &exponent)) {
        draft_refuse(draft, place, "the currency is %s; a code of ISO 4217, as EUR, is allowed", show(draft, text));
        return;
    }
    draft->row.currency = text;
    draft->row.places.currency = place;
    draft->row.fields |= FIELD_CURRENCY;
}

void draft_set_stock(struct draft *draft, struct place place, const char *text)
{
    if (!field_is_stock(text)) {
        draft_refuse(draft, place, "the stock is %s; " FIELD_STOCK_FORM " are allowed", show(draft, text));
        return;
    }
    draft->row.product.stock = text;
    draft->row.fields |= FIELD_STOCK;
}

static void set_time(struct draft *draft, struct place place, enum field_bit bit, const char *text, int64_t *seconds)
{
    *seconds = 0;
    if (text[0] != '\0' && !field_read_time(text, seconds)) {
        draft_refuse(draft, place,
                     "%s is %s; a time of RFC 3339 from 1970 to 9999, as 2026-01-31T12:00:00Z, is allowed",
                     field_name(bit), show(draft, text));
        return;
    }
    draft->row.fields |= bit;
}

void draft_set_created(struct draft *draft, struct place place, const char *text)
{
    set_time(draft, place, FIELD_CREATED, text, &draft->row.product.created_at);
}

void draft_set_updated(struct draft *draft, struct place place, const char *text)
{
    set_time(draft, place, FIELD_UPDATED, text, &draft->row.product.updated_at);
}

/* ---- Lists ---- */

/* Room for one more item behind `count`: arrays grow when their count is a power of two. In the arena. */
static void *grow(struct draft *draft, const void *items, size_t count, size_t item_size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return (void *)items;
    void *moved = arena_get(draft->arena, (count > 0 ? count * 2 : 1) * item_size);
    if (count > 0)
        memcpy(moved, items, count * item_size);
    return moved;
}

static void refuse_more(struct draft *draft, struct place place, const char *what, int most)
{
    draft_refuse(draft, place, "there are more than %d %s; fewer are allowed", most, what);
    draft->is_full = true;
}

static bool has_text(const char *const *texts, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

void draft_add_tag(struct draft *draft, struct place place, const char *tag)
{
    struct product *product = &draft->row.product;
    const char *tidy = field_tidy(tag, draft->arena);

    draft->row.fields |= FIELD_TAGS;
    if (tidy[0] == '\0' || has_text(product->tags, product->tag_count, tidy) ||
        !check_size(draft, place, "tag", tidy, FIELD_TAG_MAX))
        return;
    if (product->tag_count == FIELD_TAGS_MAX) {
        refuse_more(draft, place, "tags", FIELD_TAGS_MAX);
        return;
    }
    const char **tags = grow(draft, product->tags, product->tag_count, sizeof *tags);
    tags[product->tag_count++] = tidy;
    product->tags = tags;
}

void draft_add_image(struct draft *draft, struct place place, const char *url, const char *alt)
{
    struct product *product = &draft->row.product;

    draft->row.fields |= FIELD_IMAGES;
    if (!field_is_url(url)) {
        draft_refuse(draft, place, "an image's address is %s; " FIELD_URL_FORM " is allowed", show(draft, url));
        return;
    }
    if (!check_size(draft, place, "text of an image", alt, FIELD_ALT_MAX))
        return;
    if (product->image_count == FIELD_IMAGES_MAX) {
        refuse_more(draft, place, "images", FIELD_IMAGES_MAX);
        return;
    }
    struct product_image *images = grow(draft, product->images, product->image_count, sizeof *images);
    images[product->image_count++] = (struct product_image){.url = url, .alt = alt};
    product->images = images;
}

static bool check_step(struct draft *draft, struct place place, const struct step *step)
{
    if (!field_is_category(step->slug)) {
        draft_refuse(draft, place, "a category is %s; " FIELD_CATEGORY_FORM " are allowed", show(draft, step->slug));
        return false;
    }
    return step->name == NULL || check_size(draft, place, "name of a category", step->name, FIELD_NAME_MAX);
}

/* Of a row that has no product: as many as 64 ways of 64 steps have. */
#define NAMED_CATEGORIES_MAX 4096

static bool is_other(const char *now, const char *before)
{
    return now != NULL && before != NULL && strcmp(now, before) != 0;
}

/* What the row says of a category besides: the second time must say the same. */
static bool describe_category(struct draft *draft, const struct row_category *category)
{
    struct product_row *row = &draft->row;

    if (category->name == NULL && category->parent == NULL && !row->is_of_categories)
        return true;
    for (size_t i = 0; i < row->category_count; i++) {
        struct row_category *known = (struct row_category *)&row->categories[i];
        if (strcmp(known->slug, category->slug) != 0)
            continue;
        if (is_other(category->parent, known->parent) || is_other(category->name, known->name)) {
            draft_refuse(draft, category->place,
                         "the category %s has two places or two names in this row; one is allowed",
                         show(draft, category->slug));
            return false;
        }
        known->parent = known->parent != NULL ? known->parent : category->parent;
        known->name = known->name != NULL ? known->name : category->name;
        return true;
    }
    if (row->category_count == NAMED_CATEGORIES_MAX) {
        refuse_more(draft, category->place, "categories in this row", NAMED_CATEGORIES_MAX);
        return false;
    }
    struct row_category *categories = grow(draft, row->categories, row->category_count, sizeof *categories);
    categories[row->category_count++] = *category;
    row->categories = categories;
    return true;
}

void draft_add_category(struct draft *draft, struct place place, const struct step *steps, size_t count)
{
    struct product *product = &draft->row.product;

    draft->row.fields |= FIELD_CATEGORIES;
    draft->row.places.categories = place;
    for (size_t i = 0; i < count; i++) {
        const struct row_category category = {
            .slug = steps[i].slug, .name = steps[i].name, .parent = i > 0 ? steps[i - 1].slug : NULL, .place = place};
        if (!check_step(draft, place, &steps[i]) || !describe_category(draft, &category))
            return;
    }
    if (draft->row.is_of_categories || count == 0 ||
        has_text(product->categories, product->category_count, steps[count - 1].slug))
        return;
    if (product->category_count == PRODUCT_CATEGORIES_MAX) {
        refuse_more(draft, place, "categories", PRODUCT_CATEGORIES_MAX);
        return;
    }
    const char **categories = grow(draft, product->categories, product->category_count, sizeof *categories);
    categories[product->category_count++] = steps[count - 1].slug;
    product->categories = categories;
    product->own_category_count = product->category_count;
}

void draft_say_category(struct draft *draft, const struct row_category *category)
{
    struct step step = {.slug = category->slug, .name = category->name};
    bool has_parent = category->parent != NULL && category->parent[0] != '\0';

    draft->row.fields |= FIELD_CATEGORIES;
    if (check_step(draft, category->place, &step) &&
        (!has_parent || check_step(draft, category->place, &(struct step){.slug = category->parent})))
        (void)describe_category(draft, category);
}

bool draft_finish(struct draft *draft)
{
    const struct product *product = &draft->row.product;

    bool is_of_product = !draft->row.is_of_categories && !draft->row.is_former;

    if (!draft->is_faulty && is_of_product && product->slug[0] == '\0' && product->sku[0] == '\0')
        draft_refuse(draft, (struct place){.line = draft->row.line},
                     "the row has neither a slug nor an sku; one of them is needed, or categories alone");
    return !draft->is_faulty;
}

/* Bytes up to the separator or the end, backslashes included. */
static size_t measure_part(const char *text, const char *separators, const char *special)
{
    size_t length = 0;

    while (text[length] != '\0' && strchr(separators, text[length]) == NULL) {
        bool is_escaped = text[length] == '\\' && text[length + 1] != '\0' && strchr(special, text[length + 1]) != NULL;
        length += is_escaped ? 2 : 1;
    }
    return length;
}

const char *list_next(const char **at, const char *separators, const char *special, char *found, struct arena *arena)
{
    const char *text = *at, *end = text + measure_part(text, separators, special);
    char *part = arena_get(arena, (size_t)(end - text) + 1);
    size_t length = 0;

    for (; text < end; text++) {
        if (*text == '\\' && text[1] != '\0' && strchr(special, text[1]) != NULL)
            text++;
        part[length++] = *text;
    }
    part[length] = '\0';
    *found = *end;
    *at = *end != '\0' ? end + 1 : end;
    return part;
}
