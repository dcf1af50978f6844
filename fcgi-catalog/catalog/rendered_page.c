/* SPDX-License-Identifier: MIT */
/*
 * A rendered page keeps the whole list as one text, and the seams in it: where each product's discount_value goes,
 * behind the fields that the contract puts before it. With quotes, the text is copied from seam to seam and a
 * discount_value put in at each:
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

struct rendered_page {
    atomic_size_t users;
    int64_t revision;
    uint64_t number;
    struct arena arena; /* the content, all of its strings, seams */
    struct page_content content;
    size_t *seams; /* one for each product: the offset in text of the byte that its discount_value goes before */
    struct buffer list;
};

/* ---- Making ---- */

static void copy_content(struct rendered_page *rendered, const struct page_content *content)
{
    struct arena *arena = &rendered->arena;
    const char **const texts[] = {&rendered->content.currency, &rendered->content.next, &rendered->content.previous,
                                  &rendered->content.searched};
    struct product *items = arena_get(arena, content->products.count * sizeof *items);

    for (size_t i = 0; i < content->products.count; i++)
        items[i] = product_copy(&content->products.items[i], arena);
    rendered->content = *content;
    rendered->content.products.items = items;
    for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
        if (*texts[i] != NULL)
            *texts[i] = arena_copy(arena, *texts[i], strlen(*texts[i]));
    }
}

static void print_list(struct rendered_page *rendered)
{
    const struct product_list *products = &rendered->content.products;

    rendered->seams = arena_get(&rendered->arena, products->count * sizeof *rendered->seams);
    buffer_append_byte(&rendered->list, '[');
    for (size_t i = 0; i < products->count; i++) {
        char *text;
        size_t seam, length = json_print_product(&products->items[i], rendered->content.fields,
                                                 rendered->content.currency, &text, &seam);
        if (i > 0)
            buffer_append_byte(&rendered->list, ',');
        rendered->seams[i] = rendered->list.length + seam;
        buffer_append(&rendered->list, text, length);
        free(text);
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

/* `applied`, when not NULL, has an array as text, or NULL, for each product; all of them have `applied_length` bytes.
 */
static struct text splice(const struct rendered_page *rendered, const struct quote *quotes, char *const *applied,
                          size_t applied_length, struct arena *arena)
{
    size_t count = rendered->content.products.count;
    size_t room = rendered->list.length + count * (JSON_DISCOUNT_VALUE_MAX + 1) + applied_length;
    char *bytes = arena_get(arena, room), *end = bytes;
    struct json_pct last_pct = {0};
    size_t copied = 0;

    for (size_t i = 0; i < count; i++) {
        size_t seam = rendered->seams[i];
        memcpy(end, rendered->list.bytes + copied, seam - copied);
        end += seam - copied;
        copied = seam;
        if (rendered->list.bytes[seam - 1] != '{') /* a product without any field needs no comma */
            *end++ = ',';
        end = json_put_discount_value(end, &quotes[i], &last_pct);
        if (applied != NULL && applied[i] != NULL)
            end = put_applied(end, applied[i]);
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
    size_t count = rendered->content.products.count, length = 0;

    if (quotes == NULL || !(rendered->content.fields & FIELD_DISCOUNT))
        return rendered_page_list(rendered);
    if (applied == NULL)
        return splice(rendered, quotes, NULL, 0, arena);
    char **texts = memory_get_zeroed(count, sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        if (applied[i].count == 0 || !is_discounted(&quotes[i]))
            continue;
        texts[i] = json_print_applied(&applied[i]);
        length += strlen(texts[i]) + APPLIED_MORE;
    }
    struct text list = splice(rendered, quotes, texts, length, arena);
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
    return list;
}
