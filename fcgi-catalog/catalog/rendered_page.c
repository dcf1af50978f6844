/* SPDX-License-Identifier: MIT */
/*
 * A rendered page keeps the whole list as one text, and the seams in it: where each product's discount_value goes,
 * behind the fields that the contract puts before it, and each variant's, at the end of it. With quotes, the text is
 * copied from seam to seam and a discount_value put in at each:
 *
 *     [{"id":1,"slug":"a","categories":["b"]},{"id":2}]\n
 *      ^                ^                            ^
 *      start        seams[0]                     seams[1]
 */
#include "fcgi-catalog/catalog/rendered_page.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "fcgi-catalog/catalog/json.h"

#define BLOCK_SIZE ((size_t)1024) /* thousands of rendered pages are kept, most of them small */

/* Where a discount_value goes. */
struct seam {
    size_t at;    /* the offset in the text of the byte that it goes before */
    size_t place; /* of its quote, among those of what is asked */
};

struct rendered_page {
    atomic_size_t users;
    int64_t revision;
    uint64_t number;
    struct arena arena; /* the content, all of its strings, seams */
    struct page_content content;
    struct seam *seams; /* in the order of the text */
    size_t seam_count;
    struct product_list asked;
    size_t *variant_places; /* one for each variant of the first product, if they have prices */
    struct buffer list;
};

/* ---- Making ---- */

static void copy_content(struct rendered_page *rendered, const struct page_content *content)
{
    struct arena *arena = &rendered->arena;
    const char **const texts[] = {&rendered->content.currency, &rendered->content.next, &rendered->content.previous,
                                  &rendered->content.searched};
    struct product *items = arena_get(arena, content->products.count * sizeof *items);

    for (size_t i = 0; i < content->products.count; i++) {
        struct product product = content->products.items[i];
        if (!content->has_variants || i > 0)
            product.variant_count = 0;
        items[i] = product_copy(&product, arena);
    }
    rendered->content = *content;
    rendered->content.products.items = items;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if (*texts[i] != NULL)
            *texts[i] = arena_copy(arena, *texts[i], strlen(*texts[i]));
    }
}

/* Adds the first product at the price of a variant, unless it is there at this price. */
static size_t find_place(struct product *asked, size_t products, size_t *count, int32_t price_cents)
{
    for (size_t i = products; i < *count; i++) {
        if (asked[i].price_cents == price_cents)
            return i;
    }
    if (asked[0].price_cents == price_cents)
        return 0;
    asked[*count] = asked[0];
    asked[*count].price_cents = price_cents;
    return (*count)++;
}

static void list_asked(struct rendered_page *rendered)
{
    const struct page_content *content = &rendered->content;
    size_t products = content->products.count - content->pictured, count = products;
    size_t variants = content->has_variants ? content->products.items[0].variant_count : 0;
    struct product *asked = arena_get(&rendered->arena, (products + variants) * sizeof *asked);

    for (size_t i = 0; i < products; i++)
        asked[i] = content->products.items[i];
    rendered->variant_places = arena_get(&rendered->arena, variants * sizeof *rendered->variant_places);
    for (size_t i = 0; i < variants; i++)
        rendered->variant_places[i] =
            find_place(asked, products, &count, content->products.items[0].variants[i].price_cents);
    rendered->asked = (struct product_list){.items = asked, .count = count};
}

static void add_seam(struct rendered_page *rendered, size_t at, size_t place)
{
    rendered->seams = arena_grow(&rendered->arena, rendered->seams, rendered->seam_count, sizeof *rendered->seams);
    rendered->seams[rendered->seam_count++] = (struct seam){.at = at, .place = place};
}

static void print_product(struct rendered_page *rendered, size_t index)
{
    const struct page_content *content = &rendered->content;
    const struct product *product = &content->products.items[index];
    bool has_variants = content->has_variants && index == 0 && (content->fields & FIELD_VARIANTS) != 0;
    unsigned fields = has_variants ? content->fields : content->fields & ~(unsigned)FIELD_VARIANTS;
    size_t *seams = memory_get((1 + product->variant_count) * sizeof *seams), before = rendered->list.length;
    char *text;
    size_t length = json_print_product(product, fields, content->currency, &text, seams);

    buffer_append(&rendered->list, text, length);
    if (index < content->products.count - content->pictured)
        add_seam(rendered, before + seams[0], index);
    for (size_t i = 0; has_variants && i < product->variant_count; i++)
        add_seam(rendered, before + seams[1 + i], rendered->variant_places[i]);
    free(text);
    free(seams);
}

static void print_list(struct rendered_page *rendered)
{
    buffer_append_byte(&rendered->list, '[');
    for (size_t i = 0; i < rendered->content.products.count; i++) {
        if (i > 0)
            buffer_append_byte(&rendered->list, ',');
        print_product(rendered, i);
    }
    buffer_append(&rendered->list, "]\n", 2);
    rendered->list.bytes = memory_resize(rendered->list.bytes, rendered->list.length);
    rendered->list.room = rendered->list.length;
}

struct rendered_page *rendered_page_new(int64_t revision, const struct page_content *content)
{
    static _Atomic uint64_t last_number;
    struct rendered_page *rendered = memory_get_zeroed(1, sizeof *rendered);

    atomic_init(&rendered->users, 1);
    rendered->number = atomic_fetch_add(&last_number, 1) + 1;
    rendered->revision = revision;
    rendered->arena.block_size = BLOCK_SIZE;
    copy_content(rendered, content);
    list_asked(rendered);
    print_list(rendered);
    return rendered;
}

/* ---- Users ---- */

struct rendered_page *rendered_page_take(struct rendered_page *rendered)
{
    atomic_fetch_add_explicit(&rendered->users, 1, memory_order_relaxed);
    return rendered;
}

void rendered_page_drop(struct rendered_page *rendered)
{
    /* acq_rel: the last user, which frees the page, must see what all others did with it. */
    if (rendered == NULL || atomic_fetch_sub_explicit(&rendered->users, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&rendered->arena);
    buffer_release(&rendered->list);
    free(rendered);
}

/* ---- Reading ---- */

uint64_t rendered_page_number(const struct rendered_page *rendered)
{
    return rendered->number;
}

int64_t rendered_page_revision(const struct rendered_page *rendered)
{
    return rendered->revision;
}

const struct page_content *rendered_page_content(const struct rendered_page *rendered)
{
    return &rendered->content;
}

const struct product_list *rendered_page_products(const struct rendered_page *rendered)
{
    return &rendered->content.products;
}

const struct product_list *rendered_page_asked(const struct rendered_page *rendered)
{
    return &rendered->asked;
}

size_t rendered_page_variant_place(const struct rendered_page *rendered, size_t variant)
{
    return rendered->variant_places[variant];
}

size_t rendered_page_size(const struct rendered_page *rendered)
{
    return sizeof *rendered + rendered->list.room + arena_held(&rendered->arena);
}

struct text rendered_page_list(const struct rendered_page *rendered)
{
    return (struct text){.bytes = rendered->list.bytes, .length = rendered->list.length};
}

struct text rendered_page_text_of_one(struct text list, struct arena *arena)
{
    size_t length = list.length - 2; /* "[{…}]\n" */
    char *bytes = arena_copy(arena, list.bytes + 1, length);

    bytes[length - 1] = '\n';
    return (struct text){.bytes = bytes, .length = length};
}

/* Puts "applied" in before the closing brace of the discount_value that ends at `end`; the value has other fields. */
static char *put_applied(char *end, const char *applied)
{
    static const char key[] = ",\"applied\":";
    size_t length = strlen(applied);

    end--;
    memcpy(end, key, sizeof key - 1);
    end += sizeof key - 1;
    memcpy(end, applied, length);
    end[length] = '}';
    return end + length + 1;
}

#define APPLIED_MORE (sizeof ",\"applied\":") /* bytes that put_applied() adds beside the array */

/* `applied`, when not NULL, has an array as text, or NULL, for each quote. */
static struct text splice(const struct rendered_page *rendered, const struct quote *quotes, char *const *applied,
                          struct arena *arena)
{
    size_t room = rendered->list.length + rendered->seam_count * (JSON_DISCOUNT_VALUE_MAX + 1);
    struct json_pct last_pct = {0};
    size_t copied = 0;

    for (size_t i = 0; applied != NULL && i < rendered->seam_count; i++) {
        const char *text = applied[rendered->seams[i].place];
        room += text != NULL ? strlen(text) + APPLIED_MORE : 0;
    }
    char *bytes = arena_get(arena, room), *end = bytes;
    for (size_t i = 0; i < rendered->seam_count; i++) {
        size_t seam = rendered->seams[i].at, place = rendered->seams[i].place;
        memcpy(end, rendered->list.bytes + copied, seam - copied);
        end += seam - copied;
        copied = seam;
        if (rendered->list.bytes[seam - 1] != '{') /* a product without any field needs no comma */
            *end++ = ',';
        end = json_put_discount_value(end, &quotes[place], &last_pct);
        if (applied != NULL && applied[place] != NULL)
            end = put_applied(end, applied[place]);
        if (rendered->list.bytes[seam] == '"') /* nothing before it, but something behind it */
            *end++ = ',';
    }
    memcpy(end, rendered->list.bytes + copied, rendered->list.length - copied);
    end += rendered->list.length - copied;
    return (struct text){.bytes = bytes, .length = (size_t)(end - bytes)};
}

static bool is_discounted(const struct quote *quote)
{
    return quote->pct != 0 || quote->value_cents != 0;
}

struct text rendered_page_print(const struct rendered_page *rendered, const struct quote *quotes,
                                const struct applied_rules *applied, struct arena *arena)
{
    size_t count = rendered->asked.count;

    if (quotes == NULL || !(rendered->content.fields & FIELD_DISCOUNT))
        return rendered_page_list(rendered);
    if (applied == NULL)
        return splice(rendered, quotes, NULL, arena);
    char **texts = memory_get_zeroed(count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        if (applied[i].count > 0 && is_discounted(&quotes[i]))
            texts[i] = json_print_applied(&applied[i]);
    }
    struct text list = splice(rendered, quotes, texts, arena);
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
    return list;
}
