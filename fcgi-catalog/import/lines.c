/* SPDX-License-Identifier: MIT */
/*
 * JSON Lines, by cJSON: an object a line, with the fields of our answers; or a list of such objects, as /products
 * answers it, however it is laid out, and several lists one after the other (its pages). A category may be a path from
 * the top, "electronics/phones". discount_value is passed over: it says what somebody pays, not what the product is. A
 * line with a category, and a name and a parent if they are said, is of that category; one with a former, of a product
 * that has left and had that id.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"
#include "fcgi-catalog/import/formats.h"
#include "fcgi-catalog/import/members.h"
#include "fcgi-catalog/import/objects.h"

/* Bytes of an object: enough for everything that catalog/field.h allows, escaped as \u0000. */
#define TEXT_MAX_BYTES ((size_t)4 * 1024 * 1024)
/* Values of an object, likewise: what cJSON makes of one is forty times as long as the shortest, "1,". */
#define VALUES_MAX 10000

struct lines {
    struct output *output;
    char *text; /* of the line, or the list's object, so far; room for a NUL behind it */
    size_t length, room;
    struct place text_place; /* where it begins */
    struct place place;      /* of the byte that is read next */
    bool is_begun, is_list;
    bool skips_text;        /* it is too long, which was told */
    struct objects objects; /* of a list */
    struct arena arena;     /* of the row */
};

struct lines *lines_new(struct output *output)
{
    struct lines *lines = memory_get_zeroed(1, sizeof *lines);

    lines->output = output;
    lines->text_place = lines->place = (struct place){.line = 1, .column = 1};
    return lines;
}

void lines_free(struct lines *lines)
{
    if (lines == NULL)
        return;
    arena_release(&lines->arena);
    free(lines->text);
    free(lines);
}

/* ---- Members ---- */

static const char *kind_of(const cJSON *item)
{
    return cJSON_IsString(item)   ? "a text"
           : cJSON_IsNumber(item) ? "a number"
           : cJSON_IsArray(item)  ? "a list"
           : cJSON_IsObject(item) ? "an object"
           : cJSON_IsNull(item)   ? "null"
                                  : "true or false";
}

typedef void set_f(struct draft *draft, struct place place, const char *text);

static void read_text(struct draft *draft, struct place place, const cJSON *item, set_f *set)
{
    if (cJSON_IsString(item))
        set(draft, place, item->valuestring);
    else if (cJSON_IsNull(item))
        set(draft, place, "");
    else
        draft_refuse(draft, place, "%s is %s; a text is allowed", item->string, kind_of(item));
}

static void read_number(struct draft *draft, struct place place, const cJSON *item, set_f *set)
{
    char text[32];

    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) < 1e15) || item->valuedouble != rint(item->valuedouble)) {
        draft_refuse(draft, place, "%s is %s; a whole number from 0 to 2147483647 is allowed", item->string,
                     cJSON_IsNumber(item) ? "no such number" : kind_of(item));
        return;
    }
    snprintf(text, sizeof text, "%.0f", item->valuedouble + 0.0); /* -0 is 0 */
    set(draft, place, text);
}

/* False: it is no list, which was told. */
static bool check_list(struct draft *draft, struct place place, const cJSON *item)
{
    if (cJSON_IsArray(item) || cJSON_IsNull(item))
        return true;
    draft_refuse(draft, place, "%s is %s; a list is allowed", item->string, kind_of(item));
    return false;
}

static void read_texts(struct draft *draft, struct place place, const cJSON *list, set_f *add)
{
    const cJSON *item;

    if (!check_list(draft, place, list))
        return;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsString(item))
            add(draft, place, item->valuestring);
        else
            draft_refuse(draft, place, "%s has %s in it; texts are allowed", list->string, kind_of(item));
    }
}

static void add_path(struct draft *draft, struct place place, const char *path)
{
    const char *names = NULL;

    if (strpbrk(path, "|\\") != NULL)
        draft_refuse(draft, place, "a category is %s; slugs with / between them are allowed",
                     field_show(path, strlen(path), draft->arena));
    else
        (void)path_next(draft, place, &path, &names);
}

static const char *find_text(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text != NULL ? text : "";
}

static void read_image(struct draft *draft, struct place place, const cJSON *image)
{
    const cJSON *member;
    bool has_url = false, has_alt = false;

    cJSON_ArrayForEach(member, image)
    {
        bool is_url = strcmp(member->string, "url") == 0, is_alt = strcmp(member->string, "alt") == 0;
        if (!cJSON_IsString(member) || (is_url ? has_url : is_alt ? has_alt : true)) {
            draft_refuse(draft, place, "an image has a wrong member %s; the texts url and alt, each once, are allowed",
                         field_show(member->string, strlen(member->string), draft->arena));
            return;
        }
        has_url = has_url || is_url;
        has_alt = has_alt || is_alt;
    }
    draft_add_image(draft, place, find_text(image, "url"), find_text(image, "alt"));
}

static void read_images(struct draft *draft, struct place place, const cJSON *list)
{
    const cJSON *item;

    if (!check_list(draft, place, list))
        return;
    draft->row.fields |= FIELD_IMAGES;
    cJSON_ArrayForEach(item, list)
    {
        if (cJSON_IsObject(item))
            read_image(draft, place, item);
        else
            draft_refuse(draft, place, "images has %s in it; objects with url and alt are allowed", kind_of(item));
    }
}

static void read_list(struct draft *draft, struct place place, const cJSON *item, enum field_bit bit)
{
    if (bit == FIELD_IMAGES) {
        read_images(draft, place, item);
        return;
    }
    draft->row.fields |= bit;
    read_texts(draft, place, item, bit == FIELD_TAGS ? draft_add_tag : add_path);
}

static void read_member(struct draft *draft, struct place place, const cJSON *item)
{
    int bit = field_find(item->string, strlen(item->string));

    switch (bit) {
    case 0:
        read_number(draft, place, item, draft_set_id);
        return;
    case FIELD_PRICE:
        read_number(draft, place, item, draft_set_price);
        return;
    case FIELD_SLUG:
        read_text(draft, place, item, draft_set_slug);
        return;
    case FIELD_DESCRIPTION:
        read_text(draft, place, item, draft_set_description);
        return;
    case FIELD_SKU:
        read_text(draft, place, item, draft_set_sku);
        return;
    case FIELD_NAME:
        read_text(draft, place, item, draft_set_name);
        return;
    case FIELD_CURRENCY:
        read_text(draft, place, item, draft_set_currency);
        return;
    case FIELD_STOCK:
        read_text(draft, place, item, draft_set_stock);
        return;
    case FIELD_CREATED:
        read_text(draft, place, item, draft_set_created);
        return;
    case FIELD_UPDATED:
        read_text(draft, place, item, draft_set_updated);
        return;
    case FIELD_CATEGORIES:
    case FIELD_TAGS:
    case FIELD_IMAGES:
        read_list(draft, place, item, (enum field_bit)bit);
        return;
    case FIELD_DISCOUNT:
        return;
    default:
        draft_refuse(draft, place,
                     "%s is no field; id, slug, description, price_in_cents, categories, sku, name, currency, tags, "
                     "images, stock, created_at and updated_at are allowed",
                     field_show(item->string, strlen(item->string), draft->arena));
    }
}

/* A name that stands before it, too. */
static bool is_repeated(const cJSON *object, const cJSON *item)
{
    for (const cJSON *before = object->child; before != item; before = before->next) {
        if (strcmp(before->string, item->string) == 0)
            return true;
    }
    return false;
}

/* Of a line of a category. What is null is there and empty. */
static void read_category_member(struct draft *draft, struct row_category *category, struct place place,
                                 const cJSON *item)
{
    bool is_slug = strcmp(item->string, "category") == 0, is_name = strcmp(item->string, "name") == 0;
    const char **text = is_slug ? &category->slug : is_name ? &category->name : &category->parent;

    if (!is_slug && !is_name && strcmp(item->string, "parent") != 0)
        draft_refuse(draft, place, "%s is no field of a category's line; category, name and parent are allowed",
                     field_show(item->string, strlen(item->string), draft->arena));
    else if (!cJSON_IsString(item) && (is_slug || !cJSON_IsNull(item)))
        draft_refuse(draft, place, "%s is %s; a text is allowed", item->string, kind_of(item));
    else
        *text = cJSON_IsString(item) ? item->valuestring : "";
    if (is_slug)
        category->place = place;
}

/* Of a line of a product that has left. */
static void read_former_member(struct draft *draft, struct place place, const cJSON *item)
{
    if (strcmp(item->string, "former") == 0)
        read_number(draft, place, item, draft_set_former);
    else if (strcmp(item->string, "slug") == 0)
        read_text(draft, place, item, draft_set_former_slug);
    else if (strcmp(item->string, "sku") == 0)
        read_text(draft, place, item, draft_set_sku);
    else
        draft_refuse(draft, place,
                     "%s is no field of the line of a product that has left; former, slug and sku are allowed",
                     field_show(item->string, strlen(item->string), draft->arena));
}

#define MEMBERS_MAX 64

/* Of a byte of the text, counted from 1. */
static struct place find_place(const struct lines *lines, size_t byte)
{
    struct place place = lines->text_place;
    const char *line = lines->text, *at = lines->text + byte - 1, *newline;

    while ((newline = memchr(line, '\n', (size_t)(at - line))) != NULL) {
        line = newline + 1;
        place = (struct place){.line = place.line + 1, .column = 1};
    }
    place.column += (size_t)(at - line);
    return place;
}

static void read_object(const struct lines *lines, struct draft *draft, const cJSON *object)
{
    struct row_category category = {0};
    size_t bytes[MEMBERS_MAX], count = members_find(lines->text, bytes, MEMBERS_MAX), i = 0;
    const cJSON *item;

    draft->row.is_of_categories = cJSON_GetObjectItemCaseSensitive(object, "category") != NULL;
    draft->row.is_former = !draft->row.is_of_categories && cJSON_GetObjectItemCaseSensitive(object, "former") != NULL;
    cJSON_ArrayForEach(item, object)
    {
        struct place place = find_place(lines, i < count ? bytes[i] : 1);
        if (i++ == MEMBERS_MAX) {
            draft_refuse(draft, place, "the object has more than %d fields; fewer are allowed", MEMBERS_MAX);
            return;
        }
        if (is_repeated(object, item))
            draft_refuse(draft, place, "%s is there twice; once is allowed",
                         field_show(item->string, strlen(item->string), draft->arena));
        else if (draft->row.is_of_categories)
            read_category_member(draft, &category, place, item);
        else if (draft->row.is_former)
            read_former_member(draft, place, item);
        else
            read_member(draft, place, item);
    }
    if (category.slug != NULL)
        draft_say_category(draft, &category);
}

/* ---- Lines, and the objects of a list ---- */

/* The number of the first byte that is no text; 0: all are. */
static size_t find_wrong_byte(const char *text, size_t length)
{
    if (text_is_utf8(text, length))
        return 0;
    for (size_t i = 0, size; i < length; i += size) {
        size = 1;
        while (size < 4 && i + size < length && !text_is_utf8(text + i, size))
            size++;
        if (!text_is_utf8(text + i, size))
            return i + 1;
    }
    return length;
}

/* What the draft's texts live in; NULL: it is no object. */
static cJSON *read_json(const struct lines *lines, struct draft *draft)
{
    const char *end = lines->text, *what = lines->is_list ? "object" : "line";
    size_t wrong = find_wrong_byte(lines->text, lines->length);

    if (wrong != 0) {
        draft_refuse(draft, find_place(lines, wrong),
                     "the %s is not UTF-8, or has a NUL byte; only text in UTF-8 is allowed", what);
        return NULL;
    }
    if (members_count(lines->text) > VALUES_MAX) {
        draft_refuse(draft, lines->text_place, "the %s has more than %d values; fewer are allowed", what, VALUES_MAX);
        return NULL;
    }
    cJSON *object = cJSON_ParseWithLengthOpts(lines->text, lines->length + 1, &end, 1);
    if (object == NULL)
        draft_refuse(draft, find_place(lines, (size_t)(end - lines->text) + 1),
                     "from here on it is no JSON; an object a line, or a list of objects, is allowed");
    else if (!cJSON_IsObject(object))
        draft_refuse(draft, lines->text_place, "the line is %s; an object is allowed", kind_of(object));
    else if ((wrong = members_find_nul(lines->text)) != 0)
        draft_refuse(draft, find_place(lines, wrong), "\\u0000 is no text; every other character is allowed");
    else
        read_object(lines, draft, object);
    return object;
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

/* The text is whole. */
static void end_text(struct lines *lines)
{
    if (!lines->skips_text && !is_blank(lines->text, lines->length)) {
        struct draft draft = draft_begin(&lines->arena, lines->output->source.faults, lines->text_place.line);
        lines->text[lines->length] = '\0';
        cJSON *object = read_json(lines, &draft);
        output_take(lines->output, &draft);
        cJSON_Delete(object);
        arena_reset(&lines->arena);
    }
    lines->length = 0;
    lines->skips_text = false;
}

static void append(struct lines *lines, const char *bytes, size_t length)
{
    if (lines->skips_text)
        return;
    if (lines->length + length > TEXT_MAX_BYTES) {
        import_faults_add(lines->output->source.faults, lines->text_place.line,
                          lines->text_place.column + TEXT_MAX_BYTES, "the %s is too long; 4 MiB are allowed",
                          lines->is_list ? "object" : "line");
        lines->output->counts.faulty++;
        lines->skips_text = true;
        return;
    }
    if (lines->room <= lines->length + length) {
        lines->room = (lines->length + length) * 2 + 4096;
        lines->text = memory_resize(lines->text, lines->room);
    }
    memcpy(lines->text + lines->length, bytes, length);
    lines->length += length;
}

static void begin_line(struct lines *lines)
{
    lines->place = (struct place){.line = lines->place.line + 1, .column = 1};
}

static void feed_lines(struct lines *lines, const char *bytes, size_t length)
{
    for (const char *end = bytes + length; bytes < end;) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t part = (size_t)((newline != NULL ? newline : end) - bytes);
        append(lines, bytes, part);
        lines->place.column += part;
        if (newline != NULL) {
            end_text(lines);
            begin_line(lines);
            lines->text_place = lines->place;
        }
        bytes += part + (newline != NULL);
    }
}

/* Always false. */
static bool refuse_list(struct lines *lines, const char *what)
{
    import_faults_add(lines->output->source.faults, lines->place.line, lines->place.column,
                      "%s; here the list needs %s", what, objects_expect(&lines->objects));
    lines->output->counts.faulty++;
    return false;
}

static bool feed_list(struct lines *lines, const char *bytes, size_t length)
{
    size_t from = 0; /* what is before was taken */

    for (size_t i = 0; i < length; i++) {
        switch (objects_step(&lines->objects, bytes[i])) {
        case OBJECTS_WRONG:
            return refuse_list(lines, "this is no list of objects");
        case OBJECTS_BEGIN:
            lines->text_place = lines->place;
            from = i;
            break;
        case OBJECTS_END:
            append(lines, bytes + from, i + 1 - from);
            end_text(lines);
            break;
        case OBJECTS_BETWEEN:
        case OBJECTS_INSIDE:
            break;
        }
        if (bytes[i] == '\n')
            begin_line(lines);
        else
            lines->place.column++;
    }
    if (lines->objects.depth > 0)
        append(lines, bytes + from, length - from);
    return true;
}

bool lines_feed(struct lines *lines, const char *bytes, size_t length)
{
    size_t blank = 0;

    while (!lines->is_begun && blank < length && (is_blank(bytes + blank, 1) || bytes[blank] == '\n'))
        blank++;
    feed_lines(lines, bytes, blank);
    if (!lines->is_begun && blank < length) {
        lines->is_begun = true;
        lines->is_list = bytes[blank] == '[';
        if (lines->is_list)
            lines->length = 0;
    }
    if (lines->is_list)
        return feed_list(lines, bytes + blank, length - blank);
    feed_lines(lines, bytes + blank, length - blank);
    return true;
}

bool lines_finish(struct lines *lines)
{
    if (!lines->is_list)
        end_text(lines);
    else if (lines->objects.place != OBJECTS_NO_LIST)
        return refuse_list(lines, "the file ends inside of a list, as one does that was cut off");
    return true;
}
