/* SPDX-License-Identifier: MIT */
/* The fields of a product: the table, and what each may hold. */
#include "fcgi-catalog/catalog/field.h"

#include <string.h>
#include <utf8proc.h>

#include "common/text.h"
#include "fcgi-catalog/catalog/variant.h"

#define OFFSET_TEXT(member) offsetof(struct OF, member)
#define OFFSET_NUMBER(member) offsetof(struct OF, member)
#define OFFSET_TIME(member) offsetof(struct OF, member)
#define OFFSET_CATEGORIES(member) 0
#define OFFSET_TAGS(member) 0
#define OFFSET_IMAGES(member) 0
#define OFFSET_VARIANTS(member) 0
#define OFFSET_CURRENCY(member) 0
#define OFFSET_DISCOUNT(member) 0

#define OF product
const struct field field_table[FIELD_COUNT] = {
#define FIELD(bit_, kind_, member, name_, bound, place, check, form_)                                                  \
    {.bit = FIELD_##bit_,                                                                                              \
     .kind = FIELD_KIND_##kind_,                                                                                       \
     .name = name_,                                                                                                    \
     .offset = OFFSET_##kind_(member),                                                                                 \
     .max = bound,                                                                                                     \
     .is_allowed = check,                                                                                              \
     .form = form_},
#include "fcgi-catalog/catalog/field.def"
#undef FIELD
};
#undef OF

#define OF product_variant
const struct field variant_table[VARIANT_FIELD_COUNT] = {
#define FIELD(bit_, kind_, member, name_, bound, check, form_)                                                         \
    {.kind = FIELD_KIND_##kind_,                                                                                       \
     .name = name_,                                                                                                    \
     .offset = OFFSET_##kind_(member),                                                                                 \
     .max = bound,                                                                                                     \
     .is_allowed = check,                                                                                              \
     .form = form_},
#include "fcgi-catalog/catalog/variant.def"
#undef FIELD
};
#undef OF

#define COLUMN(place, bit) [place] = FIELD_INDEX_##bit,
#define COLUMN_TEXT(place, bit) COLUMN(place, bit)
#define COLUMN_NUMBER(place, bit) COLUMN(place, bit)
#define COLUMN_TIME(place, bit) COLUMN(place, bit)
#define COLUMN_CATEGORIES(place, bit) COLUMN(place, bit)
#define COLUMN_TAGS(place, bit) COLUMN(place, bit)
#define COLUMN_IMAGES(place, bit) COLUMN(place, bit)
#define COLUMN_VARIANTS(place, bit) COLUMN(place, bit)
#define COLUMN_CURRENCY(place, bit) COLUMN(place, bit)
#define COLUMN_DISCOUNT(place, bit)

const enum field_index field_columns[FIELD_COLUMNS] = {
#define FIELD(bit, kind, member, name, bound, place, check, form) COLUMN_##kind(place, bit)
#include "fcgi-catalog/catalog/field.def"
#undef FIELD
};

/* ---- Names ---- */

const struct field *field_of(enum field_bit bit)
{
    return &field_table[__builtin_ctz((unsigned)bit)];
}

int field_find(const char *name, size_t length)
{
    if (length == 2 && memcmp(name, "id", 2) == 0)
        return 0;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strlen(field_table[i].name) == length && memcmp(field_table[i].name, name, length) == 0)
            return (int)field_table[i].bit;
    }
    return -1;
}

const char *field_list(unsigned bits, const char *last, struct arena *arena)
{
    const char *list = "id";

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        bool is_last = bits >> i == 1;
        if ((bits & 1u << i) != 0)
            list = arena_print(arena, "%s%s%s", list, is_last ? last : ", ", field_table[i].name);
    }
    return list;
}

/* ---- Members ---- */

static const void *member_of(const struct field *field, const void *of)
{
    return (const char *)of + field->offset;
}

const char *field_text(const struct field *field, const void *of)
{
    const char *text = *(const char *const *)member_of(field, of);

    return text != NULL ? text : "";
}

int64_t field_number(const struct field *field, const void *of)
{
    return field->kind == FIELD_KIND_TIME ? *(const int64_t *)member_of(field, of)
                                          : *(const int32_t *)member_of(field, of);
}

void field_set(const struct field *field, void *of, const char *text, int64_t number)
{
    void *member = (char *)of + field->offset;

    if (field->kind == FIELD_KIND_TEXT)
        *(const char **)member = text;
    else if (field->kind == FIELD_KIND_NUMBER)
        *(int32_t *)member = (int32_t)number;
    else if (field->kind == FIELD_KIND_TIME)
        *(int64_t *)member = number;
}

bool field_is_empty(const struct field *field, const struct product *product)
{
    switch (field->kind) {
    case FIELD_KIND_TEXT:
        return field_text(field, product)[0] == '\0';
    case FIELD_KIND_NUMBER:
    case FIELD_KIND_TIME:
        return field_number(field, product) == 0;
    case FIELD_KIND_CATEGORIES:
        return product->own_category_count == 0;
    case FIELD_KIND_TAGS:
        return product->tag_count == 0;
    case FIELD_KIND_IMAGES:
        return product->image_count == 0;
    case FIELD_KIND_VARIANTS:
        return product->variant_count == 0;
    default:
        break;
    }
    return true;
}

bool field_is_absent(const struct field *field, const struct product *product)
{
    return field->bit != FIELD_PRICE && field_is_empty(field, product);
}

static bool are_same(const char *const *a, size_t a_count, const char *const *b, size_t b_count)
{
    for (size_t i = 0; a_count == b_count && i < a_count; i++) {
        if (strcmp(a[i], b[i]) != 0)
            return false;
    }
    return a_count == b_count;
}

static const char *alt_of(const struct product_image *image)
{
    return image->alt != NULL ? image->alt : "";
}

static bool are_same_images(const struct product *a, const struct product *b)
{
    for (size_t i = 0; a->image_count == b->image_count && i < a->image_count; i++) {
        if (strcmp(a->images[i].url, b->images[i].url) != 0 ||
            strcmp(alt_of(&a->images[i]), alt_of(&b->images[i])) != 0)
            return false;
    }
    return a->image_count == b->image_count;
}

static bool is_same_plain(const struct field *field, const void *one, const void *other)
{
    return field->kind == FIELD_KIND_TEXT ? strcmp(field_text(field, one), field_text(field, other)) == 0
                                          : field_number(field, one) == field_number(field, other);
}

static bool are_same_variants(const struct product *a, const struct product *b)
{
    bool are_same = a->variant_count == b->variant_count;

    for (size_t i = 0; are_same && i < a->variant_count; i++) {
        const struct product_variant *one = &a->variants[i], *other = &b->variants[i];
        are_same = one->id == other->id && variant_prints_same_options(one, other);
        for (size_t j = 0; are_same && j < VARIANT_FIELD_COUNT; j++)
            are_same = is_same_plain(&variant_table[j], one, other);
    }
    return are_same;
}

bool field_is_same(const struct field *field, const struct product *one, const struct product *other)
{
    switch (field->kind) {
    case FIELD_KIND_TEXT:
    case FIELD_KIND_NUMBER:
    case FIELD_KIND_TIME:
        return is_same_plain(field, one, other);
    case FIELD_KIND_CATEGORIES:
        return are_same(one->categories, one->own_category_count, other->categories, other->own_category_count);
    case FIELD_KIND_TAGS:
        return are_same(one->tags, one->tag_count, other->tags, other->tag_count);
    case FIELD_KIND_IMAGES:
        return are_same_images(one, other);
    case FIELD_KIND_VARIANTS:
        return are_same_variants(one, other);
    default:
        break;
    }
    return true;
}

static const char *copy_text(const char *text, struct arena *arena)
{
    return text != NULL ? arena_copy(arena, text, strlen(text)) : NULL;
}

static const char *const *copy_texts(const char *const *texts, size_t count, struct arena *arena)
{
    const char **copies = count > 0 ? arena_get(arena, count * sizeof *copies) : NULL;

    for (size_t i = 0; i < count; i++)
        copies[i] = copy_text(texts[i], arena);
    return copies;
}

static void copy_plain_texts(const struct field *table, size_t count, const void *from, void *to, struct arena *arena)
{
    for (const struct field *field = table; field < table + count; field++) {
        if (field->kind == FIELD_KIND_TEXT)
            field_set(field, to, copy_text(*(const char *const *)member_of(field, from), arena), 0);
    }
}

static const struct product_variant *copy_variants(const struct product *product, struct arena *arena)
{
    struct product_variant *variants =
        product->variant_count > 0 ? arena_get(arena, product->variant_count * sizeof *variants) : NULL;

    for (size_t i = 0; i < product->variant_count; i++) {
        const struct product_variant *from = &product->variants[i];
        struct product_option *options = arena_get(arena, from->option_count * sizeof *options);
        variants[i] = *from;
        variants[i].options = options;
        for (size_t j = 0; j < from->option_count; j++)
            options[j] = (struct product_option){.name = copy_text(from->options[j].name, arena),
                                                 .value = copy_text(from->options[j].value, arena)};
        copy_plain_texts(variant_table, VARIANT_FIELD_COUNT, from, &variants[i], arena);
    }
    return variants;
}

struct product product_copy(const struct product *product, struct arena *arena)
{
    struct product copy = *product;
    struct product_image *images =
        product->image_count > 0 ? arena_get(arena, product->image_count * sizeof *images) : NULL;

    copy_plain_texts(field_table, FIELD_COUNT, product, &copy, arena);
    copy.variants = copy_variants(product, arena);
    for (size_t i = 0; i < product->image_count; i++)
        images[i] = (struct product_image){.url = copy_text(product->images[i].url, arena),
                                           .alt = copy_text(product->images[i].alt, arena)};
    copy.images = images;
    copy.categories = copy_texts(product->categories, product->category_count, arena);
    copy.tags = copy_texts(product->tags, product->tag_count, arena);
    return copy;
}

/* ---- Forms ---- */

static bool is_hyphenated(const char *text, size_t max)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return length > 0 && length <= max && text[length] == '\0' && text[0] != '-' && text[length - 1] != '-' &&
           strstr(text, "--") == NULL;
}

bool field_is_slug(const char *text)
{
    return is_hyphenated(text, FIELD_SLUG_MAX) && text[strspn(text, "0123456789")] != '\0';
}

bool field_is_category(const char *text)
{
    return is_hyphenated(text, FIELD_CATEGORY_MAX);
}

bool field_is_stock(const char *text)
{
    static const char *const states[] = {"", "in-stock", "low", "out-of-stock", "preorder", "discontinued"};

    for (size_t i = 0; i < ARRAY_LENGTH(states); i++) {
        if (strcmp(text, states[i]) == 0)
            return true;
    }
    return false;
}

static bool is_space(utf8proc_int32_t point)
{
    if (point > ' ' && point < 0x7f)
        return false;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x85;
    }
}

/* The character that UTF-8 text begins with, and how many bytes it has. */
static utf8proc_int32_t read_character(const char *text, size_t length, size_t *size)
{
    utf8proc_int32_t point;

    if ((unsigned char)text[0] < 0x80) {
        *size = 1;
        return text[0];
    }
    utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, &point);

    *size = taken > 0 ? (size_t)taken : 1;
    return taken > 0 ? point : -1;
}

bool field_has_control(const char *text, size_t length)
{
    for (size_t i = 0, size; i < length; i += size) {
        if (utf8proc_category(read_character(text + i, length - i, &size)) == UTF8PROC_CATEGORY_CC)
            return true;
    }
    return false;
}

static bool has_space(const char *text, size_t length)
{
    for (size_t i = 0, size; i < length; i += size) {
        if (is_space(read_character(text + i, length - i, &size)))
            return true;
    }
    return false;
}

bool field_is_url(const char *text)
{
    size_t length = strlen(text);
    bool is_path = text[0] == '/' && text[1] != '/' && text[1] != '\\';
    bool is_absolute =
        (strncmp(text, "https://", 8) == 0 && length > 8) || (strncmp(text, "http://", 7) == 0 && length > 7);

    return (is_path || is_absolute) && length <= FIELD_URL_MAX && text_is_utf8(text, length) &&
           !field_has_control(text, length) && !has_space(text, length);
}

bool field_is_image(const char *text)
{
    return text[0] == '\0' || field_is_url(text);
}

/* ---- People's text ---- */

static const char *compose(const char *text, struct arena *arena)
{
    /* Decomposed, a text has at most three code points for each of its bytes. */
    size_t room = strlen(text) * 3 + 4;
    utf8proc_int32_t *points = arena_get(arena, room * sizeof *points);
    utf8proc_ssize_t count = utf8proc_decompose((const utf8proc_uint8_t *)text, 0, points, (utf8proc_ssize_t)room,
                                                UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);

    if (count < 0 || (size_t)count >= room)
        return text;
    utf8proc_ssize_t length = utf8proc_reencode(points, count, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    return length < 0 ? text : arena_copy(arena, (const char *)points, (size_t)length);
}

/* Whether the text is ASCII and tidy, as most are: it is returned without being composed. */
static bool is_tidy_ascii(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == ' ' ? i == 0 || text[i + 1] == ' ' || text[i + 1] == '\0' : text[i] < '!' || text[i] > '~')
            return false;
    }
    return true;
}

const char *field_tidy(const char *text, struct arena *arena)
{
    if (is_tidy_ascii(text))
        return arena_copy(arena, text, strlen(text));
    const char *composed = compose(text, arena);
    size_t length = strlen(composed), to = 0;
    char *tidy = arena_get(arena, length + 1);
    bool is_behind_space = false;

    for (size_t from = 0, size; from < length; from += size) {
        if (is_space(read_character(composed + from, length - from, &size))) {
            is_behind_space = to > 0;
            continue;
        }
        if (is_behind_space)
            tidy[to++] = ' ';
        is_behind_space = false;
        memcpy(tidy + to, composed + from, size);
        to += size;
    }
    tidy[to] = '\0';
    return tidy;
}

static bool is_visible(utf8proc_int32_t point)
{
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return point >= 0;
    }
}

#define SHOWN_MAX 60

const char *field_show(const char *text, size_t length, struct arena *arena)
{
    char shown[SHOWN_MAX + sizeof "\"\"..."];
    size_t to = 0, from = 0, size;

    shown[to++] = '"';
    for (; from < length; from += size) {
        utf8proc_int32_t point = read_character(text + from, length - from, &size);
        if (to + size > SHOWN_MAX + 1)
            break;
        if (is_visible(point)) {
            memcpy(shown + to, text + from, size);
            to += size;
        } else {
            shown[to++] = '?';
        }
    }
    shown[to] = '\0';
    return arena_print(arena, "%s\"%s", shown, from < length ? "..." : "");
}
