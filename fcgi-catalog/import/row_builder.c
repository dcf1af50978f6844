/* SPDX-License-Identifier: MIT */
/* A row that is being put together. */
#include "fcgi-catalog/import/row_builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/number.h"
#include "fcgi-catalog/catalog/currency.h"
#include "fcgi-catalog/catalog/variant.h"
#include "fcgi-catalog/import/money.h"

struct row_builder row_builder_begin(struct arena *arena, struct import_faults *faults, size_t line)
{
    struct row_builder builder = {.arena = arena, .faults = faults, .row = {.line = line, .currency = ""}};

    for (const struct field *field = field_table; field < field_table + FIELD_COUNT; field++)
        field_set(field, &builder.row.product, "", 0);
    return builder;
}

void row_builder_refuse(struct row_builder *builder, struct file_place place, const char *format, ...)
{
    char message[512];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    builder->is_faulty = true;
    import_faults_add(builder->faults, place.line, place.column, "%s", message);
}

static const char *show(struct row_builder *builder, const char *text)
{
    return field_show(text, strlen(text), builder->arena);
}

/* ---- Single values ---- */

void row_builder_set_id(struct row_builder *builder, struct file_place place, const char *text)
{
    int64_t id;

    if (text[0] == '\0')
        return;
    builder->row.id_place = place;
    if (number_parse(text, 1, INT32_MAX, &id) == NUMBER_OK)
        builder->row.product.id = (int32_t)id;
    else
        row_builder_refuse(builder, place, "the id is %s; a whole number from 1 to 2147483647 is allowed",
                           show(builder, text));
}

/* What messages call a price. */
static const char *price_name(enum field_bit bit)
{
    return bit == FIELD_PRICE ? "price" : "compare-at price";
}

/* What a sign beside a price means is the row's currency, if that is not given otherwise. False: it is another one. */
static bool take_currency(struct row_builder *builder, struct file_place place, const char *currency, int *exponent)
{
    if (currency[0] == '\0')
        return true;
    if (builder->row.currency[0] != '\0' && strcmp(builder->row.currency, currency) != 0) {
        row_builder_refuse(builder, place, "the price is in %s; only %s, the currency of the row, is allowed", currency,
                           builder->row.currency);
        return false;
    }
    builder->row.currency = currency;
    builder->row.fields |= FIELD_CURRENCY;
    if (builder->row.places[FIELD_INDEX_CURRENCY].line == 0)
        builder->row.places[FIELD_INDEX_CURRENCY] = place;
    return currency_find(currency, exponent);
}

static void refuse_price(struct row_builder *builder, struct file_place place, const struct field *field,
                         const char *text, int exponent)
{
    char most[CURRENCY_TEXT_SIZE];

    currency_print((int32_t)field->max, exponent, most);
    row_builder_refuse(builder, place, "the %s is %s; a decimal from 0 to %s is allowed", price_name(field->bit),
                       show(builder, text), most);
}

void row_builder_set_decimal_price(struct row_builder *builder, struct file_place place, enum field_bit bit,
                                   const char *text, int exponent)
{
    const struct field *field = field_of(bit);
    struct money money = {.decimal = "0", .currency = ""};
    int32_t cents = 0;

    builder->row.places[field - field_table] = place;
    bool is_absent = text[0] == '\0' && bit != FIELD_PRICE;
    enum money_status status = is_absent ? MONEY_OK : money_read(text, exponent, builder->arena, &money);
    if (!take_currency(builder, place, money.currency, &exponent))
        return;
    if (status == MONEY_AMBIGUOUS) {
        row_builder_refuse(builder, place,
                           "the %s is %s, which may be %s or %s; a price with two decimals, as %s.00, is clear",
                           price_name(bit), show(builder, text), money.whole, money.decimal, money.whole);
        return;
    }
    switch (status == MONEY_OK ? currency_read(money.decimal, exponent, &cents) : CURRENCY_MALFORMED) {
    case CURRENCY_OK:
        field_set(field, &builder->row.product, NULL, cents);
        builder->row.fields |= bit;
        return;
    case CURRENCY_TOO_PRECISE:
        row_builder_refuse(builder, place, "the %s is %s; %d decimals are allowed in this currency", price_name(bit),
                           show(builder, text), exponent);
        return;
    case CURRENCY_MALFORMED:
    case CURRENCY_OUT_OF_RANGE:
        refuse_price(builder, place, field, text, exponent);
        return;
    }
}

/* False: the text is too long, as a fault says. */
static bool check_size(struct row_builder *builder, struct file_place place, const char *what, const char *text,
                       size_t max)
{
    size_t length = strlen(text);

    if (length > max)
        row_builder_refuse(builder, place, "the %s has %zu bytes; at most %zu are allowed", what, length, max);
    return length <= max;
}

/* False: the field may not have this text, as a fault says. */
static bool read_text(struct row_builder *builder, struct file_place place, const struct field *field, const char *text)
{
    if (field->is_allowed == NULL)
        return check_size(builder, place, field->name, text, field->max);
    if (!field->is_allowed(text))
        row_builder_refuse(builder, place, "the %s is %s; %s are allowed", field->name, show(builder, text),
                           field->form);
    return field->is_allowed(text);
}

static bool read_number(struct row_builder *builder, struct file_place place, const struct field *field,
                        const char *text, int64_t *number)
{
    bool is_absent = text[0] == '\0' && field->bit != FIELD_PRICE;

    if (is_absent || number_parse(text, 0, (int64_t)field->max, number) == NUMBER_OK)
        return true;
    row_builder_refuse(builder, place, "the %s is %s; a whole number of minor units from 0 to %zu is allowed",
                       price_name(field->bit), show(builder, text), field->max);
    return false;
}

static bool read_time(struct row_builder *builder, struct file_place place, const struct field *field, const char *text,
                      int64_t *seconds)
{
    if (text[0] == '\0' || field_read_time(text, seconds))
        return true;
    row_builder_refuse(builder, place,
                       "%s is %s; a time of RFC 3339 from 1970 to 9999, as 2026-01-31T12:00:00Z, is allowed",
                       field->name, show(builder, text));
    return false;
}

static bool read_currency(struct row_builder *builder, struct file_place place, const char *text)
{
    int exponent;

    if (currency_find(text, &exponent)) {
        builder->row.currency = text;
        return true;
    }
    row_builder_refuse(builder, place, "the currency is %s; a code of ISO 4217, as EUR, is allowed",
                       show(builder, text));
    return false;
}

void row_builder_set(struct row_builder *builder, struct file_place place, enum field_bit bit, const char *text)
{
    const struct field *field = field_of(bit);
    int64_t number = 0;
    bool is_good = false;

    switch (field->kind) {
    case FIELD_KIND_TEXT:
        is_good = read_text(builder, place, field, text);
        break;
    case FIELD_KIND_NUMBER:
        is_good = read_number(builder, place, field, text, &number);
        break;
    case FIELD_KIND_TIME:
        is_good = read_time(builder, place, field, text, &number);
        break;
    case FIELD_KIND_CURRENCY:
        is_good = read_currency(builder, place, text);
        break;
    default:
        break;
    }
    builder->row.places[field - field_table] = place;
    if (!is_good)
        return;
    field_set(field, &builder->row.product, text, number);
    builder->row.fields |= bit;
}

void row_builder_set_former(struct row_builder *builder, struct file_place place, const char *id)
{
    builder->row.is_former = true;
    row_builder_set_id(builder, place, id);
}

void row_builder_set_former_slug(struct row_builder *builder, struct file_place place, const char *text)
{
    if (!check_size(builder, place, "slug", text, FIELD_SLUG_MAX))
        return;
    builder->row.product.slug = text;
    builder->row.fields |= FIELD_SLUG;
}

/* ---- Lists ---- */

static void refuse_more(struct row_builder *builder, struct file_place place, const char *what, int most)
{
    row_builder_refuse(builder, place, "there are more than %d %s; fewer are allowed", most, what);
    builder->is_full = true;
}

static bool has_text(const char *const *texts, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

void row_builder_add_tag(struct row_builder *builder, struct file_place place, const char *tag)
{
    struct product *product = &builder->row.product;
    const char *tidy = field_tidy(tag, builder->arena);

    builder->row.fields |= FIELD_TAGS;
    if (tidy[0] == '\0' || has_text(product->tags, product->tag_count, tidy) ||
        !check_size(builder, place, "tag", tidy, FIELD_TAG_MAX))
        return;
    if (product->tag_count == FIELD_TAGS_MAX) {
        refuse_more(builder, place, "tags", FIELD_TAGS_MAX);
        return;
    }
    const char **tags = arena_grow(builder->arena, product->tags, product->tag_count, sizeof *tags);
    tags[product->tag_count++] = tidy;
    product->tags = tags;
}

/* "//cdn.example" is https:, and a space is percent-encoded: so browsers read the addresses of pages. */
static const char *mend_address(const char *url, struct arena *arena)
{
    struct buffer mended = {.arena = arena};

    if (strncmp(url, "//", 2) == 0)
        buffer_append(&mended, "https:", strlen("https:"));
    else if (strchr(url, ' ') == NULL)
        return url;
    for (; *url != '\0'; url++)
        buffer_append(&mended, *url == ' ' ? "%20" : url, *url == ' ' ? 3 : 1);
    return buffer_text(&mended);
}

void row_builder_add_image(struct row_builder *builder, struct file_place place, const char *url, const char *alt)
{
    struct product *product = &builder->row.product;

    url = mend_address(url, builder->arena);

    builder->row.fields |= FIELD_IMAGES;
    if (!field_is_url(url)) {
        row_builder_refuse(builder, place, "an image's address is %s; " FIELD_URL_FORM " is allowed",
                           show(builder, url));
        return;
    }
    if (!check_size(builder, place, "text of an image", alt, FIELD_ALT_MAX))
        return;
    if (product->image_count == FIELD_IMAGES_MAX) {
        refuse_more(builder, place, "images", FIELD_IMAGES_MAX);
        return;
    }
    struct product_image *images = arena_grow(builder->arena, product->images, product->image_count, sizeof *images);
    images[product->image_count++] = (struct product_image){.url = url, .alt = alt};
    product->images = images;
}

void row_builder_begin_variant(struct row_builder *builder, struct file_place place)
{
    struct product *product = &builder->row.product;

    builder->row.fields |= FIELD_VARIANTS;
    builder->row.places[FIELD_INDEX_VARIANTS] = place;
    if (product->variant_count == FIELD_VARIANTS_MAX) {
        refuse_more(builder, place, "variants", FIELD_VARIANTS_MAX);
        product->variant_count--; /* the row is lost: what comes is read into the last one */
    }
    struct product_variant *variants =
        arena_grow(builder->arena, product->variants, product->variant_count, sizeof *variants);
    variants[product->variant_count] = (struct product_variant){.price_cents = -1}; /* none yet */
    for (const struct field *field = variant_table; field < variant_table + VARIANT_FIELD_COUNT; field++) {
        if (field->kind == FIELD_KIND_TEXT)
            field_set(field, &variants[product->variant_count], "", 0);
    }
    product->variant_count++;
    product->variants = variants;
}

/* The one that was begun last. */
static struct product_variant *last_variant(struct row_builder *builder)
{
    return (struct product_variant *)&builder->row.product.variants[builder->row.product.variant_count - 1];
}

void row_builder_add_option(struct row_builder *builder, const char *name, const char *value)
{
    variant_add_option(last_variant(builder), field_tidy(name, builder->arena), field_tidy(value, builder->arena),
                       builder->arena);
}

/* "", of any but the price, is 0. */
static bool read_variant_number(struct row_builder *builder, struct file_place place, const char *name,
                                const char *text, bool may_be_empty, int64_t *number)
{
    *number = 0;
    if ((may_be_empty && text[0] == '\0') || number_parse(text, 0, INT32_MAX, number) == NUMBER_OK)
        return true;
    row_builder_refuse(builder, place, "%s of variant %zu is %s; a whole number from 0 to %d is allowed", name,
                       builder->row.product.variant_count, show(builder, text), INT32_MAX);
    return false;
}

void row_builder_set_variant(struct row_builder *builder, struct file_place place, const char *name, const char *text)
{
    struct product_variant *variant = last_variant(builder);
    const struct field *field = variant_find_field(name);
    bool is_id = strcmp(name, "id") == 0, is_price = field == &variant_table[VARIANT_INDEX_PRICE];
    int64_t number;

    if (field == NULL && !is_id)
        row_builder_refuse(builder, place, "variant %zu has a field %s; id%s are allowed",
                           builder->row.product.variant_count, show(builder, name),
                           variant_list_fields(builder->arena));
    else if (!is_id && field->kind == FIELD_KIND_TEXT)
        field_set(field, variant, text, 0);
    else if (read_variant_number(builder, place, name, text, !is_price, &number) && is_id)
        variant->id = (int32_t)number;
    else if (!is_id)
        field_set(field, variant, NULL, number);
}

void row_builder_end_variant(struct row_builder *builder, struct file_place place)
{
    struct product *product = &builder->row.product;
    size_t last = product->variant_count - 1;

    if (builder->is_faulty)
        return;
    if (product->variants[last].price_cents < 0) {
        row_builder_refuse(builder, place, "variant %zu has no price_in_cents; each variant has one", last + 1);
        return;
    }
    const char *fault = variant_fault(product, last, builder->arena);
    if (fault != NULL)
        row_builder_refuse(builder, place, "%s", fault);
}

static bool check_step(struct row_builder *builder, struct file_place place, const struct step *step)
{
    if (!field_is_category(step->slug)) {
        row_builder_refuse(builder, place, "a category is %s; " FIELD_CATEGORY_FORM " are allowed",
                           show(builder, step->slug));
        return false;
    }
    return step->name == NULL || check_size(builder, place, "name of a category", step->name, FIELD_NAME_MAX);
}

/* Of a row without a product: as many as 64 paths of 64 steps have. */
#define NAMED_CATEGORIES_MAX 4096

/* Describes a category. What the row says of it a second time must be the same. */
static bool describe_category(struct row_builder *builder, const struct row_category *category)
{
    struct product_row *row = &builder->row;

    if (category->name == NULL && category->parent == NULL && !row->is_of_categories)
        return true;
    for (size_t i = 0; i < row->category_count; i++) {
        struct row_category *known = (struct row_category *)&row->categories[i];
        if (strcmp(known->slug, category->slug) != 0)
            continue;
        if (row_says_other(category->parent, known->parent) || row_says_other(category->name, known->name)) {
            row_builder_refuse(builder, category->place,
                               "the category %s has two places or two names in this row; one is allowed",
                               show(builder, category->slug));
            return false;
        }
        known->parent = known->parent != NULL ? known->parent : category->parent;
        known->name = known->name != NULL ? known->name : category->name;
        return true;
    }
    if (row->category_count == NAMED_CATEGORIES_MAX) {
        refuse_more(builder, category->place, "categories in this row", NAMED_CATEGORIES_MAX);
        return false;
    }
    struct row_category *categories =
        arena_grow(builder->arena, row->categories, row->category_count, sizeof *categories);
    categories[row->category_count++] = *category;
    row->categories = categories;
    return true;
}

void row_builder_add_category(struct row_builder *builder, struct file_place place, const struct step *steps,
                              size_t count)
{
    struct product *product = &builder->row.product;

    builder->row.fields |= FIELD_CATEGORIES;
    builder->row.places[FIELD_INDEX_CATEGORIES] = place;
    for (size_t i = 0; i < count; i++) {
        const struct row_category category = {
            .slug = steps[i].slug, .name = steps[i].name, .parent = i > 0 ? steps[i - 1].slug : NULL, .place = place};
        if (!check_step(builder, place, &steps[i]) || !describe_category(builder, &category))
            return;
    }
    if (builder->row.is_of_categories || count == 0 ||
        has_text(product->categories, product->category_count, steps[count - 1].slug))
        return;
    if (product->category_count == PRODUCT_CATEGORIES_MAX) {
        refuse_more(builder, place, "categories", PRODUCT_CATEGORIES_MAX);
        return;
    }
    const char **categories =
        arena_grow(builder->arena, product->categories, product->category_count, sizeof *categories);
    categories[product->category_count++] = steps[count - 1].slug;
    product->categories = categories;
    product->own_category_count = product->category_count;
}

void row_builder_say_category(struct row_builder *builder, const struct row_category *category)
{
    struct step step = {.slug = category->slug, .name = category->name};
    bool has_parent = category->parent != NULL && category->parent[0] != '\0';

    builder->row.fields |= FIELD_CATEGORIES;
    if (check_step(builder, category->place, &step) &&
        (!has_parent || check_step(builder, category->place, &(struct step){.slug = category->parent})))
        (void)describe_category(builder, category);
}

bool row_builder_finish(struct row_builder *builder)
{
    const struct product *product = &builder->row.product;

    bool is_of_product = !builder->row.is_of_categories && !builder->row.is_former;

    if (!builder->is_faulty && is_of_product && product->slug[0] == '\0' && product->sku[0] == '\0')
        row_builder_refuse(builder, (struct file_place){.line = builder->row.line},
                           "the row has neither a slug nor an sku; one of them is needed, or categories alone");
    return !builder->is_faulty;
}
