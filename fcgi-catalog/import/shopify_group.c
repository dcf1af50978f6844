/* SPDX-License-Identifier: MIT */
/* The rows of ours that a product of Shopify becomes: one for each variant. */
#include <string.h>
#include <strings.h>

#include "common/number.h"
#include "fcgi-catalog/import/shopify.h"
#include "fcgi-catalog/import/slug.h"

/* The names of variants begin with the title, so it must not be empty. */
static void check_title(struct row_builder *builder, const struct shopify_group *group)
{
    if (group->title.text[0] == '\0')
        row_builder_refuse(builder, group->title.place, "Title is empty; a product's first row has one");
    else
        row_builder_set(builder, group->title.place, FIELD_NAME, group->title.text);
}

static void add_type(struct row_builder *builder, const struct shopify_group *group)
{
    const char *name = group->type.text, *slug = slug_make(name, FIELD_CATEGORY_MAX, builder->arena);

    row_builder_add_category(builder, group->type.place, &(struct step){.slug = slug, .name = name}, slug[0] != '\0');
}

/* "Apparel > Clothing > Shirts": the names of a tree, in which one name may be at several places. */
static void add_categories(struct row_builder *builder, const struct shopify_group *group)
{
    struct step steps[PRODUCT_CATEGORIES_MAX];
    const char *above = "", *at = group->category.text;
    size_t count = 0;

    while (*at != '\0' && count < PRODUCT_CATEGORIES_MAX) {
        size_t length = strcspn(at, ">");
        const char *name = field_tidy(arena_copy(builder->arena, at, length), builder->arena);
        const char *slug = slug_make(name, FIELD_CATEGORY_MAX, builder->arena);
        if (slug[0] != '\0') {
            above = slug_join(above, slug, FIELD_CATEGORY_MAX, builder->arena);
            steps[count++] = (struct step){.slug = above, .name = name};
        }
        at += length + (at[length] != '\0');
    }
    row_builder_add_category(builder, group->category.place, steps, count);
}

static void add_tags(struct row_builder *builder, const struct shopify_group *group)
{
    for (const char *at = group->tags.text; *at != '\0' && !builder->is_full;) {
        size_t length = strcspn(at, ",");
        row_builder_add_tag(builder, group->tags.place, arena_copy(builder->arena, at, length));
        at += length + (at[length] != '\0');
    }
    row_builder_add_tag(builder, group->vendor.place, group->vendor.text);
}

static struct row_builder build_group(struct shopify *shopify)
{
    struct shopify_group *group = &shopify->group;
    struct row_builder builder = row_builder_begin(&group->arena, shopify->output->source.faults, group->line);

    if (shopify->places[SHOPIFY_BODY] != 0)
        row_builder_set(&builder, group->body.place, FIELD_DESCRIPTION, html_to_text(group->body.text, builder.arena));
    if (shopify->places[SHOPIFY_CATEGORY] != 0)
        add_categories(&builder, group);
    if (shopify->places[SHOPIFY_TYPE] != 0)
        add_type(&builder, group);
    if (shopify->places[SHOPIFY_TAGS] != 0 || shopify->places[SHOPIFY_VENDOR] != 0)
        add_tags(&builder, group);
    check_title(&builder, group);
    builder.is_faulty = builder.is_faulty || group->is_faulty;
    return builder;
}

/* "Red / L"; "" for the only variant of a product without options. */
static const char *name_variant(const struct shopify_group *group, const struct variant *variant, struct arena *arena)
{
    const char *name = "";

    if (group->variant_count == 1)
        return name;
    for (size_t i = 0; i < SHOPIFY_OPTIONS; i++) {
        if (variant->options[i].text[0] != '\0')
            name = arena_print(arena, "%s%s%s", name, name[0] != '\0' ? " / " : "", variant->options[i].text);
    }
    return name;
}

static bool is_slug_taken(const struct shopify_group *group, size_t before, const char *slug)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(group->variants[i].slug, slug) == 0)
            return true;
    }
    return false;
}

/* The variant's number takes the place of options without any a-z or 0-9, or makes a slug differ from that of another
 * variant ("S", "S+"). */
static const char *make_slug(const struct shopify_group *group, size_t index, const char *options, struct arena *arena)
{
    const char *handle = group->slug;

    if (group->variant_count == 1 || handle[0] == '\0')
        return handle;
    const char *number = arena_print(arena, "%zu", index + 1);
    const char *ending = slug_make(options, FIELD_SLUG_MAX, arena);
    const char *slug = slug_join(handle, ending[0] != '\0' ? ending : number, FIELD_SLUG_MAX, arena);
    if (!is_slug_taken(group, index, slug))
        return slug;
    return slug_join(slug, number, FIELD_SLUG_MAX, arena);
}

/* Digits alone would be an id. */
static const char *tell_from_id(struct shopify *shopify, const char *slug)
{
    if (slug[0] == '\0' || slug[strspn(slug, "0123456789")] != '\0')
        return slug;
    shopify->output->counts.digit_handles++;
    return slug_join("product", slug, FIELD_SLUG_MAX, &shopify->group.arena);
}

/* The stock is known only when the file has quantities: exports without stock do not. */
static void set_stock(struct shopify *shopify, struct row_builder *builder, const struct variant *variant)
{
    int64_t quantity = 0;
    bool goes_on = strcasecmp(variant->policy.text, "continue") == 0 || strcasecmp(variant->policy.text, "true") == 0;
    bool is_counted = shopify->places[SHOPIFY_TRACKER] == 0 || variant->tracker.text[0] != '\0';

    if (shopify->places[SHOPIFY_QUANTITY] == 0)
        return;
    if (is_counted && variant->quantity.text[0] == '\0')
        return;
    if (is_counted && number_parse(variant->quantity.text, INT32_MIN, INT32_MAX, &quantity) != NUMBER_OK)
        row_builder_refuse(builder, variant->quantity.place, "the quantity is %s; a whole number is allowed",
                           field_show(variant->quantity.text, strlen(variant->quantity.text), builder->arena));
    else
        row_builder_set(builder, variant->quantity.place, FIELD_STOCK,
                        is_counted && quantity <= 0 && !goes_on ? "out-of-stock" : "in-stock");
}

static void set_images(struct shopify *shopify, struct row_builder *builder, const struct variant *variant)
{
    const struct shopify_group *group = &shopify->group;

    if (shopify->places[SHOPIFY_IMAGE] == 0)
        return;
    builder->row.fields |= FIELD_IMAGES;
    const char *own = group->variant_count > 1 ? variant->image.text : "", *alt = "";
    for (size_t i = 0; i < group->image_count; i++) {
        if (strcmp(group->images[i].url.text, own) == 0)
            alt = group->images[i].alt.text;
    }
    if (own[0] != '\0')
        row_builder_add_image(builder, variant->image.place, own, alt);
    for (size_t i = 0; i < group->image_count; i++) {
        const struct image *image = &group->images[i];
        if (strcmp(image->url.text, own) != 0)
            row_builder_add_image(builder, image->url.place, image->url.text, image->alt.text);
    }
}

static void build_variant(struct shopify *shopify, struct row_builder *builder, size_t index)
{
    struct shopify_group *group = &shopify->group;
    struct variant *variant = &group->variants[index];
    const char *options = name_variant(group, variant, builder->arena);

    builder->row.line = variant->line;
    variant->slug = tell_from_id(shopify, make_slug(group, index, options, builder->arena));
    if (options[0] != '\0' && builder->row.product.name[0] != '\0')
        row_builder_set(builder, variant->options[0].place, FIELD_NAME,
                        arena_print(builder->arena, "%s - %s", group->title.text, options));
    if (field_is_slug(variant->slug))
        row_builder_set(builder, group->handle.place, FIELD_SLUG, variant->slug);
    else
        row_builder_refuse(builder, group->handle.place,
                           "no slug can be made of the handle %s; " FIELD_SLUG_FORM " are needed",
                           field_show(group->handle.text, strlen(group->handle.text), builder->arena));
    if (shopify->places[SHOPIFY_SKU] != 0) /* spreadsheets write 'SKU for a text */
        row_builder_set(builder, variant->sku.place, FIELD_SKU, variant->sku.text + (variant->sku.text[0] == '\''));
    if (shopify->places[SHOPIFY_PRICE] != 0)
        row_builder_set_decimal_price(builder, variant->price.place, FIELD_PRICE, variant->price.text,
                                      shopify->output->source.exponent);
    if (shopify->places[SHOPIFY_COMPARE_AT] != 0)
        row_builder_set_decimal_price(builder, variant->compare_at.place, FIELD_COMPARE_AT, variant->compare_at.text,
                                      shopify->output->source.exponent);
    set_stock(shopify, builder, variant);
    set_images(shopify, builder, variant);
}

void shopify_hand_on(struct shopify *shopify)
{
    struct shopify_group *group = &shopify->group;

    group->slug = slug_make(group->handle.text, FIELD_SLUG_MAX, &group->arena);
    struct row_builder shared = build_group(shopify);
    for (size_t i = 0; i < group->variant_count; i++) {
        struct row_builder builder = shared;
        build_variant(shopify, &builder, i);
        row_sink_take(shopify->output, &builder);
    }
}
