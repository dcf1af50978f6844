/* SPDX-License-Identifier: MIT */
/* The rows of ours that a shop's product becomes: one for each variant. */
#include <string.h>

#include "common/memory.h"
#include "fcgi-catalog/catalog/list_text.h"
#include "fcgi-catalog/import/shop.h"
#include "fcgi-catalog/import/slug.h"

#define SLUG_TRIES 16 /* each compares the slug with those of all variants before */

typedef const char *slug_rule(const char *text, size_t max, struct arena *arena);

static slug_rule *const slug_rules[SHOP_SLUGS] = {slug_make, slug_make_before};

/* ---- What all variants have ---- */

/* The slug of a category below those whose slugs are `above`, which become its own. One that the shop has by the slug
 * of before keeps it: rules and links name it. */
static const char *make_category(struct shop_product *product, const char *name, const char *above[SHOP_SLUGS])
{
    const struct import_source *source = product->source;

    for (size_t i = 0; i < SHOP_SLUGS; i++)
        above[i] = slug_join(above[i], slug_rules[i](name, FIELD_CATEGORY_MAX, &product->arena), FIELD_CATEGORY_MAX,
                             &product->arena);
    bool is_old = source->knows_category != NULL && above[SHOP_OLD_SLUG][0] != '\0' &&
                  !source->knows_category(source->data, above[SHOP_SLUG], name) &&
                  source->knows_category(source->data, above[SHOP_OLD_SLUG], name);
    return above[is_old ? SHOP_OLD_SLUG : SHOP_SLUG];
}

void shop_add_category(struct shop_product *product, struct file_place place, const char *name)
{
    const char *above[SHOP_SLUGS] = {"", ""};
    const struct step step = {.slug = make_category(product, name, above), .name = name};

    row_builder_add_category(&product->shared, place, &step, name[0] != '\0');
}

void shop_add_path(struct shop_product *product, struct file_place place, const char *names)
{
    struct row_builder *builder = &product->shared;
    struct step steps[PRODUCT_CATEGORIES_MAX];
    const char *above[SHOP_SLUGS] = {"", ""};
    size_t count = 0;

    while (*names != '\0' && count < PRODUCT_CATEGORIES_MAX) {
        size_t length = strcspn(names, ">");
        const char *name = field_tidy(arena_copy(builder->arena, names, length), builder->arena);
        if (name[0] != '\0')
            steps[count++] = (struct step){.slug = make_category(product, name, above), .name = name};
        names += length + (names[length] != '\0');
    }
    row_builder_add_category(builder, place, steps, count);
}

void shop_add_tags(struct shop_product *product, const struct shop_cell *cell)
{
    struct row_builder *builder = &product->shared;
    const char *at = cell->text;
    char found = ',';

    while (found == ',' && !builder->is_full)
        row_builder_add_tag(builder, cell->place, list_next(&at, ",", "\\,", &found, builder->arena));
}

void shop_add_option(struct buffer *options, const char *text)
{
    size_t length = strlen(text), most = FIELD_NAME_MAX + 4; /* a character has up to 4 bytes */

    if (length == 0 || options->length > FIELD_NAME_MAX)
        return;
    if (options->length > 0)
        buffer_append(options, " / ", 3);
    if (length > most) {
        length = most;
        while (((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    buffer_append(options, text, length);
}

/* ---- Slugs ---- */

/* The sum's place in the table, or a free one. */
static uint64_t *find_sum(uint64_t *sums, size_t room, uint64_t sum)
{
    size_t at = (size_t)(sum >> 1) % room;

    while (sums[at] != 0 && sums[at] != sum)
        at = at + 1 < room ? at + 1 : 0;
    return &sums[at];
}

static void grow_handles(struct shop *shop)
{
    size_t room = shop->handle_room > 0 ? shop->handle_room * 2 : 128;
    uint64_t *handles = memory_get_zeroed(room, sizeof *handles);

    for (size_t i = 0; i < shop->handle_room; i++) {
        if (shop->handles[i] != 0)
            *find_sum(handles, room, shop->handles[i]) = shop->handles[i];
    }
    free(shop->handles);
    shop->handles = handles;
    shop->handle_room = room;
}

/* False: the handle was made before. Products that are not on sale have theirs, too: the handles of others stay as they
 * are when one leaves or comes back. */
static bool add_handle(struct shop *shop, const char *handle)
{
    uint64_t sum = slug_checksum(handle) | 1; /* never 0 */

    if (shop->handle_count * 3 >= shop->handle_room * 2)
        grow_handles(shop);
    uint64_t *place = find_sum(shop->handles, shop->handle_room, sum);
    if (*place != 0)
        return false;
    *place = sum;
    shop->handle_count++;
    return true;
}

/* Digits alone would be an id. */
static bool is_digits(const char *slug)
{
    return slug[0] != '\0' && slug[strspn(slug, "0123456789")] == '\0';
}

/* A handle made of the name; where another product has it, with what tells the two apart. */
static const char *make_handle(struct shop *shop, struct shop_product *product)
{
    struct arena *arena = &product->arena;
    const char *slug = slug_make(product->handle.text, FIELD_SLUG_MAX, arena), *handle = slug;

    for (size_t i = 0; i <= ARRAY_LENGTH(product->handle_ends); i++) {
        if (is_digits(handle))
            handle = slug_join("product", handle, FIELD_SLUG_MAX, arena);
        if (handle[0] != '\0' && add_handle(shop, handle))
            return handle;
        if (i < ARRAY_LENGTH(product->handle_ends) && product->handle_ends[i] != NULL)
            handle = slug_join(slug, slug_make(product->handle_ends[i], FIELD_SLUG_MAX, arena), FIELD_SLUG_MAX, arena);
    }
    return slug_join(slug[0] != '\0' ? slug : "product", arena_print(arena, "line-%zu", product->line), FIELD_SLUG_MAX,
                     arena);
}

static bool is_slug_taken(const struct shop_product *product, size_t before, size_t rule, const char *slug)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(product->variants[i].slugs[rule], slug) == 0)
            return true;
    }
    return false;
}

/* The variant's number takes the place of options without a slug, or makes a slug differ from that of another variant
 * ("S", "S+"); where another one has that, too ("S 3"), so does a higher number. One that is taken after SLUG_TRIES of
 * them is a fault of the row. */
static const char *make_slug(struct shop_product *product, const char *handle, size_t index, size_t rule)
{
    struct arena *arena = &product->arena;
    const struct shop_variant *variant = &product->variants[index];
    const char *options = variant->options != NULL ? variant->options : "";

    if ((product->variant_count == 1 && options[0] == '\0') || handle[0] == '\0')
        return handle;
    const char *number = arena_print(arena, "%zu", index + 1);
    const char *ending = slug_rules[rule](options, FIELD_SLUG_MAX, arena);
    const char *slug = slug_join(handle, ending[0] != '\0' ? ending : number, FIELD_SLUG_MAX, arena);
    const char *unique = slug;
    for (size_t i = 1; i <= SLUG_TRIES && is_slug_taken(product, index, rule, unique); i++)
        unique = slug_join(slug, arena_print(arena, "%zu", index + i), FIELD_SLUG_MAX, arena);
    return unique;
}

/* Gives a row those slugs that are allowed. */
static void give_slugs(const struct shop_product *product, struct row_builder *builder,
                       const char *const slugs[SHOP_SLUGS])
{
    const char *slug = slugs[SHOP_SLUG], *old = slugs[SHOP_OLD_SLUG];

    if (field_is_slug(slug))
        row_builder_set(builder, product->handle.place, FIELD_SLUG, slug);
    if (field_is_slug(old) && strcmp(slug, old) != 0)
        builder->row.old_slug = old;
}

/* Makes the variant's slugs, and gives its row those that are allowed. */
static void set_slugs(struct shop *shop, struct shop_product *product, struct row_builder *builder,
                      const char *const handles[SHOP_SLUGS], size_t index)
{
    struct shop_variant *variant = &product->variants[index];

    for (size_t rule = 0; rule < SHOP_SLUGS; rule++) {
        const char *slug = make_slug(product, handles[rule], index, rule);
        bool is_id = is_digits(slug);
        shop->output->counts.digit_handles += is_id && rule == SHOP_SLUG;
        variant->slugs[rule] = is_id ? slug_join("product", slug, FIELD_SLUG_MAX, &product->arena) : slug;
    }
    give_slugs(product, builder, variant->slugs);
}

/* That of the product, and the options; of a product's name that is too long, as a fault says, that alone. */
static const char *name_variant(struct shop_product *product, const struct shop_variant *variant)
{
    const char *options = variant->options != NULL ? variant->options : "";

    if (options[0] == '\0' || strlen(product->name.text) > FIELD_NAME_MAX)
        return product->name.text;
    return arena_print(&product->arena, "%s - %s", product->name.text, options);
}

/* ---- Rows ---- */

static void add_image(struct row_builder *builder, const struct shop_image *image)
{
    row_builder_add_image(builder, image->url.place, image->url.text, image->alt.text);
}

/* The variant's own images first, and no address twice. */
static void set_images(const struct shop_product *product, const struct shop_variant *variant,
                       struct row_builder *builder)
{
    builder->row.fields |= FIELD_IMAGES;
    for (size_t i = 0; i < variant->image_count; i++)
        add_image(builder, &variant->images[i]);
    for (size_t i = 0; i < product->image_count && !variant->has_own_images_only; i++) {
        const struct shop_image *image = &product->images[i];
        bool is_own = false;
        for (size_t j = 0; j < variant->image_count; j++)
            is_own = is_own || strcmp(image->url.text, variant->images[j].url.text) == 0;
        if (!is_own)
            add_image(builder, image);
    }
}

static void build_row(struct shop *shop, struct shop_product *product, struct row_builder *builder,
                      const char *const handles[SHOP_SLUGS], size_t index)
{
    struct shop_variant *variant = &product->variants[index];
    const char *name = name_variant(product, variant);
    int exponent = shop->output->source.exponent;

    builder->row.line = variant->line;
    set_slugs(shop, product, builder, handles, index);
    if (variant->options != NULL && strlen(variant->options) > FIELD_NAME_MAX)
        row_builder_refuse(builder, variant->options_place,
                           "the variant's options have more than %d bytes; with the product's name they are its name, "
                           "which may have %d",
                           FIELD_NAME_MAX, FIELD_NAME_MAX);
    else if (name != product->name.text && builder->row.product.name[0] != '\0')
        row_builder_set(builder, variant->options_place, FIELD_NAME, name);
    if ((builder->row.fields & FIELD_SLUG) == 0)
        row_builder_refuse(builder, product->handle.place,
                           "no slug can be made of the handle %s; " FIELD_SLUG_FORM " are needed",
                           field_show(product->handle.text, strlen(product->handle.text), builder->arena));
    if (variant->sku.text != NULL)
        row_builder_set(builder, variant->sku.place, FIELD_SKU, variant->sku.text);
    if (variant->description.text != NULL)
        row_builder_set(builder, variant->description.place, FIELD_DESCRIPTION, variant->description.text);
    if (variant->price.text != NULL)
        row_builder_set_decimal_price(builder, variant->price.place, FIELD_PRICE, variant->price.text, exponent);
    if (variant->compare_at.text != NULL)
        row_builder_set_decimal_price(builder, variant->compare_at.place, FIELD_COMPARE_AT, variant->compare_at.text,
                                      exponent);
    if (variant->stock != NULL)
        row_builder_set(builder, variant->stock_place, FIELD_STOCK, variant->stock);
    if (product->has_images)
        set_images(product, variant, builder);
}

/* Whatever else is in the cells of what is not on sale is no fault. A slug that is made of a name may be another
 * product's: the SKU is surer. */
static void withdraw(struct shop *shop, struct shop_product *product, const char *const handles[SHOP_SLUGS],
                     size_t index)
{
    const struct shop_variant *variant = &product->variants[index];
    struct row_builder builder = row_builder_begin(&product->arena, shop->output->source.faults, variant->line);
    const char *sku = variant->sku.text != NULL ? variant->sku.text : "";

    builder.row.is_withdrawn = true;
    builder.row.product.name = name_variant(product, variant);
    builder.row.product.sku = sku;
    set_slugs(shop, product, &builder, handles, index);
    if (shop->format->makes_handles && sku[0] != '\0') {
        if (!product->has_slug) {
            builder.row.product.slug = "";
            builder.row.fields = 0;
        }
        row_builder_set(&builder, variant->sku.place, FIELD_SKU, sku);
    }
    if (builder.row.fields != 0)
        row_sink_take(shop->output, &builder);
}

/* The slug without options: the product had it while it had no variants. */
static void withdraw_handle(struct shop *shop, struct shop_product *product, const char *const handles[SHOP_SLUGS])
{
    struct row_builder builder = row_builder_begin(&product->arena, shop->output->source.faults, product->line);

    builder.row.is_withdrawn = true;
    builder.row.product.name = product->name.text;
    give_slugs(product, &builder, handles);
    if (builder.row.fields != 0 && !is_digits(handles[SHOP_SLUG]))
        row_sink_take(shop->output, &builder);
}

void shop_hand_on(struct shop *shop, struct shop_product *product)
{
    bool makes_handles = shop->format->makes_handles; /* versions before had no such format */
    const char *handles[SHOP_SLUGS];

    for (size_t rule = 0; rule < SHOP_SLUGS; rule++)
        handles[rule] = makes_handles ? "" : slug_rules[rule](product->handle.text, FIELD_SLUG_MAX, &product->arena);
    if (makes_handles)
        handles[SHOP_SLUG] = make_handle(shop, product);
    shop->output->counts.hidden += product->is_hidden;
    /* The names of variants begin with the product's, so it must not be empty. */
    if (product->name.text[0] == '\0' && !product->is_hidden)
        row_builder_refuse(&product->shared, product->name.place, "%s is empty; a product's first row has one",
                           shop->headings[product->name.place.column - 1].name);
    else if (!product->is_hidden)
        row_builder_set(&product->shared, product->name.place, FIELD_NAME, product->name.text);
    product->shared.is_faulty = product->shared.is_faulty || product->is_faulty;
    if (product->is_hidden && !makes_handles &&
        strcmp(make_slug(product, handles[SHOP_SLUG], 0, SHOP_SLUG), handles[SHOP_SLUG]) != 0)
        withdraw_handle(shop, product, handles);
    for (size_t i = 0; i < product->variant_count; i++) {
        if (product->is_hidden || product->variants[i].is_hidden) {
            shop->output->counts.hidden += !product->is_hidden;
            withdraw(shop, product, handles, i);
            continue;
        }
        struct row_builder builder = product->shared;
        build_row(shop, product, &builder, handles, i);
        row_sink_take(shop->output, &builder);
    }
}
