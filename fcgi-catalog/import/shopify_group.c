/* SPDX-License-Identifier: MIT */
/* The rows of ours that a product of Shopify becomes: one for each variant. */
#include <string.h>
#include <strings.h>

#include "common/number.h"
#include "fcgi-catalog/import/shopify.h"
#include "fcgi-catalog/import/slug.h"

/* A name for variants to go on from. */
static void check_title(struct draft *draft, const struct group *group)
{
    if (group->title.text[0] == '\0')
        draft_refuse(draft, group->title.place, "Title is empty; a product's first row has one");
    else
        draft_set_name(draft, group->title.place, group->title.text);
}

static void add_type(struct draft *draft, const struct group *group)
{
    const char *name = group->type.text, *slug = slug_make(name, FIELD_CATEGORY_MAX, draft->arena);

    draft_add_category(draft, group->type.place, &(struct step){.slug = slug, .name = name}, slug[0] != '\0');
}

/* "Apparel > Clothing > Shirts": the names of a tree, in which one name may be at several places. */
static void add_categories(struct draft *draft, const struct group *group)
{
    struct step steps[PRODUCT_CATEGORIES_MAX];
    const char *above = "", *at = group->category.text;
    size_t count = 0;

    while (*at != '\0' && count < PRODUCT_CATEGORIES_MAX) {
        size_t length = strcspn(at, ">");
        const char *name = field_tidy(arena_copy(draft->arena, at, length), draft->arena);
        const char *slug = slug_make(name, FIELD_CATEGORY_MAX, draft->arena);
        if (slug[0] != '\0') {
            above = slug_join(above, slug, FIELD_CATEGORY_MAX, draft->arena);
            steps[count++] = (struct step){.slug = above, .name = name};
        }
        at += length + (at[length] != '\0');
    }
    draft_add_category(draft, group->category.place, steps, count);
}

static void add_tags(struct draft *draft, const struct group *group)
{
    for (const char *at = group->tags.text; *at != '\0' && !draft->is_full;) {
        size_t length = strcspn(at, ",");
        draft_add_tag(draft, group->tags.place, arena_copy(draft->arena, at, length));
        at += length + (at[length] != '\0');
    }
    draft_add_tag(draft, group->vendor.place, group->vendor.text);
}

static struct draft draft_group(struct shopify *shopify)
{
    struct group *group = &shopify->group;
    struct draft draft = draft_begin(&group->arena, shopify->output->source.faults, group->line);

    if (shopify->places[SHOPIFY_BODY] != 0)
        draft_set_description(&draft, group->body.place, html_to_text(group->body.text, draft.arena));
    if (shopify->places[SHOPIFY_CATEGORY] != 0)
        add_categories(&draft, group);
    if (shopify->places[SHOPIFY_TYPE] != 0)
        add_type(&draft, group);
    if (shopify->places[SHOPIFY_TAGS] != 0 || shopify->places[SHOPIFY_VENDOR] != 0)
        add_tags(&draft, group);
    check_title(&draft, group);
    draft.is_faulty = draft.is_faulty || group->is_faulty;
    return draft;
}

/* "Red / L"; "" for the only variant of a product without options. */
static const char *name_variant(const struct group *group, const struct variant *variant, struct arena *arena)
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

static bool is_slug_taken(const struct group *group, size_t before, const char *slug)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(group->variants[i].slug, slug) == 0)
            return true;
    }
    return false;
}

/* Options of which no a-z or 0-9 is left, or the same as another's ("S", "S+"), get the variant's number. */
static const char *make_slug(const struct group *group, size_t index, const char *options, struct arena *arena)
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

/* Known only when the file says how many there are: exports without stock do not. */
static void set_stock(struct shopify *shopify, struct draft *draft, const struct variant *variant)
{
    int64_t quantity = 0;
    bool goes_on = strcasecmp(variant->policy.text, "continue") == 0 || strcasecmp(variant->policy.text, "true") == 0;
    bool is_counted = shopify->places[SHOPIFY_TRACKER] == 0 || variant->tracker.text[0] != '\0';

    if (shopify->places[SHOPIFY_QUANTITY] == 0)
        return;
    if (is_counted && variant->quantity.text[0] == '\0')
        return;
    if (is_counted && number_parse(variant->quantity.text, INT32_MIN, INT32_MAX, &quantity) != NUMBER_OK)
        draft_refuse(draft, variant->quantity.place, "the quantity is %s; a whole number is allowed",
                     field_show(variant->quantity.text, strlen(variant->quantity.text), draft->arena));
    else
        draft_set_stock(draft, variant->quantity.place,
                        is_counted && quantity <= 0 && !goes_on ? "out-of-stock" : "in-stock");
}

static void set_images(struct shopify *shopify, struct draft *draft, const struct variant *variant)
{
    const struct group *group = &shopify->group;

    if (shopify->places[SHOPIFY_IMAGE] == 0)
        return;
    draft->row.fields |= FIELD_IMAGES;
    const char *own = group->variant_count > 1 ? variant->image.text : "", *alt = "";
    for (size_t i = 0; i < group->image_count; i++) {
        if (strcmp(group->images[i].url.text, own) == 0)
            alt = group->images[i].alt.text;
    }
    if (own[0] != '\0')
        draft_add_image(draft, variant->image.place, own, alt);
    for (size_t i = 0; i < group->image_count; i++) {
        const struct image *image = &group->images[i];
        if (strcmp(image->url.text, own) != 0)
            draft_add_image(draft, image->url.place, image->url.text, image->alt.text);
    }
}

static void draft_variant(struct shopify *shopify, struct draft *draft, size_t index)
{
    struct group *group = &shopify->group;
    struct variant *variant = &group->variants[index];
    const char *options = name_variant(group, variant, draft->arena);

    draft->row.line = variant->line;
    variant->slug = tell_from_id(shopify, make_slug(group, index, options, draft->arena));
    if (options[0] != '\0' && draft->row.product.name[0] != '\0')
        draft_set_name(draft, variant->options[0].place,
                       arena_print(draft->arena, "%s - %s", group->title.text, options));
    if (field_is_slug(variant->slug))
        draft_set_slug(draft, group->handle.place, variant->slug);
    else
        draft_refuse(draft, group->handle.place, "no slug can be made of the handle %s; " FIELD_SLUG_FORM " are needed",
                     field_show(group->handle.text, strlen(group->handle.text), draft->arena));
    if (shopify->places[SHOPIFY_SKU] != 0) /* spreadsheets write 'SKU for a text */
        draft_set_sku(draft, variant->sku.place, variant->sku.text + (variant->sku.text[0] == '\''));
    if (shopify->places[SHOPIFY_PRICE] != 0)
        draft_set_decimal_price(draft, variant->price.place, variant->price.text, shopify->output->source.exponent);
    set_stock(shopify, draft, variant);
    set_images(shopify, draft, variant);
}

void shopify_hand_on(struct shopify *shopify)
{
    struct group *group = &shopify->group;

    group->slug = slug_make(group->handle.text, FIELD_SLUG_MAX, &group->arena);
    struct draft shared = draft_group(shopify);
    for (size_t i = 0; i < group->variant_count; i++) {
        struct draft draft = shared;
        draft_variant(shopify, &draft, i);
        output_take(shopify->output, &draft);
    }
}
